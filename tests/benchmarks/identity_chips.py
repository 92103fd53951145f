"""Chips: what each alteration is refused for, the published master list, and the time it takes.

    python -m tests.benchmarks.identity_chips [FOLDER]

FOLDER holds ``masterList.bin`` and the specimen passport ``loes2006``; without it only chips of
invented states are measured. Writes build/bench/identity_chips.json and .png.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from identity.chips.folder import read_folder, read_trust, report_on_folder
from identity.chips.refusal import ChipFault, ChipRefused
from identity.chips.trust import Trust, kinds_of_keys
from identity.chips.verifying import verify_chip
from tests.benchmarks.bars import draw_bars
from tests.unit.identity.chips import making
from tests.unit.identity.chips.issuing import AT
from tests.unit.identity.chips.making import State, state
from tests.unit.identity.chips.signing import Signer, ec_key, rsa_key
from tests.unit.identity.chips.test_altered_chips import ROWS

if TYPE_CHECKING:
    from collections.abc import Callable

    from identity.chips.certificates import ChipCertificate
    from identity.framing import Json

ROOT: Final = Path(__file__).parents[2]
OUT: Final = ROOT / "build" / "bench"
SHARED: Final = Path(os.environ.get("FEIGUI_SHARED", ROOT.parent / "shared"))
ROUNDS: Final = 50
BROKEN: Final = ChipRefused(ChipFault.AUTHORITY_SIGNATURE_INVALID)
ISSUED: Final = datetime(2006, 10, 1, tzinfo=UTC)
STATES: Final[dict[str, Callable[[], State]]] = {
    "RSA 2048": lambda: state(Signer(key=rsa_key("root")), Signer(key=rsa_key("signer"))),
    "RSA-PSS 2048": lambda: state(
        Signer(key=rsa_key("root"), pss=True), Signer(key=rsa_key("signer"), pss=True)
    ),
    "EC brainpoolP256r1": state,
    "EC secp521r1, written out": lambda: state(
        Signer(key=ec_key("large root", "secp521r1"), explicit=True),
        Signer(key=ec_key("large", "secp521r1"), explicit=True),
    ),
}


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else SHARED / "data" / "emrtd"
    report: dict[str, Json] = {"altered": _altered(), "ms": _milliseconds()}
    if (folder / "masterList.bin").is_file():
        report["master_list"] = _master_list(folder / "masterList.bin")
        report["specimen"] = _specimen(folder)
    else:
        sys.stdout.write(f"no published list and no specimen: {folder} is absent\n")
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "identity_chips.json").write_text(json.dumps(report, indent=2, ensure_ascii=False))


def _altered() -> Json:
    reasons: Counter[str] = Counter()
    for attempt, fault, place in ROWS:
        try:
            attempt().verify()
        except ChipRefused as refusal:
            right = (refusal.fault, refusal.place) == (fault, place)
            reasons[fault.value if right else f"another reason than {fault.value}"] += 1
        else:
            reasons["accepted"] += 1
    sys.stdout.write(f"{len(ROWS)} altered chips, refused for {len(reasons)} reasons:\n")
    for reason, count in sorted(reasons.items()):
        sys.stdout.write(f"  {count:3}  {reason}\n")
    return {**reasons}


def _milliseconds() -> Json:
    found: dict[str, float] = {}
    for name, make in STATES.items():
        made = make()
        chip = making.chip(spec=made.signs())
        began = time.process_time()
        for _ in range(ROUNDS):
            verify_chip(chip, made.trust, at=AT)
        found[name] = round((time.process_time() - began) / ROUNDS * 1000, 2)
        sys.stdout.write(f"{name:28} {found[name]:6.2f} ms of CPU a chip\n")
    OUT.mkdir(parents=True, exist_ok=True)
    draw_bars(
        {"one chip": found},
        title="Passive authentication of one chip, CPU",
        unit="ms",
        into=OUT / "identity_chips.png",
        scale="linear",
    )
    return {**found}


def _master_list(path: Path) -> Json:
    began = time.process_time()
    authorities = read_trust(path).authorities
    seconds = time.process_time() - began
    kinds = kinds_of_keys(authorities)
    proven = sum(_is_signed_within(each, authorities) for each in authorities)
    sys.stdout.write(
        f"{path.name}: {len(authorities)} certificates in {seconds:.2f} s; "
        f"signed by a key of the list itself: {proven}\n"
    )
    for kind, count in kinds.most_common():
        sys.stdout.write(f"  {count:3}  {kind}\n")
    return {"certificates": len(authorities), "signed_within": proven, "keys": {**kinds}}


def _is_signed_within(
    certificate: ChipCertificate, authorities: tuple[ChipCertificate, ...]
) -> bool:
    for each in authorities:
        wanted = certificate.authority_key_id
        same_key = wanted is not None and (each.key_id, each.country) == (
            wanted,
            certificate.issuer_country,
        )
        if same_key or each.subject == certificate.issuer:
            try:
                certificate.demand_signed_by(each, broken=BROKEN)
            except ChipRefused:
                continue
            return True
    return False


def _specimen(folder: Path) -> Json:
    report = report_on_folder(folder / "loes2006", master_list=folder / "masterList.bin", at=ISSUED)
    chip = read_folder(folder / "loes2006")
    began = time.process_time()
    for _ in range(ROUNDS):
        verify_chip(chip, Trust(), at=ISSUED)
    spent = (time.process_time() - began) / ROUNDS * 1000
    sys.stdout.write(
        f"loes2006 on {ISSUED:%Y-%m-%d}: {report['data']}, {report['outcome']}, "
        f"hints {report['hints']}, {spent:.2f} ms\n"
    )
    for each in report["evidence"] if isinstance(report["evidence"], list) else ():
        sys.stdout.write(f"  {each}\n")
    return {key: report[key] for key in ("data", "outcome", "hints", "evidence")}


if __name__ == "__main__":
    main()
