"""Where the time goes from an approved case to a stored certificate, stage by stage.

Run ``python -m tests.benchmarks.issuing_stages``. The whole platform runs: signer
and time-stamping authority as processes of their own, PostgreSQL, SeaweedFS; cases
are issued one after another by `issue_case` itself, timed at its fault points.
Medians of wall-clock milliseconds; writes ``build/bench/issuing_stages.json``.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
import warnings
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

from server.cases.ids import AccountId, OfficeId
from server.cases.issuing import issue_case
from server.cases.press import Fault
from server.transaction import Scope
from server.wiring.parts import Parts
from server.wiring.press import press_of
from storage.objects import Digest
from tests.faults.issuing.issues import approved_case
from tests.servers.platform import platform, with_people

if TYPE_CHECKING:
    from server.register.certificates import CertificateId

OFFICE: Final = OfficeId("kunming-demo")
ROUNDS: Final = 15
WARM_UP: Final = 2
OUTPUT: Final = Path("build/bench/issuing_stages.json")

STAGES: Final = {
    Fault.TYPESET: "typeset",
    Fault.PREPARED_STORED: "store the typeset file",
    Fault.INTENT_RECORDED: "record the intent",
    Fault.PERMIT_GIVEN: "lint, permit",
    Fault.SEALED: "seal to B-LTA, and verify",
    Fault.SEALED_STORED: "store the sealed file",
    Fault.READ_BACK: "read it back",
    Fault.RECORDED: "record the certificate",
}
"""What ends at each point."""

VERIFYING: Final = "of sealing: verify"


def one_round(parts: Parts, notary: AccountId) -> dict[str, float]:
    """Return stage -> ms of one issue."""
    case, passed = approved_case(notary), list[tuple[str, float]]()
    with parts.open_transaction(Scope(office=OFFICE)) as tx:
        tx.cases.add(case)
    press = press_of(parts)
    timed = replace(press, reach=lambda point: passed.append((point, time.perf_counter())))
    issued = issue_case(OFFICE, case.id, press=timed)
    points = [each for each in passed if each[0] in {*STAGES, Fault.NUMBER_ALLOTTED}]
    stages = {
        STAGES[Fault(point)]: (at - before) * 1000 for (_, before), (point, at) in pairwise(points)
    }
    return {**stages, VERIFYING: _verifying_ms(parts, issued)}


def _verifying_ms(parts: Parts, issued: CertificateId) -> float:
    """Verify the sealed file once more, alone: how much of sealing is that?"""
    with parts.open_transaction(Scope(office=OFFICE)) as tx:
        digest = str(tx.certificates.get(issued).sealed_sha256)
    sealed = parts.get(OFFICE, Digest(digest))
    start = time.perf_counter()
    parts.signing.verify(sealed)
    return (time.perf_counter() - start) * 1000


def main() -> None:
    warnings.simplefilter("ignore")
    with platform(workers=0) as running:
        notary = AccountId(with_people(running)["km.notary"].account)
        parts = Parts(running.settings)
        rounds = [one_round(parts, notary) for _ in range(WARM_UP + ROUNDS)][WARM_UP:]
        parts.engine.dispose()
    medians = {stage: statistics.median(each[stage] for each in rounds) for stage in rounds[0]}
    total = sum(spent for stage, spent in medians.items() if stage != VERIFYING)
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    result = {"unit": "ms wall clock, median", "rounds": ROUNDS, "stages": medians, "sum": total}
    OUTPUT.write_text(json.dumps(result, indent=2))
    for stage, spent in medians.items():
        sys.stdout.write(f"{stage:30}{spent:10.1f} ms{spent / total:8.0%}\n")
    sys.stdout.write(f"{'all':30}{total:10.1f} ms\n")


if __name__ == "__main__":
    main()
