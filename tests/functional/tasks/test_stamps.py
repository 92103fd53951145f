"""The sweep of archive time-stamps: real files, a real database, and clocks moved years on."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from esign.authorities.directory import TSA
from esign.errors import RenewalUseless, StamperStolen, StampLapsed, TimeStampUnavailable
from esign.evidence import EvidenceDigests
from esign.keyceremony.requests import Action
from esign.pdf.deeds import PartySignature
from esign.pdf.fields import SignaturePlace, party_field, prepare_fields
from esign.renewing import Renewed, last_stamper, stamp_carries_until, stolen_stampers
from esign.testing import RunningOffice, archival_page, running_office
from esign.tsa.lifetime import RENEWAL_2026
from esign.tsa.on_duty import AuthorityOnDuty
from esign.verification import verify
from esign.verification.existence import Existed
from server.cases.ids import OfficeId
from server.cases.restamping import StampDesk
from server.register.generations import FileKind, GenerationState, sm3_of
from server.tasks.stamps import Came, Ended, due_stamps, renew_due
from server.transaction import NOBODY, Scope
from storage.objects import Digest
from tests.integration.db.filling import certificate, fresh, full_case
from tests.servers.ceremony_room import Room

if TYPE_CHECKING:
    from collections.abc import Iterator, MutableMapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from server.cases.case import Case
    from server.register.certificates import Certificate
    from server.transaction import OpenTransaction, Transaction

SEALED_AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
DAY, YEAR = timedelta(days=1), timedelta(days=365)
WAITS_FOR = (TimeStampUnavailable, RenewalUseless)


@pytest.fixture
def signing(tmp_path: Path) -> Iterator[RunningOffice]:
    with running_office(tmp_path, at=SEALED_AT) as running:
        running.new_stamper(valid_for=2 * YEAR)
        yield running


@dataclass(slots=True)
class Archive:
    """One office with one issued case, its files in a store, under a clock of its own."""

    signing: RunningOffice
    open_transaction: OpenTransaction
    office: OfficeId
    case: Case
    certificate: Certificate
    objects: MutableMapping[str, bytes] = field(default_factory=dict)
    known: dict[str, datetime] = field(default_factory=dict)
    """When somebody independent says that a file of a SHA-256 was there."""

    def put(self, content: bytes) -> Digest:
        digest = Digest(hashlib.sha256(content).hexdigest())
        self.objects[digest.hex] = content
        return digest

    def desk(self) -> StampDesk:
        return StampDesk(
            open_books=lambda office: self.open_transaction(Scope(office=office)),
            carries_until=lambda c: stamp_carries_until(c, roots=self.signing.roots),
            stamped_by=last_stamper,
            stolen=lambda: stolen_stampers(self.signing.files),
            renew=lambda _, __, content: self.renew(content),
            put_beside=lambda _, content, __: self.put(content),
            get=lambda _, digest: self.objects[digest.hex],
            margin=RENEWAL_2026.margin,
            new_id=lambda: str(uuid.uuid4()),
            now=self.signing.now,
            reach=lambda _: None,
        )

    def renew(self, content: bytes) -> Renewed:
        return replace(self.signing.renewer(), existed=self.existed).renew(content)

    def existed(self, content: bytes) -> list[Existed]:
        sha256 = hashlib.sha256(content).hexdigest()
        return [Existed(sha256=sha256, at=self.known[sha256])] if sha256 in self.known else []

    def swept(self, at: datetime, *, new_stamper: bool = True) -> dict[str, Ended]:
        self.signing.now.at = at
        if new_stamper:
            self.signing.new_stamper(valid_for=2 * YEAR)
        return self.renewed()

    def renewed(self, *, only_stolen: bool = False) -> dict[str, Ended]:
        told: list[Ended] = []
        renew_due(
            [self.office],
            desk=self.desk(),
            open_transaction=self.open_transaction,
            waits_for=WAITS_FOR,
            tell=told.append,
            only_stolen=only_stolen,
        )
        return {ended.file.kind: ended for ended in told}

    def due(self) -> dict[str, tuple[GenerationState, str | None]]:
        found = due_stamps([self.office], desk=self.desk(), open_transaction=self.open_transaction)
        return {each.file.kind: (each.state, each.trouble) for each in found}

    def open_transaction_of_office(self) -> AbstractContextManager[Transaction]:
        return self.open_transaction(Scope(office=self.office))

    def delivered(self) -> dict[str, bytes]:
        with self.open_transaction(Scope(office=self.office)) as tx:
            sealed = tx.certificates.get(self.certificate.id).newest_sha256
            deed = tx.cases.get(self.case.id).deed
        signed = deed.signed_sha256 if deed else None
        return {"certificate": self.objects[str(sealed)], "deed": self.objects[str(signed)]}

    def told(self) -> list[str]:
        with self.open_transaction(Scope(office=self.office)) as tx:
            kinds = [event.kind for event in tx.cases.events(self.case.id)]
        return [kind for kind in kinds if kind.startswith("stamp_")]


@pytest.fixture
def archive(signing: RunningOffice, open_transaction: OpenTransaction) -> Archive:
    return new_archive(signing, open_transaction, {})


def new_archive(
    signing: RunningOffice,
    open_transaction: OpenTransaction,
    objects: MutableMapping[str, bytes],
) -> Archive:
    office = OfficeId(fresh("stamped-office"))
    case = full_case(office, fresh("account"))
    sealed, deed = signing.sealed(), signed_deed(signing)
    issued = certificate(case, 1, sealed_sha256=hashlib.sha256(sealed).hexdigest())
    made = Archive(signing, open_transaction, office, case, issued, objects)
    made.put(sealed)
    assert case.deed is not None
    case.deed = replace(case.deed, signed_sha256=made.put(deed).hex)
    with open_transaction(Scope(office=office)) as tx:
        tx.cases.add(case)
        tx.certificates.add(issued)
    return made


def signed_deed(signing: RunningOffice) -> bytes:
    places = [
        SignaturePlace(field=party_field(n), page=0, box=(80, 60 * n, 220, 60 * n + 50), label="方")
        for n in (1, 2)
    ]
    deed = prepare_fields(archival_page(), places)
    evidence = EvidenceDigests(
        identity_check="1" * 64,
        ceremony_segment="2" * 64,
        document=hashlib.sha256(deed).hexdigest(),
    )
    for number in (1, 2):
        party = PartySignature(
            field=party_field(number), common_name=f"当事人{number}", evidence=evidence
        )
        deed = signing.deed_signer().sign(deed, party)
    return deed


def test_certificate_and_deed_are_carried_over_years_and_every_digest_leads_to_them(
    archive: Archive,
) -> None:
    at_first = archive.delivered()
    assert {e.came for e in archive.swept(SEALED_AT, new_stamper=False).values()} == {Came.CARRIES}
    assert archive.delivered() == at_first
    once = archive.swept(SEALED_AT + 1.5 * YEAR)
    then = archive.delivered()
    twice = archive.swept(SEALED_AT + 3 * YEAR)
    now = archive.delivered()
    assert {e.came for e in (*once.values(), *twice.values())} == {Came.RENEWED}
    assert archive.swept(SEALED_AT + 3 * YEAR, new_stamper=False) == {}
    for kind, content in now.items():
        assert content.startswith(then[kind])
        assert then[kind].startswith(at_first[kind])
        verify(content, roots=archive.signing.roots, at=SEALED_AT + 4.5 * YEAR)
    for content in (at_first["certificate"], then["certificate"], now["certificate"]):
        sha256 = hashlib.sha256(content).hexdigest()
        with archive.open_transaction(NOBODY) as tx:
            found = tx.public_register.by_sealed_digest(sha256)
            kept = tx.public_register.generation(sha256)
        assert found is not None
        assert kept is not None
        assert (found.id, kept.sm3) == (archive.certificate.id, sm3_of(content))
    assert archive.told() == ["stamp_renewed"] * 4


def test_a_renewal_that_comes_too_late_is_refused_and_a_person_is_told(archive: Archive) -> None:
    at_first = archive.delivered()
    ended = archive.swept(SEALED_AT + 2.5 * YEAR)
    lapsed = (Came.REFUSED, StampLapsed.__name__)
    assert {(e.came, e.trouble) for e in ended.values()} == {lapsed}
    assert archive.due() == dict.fromkeys(FileKind, (GenerationState.REFUSED, StampLapsed.__name__))
    archive.swept(SEALED_AT + 2.6 * YEAR)
    assert archive.told() == ["stamp_renewal_refused"] * 2
    assert archive.delivered() == at_first


def test_while_the_authority_is_down_stamps_wait_and_say_so(archive: Archive) -> None:
    archive.swept(SEALED_AT, new_stamper=False)
    archive.signing.proof.stamps_left = 0
    waiting = archive.swept(SEALED_AT + 1.5 * YEAR)
    said = (Came.WAITS, TimeStampUnavailable.__name__)
    assert {(e.came, e.trouble) for e in waiting.values()} == {said}
    assert archive.due() == dict.fromkeys(FileKind, (GenerationState.INTENDED, None))
    archive.signing.proof.stamps_left = 1_000
    ended = archive.swept(SEALED_AT + 1.6 * YEAR, new_stamper=False)
    assert {e.came for e in ended.values()} == {Came.RENEWED}


def test_an_authority_that_needs_a_new_key_is_waited_for_and_not_stamped_with_nightly(
    archive: Archive,
) -> None:
    at_first = archive.delivered()
    ended = archive.swept(SEALED_AT + 1.5 * YEAR, new_stamper=False)
    said = (Came.WAITS, RenewalUseless.__name__)
    assert {(e.came, e.trouble) for e in ended.values()} == {said}
    assert archive.delivered() == at_first


def test_a_file_that_the_store_lost_does_not_stop_the_next(archive: Archive) -> None:
    del archive.objects[str(archive.certificate.sealed_sha256)]
    ended = archive.swept(SEALED_AT + 1.5 * YEAR)
    assert (ended["certificate"].came, ended["certificate"].trouble) == (Came.FAILED, "KeyError")
    assert ended["deed"].came is Came.RENEWED


def test_what_is_due_is_told_before_anything_is_written(archive: Archive) -> None:
    assert archive.due() == {"certificate": (GenerationState.KEPT, None)}
    with archive.open_transaction(Scope(office=archive.office)) as tx:
        assert [file.subject for file in tx.generations.untracked()] == [archive.certificate.id]


def test_after_a_theft_what_somebody_vouches_for_is_stamped_anew_at_once_and_the_rest_is_told(
    archive: Archive,
) -> None:
    """Of the certificate the log knows that it was there; of the deed nobody does."""
    signing, at_first = archive.signing, archive.delivered()
    archive.swept(SEALED_AT, new_stamper=False)
    assert archive.renewed(only_stolen=True) == {}
    archive.known[hashlib.sha256(at_first["certificate"]).hexdigest()] = SEALED_AT + DAY
    signing.now.at = SEALED_AT + 3 * DAY
    room = Room(signing.files.path, signing.now).with_officers()
    room.done(Action.COMPROMISE, TSA, compromised_at=SEALED_AT + 2 * DAY)
    signing.server.authority = AuthorityOnDuty(
        signing.files, custody=signing.vault, now=signing.now, proof=signing.proof
    )
    ended = {
        kind: (each.came, each.trouble) for kind, each in archive.renewed(only_stolen=True).items()
    }
    assert ended == {
        "certificate": (Came.RENEWED, None),
        "deed": (Came.REFUSED, StamperStolen.__name__),
    }
    # Once; and whoever asks what is left is told of what nobody can prove.
    assert archive.renewed(only_stolen=True) == {}
    assert archive.due() == {"deed": (GenerationState.REFUSED, StamperStolen.__name__)}
    carried = archive.delivered()["certificate"]
    assert carried.startswith(at_first["certificate"])
    verify(
        carried,
        roots=signing.roots,
        at=signing.now.at,
        fresh_lists=signing.files.published_lists(),
        existed=archive.existed(at_first["certificate"]),
    )
