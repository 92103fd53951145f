"""Where the time goes from an approved case to a stored certificate, stage by stage.

Run ``python -m tests.benchmarks.issuing_stages [rounds]``. The whole platform runs:
signer and time-stamping authority as processes of their own, PostgreSQL, SeaweedFS; cases
are issued one after another by `issue_case` itself, measured at its fault points. After
each, the three steps alone (`tests.benchmarks.issuing_bare`): typeset, seal, store.
Medians; writes ``build/bench/issuing_stages.json`` and a plot, and prints two tables.

The certificate is what an applicant abroad is given: the Chinese page and its
translation, with the QR code, stamps and fields on them. It is another one each time,
so that nothing is found in typst's memory. Typesetting is the first stage: text, QR code,
stamps, and the fields drawn for them, all that will ever be seen of the certificate.

Bars: from typeset to stored, typesetting is more than half

- of the three steps, by time on the processor, the object store's included;
- of all that issuing is, by that of the process that issues, the worker: with the typeset
  file in the store and the intent on record before a key is touched, with asking for and
  proving signatures, time-stamps and lists, and with checking what was sealed.

Printed beside them, and no bars: the wall, which is the disk's where an object is stored;
and what the others spent on issuing, in processes and mostly in software of their own. By
these, typesetting is less than half of issuing: the line ``of all processes`` says how much.
Two writes that survive a power cut cost the store as much as typesetting two pages costs us.

It ends with 1 where a bar is missed.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
import warnings
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

from server.cases.ids import AccountId, OfficeId
from server.cases.issuing import issue_case
from server.cases.press import Fault
from server.transaction import Scope
from server.wiring.parts import Parts, new_id
from server.wiring.press import press_of
from tests.benchmarks.bars import draw_bars
from tests.benchmarks.issuing_bare import bench
from tests.benchmarks.spent import family, machine, said_of_the_machine, used_s, versions
from tests.faults.issuing.issues import agree_to_issue, approved_case
from tests.servers.platform import platform, with_people

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from server.cases.case import Case
    from server.register.certificates import Certificate, CertificateId
    from server.wiring.launching import Running
    from tests.benchmarks.issuing_bare import Bench

OFFICE: Final = OfficeId("kunming-demo")
ROUNDS: Final = 25
WARM_UP: Final = 3
OUTPUT: Final = Path("build/bench/issuing_stages.json")
PACKAGES: Final = ("typst", "segno", "pikepdf", "cryptography", "boto3", "sqlalchemy")

STAGES: Final = {
    Fault.TYPESET: "typeset",
    Fault.PREPARED_STORED: "store the typeset file",
    Fault.INTENT_RECORDED: "record the intent",
    Fault.PERMIT_GIVEN: "lint, permit",
    Fault.SEALED: "seal to B-LTA, and check",
    Fault.SEALED_STORED: "store the sealed file",
    Fault.READ_BACK: "read it back",
    Fault.RECORDED: "record the certificate",
}
"""What ends at each point."""

STORED: Final = STAGES[Fault.SEALED_STORED]
"""Where the bar's way ends."""

WORKER, OTHERS, WALL = "worker", "others", "wall"
HALF: Final = 0.5

PARAGRAPHS: Final = (
    "申请人因委托他人代办不动产抵押权注销登记，向本处申请办理委托公证。",
    "经查，申请人具有民事权利能力和民事行为能力，其意思表示真实；委托书的内容符合《中华人民共和国民法典》的规定。",
    "面签以远程视频方式进行，全程录音录像，本处已告知委托的法律意义和法律后果。",
)
SIGNED: Final = (
    "This is to certify that OUYANG Ming signed the foregoing Power of Attorney before me, "
)
LAWFUL: Final = (
    "The act complies with Articles 143 and 165 of the Civil Code of the People's Republic "
)
TRANSLATION: Final = {
    "particulars": [
        "Applicant: OUYANG Ming, male, born on 12 March 1986, passport No. E00000000.",
        "Matter: Power of attorney",
    ],
    "paragraphs": [
        SIGNED + "the notary, by remote video, and stated that he knew its legal consequences.",
        LAWFUL + "of China. The session was recorded from its beginning to its end.",
    ],
    "notary": "CHEN Li",
    "office": "Kunming Demonstration Notary Office, Yunnan Province, China",
}

Spent = dict[str, float]
"""By `WORKER`, by each other process, and on the wall: seconds."""

Stages = dict[str, Spent]
"""What was spent on each, in their order."""


@dataclass(slots=True)
class Meter:
    """What everybody has spent so far."""

    running: Running
    families: dict[str, frozenset[int]]

    @classmethod
    def of(cls, running: Running) -> Meter:
        processes = {**running.processes, **running.servers.processes}
        found = {name: family(each.wait_until_ready()) for name, each in processes.items()}
        return cls(running, {WORKER: frozenset({os.getpid()}), **found})

    def now(self) -> Spent:
        spent = {name: used_s(pids) for name, pids in self.families.items()}
        return {**spent, WALL: time.perf_counter()}


def told_case(notary: AccountId) -> Case:
    """Return a case whose paper is another one than every paper before."""
    case = approved_case(notary)
    if case.draft is not None:
        last = f"兹证明申请人于面签当日在本公证员面前签名（{new_id()}）。"
        told = {"paragraphs": [*PARAGRAPHS, last], "translation": TRANSLATION}
        case.draft = replace(case.draft, variables=told)
    return case


