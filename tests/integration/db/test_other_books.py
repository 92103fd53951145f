"""Identity checks, accounts, sessions, codes, operations and uploads come back equal."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from server.access.errors import AccountNotFound
from server.cases.errors import PartNotFound
from server.cases.identity_checks import (
    CheckId,
    CheckInputs,
    CheckState,
    IdentityCheck,
    LiveClip,
)
from server.cases.ids import AccountId, OfficeId
from server.cases.roles import Role
from server.db.books.accounts import contact_index
from server.transaction import NOBODY, OperationNotFound, Scope, UploadNotFound
from tests.integration.db.any_value import any_value
from tests.integration.db.filling import (
    AT,
    DIGEST,
    applicant_account,
    code,
    fresh,
    full_case,
    identity_check,
    new_case,
    operation,
    session,
    staff,
    upload,
)

if TYPE_CHECKING:
    from server.cases.case import Case
    from server.db.secrets import FieldCipher
    from server.transaction import OpenTransaction

OFFICE = OfficeId("kunming-a")
SCOPE = Scope(office=OFFICE)


@pytest.fixture(scope="module")
def case(open_transaction: OpenTransaction) -> Case:
    case = new_case(OFFICE, "account-1")
    with open_transaction(SCOPE) as tx:
        tx.cases.add(case)
    return case


@settings(max_examples=30, deadline=None)
@given(drawn=any_value(IdentityCheck))
def test_any_identity_check_comes_back_equal(
    drawn: IdentityCheck, case: Case, open_transaction: OpenTransaction
) -> None:
    """Whatever the annotations allow, the books keep."""
    check = replace(drawn, id=CheckId(fresh("check")), office=OFFICE, case=case.id)
    with open_transaction(SCOPE) as tx:
        tx.identity_checks.add(check)
    with open_transaction(SCOPE) as tx:
        assert tx.identity_checks.get(check.id, lock=True) == check


def test_an_identity_check_keeps_its_verdict(case: Case, open_transaction: OpenTransaction) -> None:
    queued = replace(identity_check(case), state=CheckState.QUEUED, outcome=None, decision=None)
    judged = replace(identity_check(case), id=queued.id)
    with open_transaction(SCOPE) as tx:
        tx.identity_checks.add(queued)
        tx.identity_checks.save(judged)
    with open_transaction(SCOPE) as tx:
        assert judged in tx.identity_checks.of_case(case.id)
        with pytest.raises(PartNotFound):
            tx.identity_checks.get(CheckId(fresh("check")))


def test_people_whose_faces_are_kept_are_counted_once_each(
    open_transaction: OpenTransaction,
) -> None:
    office = OfficeId(fresh("office"))
    case = full_case(office, fresh("account"))
    first, second = (party.id for party in case.parties[:2])
    inputs = CheckInputs(document="passport", front=DIGEST, back=None, live=None)
    clip = LiveClip(object=DIGEST, times_ms=(0,), nonce="00", asked_at=AT, answered_at=AT)
    with open_transaction(Scope(office=office)) as tx:
        tx.cases.add(case)
        assert tx.identity_checks.faces_kept() == 0
        for party, shown in (
            # A chip or a card alone shows no live face.
            (second, inputs),
            (first, replace(inputs, live=DIGEST)),
            # The same person again, by a clip.
            (first, replace(inputs, clip=clip)),
        ):
            check = replace(identity_check(case), party=party, inputs=shown)
            tx.identity_checks.add(check)
        assert tx.identity_checks.faces_kept() == 1
        check = replace(identity_check(case), party=second, inputs=replace(inputs, clip=clip))
        tx.identity_checks.add(check)
        assert tx.identity_checks.faces_kept() == 2


def test_an_applicant_is_found_by_the_phone(open_transaction: OpenTransaction) -> None:
    account = applicant_account(fresh("account"))
    with open_transaction(NOBODY) as tx:
        tx.accounts.add_applicant(account)
    with open_transaction(NOBODY) as tx:
        assert tx.accounts.applicant_with_contact(account.contact) == account
        assert tx.accounts.applicant(account.id) == account
        assert tx.accounts.applicant_with_contact("+8610000000000") is None
        with pytest.raises(AccountNotFound):
            tx.accounts.applicant(AccountId(fresh("account")))


def test_staff_are_found_by_login_and_listed_by_role(open_transaction: OpenTransaction) -> None:
    office = OfficeId("staff-s")
    notary = staff(office, roles=frozenset({Role.NOTARY, Role.CHECKER}))
    clerk = staff(office, roles=frozenset({Role.ISSUING_CLERK}))
    with open_transaction(Scope(office=office)) as tx:
        tx.accounts.add_staff(notary)
        tx.accounts.add_staff(clerk)
        assert tx.accounts.staff_of(office) == [notary, clerk]
        assert tx.accounts.staff_of(office, Role.CHECKER) == [notary]
    with open_transaction(NOBODY) as tx:
        assert tx.accounts.staff_with_login(clerk.login) == clerk
        assert tx.accounts.staff(clerk.id) == clerk
        assert tx.accounts.staff_of(office) == [clerk]


def test_an_ended_session_stays_on_record_and_off_the_list(
    open_transaction: OpenTransaction,
) -> None:
    account = AccountId(fresh("account"))
    first, token = session(account)
    second, other = session(account)
    with open_transaction(NOBODY) as tx:
        tx.sessions.start(first, token)
        tx.sessions.start(second, other)
        tx.sessions.end(first.id, at=AT, because="signed_out")
        tx.sessions.end(first.id, at=AT + timedelta(days=1), because="reuse")
    with open_transaction(Scope(account=account)) as tx:
        assert tx.sessions.of(account) == [second]
        ended = replace(first, ended_at=AT, ended_because="signed_out")
        assert tx.sessions.get(first.id) == ended
        assert tx.sessions.refresh_token(token.sha256) == token
        assert tx.sessions.refresh_token(fresh("token")) is None


def test_the_latest_code_of_a_phone_is_found_and_counted(
    open_transaction: OpenTransaction, field_cipher: FieldCipher
) -> None:
    phone = fresh("+33")
    older = code(contact_index(field_cipher, phone))
    newer = replace(code(older.contact_index), sent_at=AT + timedelta(minutes=1))
    with open_transaction(NOBODY) as tx:
        tx.codes.add(newer)
        tx.codes.add(older)
    with open_transaction(NOBODY) as tx:
        assert tx.codes.latest(phone) == newer
        assert tx.codes.sent_since(phone, AT) == 2
        assert tx.codes.sent_since(phone, AT + timedelta(seconds=1)) == 1
        assert tx.codes.latest(fresh("+33")) is None


def test_wrong_tries_are_remembered_until_a_right_one(open_transaction: OpenTransaction) -> None:
    login = fresh("login")
    times = [AT + timedelta(seconds=n) for n in range(3)]
    with open_transaction(NOBODY) as tx:
        for at in times:
            tx.login_tries.add(login, at=at)
        assert tx.login_tries.wrong_since(login, times[1]) == [times[2], times[1]]
        tx.login_tries.forget(login)
        assert tx.login_tries.wrong_since(login, AT) == []


def test_an_operation_is_followed_by_who_started_it(
    case: Case, open_transaction: OpenTransaction
) -> None:
    started = operation(case, "account-1")
    done = replace(started, state="succeeded", step=3, result="/cases/1/checks/1")
    with open_transaction(SCOPE) as tx:
        tx.operations.add(started)
        tx.operations.save(done)
    with open_transaction(Scope(account=AccountId("account-1"))) as tx:
        assert tx.operations.get(started.id) == done
    with (
        open_transaction(Scope(account=AccountId("account-2"))) as tx,
        pytest.raises(OperationNotFound),
    ):
        tx.operations.get(started.id)


def test_an_upload_comes_back_equal_to_its_owner_only(
    case: Case, open_transaction: OpenTransaction
) -> None:
    begun = upload(case, "account-1")
    stored = replace(begun, state="stored")
    mine = Scope(office=OFFICE, account=AccountId("account-1"), case=case.id)
    with open_transaction(mine) as tx:
        tx.uploads.add(begun)
        tx.uploads.save(stored)
        assert tx.uploads.get(begun.id, lock=True) == stored
    with open_transaction(Scope(account=AccountId("account-2"))) as tx:
        with pytest.raises(UploadNotFound):
            tx.uploads.get(begun.id)
        with pytest.raises(UploadNotFound):
            tx.uploads.save(stored)
