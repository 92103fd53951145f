"""What an office's rules say about algorithms is how its papers are printed, signed and sealed."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

import pytest

from esign.algorithms import SigningAlgorithm
from esign.authorities.creation import create_authorities
from esign.authorities.directory import ROOT, TSA
from esign.custody.vault import Vault
from esign.tsa.authority import TimeStampingAuthority
from esign.tsa.client import TimeStampSource
from server.cases.case import Deed
from server.cases.drafting import Draft
from server.cases.ids import OfficeId
from server.catalogue.loading import DATA, load_catalogue
from server.register.certificates import (
    Allotted,
    Certificate,
    CertificateId,
    CertificateStatus,
)
from server.typesetting.typesetter import Typesetter
from server.wiring.algorithms import algorithms_of_office
from server.wiring.printing import Printing
from server.wiring.signing import Signing
from tests.unit.cases.a_case import NOTARY, NOW, WANG, ready_case

if TYPE_CHECKING:
    from pathlib import Path

    from server.catalogue.rule_packs import RulePacks

OFFICE: Final = OfficeId("kunming-demo")
BASE_URL: Final = "http://127.0.0.1/authorities"
P256, SM2 = SigningAlgorithm.P256, SigningAlgorithm.SM2
REGISTERED: Final = Certificate(
    id=CertificateId("z-1"),
    office=OFFICE,
    case="c-1",
    matter="WT03",
    number=Allotted(year=2026, series="domestic", sequence=1, text="（2026）示内证字第1号"),
    issue_date=date(2026, 3, 2),
    public_id="a" * 26,
    check_code="123456",
    status=CertificateStatus.INTENDED,
    intended_at=NOW,
)


def packs_with(folder: Path, algorithms: str) -> RulePacks:
    """Return the catalogue's packs as they are, but for how Kunming signs."""
    shutil.copytree(DATA, folder / "data")
    path = folder / "data/offices" / f"{OFFICE}.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("algorithms: [p256]", f"algorithms: {algorithms}"), "utf-8")
    return load_catalogue(folder / "data").rule_packs


@pytest.mark.parametrize(
    ("algorithms", "fields"),
    [
        ("[p256]", ["{}"]),
        ("[sm2]", ["{}"]),
        ("[p256, sm2]", ["{}", "sm2-{}"]),
    ],
)
def test_papers_are_signed_by_what_the_rules_say(
    tmp_path: Path, algorithms: str, fields: list[str]
) -> None:
    packs = packs_with(tmp_path, algorithms)
    named = algorithms_of_office(OFFICE, packs)
    files = create_authorities(
        tmp_path / "authorities",
        now=NOW,
        offices={OFFICE: "昆明"},
        base_url=BASE_URL,
        sm2_offices=[OFFICE] if SM2 in named else [],
    )
    vault = Vault(files, now=lambda: NOW, base_url=BASE_URL, proof=lambda: None)
    for algorithm in named:
        vault.enrol_notary(
            office=OFFICE, notary=NOTARY.account, common_name="王公证", algorithm=algorithm
        )
    stamping = TimeStampingAuthority(
        certificate=files.certificate(TSA),
        key=f"file:{TSA}",
        custody=vault,
        now=lambda: NOW,
        proof=lambda: None,
    )
    stamps = TimeStampSource(
        "", roots=[files.certificate(ROOT)], now=lambda: NOW, exchange=stamping.answer
    )
    asked: list[str] = []
    signing = Signing(
        files=files,
        custody=vault,
        stamps=stamps,
        now=lambda: NOW,
        packs=packs,
        outside=asked.append,
    )
    printing = Printing(
        typesetter=Typesetter(),
        packs=packs,
        matters=load_catalogue().matters,
        verification_url="http://127.0.0.1/verify",
        now=lambda: NOW,
        name_of=lambda *_: "王公证",
    )
    case = ready_case()
    case.rules = replace(case.rules, pack_version="2025-01")
    told: dict[str, object] = {"statements": ["以上属实。"]}
    case.deed = Deed(title="声明书", variables=told)
    case.draft = Draft(
        form="ZS-01",
        template="certificate",
        variables={"paragraphs": ["兹证明。"]},
        drafted_by=NOTARY.account,
        drafted_at=NOW,
    )

    deed = printing.deed(case)
    case.deed = replace(case.deed, object_sha256=hashlib.sha256(deed).hexdigest())
    signed = signing.sign_deed(case, WANG, deed, ceremony_head="1" * 64, check_digest="2" * 64)
    report = signing.verify(signed)
    assert [s.field for s in report.signatures] == [name.format("party-01") for name in fields]
    # Who begins under SM2 is certified by the office itself, whoever else does so today.
    assert asked == ([OFFICE] if named == [P256] else [])

    sealed = signing.seal(
        case, REGISTERED, printing.certificate(case, REGISTERED), reach=lambda _: None
    )
    report = signing.verify(sealed)
    expected = [name.format(field) for field in ("notary-1", "office-1") for name in fields]
    assert [s.field for s in report.signatures] == expected