def both_rounds(bare: Bench, notary: AccountId, meter: Meter) -> tuple[Stages, Stages]:
    """Return what issuing on the platform spent, and the three steps alone after it."""
    issued, issuing = one_round(bare.parts, notary, meter)
    with bare.parts.open_transaction(Scope(office=OFFICE)) as tx:
        like = tx.certificates.get(issued)
    return issuing, one_bare_round(bare, told_case(notary), like, meter)


def one_round(parts: Parts, notary: AccountId, meter: Meter) -> tuple[CertificateId, Stages]:
    """Return what was issued, and stage -> what was spent on it."""
    case, passed = told_case(notary), list[tuple[str, Spent]]()
    with parts.open_transaction(Scope(office=OFFICE)) as tx:
        tx.cases.add(case)
    agreed = agree_to_issue(parts, case)
    timed = replace(press_of(parts), reach=lambda point: passed.append((point, meter.now())))
    issued = issue_case(OFFICE, case.id, press=timed, step_up=agreed)
    points = [each for each in passed if each[0] in {*STAGES, Fault.NUMBER_ALLOTTED}]
    return issued, {STAGES[Fault(point)]: spent for point, spent in _between(points)}


def one_bare_round(bench: Bench, case: Case, like: Certificate, meter: Meter) -> Stages:
    """Return step -> what was spent on typesetting, sealing and storing alone."""
    points = [("", meter.now())]
    points += [(step, meter.now()) for step in bench.steps(case, like)]
    return dict(_between(points))


def _between(points: Sequence[tuple[str, Spent]]) -> Iterator[tuple[str, Spent]]:
    for (_, before), (point, at) in pairwise(points):
        yield point, {name: at[name] - before[name] for name in at}


def medians(rounds: Sequence[Stages]) -> Stages:
    """Return stage -> milliseconds of each, and `OTHERS` together."""
    found: Stages = {}
    for stage in rounds[0]:
        each = [spent[stage] for spent in rounds]
        ms = {name: statistics.median(one[name] for one in each) * 1000 for name in each[0]}
        others = sum(spent for name, spent in ms.items() if name not in {WORKER, WALL})
        found[stage] = {**ms, OTHERS: others}
    return found


def share(stages: Stages, *names: str) -> float:
    """Return which part of the way to the stored file typesetting is: the first stage."""
    way = list(stages)[: list(stages).index(STORED) + 1]
    typesetting, whole = (
        sum(stages[stage][name] for stage in each for name in names) for each in (way[:1], way)
    )
    return typesetting / whole


def shares(stages: Stages) -> dict[str, float]:
    return {
        "of the worker's CPU": share(stages, WORKER),
        "of all processes' CPU": share(stages, WORKER, OTHERS),
        "of the wall": share(stages, WALL),
    }


def main(arguments: Sequence[str]) -> None:
    warnings.simplefilter("ignore")
    number = int(arguments[0]) if arguments else ROUNDS
    with (
        platform(workers=0) as running,
        tempfile.TemporaryDirectory() as place,
        bench(Parts(running.settings), Path(place)) as bare,
    ):
        notary = AccountId(with_people(running)["km.notary"].account)
        for _ in range(WARM_UP):
            both_rounds(bare, notary, Meter.of(running))
        meter = Meter.of(running)  # Only now: the first rounds open connections of their own.
        rounds = [both_rounds(bare, notary, meter) for _ in range(number)]
        bare.parts.engine.dispose()
    issuing, alone = (medians(each) for each in zip(*rounds, strict=True))
    told = {
        "unit": "ms, median",
        "rounds": number,
        "stages": issuing,
        "typesetting": shares(issuing),
        "three steps alone": alone,
        "typesetting, of the three": shares(alone),
        "machine": machine(),
        "versions": versions(PACKAGES),
    }
    _keep(told, issuing)
    _tell("issued on the platform", issuing)
    _tell("three steps alone, keys in this process", alone)
    sys.stdout.write(f"{said_of_the_machine(PACKAGES)}\n")
    if missed := _missed(issuing, alone):
        sys.exit(f"MISSED: typesetting is not more than half {' nor '.join(missed)}")


def _missed(issuing: Stages, alone: Stages) -> list[str]:
    bars = {
        "of the three steps": share(alone, WORKER, OTHERS),
        "of the worker's CPU": share(issuing, WORKER),
    }
    return [name for name, part in bars.items() if not part > HALF]


def _keep(told: Mapping[str, object], issuing: Stages) -> None:
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(json.dumps(told, indent=2))
    draw_bars(
        {"CPU of the worker": {s: spent[WORKER] for s, spent in issuing.items()}},
        title="From an approved case to a stored certificate of two pages, B-LTA",
        unit="ms of CPU, median",
        into=OUTPUT.with_suffix(".png"),
        scale="linear",
    )


def _tell(title: str, stages: Stages) -> None:
    names = [WORKER, "signer", "tsa", "postgres", "seaweedfs", WALL]
    say = sys.stdout.write
    say(f"{title}\n{'ms, CPU and wall':28}{''.join(f'{name:>11}' for name in names)}\n")
    for stage, spent in stages.items():
        say(f"{stage:28}{''.join(f'{spent[name]:11.1f}' for name in names)}\n")
    for name, part in shares(stages).items():
        say(f"typesetting, from typeset to stored, {name:22}{part:8.0%}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
