"""A deed is typeset until it is signed, and each party signs once, on what was read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from server.cases.case import Deed
from server.cases.errors import (
    ConditionsUnmet,
    DeviceSignatureRefused,
    PartNotFound,
    StepUpNotFound,
    StepUpOfAnotherDocument,
    StepUpUnanswered,
)
from server.cases.ids import PartyId
from server.cases.parties import PartyRole
from server.cases.step_up import StepUpId
from server.tasks.deeds import sign_deed, typeset_deed, typeset_draft
from server.transaction import Scope
from tests.functional.tasks.kept import ACCOUNT, Kept
from tests.integration.db.filling import fresh

if TYPE_CHECKING:
    from server.tasks.deeds import DeedDesk
    from server.transaction import OpenTransaction

WRITTEN = Deed(title="委托书", variables={})


def typeset(kept: Kept) -> None:
    typeset_deed(kept.office, kept.case.id, desk=kept.desk(), progress=kept.progress)


def sign(kept: Kept, *, desk: DeedDesk | None = None) -> None:
    """Run the job of a party who agreed to the deed, in the ceremony, on its own device."""
    sign_under(kept, kept.agree(), desk=desk)


def sign_under(kept: Kept, step_up: StepUpId, *, desk: DeedDesk | None = None) -> None:
    sign_deed(
        kept.office,
        kept.case.id,
        kept.case.parties[0].id,
        kept.ceremony.id,
        step_up=step_up,
        desk=desk or kept.desk(),
        progress=kept.progress,
    )


def test_a_deed_is_put_in_the_store_and_named_by_its_digest(
    open_transaction: OpenTransaction,
) -> None:
    kept = Kept.of(open_transaction, deed=WRITTEN)
    typeset(kept)
    deed = kept.as_it_stands().deed
    assert deed is not None
    assert kept.objects[str(deed.object_sha256)] == f"deed of {kept.case.id}".encode()
    assert (kept.told().state, kept.told().result) == (
        "succeeded",
        f"/v1/cases/{kept.case.id}/deed",
    )


def test_what_somebody_signed_is_not_typeset_anew(open_transaction: OpenTransaction) -> None:
    signed = replace(WRITTEN, object_sha256="1" * 64, signed_by=(PartyId("p-1"),))
    kept = Kept.of(open_transaction, deed=signed)
    typeset(kept)
    assert kept.as_it_stands().deed == signed


def test_a_deed_that_was_taken_back_meanwhile_is_not_made(
    open_transaction: OpenTransaction,
) -> None:
    kept = Kept.of(open_transaction)
    with pytest.raises(PartNotFound, match="deed"):
        typeset(kept)
    with pytest.raises(PartNotFound, match="deed"):
        sign(kept)


def test_a_draft_that_is_no_longer_there_is_not_made(open_transaction: OpenTransaction) -> None:
    kept = Kept.of(open_transaction)
    typeset_draft(kept.office, kept.case.id, desk=kept.desk(), progress=kept.progress)
    draft = kept.as_it_stands().draft
    assert draft is not None
    assert kept.objects[str(draft.object_sha256)].startswith(b"draft of")
    with open_transaction(Scope(office=kept.office)) as tx:
        case = tx.cases.get(kept.case.id, lock=True)
        case.draft = None
        tx.cases.save(case)
    with pytest.raises(PartNotFound, match="draft"):
        typeset_draft(kept.office, kept.case.id, desk=kept.desk(), progress=kept.progress)


def test_a_signature_is_bound_to_the_chain_and_put_into_it(
    open_transaction: OpenTransaction,
) -> None:
    kept = Kept.of(open_transaction, deed=WRITTEN)
    typeset(kept)
    agreed = kept.agree()
    head = kept.in_its_room().head
    sign_under(kept, agreed)
    deed, party = kept.as_it_stands().deed, kept.case.parties[0].id
    assert deed is not None
    assert deed.signed_by == (party,)
    assert kept.objects[str(deed.signed_sha256)].endswith(f" signed {party} {head}".encode())
    last = kept.in_its_room().links[-1]
    assert (last.kind, last.body["by"]) == ("deed_signed", ACCOUNT)


def test_the_same_party_never_signs_twice(open_transaction: OpenTransaction) -> None:
    kept = Kept.of(open_transaction, deed=WRITTEN)
    typeset(kept)
    sign(kept)
    once = kept.as_it_stands().deed
    sign(kept)
    assert kept.as_it_stands().deed == once
    assert kept.told().state == "succeeded"


def test_a_signature_of_whoever_turned_out_to_be_another_meanwhile_is_thrown_away(
    open_transaction: OpenTransaction,
) -> None:
    kept = Kept.of(open_transaction, deed=WRITTEN)
    typeset(kept)

    def slow(_: object, __: object, base: bytes, ___: object) -> bytes:
        with open_transaction(Scope(office=kept.office)) as tx:
            case = tx.cases.get(kept.case.id, lock=True)
            party = replace(case.parties[0], identity_proven=False, role=PartyRole.APPLICANT)
            case.replace_party(party)
            tx.cases.save(case)
        return base + b" signed"

    with pytest.raises(ConditionsUnmet):
        sign(kept, desk=replace(kept.desk(), sign=slow))
    deed = kept.as_it_stands().deed
    assert deed is not None
    assert deed.signed_by == ()


def test_a_signature_on_what_is_no_longer_the_deed_is_thrown_away(
    open_transaction: OpenTransaction,
) -> None:
    kept = Kept.of(open_transaction, deed=WRITTEN)
    typeset(kept)
    other = replace(WRITTEN, object_sha256="2" * 64)

    def slow(_: object, __: object, base: bytes, ___: object) -> bytes:
        kept.rewrite(other)
        return base + b" signed"

    with pytest.raises(PartNotFound, match="as it was signed"):
        sign(kept, desk=replace(kept.desk(), sign=slow))
    assert kept.as_it_stands().deed == other
    assert kept.in_its_room().links[-1].kind != "deed_signed"


def test_a_job_forged_into_the_queue_signs_nothing(open_transaction: OpenTransaction) -> None:
    kept = Kept.of(open_transaction, deed=WRITTEN)
    typeset(kept)
    with pytest.raises(StepUpNotFound):
        sign_under(kept, StepUpId(fresh("forged")))
    with pytest.raises(StepUpUnanswered):
        sign_under(kept, kept.agree(answers=False))
    # Of somebody else, even where the ceremony was told of it.
    with pytest.raises(StepUpNotFound):
        sign_under(kept, kept.agree(by=fresh("account")))
    assert nothing_was_signed(kept)


def test_a_row_without_the_device_s_signature_is_not_believed(
    open_transaction: OpenTransaction,
) -> None:
    kept = Kept.of(open_transaction, deed=WRITTEN)
    typeset(kept)
    with pytest.raises(DeviceSignatureRefused):
        sign_under(kept, kept.agree(signature=b"0" * 70))
    assert nothing_was_signed(kept)


def test_an_agreement_that_the_ceremony_knows_nothing_of_signs_nothing(
    open_transaction: OpenTransaction,
) -> None:
    kept = Kept.of(open_transaction, deed=WRITTEN)
    typeset(kept)
    with pytest.raises(StepUpUnanswered):
        sign_under(kept, kept.agree(in_ceremony=False))
    assert nothing_was_signed(kept)


def test_who_agreed_to_one_deed_does_not_sign_the_one_that_took_its_place(
    open_transaction: OpenTransaction,
) -> None:
    kept = Kept.of(open_transaction, deed=WRITTEN)
    typeset(kept)
    agreed = kept.agree()
    kept.rewrite(replace(WRITTEN, object_sha256=kept.put(kept.office, b"another deed").hex))
    with pytest.raises(StepUpOfAnotherDocument):
        sign_under(kept, agreed)
    assert nothing_was_signed(kept)


def nothing_was_signed(kept: Kept) -> bool:
    deed = kept.as_it_stands().deed
    return deed is not None and deed.signed_by == () and deed.signed_sha256 is None
