"""Every digest that was given out leads to its certificate; what is due is found, and in order."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import IntegrityError

from server.cases.ids import OfficeId
from server.register.errors import GenerationNotFound
from server.register.generations import FileKind, GenerationState, SignedFile
from server.transaction import NOBODY, Scope
from tests.integration.db.filling import AT, certificate, fresh, generation, new_case

if TYPE_CHECKING:
    from server.register.certificates import Certificate
    from server.register.generations import Generation
    from server.transaction import OpenTransaction

SOON, LATER = AT + timedelta(days=100), AT + timedelta(days=200)


def sealed(open_transaction: OpenTransaction, office: str, **changes: object) -> Certificate:
    case = new_case(OfficeId(office), fresh("account"))
    with open_transaction(Scope(office=OfficeId(office))) as tx:
        tx.cases.add(case)
        made = certificate(case, tx.numbers.allot(year=2026, series="外"), **changes)
        tx.certificates.add(made)
    return made


def put(open_transaction: OpenTransaction, *generations: Generation) -> None:
    for each in generations:
        with open_transaction(Scope(office=OfficeId(each.office))) as tx:
            tx.generations.add(each)


def renewed(first: Generation, **changes: object) -> Generation:
    values: dict[str, object] = {
        "id": fresh("generation"),
        "number": first.number + 1,
        "base_sha256": first.sha256,
        "sha256": fresh("renewed"),
    }
    return replace(first, **(values | changes))  # type: ignore[arg-type]  # by name


def test_a_generation_comes_back_equal_and_changes_keep(open_transaction: OpenTransaction) -> None:
    made = sealed(open_transaction, "gen-a")
    first = generation(made)
    second = renewed(
        first, state=GenerationState.INTENDED, sha256=None, sm3=None, carries_until=None
    )
    put(open_transaction, second, first)
    kept = replace(second, state=GenerationState.KEPT, sha256=fresh("kept"), carries_until=LATER)
    with open_transaction(Scope(office=OfficeId("gen-a"))) as tx:
        assert tx.generations.of_file(first.file) == [first, second]
        tx.generations.save(kept)
        assert tx.generations.of_file(first.file) == [first, kept]
        with pytest.raises(GenerationNotFound):
            tx.generations.save(replace(kept, id=fresh("generation")))


def test_each_digest_leads_to_the_certificate_whoever_asks(
    open_transaction: OpenTransaction,
) -> None:
    made = sealed(open_transaction, "gen-b")
    first = generation(made)
    second = renewed(first)
    put(open_transaction, first, second)
    newest = replace(made, renewed_sha256=second.sha256)
    with open_transaction(Scope(office=OfficeId("gen-b"))) as tx:
        tx.certificates.save(newest)
    for kept in (first, second):
        with open_transaction(NOBODY) as tx:
            assert tx.public_register.by_sealed_digest(str(kept.sha256)) == newest
            assert tx.public_register.generation(str(kept.sha256)) == kept
    with open_transaction(NOBODY) as tx:
        assert tx.public_register.by_sealed_digest(fresh("stranger")) is None
        assert tx.public_register.generation(fresh("stranger")) is None


def test_nobody_learns_of_a_deed_by_its_digest(open_transaction: OpenTransaction) -> None:
    made = sealed(open_transaction, "gen-c")
    deed = SignedFile(kind=FileKind.DEED, case=made.case, subject=made.case)
    signed = generation(made, file=deed, sha256=fresh("deed"))
    put(open_transaction, signed)
    with open_transaction(NOBODY) as tx:
        assert tx.public_register.generation(str(signed.sha256)) is None
        assert tx.public_register.by_sealed_digest(str(signed.sha256)) is None


def test_what_is_due_comes_soonest_first_and_what_lasts_does_not(
    open_transaction: OpenTransaction,
) -> None:
    office = fresh("due-office")
    ends = {"lasts": LATER, "soon": SOON, "sooner": SOON - timedelta(days=1), "unseen": None}
    made = {
        name: generation(sealed(open_transaction, office), carries_until=until)
        for name, until in ends.items()
    }
    begun = generation(sealed(open_transaction, office), carries_until=LATER)
    open_one = renewed(
        begun, state=GenerationState.INTENDED, sha256=None, carries_until=None, kept_at=None
    )
    done = generation(sealed(open_transaction, office), carries_until=SOON)
    renewed_one = renewed(done, carries_until=LATER)
    refused_base = generation(sealed(open_transaction, office), carries_until=SOON)
    refused = renewed(
        refused_base,
        state=GenerationState.REFUSED,
        sha256=None,
        carries_until=None,
        trouble="StampLapsed",
    )
    put(open_transaction, *made.values(), begun, open_one, done, renewed_one, refused_base, refused)
    with open_transaction(Scope(office=OfficeId(office))) as tx:
        found = tx.generations.due(before=SOON + timedelta(days=1))
    assert set(found[:3]) == {made["unseen"].file, open_one.file, refused.file}
    assert found[3:] == [made["sooner"].file, made["soon"].file]


def test_what_a_stamper_stamped_last_is_found_and_what_was_renewed_since_is_not(
    open_transaction: OpenTransaction,
) -> None:
    office = fresh("stolen-office")
    by_one, renewed_since, by_other = (
        generation(sealed(open_transaction, office), stamper=stamper, carries_until=LATER)
        for stamper in ("one", "one", "other")
    )
    # On record from before it was asked who stamped: somebody has to look.
    unseen = generation(sealed(open_transaction, office), stamper=None, carries_until=LATER)
    again = renewed(renewed_since, stamper="other", carries_until=LATER)
    put(open_transaction, by_one, renewed_since, by_other, unseen, again)
    with open_transaction(Scope(office=OfficeId(office))) as tx:
        assert tx.generations.stamped_by({"one"}) == [by_one.file]
        assert tx.generations.stamped_by(frozenset()) == []
        assert tx.generations.due(before=SOON) == [unseen.file]


def test_a_certificate_sealed_before_there_was_a_record_is_found(
    open_transaction: OpenTransaction,
) -> None:
    office = fresh("untracked-office")
    old, new = sealed(open_transaction, office), sealed(open_transaction, office)
    sealed(open_transaction, office, sealed_sha256=None)
    put(open_transaction, generation(new))
    with open_transaction(Scope(office=OfficeId(office))) as tx:
        assert [file.subject for file in tx.generations.untracked()] == [old.id]


def test_no_digest_leads_to_two_certificates(open_transaction: OpenTransaction) -> None:
    one, other = (sealed(open_transaction, "gen-e") for _ in range(2))
    put(open_transaction, generation(one))
    with pytest.raises(IntegrityError):
        put(open_transaction, generation(other, sha256=one.sealed_sha256))


def test_a_deed_goes_along_when_its_case_moves(open_transaction: OpenTransaction) -> None:
    digest = fresh("deed")
    for office in ("gen-f", "gen-g"):
        made = sealed(open_transaction, office)
        deed = SignedFile(kind=FileKind.DEED, case=made.case, subject=made.case)
        put(open_transaction, generation(made, file=deed, sha256=digest))


def test_two_runs_cannot_intend_the_same_generation(open_transaction: OpenTransaction) -> None:
    first = generation(sealed(open_transaction, "gen-d"))
    put(open_transaction, first)
    with pytest.raises(IntegrityError):
        put(open_transaction, replace(first, id=fresh("generation"), sha256=fresh("other")))
