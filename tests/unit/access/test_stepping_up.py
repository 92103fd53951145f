"""A person is asked once more before a key is used; only that person's answer counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from server.access.errors import DeviceNotFound, DeviceRevoked
from server.access.principals import AccountKind, Principal, SessionId
from server.cases.errors import (
    DeviceSignatureRefused,
    NotYourAction,
    StepUpExpired,
    StepUpNotFound,
    StepUpOfAnotherAct,
    StepUpOfAnotherCase,
    StepUpOfAnotherDocument,
    StepUpOfAnotherSession,
    StepUpSpent,
)
from server.cases.ids import AccountId, CaseId, OfficeId
from server.cases.roles import STAFF_ROLES, Role
from server.cases.step_up import (
    LIFE,
    MAY_ASK,
    OF_THE_DRAFT,
    KeyUse,
    StepUpAnswer,
    StepUpId,
)
from server.demo.device import DeviceKey
from tests.unit.access.asking_again import DEED, PARTY, AskingAgain
from tests.unit.access.books import MemoryDevices
from tests.unit.cases.a_case import NOW
from tests.unit.register.test_standing import VALID

if TYPE_CHECKING:
    from server.access.stepping_up import Given


SEALED = replace(VALID, sealed_sha256="7" * 64, renewed_sha256="8" * 64)


def staff(role: Role) -> Principal:
    return Principal(
        account=AccountId("s-1"),
        kind=AccountKind.STAFF,
        office=OfficeId("kunming-demo"),
        roles=frozenset({role}),
        session=SessionId("s-2"),
    )


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
def test_no_staff_is_even_asked_for_a_party_s_signature(role: Role) -> None:
    at = AskingAgain()
    with pytest.raises(NotYourAction):
        at.ask(who=staff(role))
    assert at.step_ups.every == {}


@pytest.mark.parametrize("use", sorted(OF_THE_DRAFT))
def test_each_act_of_the_office_is_its_own_roles(use: KeyUse) -> None:
    at = AskingAgain()
    for role in sorted(STAFF_ROLES):
        if role in MAY_ASK[use]:
            assert at.ask(use=use, digest="4" * 64, who=staff(role)).use is use
        else:
            with pytest.raises(NotYourAction):
                at.ask(use=use, digest="4" * 64, who=staff(role))
    with pytest.raises(NotYourAction):
        at.ask(use=use, digest="4" * 64)


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
def test_evidence_is_agreed_to_by_the_certificate_and_by_whoever_may_take_it(role: Role) -> None:
    at = AskingAgain(certificates=(SEALED, replace(SEALED, sealed_sha256=None)))
    use = KeyUse.TAKE_EVIDENCE
    for digest in (SEALED.sealed_sha256, SEALED.renewed_sha256):
        assert at.ask(use=use, digest=str(digest)).digest == digest
        if role in MAY_ASK[use]:
            assert at.ask(use=use, digest=str(digest), who=staff(role)).use is use
        else:
            with pytest.raises(NotYourAction):
                at.ask(use=use, digest=str(digest), who=staff(role))
    # The draft and the deed are other papers.
    for digest in (DEED, "4" * 64):
        with pytest.raises(StepUpOfAnotherDocument):
            at.ask(use=use, digest=digest)


def test_nobody_is_asked_about_what_cannot_be_shown() -> None:
    with pytest.raises(StepUpOfAnotherDocument):
        AskingAgain().ask(digest="4" * 64)


def test_an_answer_is_kept_with_its_device() -> None:
    at = AskingAgain()
    asked = at.ask()
    agreed = at.answer(at.given(asked), at=NOW + LIFE - timedelta(microseconds=1))
    assert agreed.answer == at.step_ups.get(asked.id).answer
    assert agreed.answer is not None
    assert (agreed.answer.device, agreed.answer.public_key) == ("d-1", at.phone.public)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        # Of another person, or in another sign-in of the same one.
        ({"who": replace(PARTY, account=AccountId("a-2"))}, StepUpNotFound),
        ({"who": replace(PARTY, session=SessionId("s-9"))}, StepUpOfAnotherSession),
        # Too late by nothing at all; or by a clock that went back.
        ({"at": NOW + LIFE}, StepUpExpired),
        ({"at": NOW - timedelta(seconds=1)}, StepUpExpired),
    ],
)
def test_an_answer_that_does_not_count(change: dict[str, Any], error: type[Exception]) -> None:
    at = AskingAgain()
    asked = at.ask()
    with pytest.raises(error):
        at.answer(at.given(asked), **change)
    assert at.step_ups.get(asked.id).answer is None


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"case": CaseId("c-2")}, StepUpOfAnotherCase),
        ({"use": KeyUse.ISSUE}, StepUpOfAnotherAct),
        ({"digests": frozenset({"3" * 64})}, StepUpOfAnotherDocument),
    ],
)
def test_an_answer_serves_nothing_else(change: dict[str, Any], error: type[Exception]) -> None:
    at = AskingAgain()
    asked = at.ask()
    with pytest.raises(error):
        at.answer(at.given(asked), wanted=replace(at.wanted, **change))
    assert at.step_ups.get(asked.id).answer is None


def test_an_answer_serves_once() -> None:
    at = AskingAgain()
    given = at.given(at.ask())
    at.answer(given)
    with pytest.raises(StepUpSpent):
        at.answer(given)
    with pytest.raises(StepUpNotFound):
        at.answer(replace(given, step_up=StepUpId("never asked")))


def test_of_two_who_read_the_same_row_the_row_decides() -> None:
    at = AskingAgain()
    asked = at.ask()

    class Overtaken(MemoryDevices):
        def get(self, device_id: Any) -> Any:  # noqa: ANN401  # as the book's
            other = StepUpAnswer(
                device="d-1", public_key=at.phone.public, signature=b"first", at=NOW
            )
            assert at.step_ups.answer(asked.id, other)
            return MemoryDevices.get(self, device_id)

    at.devices = Overtaken(at.devices.every)
    with pytest.raises(StepUpSpent):
        at.answer(at.given(asked))
    kept = at.step_ups.get(asked.id).answer
    assert kept is not None
    assert kept.signature == b"first"


def test_only_the_person_s_own_living_device_answers() -> None:
    at = AskingAgain()
    asked, theirs = at.ask(), DeviceKey(id="d-2")
    with pytest.raises(DeviceNotFound):
        at.answer(at.given(asked, by=theirs))
    at.devices.add(at.known(theirs, account=AccountId("a-2")))
    with pytest.raises(DeviceNotFound):
        at.answer(at.given(asked, by=theirs))
    # The right name, and the wrong key.
    with pytest.raises(DeviceSignatureRefused):
        at.answer(at.given(asked, by=DeviceKey(id="d-1")))
    given: Given = at.given(asked)
    at.devices.revoke(given.device, at=NOW)
    with pytest.raises(DeviceRevoked):
        at.answer(given)
    assert at.step_ups.get(asked.id).answer is None
