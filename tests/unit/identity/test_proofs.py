"""What liveness, chip, register and earlier tries add to a verdict."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from identity.chips.details import ChipDetails
from identity.chips.finding import ChipFinding, ChipHint
from identity.chips.refusal import ChipFault, ChipRefused
from identity.documents.fields import DocumentSide
from identity.documents.mrz import Mrz, MrzForm
from identity.documents.stated import DocumentFacts
from identity.liveness.finding import LivenessDoubt, LivenessFinding
from identity.proofs import OtherProofs, doubts_of_proofs
from identity.registers.judging import RegisterDoubt
from identity.verdict import Doubt, Outcome
from tests.unit.identity.test_judging import NOW as JUDGED_AT
from tests.unit.identity.test_judging import POLICY, RIGHT

if TYPE_CHECKING:
    from identity.proofs import ChipOutcome

from identity.judging import Claim, judge, settled_by_chip

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
FACTS = DocumentFacts(
    side=DocumentSide.PASSPORT_PAGE,
    doubts=frozenset(),
    number="E00000001",
    birth=date(1971, 3, 21),
)
HOLDER = Mrz(
    form=MrzForm.TD3,
    document_code="P",
    issuer="CHN",
    surname="OUYANG",
    given_names="MING",
    number="E00000001",
    nationality="CHN",
    birth=date(1971, 3, 21),
    sex="M",
    expires=date(2030, 1, 1),
    optional="",
)
GENUINE = ChipFinding(
    holder=HOLDER,
    portrait=None,
    details=ChipDetails(),
    evidence=(),
    hints=frozenset({ChipHint.REVOCATION_UNKNOWN}),
    signed_at=None,
    judged_at=NOW,
)


def lively(*doubts: LivenessDoubt) -> LivenessFinding:
    return LivenessFinding(
        doubts=dict.fromkeys(doubts, (0,)),
        not_measured=(),
        live_score=None,
        flash_agreement=None,
        policy_citation="test",
    )


@pytest.mark.parametrize(
    ("liveness", "doubts"),
    [
        # Nothing was sent: what the act asks for is judged elsewhere.
        (None, set()),
        (lively(), set()),
        # By day the colours do not show: a person looks.
        (lively(LivenessDoubt.FLASH_NOT_SEEN), {Doubt.LIVENESS_UNCERTAIN}),
        (lively(LivenessDoubt.MOVES_LIKE_PAPER), {Doubt.LIVENESS_REFUSED}),
    ],
)
def test_liveness_adds_its_outcome(liveness: LivenessFinding | None, doubts: set[Doubt]) -> None:
    assert doubts_of_proofs(OtherProofs(liveness=liveness), FACTS, now=NOW) == doubts


@pytest.mark.parametrize(
    ("chip", "facts", "doubts"),
    [
        # Genuine, and the page says the same.
        (GENUINE, FACTS, set()),
        # What could not be read off the page contradicts nothing.
        (GENUINE, replace(FACTS, number=None, birth=None), set()),
        # The chip of one passport and the page of another.
        (GENUINE, replace(FACTS, number="E00000002"), {Doubt.CHIP_DISAGREES}),
        (GENUINE, replace(FACTS, birth=date(1999, 1, 1)), {Doubt.CHIP_DISAGREES}),
        # Nobody that we believe signed it.
        (
            replace(GENUINE, hints=frozenset({ChipHint.SIGNER_UNKNOWN})),
            FACTS,
            {Doubt.CHIP_UNCERTAIN},
        ),
        # Genuine and not valid any more.
        (
            replace(GENUINE, hints=frozenset({ChipHint.DOCUMENT_EXPIRED})),
            FACTS,
            {Doubt.DOCUMENT_EXPIRED, Doubt.CHIP_UNCERTAIN},
        ),
        # One altered byte.
        (ChipRefused(ChipFault.HASH_MISMATCH), FACTS, {Doubt.CHIP_REFUSED}),
    ],
)
def test_a_chip_adds_what_speaks_against_it(
    chip: ChipOutcome, facts: DocumentFacts, doubts: set[Doubt]
) -> None:
    assert doubts_of_proofs(OtherProofs(chip=chip), facts, now=NOW) == doubts


@pytest.mark.parametrize("doubt", RegisterDoubt)
def test_every_doubt_of_a_register_arrives(doubt: RegisterDoubt) -> None:
    proofs = OtherProofs(register=frozenset({doubt}))
    (found,) = doubts_of_proofs(proofs, FACTS, now=NOW)
    assert found.value == doubt.value


def test_after_three_refusals_a_person_looks_whatever_the_machine_finds() -> None:
    times = tuple(JUDGED_AT - timedelta(hours=n) for n in (1, 2, 3))
    proofs = OtherProofs(earlier_refusals=times)
    assert judge(RIGHT, POLICY, now=JUDGED_AT).outcome is Outcome.PROVEN
    assert judge(RIGHT, POLICY, now=JUDGED_AT, proofs=proofs).outcome is Outcome.PERSON_DECIDES


def test_used_up_tries_bring_a_person_to_the_face_and_not_to_another_mans_card() -> None:
    times = tuple(JUDGED_AT - timedelta(hours=n) for n in (1, 2, 3))
    face = RIGHT.face
    if face is None:
        raise LookupError("the right measurements have a face")
    nobody = replace(RIGHT, face=replace(face, live=None))
    used_up = OtherProofs(earlier_refusals=times)
    assert judge(nobody, POLICY, now=JUDGED_AT).outcome is Outcome.REFUSED
    assert judge(nobody, POLICY, now=JUDGED_AT, proofs=used_up).outcome is Outcome.PERSON_DECIDES
    other = Claim(name="别人", number=None)
    refused = judge(nobody, POLICY, now=JUDGED_AT, claim=other, proofs=used_up)
    assert refused.outcome is Outcome.REFUSED


def test_a_genuine_chip_cures_what_the_page_left_unsure_and_nothing_else() -> None:
    unread = replace(RIGHT, front=replace(RIGHT.front, fields={}))
    before = judge(unread, POLICY, now=JUDGED_AT).doubts
    assert {Doubt.FIELDS_UNREADABLE, Doubt.DOCUMENT_NOT_RECOGNISED} & before
    proofs = OtherProofs(chip=GENUINE)
    after = judge(unread, POLICY, now=JUDGED_AT, proofs=proofs).doubts
    assert before - after == before & {Doubt.FIELDS_UNREADABLE, Doubt.DOCUMENT_NOT_RECOGNISED}


@pytest.mark.parametrize(
    ("claimed", "page_says", "number", "outcome"),
    [
        # The chip itself names the person, in either script.
        ("OUYANG MING", None, None, Outcome.PROVEN),
        ("欧阳明", None, None, Outcome.PROVEN),
        # The page names the person, and its number says that the chip is of this page.
        ("OUYANG M", "OUYANG M", "E00000001", Outcome.PROVEN),
        # Somebody's own chip and face, an unreadable page, and the name of somebody else.
        ("王小明", None, None, Outcome.PERSON_DECIDES),
        ("王小明", None, "E00000001", Outcome.PERSON_DECIDES),
        # ... or a page of somebody else with its number covered.
        ("王小明", "王小明", None, Outcome.PERSON_DECIDES),
    ],
)
def test_an_unread_page_with_a_genuine_chip_proves_nobody_whom_the_chip_does_not_name(
    claimed: str, page_says: str | None, number: str | None, outcome: Outcome
) -> None:
    """Only what stays open beside the chip: whose name the case bears."""
    facts = replace(FACTS, name=page_says, number=number, birth=None)
    chip = replace(GENUINE, details=ChipDetails(name="欧阳明"))
    claim = Claim(name=claimed, number=None)
    proofs = OtherProofs(chip=chip)
    left = settled_by_chip({Doubt.FIELDS_UNREADABLE}, facts, claim, proofs)
    assert left == (set() if outcome is Outcome.PROVEN else {Doubt.FIELDS_UNREADABLE})


def test_ones_own_chip_and_an_unread_page_do_not_prove_the_name_of_another() -> None:
    unread = replace(RIGHT, front=replace(RIGHT.front, fields={}))
    proofs = OtherProofs(chip=GENUINE)
    his_own, anothers = (
        judge(unread, POLICY, now=JUDGED_AT, claim=Claim(name=name, number=None), proofs=proofs)
        for name in ("Ouyang Ming", "王小明")
    )
    assert Doubt.FIELDS_UNREADABLE not in his_own.doubts
    assert Doubt.FIELDS_UNREADABLE in anothers.doubts
