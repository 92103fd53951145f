"""The books of invitations: found by the hash of a secret, taken up once, counted everywhere."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from server.cases.ids import OfficeId
from server.ceremony.ceremony import CeremonyId
from server.ceremony.errors import InvitationNotFound
from server.ceremony.invitations import Invitation, InvitationId, hash_of
from server.transaction import NOBODY, Scope
from tests.integration.db.filling import AT, CANARY, fill, fresh, invitation

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from server.transaction import OpenTransaction

OFFICE, OTHER = OfficeId("kunming-a"), OfficeId("chengdu-b")


@pytest.fixture
def sent(open_transaction: OpenTransaction) -> tuple[Invitation, str]:
    """An invitation to a ceremony of its own, and the secret that was sent."""
    filled = fill(open_transaction, OFFICE)
    secret = fresh("secret")
    with open_transaction(Scope(office=OFFICE)) as tx:
        (met,) = tx.ceremonies.of_case(filled.case)
        made = invitation(met, fresh("party"))
        tx.invitations.add(made)
        assert tx.invitations.put_token(made.id, hash_of(secret))
        tx.invitations.sent(made.id, at=AT)
    return replace(made, sent_at=AT), secret


def test_an_invitation_comes_back_as_it_was_made(
    open_transaction: OpenTransaction, sent: tuple[Invitation, str]
) -> None:
    made, secret = sent
    with open_transaction(Scope(office=OFFICE)) as tx:
        assert tx.invitations.get(made.id) == made
        assert made in tx.invitations.of_ceremony(made.ceremony)
        # One that was sent gets no other secret.
        assert not tx.invitations.put_token(made.id, hash_of("another"))
    with open_transaction(NOBODY) as tx:
        assert tx.invitations.with_token(hash_of(secret)) == made


def test_another_office_and_a_wrong_secret_find_nothing(
    open_transaction: OpenTransaction, sent: tuple[Invitation, str]
) -> None:
    made, _ = sent
    with open_transaction(Scope(office=OTHER)) as tx:
        with pytest.raises(InvitationNotFound):
            tx.invitations.get(made.id)
        assert tx.invitations.of_ceremony(made.ceremony) == []
        assert not tx.invitations.revoke(made.id, at=AT)
        # But it counts: one contact is one contact.
        assert tx.invitations.made_since(made.contact, AT) == 1
        assert tx.invitations.made_since(made.contact, AT + timedelta(seconds=1)) == 0
    with open_transaction(NOBODY) as tx, pytest.raises(InvitationNotFound):
        tx.invitations.with_token(hash_of("guessed"))


def test_of_two_who_take_it_up_at_once_one_does(
    open_transaction: OpenTransaction, sent: tuple[Invitation, str]
) -> None:
    made, _ = sent
    together = threading.Barrier(2)

    def take(_: int) -> bool:
        with open_transaction(Scope(office=OFFICE)) as tx:
            tx.invitations.get(made.id)
            together.wait()
            return tx.invitations.accept(made.id, at=AT)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(take, range(2))) == [False, True]
    with open_transaction(Scope(office=OFFICE)) as tx:
        assert not tx.invitations.revoke(made.id, at=AT)


def test_what_is_over_is_not_taken_up(
    open_transaction: OpenTransaction, sent: tuple[Invitation, str]
) -> None:
    made, _ = sent
    with open_transaction(Scope(office=OFFICE)) as tx:
        assert not tx.invitations.accept(made.id, at=made.expires_at)
        assert tx.invitations.revoke(made.id, at=AT)
        assert not tx.invitations.accept(made.id, at=AT)


def test_neither_contact_nor_secret_is_readable_in_the_database(
    owner_engine: Engine, sent: tuple[Invitation, str]
) -> None:
    made, secret = sent
    with owner_engine.connect() as connection:
        connection.execute(text("ALTER TABLE ceremony_invitations NO FORCE ROW LEVEL SECURITY"))
        found = connection.execute(
            text("SELECT i::text, encode(contact, 'escape') FROM ceremony_invitations i")
        ).all()
        connection.rollback()
    assert found
    for canary in (CANARY, secret, made.contact):
        assert canary not in str(found)


def test_an_unknown_one_is_not_found(open_transaction: OpenTransaction) -> None:
    with open_transaction(Scope(office=OFFICE)) as tx:
        with pytest.raises(InvitationNotFound):
            tx.invitations.get(InvitationId("nobody"))
        assert tx.invitations.of_ceremony(CeremonyId("nowhere")) == []
