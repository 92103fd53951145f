"""The limited child's own program: ``python -m identity.child decoder|engine OPTIONS``.

It confines itself, loads its models once, reports for work, and answers one frame after
another until its parent closes the pipe.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from identity.confinement import DECODER, ENGINE, Allowance, arm_cpu_limit, confine
from identity.framing import Frame
from identity.images.refusal import FileRefused, RefusalCode
from identity.pipes import read_from, take_over_pipes, write_to
from identity.unavailable import Cause, CheckUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping


KINDS: Final[Mapping[str, tuple[str, Allowance]]] = {
    "decoder": ("identity.decoder_jobs", DECODER),
    "engine": ("identity.engine_jobs", ENGINE),
}


class Worker(Protocol):
    def answer(self, job: Frame) -> Frame: ...


def main() -> None:
    kind, options = sys.argv[1], json.loads(sys.argv[2])
    module, allowance = KINDS[kind][0], Allowance(**options["allowance"])
    source, sink = take_over_pipes()
    network_gone = confine(allowance)
    worker: Worker = importlib.import_module(module).open_worker(options)
    write_to(sink, Frame({"ready": True, "network_gone": network_gone}))
    while True:
        arm_cpu_limit(allowance)
        job = read_from(source)
        write_to(sink, _answer(worker, job))


def _answer(worker: Worker, job: Frame) -> Frame:
    """Turn every named error into a word of the protocol; any other ends this child."""
    try:
        done = worker.answer(job)
    except FileRefused as refusal:
        return Frame({"refused": refusal.code.value})
    except CheckUnavailable as error:
        return Frame({"unavailable": error.cause.value})
    except MemoryError:
        return Frame({"refused": RefusalCode.DECODING_TOO_COSTLY.value})
    return Frame({"done": dict(done.head), "peak_kib": _peak_kib()}, done.blobs)


def _peak_kib() -> int:
    """Largest resident size. Not `ru_maxrss`: that one is inherited from whoever started us."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    return 0


if __name__ == "__main__":
    try:
        main()
    except CheckUnavailable as error:
        raise SystemExit(list(Cause).index(error.cause) + 10) from error
