"""Certificates, what the public may ask about them, deliveries and the 公证登记簿."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from server.cases.case import Milestones, Staffing
from server.cases.closing import Closing, RefusalGround, TerminationGround
from server.cases.ids import AccountId, OfficeId
from server.cases.status import CaseStatus
from server.db.errors import ScopeMissing
from server.delivery.delivery import Delivery, DeliveryId, DeliveryNotFound, DeliveryState
from server.register.certificates import CertificateId, CertificateStatus
from server.register.errors import CertificateNotFound
from server.transaction import NOBODY, Scope
from tests.integration.db.filling import (
    AT,
    CANARY,
    certificate,
    fresh,
    full_case,
    new_case,
    staff,
)

if TYPE_CHECKING:
    from server.register.certificates import Certificate
    from server.transaction import OpenTransaction

OFFICE = OfficeId("kunming-a")
SCOPE = Scope(office=OFFICE)


def issued(open_transaction: OpenTransaction, **changes: object) -> Certificate:
    case = new_case(OFFICE, fresh("account"))
    with open_transaction(SCOPE) as tx:
        tx.cases.add(case)
        made = certificate(case, tx.numbers.allot(year=2026, series="外"), **changes)
        tx.certificates.add(made)
    return made


def test_a_certificate_comes_back_equal_and_changes_keep(
    open_transaction: OpenTransaction,
) -> None:
    made = issued(open_transaction)
    revoked = replace(made, status=CertificateStatus.REVOKED, ended_at=AT)
    with open_transaction(SCOPE) as tx:
        assert tx.certificates.get(made.id, lock=True) == made
        tx.certificates.save(revoked)
    with open_transaction(SCOPE) as tx:
        assert tx.certificates.of_case(made.case) == [revoked]


def test_anybody_who_holds_the_certificate_can_ask_about_it(
    open_transaction: OpenTransaction,
) -> None:
    made = issued(open_transaction)
    with open_transaction(NOBODY) as tx:
        assert tx.public_register.by_public_id(made.public_id) == made
        assert tx.public_register.by_number(made.number.text, made.check_code) == made
        assert tx.public_register.by_sealed_digest(str(made.sealed_sha256)) == made


def test_a_number_alone_tells_nobody_anything(open_transaction: OpenTransaction) -> None:
    made = issued(open_transaction)
    with open_transaction(NOBODY) as tx:
        assert tx.public_register.by_number(made.number.text, "0000") is None
        assert tx.public_register.by_public_id(made.number.text) is None
        with pytest.raises(CertificateNotFound):
            tx.certificates.get(made.id)


def test_a_certificate_without_its_seal_is_unknown_to_the_public(
    open_transaction: OpenTransaction,
) -> None:
    made = issued(open_transaction, status=CertificateStatus.INTENDED, sealed_sha256=None)
    with open_transaction(SCOPE) as tx:
        assert tx.public_register.by_public_id(made.public_id) is None


def test_what_was_intended_and_not_sealed_is_found_again(
    open_transaction: OpenTransaction,
) -> None:
    long_ago = AT - timedelta(days=3)
    forgotten = issued(
        open_transaction,
        status=CertificateStatus.INTENDED,
        sealed_sha256=None,
        intended_at=long_ago,
    )
    issued(open_transaction, intended_at=long_ago)
    with open_transaction(SCOPE) as tx:
        found = tx.certificates.unfinished(before=long_ago + timedelta(minutes=1))
        assert list(found) == [forgotten]


def test_a_delivery_comes_back_equal_and_moves(open_transaction: OpenTransaction) -> None:
    made = issued(open_transaction)
    sent = Delivery(
        id=DeliveryId(fresh("delivery")),
        office=OFFICE,
        case=made.case,
        certificate=made.id,
        recipient="party",
        state=DeliveryState.E_SENT,
        sent_at=AT,
    )
    with open_transaction(SCOPE) as tx:
        tx.deliveries.add(sent)
        tx.deliveries.save(sent.moved(DeliveryState.DOWNLOADED, AT))
    with open_transaction(SCOPE) as tx:
        assert tx.deliveries.of_case(made.case) == [sent.moved(DeliveryState.DOWNLOADED, AT)]
        with pytest.raises(DeliveryNotFound):
            tx.deliveries.get(DeliveryId(fresh("delivery")))


def test_the_register_shows_what_the_law_names(open_transaction: OpenTransaction) -> None:
    office = OfficeId("register-r")
    notary, approver = staff(office), staff(office)
    case = full_case(office, fresh("account"))
    case.status = CaseStatus.ISSUED
    case.staffing = Staffing(handling_notary=notary.id, approver=approver.id)
    # Half past eleven at night in UTC is already the next day in Shanghai.
    late = AT.replace(hour=23, minute=30)
    case.milestones = Milestones(created_at=AT, accepted_at=late, issued_at=late)
    with open_transaction(Scope(office=office)) as tx:
        for account in (notary, approver):
            tx.accounts.add_staff(account)
        tx.cases.add(case)
        tx.cases.add(new_case(office, fresh("account")))
        tx.certificates.add(certificate(case, 1))
    with open_transaction(Scope(office=office)) as tx:
        (row,) = tx.register_view.rows(year=2026)
        assert tx.register_view.rows(year=2025) == []
    assert (row.category, row.number) == ("power-of-attorney", f"(2026){office}第1号")
    assert (row.parties, row.agents) == ((CANARY,), (f"{CANARY}-agent",))
    assert (row.handler, row.approver) == ("赵公证", "赵公证")
    assert (row.accepted_on, row.closed_on) == (date(2026, 3, 3), date(2026, 3, 3))
    assert row.way_of_closing == "0"


@pytest.mark.parametrize(
    ("status", "ground", "way"),
    [
        # Nothing has ended yet.
        (CaseStatus.REVIEW, None, None),
        # A termination that the director has not decided on ends nothing.
        (CaseStatus.TERMINATING, TerminationGround.WITHDRAWN, None),
        (CaseStatus.TERMINATED, TerminationGround.WITHDRAWN, "1"),
        (CaseStatus.REFUSED, RefusalGround.DISPUTED, "2"),
        # Still terminated when the papers have gone to the archive.
        (CaseStatus.ARCHIVED, TerminationGround.OBSTRUCTED, "1"),
        # A clerical mistake, whatever was proposed before.
        (CaseStatus.VOID, RefusalGround.DISPUTED, "-1"),
    ],
)
def test_the_register_tells_how_a_case_ended(
    status: CaseStatus,
    ground: str | None,
    way: str | None,
    open_transaction: OpenTransaction,
) -> None:
    office = OfficeId(fresh("closing"))
    case = new_case(office, "a", status=status)
    case.milestones = Milestones(created_at=AT, accepted_at=AT)
    if ground is not None:
        case.closing = Closing(
            ground=ground,
            report=CANARY,
            proposed_by=AccountId("notary"),
            proposed_at=AT,
            decided_at=None if status is CaseStatus.TERMINATING else AT,
        )
    with open_transaction(Scope(office=office)) as tx:
        tx.cases.add(case)
        (row,) = tx.register_view.rows(year=2026)
    assert row.way_of_closing == way


def test_a_number_belongs_to_an_office(open_transaction: OpenTransaction) -> None:
    with open_transaction(NOBODY) as tx, pytest.raises(ScopeMissing):
        tx.numbers.allot(year=2026, series="外")


def test_what_was_never_added_cannot_be_saved(open_transaction: OpenTransaction) -> None:
    made = issued(open_transaction)
    unknown = replace(made, id=CertificateId(fresh("certificate")))
    with open_transaction(SCOPE) as tx, pytest.raises(CertificateNotFound):
        tx.certificates.save(unknown)
