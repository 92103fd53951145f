"""Wherever a renewal dies, doing it again ends with one more generation, and that is delivered."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from esign.errors import StamperStolen, StampLapsed, Tampered, TimeStampUnavailable
from esign.renewing import Renewed
from server.cases.errors import IntentBroken
from server.cases.ids import OfficeId
from server.cases.restamping import (
    RenewalFault,
    StampDesk,
    files_of,
    renew_stamp,
    track_file,
)
from server.cases.status import CaseStatus as S
from server.register.certificates import CertificateId
from server.register.generations import (
    FileKind,
    Generation,
    GenerationState,
    SignedFile,
    sm3_of,
)
from storage.objects import Digest
from tests.unit.cases.a_case import NOW, ready_case
from tests.unit.cases.books import MemoryCases, Shelf
from tests.unit.register.test_standing import VALID

OFFICE = OfficeId("kunming-demo")
YEAR = timedelta(days=365)
SEALED = b"sealed, until 2028"
DEED = b"deed, until 2028"


class Died(BaseException):
    """The process is gone: nothing in it gets to tidy up."""


@dataclass(slots=True)
class Archive:
    """A case with its certificate and deed, a store, and a clock that somebody sets."""

    shelf: Shelf
    now: datetime = NOW
    objects: dict[str, bytes] = field(default_factory=dict)
    ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    dies_at: RenewalFault | None = None
    trouble: Exception | None = None
    stamps: int = 0
    stamper: str = "first"
    stolen: set[str] = field(default_factory=set)

    @classmethod
    def with_one_case(cls) -> Archive:
        case = ready_case(S.ISSUED)
        archive = cls(Shelf(MemoryCases(case)))
        sealed, deed = (archive.put(content) for content in (SEALED, DEED))
        if case.deed is not None:
            case.deed = replace(case.deed, signed_sha256=deed.hex)
        archive.shelf.cases.save(case)
        archive.shelf.certificates.save(
            replace(VALID, case=case.id, office=case.office, sealed_sha256=sealed.hex)
        )
        for file in archive.files:
            archive.track(file)
        return archive

    def track(self, file: SignedFile) -> None:
        with self.shelf.opened() as books:
            (case,) = self.shelf.cases.every.values()
            track_file(books, case, file, at=self.now, new_id=lambda: f"id-{next(self.ids)}")

    @property
    def files(self) -> tuple[SignedFile, SignedFile]:
        (case,) = self.shelf.cases.every.values()
        return files_of(case, VALID.id)

    def file(self, kind: FileKind) -> SignedFile:
        return self.files[0] if kind is FileKind.CERTIFICATE else self.files[1]

    def put(self, content: bytes) -> Digest:
        digest = Digest(hashlib.sha256(content).hexdigest())
        self.objects[digest.hex] = content
        return digest

    def desk(self) -> StampDesk:
        return StampDesk(
            open_books=lambda _: self.shelf.opened(),
            carries_until=lambda content: datetime(int(content[-4:]), 3, 1, tzinfo=NOW.tzinfo),
            stamped_by=lambda _: self.stamper,
            stolen=lambda: self.stolen,
            renew=lambda _, __, content: self._renew(content),
            put_beside=lambda _, content, __: self.put(content),
            get=lambda _, digest: self.objects[digest.hex],
            margin=YEAR,
            new_id=lambda: f"id-{next(self.ids)}",
            now=lambda: self.now,
            reach=self._reach,
        )

    def renewed(self, kind: FileKind) -> Generation:
        return renew_stamp(OFFICE, self.file(kind), desk=self.desk())

    def delivered(self, kind: FileKind) -> str:
        if kind is FileKind.CERTIFICATE:
            digest = self.shelf.certificates.every[VALID.id].newest_sha256
        else:
            (case,) = self.shelf.cases.every.values()
            digest = case.deed.signed_sha256 if case.deed else None
        return str(digest)

    def told(self) -> list[str]:
        return [event.kind for event in self.shelf.cases.recorded]

    def _renew(self, content: bytes) -> Renewed:
        if self.trouble is not None:
            raise self.trouble
        self.stamps += 1
        until = self.now + 4 * YEAR
        return Renewed(
            document=content + f"; stamp {self.stamps}, until {until.year}".encode(),
            carries_until=until,
            stamper=self.stamper,
        )

    def _reach(self, fault: str) -> None:
        if fault == self.dies_at:
            self.dies_at = None
            raise Died


KINDS = pytest.mark.parametrize("kind", list(FileKind))


@KINDS
def test_a_stamp_that_lasts_is_looked_at_and_left_alone(kind: FileKind) -> None:
    archive = Archive.with_one_case()
    first = archive.renewed(kind)
    assert (first.number, first.state, archive.stamps) == (1, GenerationState.KEPT, 0)
    assert first.carries_until == datetime(2028, 3, 1, tzinfo=NOW.tzinfo)
    assert first.sm3 == sm3_of(archive.objects[str(first.sha256)])
    assert archive.renewed(kind) == first
    assert archive.told() == []


@KINDS
def test_what_a_stolen_stamper_stamped_last_is_renewed_though_it_lasts_and_once(
    kind: FileKind,
) -> None:
    archive = Archive.with_one_case()
    assert archive.renewed(kind).stamper == "first"
    archive.stamper, archive.stolen = "second", {"first"}
    renewed = archive.renewed(kind)
    assert (renewed.number, renewed.stamper, archive.stamps) == (2, "second", 1)
    assert archive.renewed(kind) == renewed
    assert archive.told() == ["stamp_renewed"]


@KINDS
def test_what_a_stolen_stamper_stamped_and_nobody_else_knows_is_for_a_person(
    kind: FileKind,
) -> None:
    archive = Archive.with_one_case()
    archive.renewed(kind)
    archive.stolen, archive.trouble = {"first"}, StamperStolen("nothing else proves it")
    refused = archive.renewed(kind)
    assert (refused.state, refused.trouble) == (GenerationState.REFUSED, "StamperStolen")
    assert archive.told() == ["stamp_renewal_refused"]


@KINDS
def test_a_stamp_within_the_margin_is_renewed_and_every_digest_is_kept(kind: FileKind) -> None:
    archive = Archive.with_one_case()
    first = archive.renewed(kind)
    archive.now = NOW + 1.5 * YEAR
    second = archive.renewed(kind)
    archive.now = NOW + 5 * YEAR
    third = archive.renewed(kind)
    every = archive.shelf.generations.of_file(archive.file(kind))
    assert every == [first, second, third]
    assert [g.number for g in every] == [1, 2, 3]
    assert second.base_sha256 == first.sha256
    assert archive.delivered(kind) == third.sha256
    assert archive.told() == ["stamp_renewed"] * 2
    # Nothing is thrown away.
    assert {str(g.sha256) for g in every} <= archive.objects.keys()


@KINDS
@pytest.mark.parametrize("fault", list(RenewalFault))
def test_after_dying_anywhere_a_second_run_comes_to_one_generation(
    fault: RenewalFault, kind: FileKind
) -> None:
    archive = Archive.with_one_case()
    archive.now = NOW + 1.5 * YEAR
    archive.dies_at = fault
    with pytest.raises(Died):
        archive.renewed(kind)
    newest = archive.renewed(kind)
    assert (newest.number, newest.state) == (2, GenerationState.KEPT)
    assert archive.delivered(kind) == newest.sha256
    assert archive.objects[str(newest.sha256)].startswith(archive.objects[str(newest.base_sha256)])
    assert archive.told() == ["stamp_renewed"]


def test_while_the_authority_is_down_the_intent_waits() -> None:
    archive = Archive.with_one_case()
    archive.now = NOW + 1.5 * YEAR
    archive.trouble = TimeStampUnavailable("down")
    for _ in range(2):
        with pytest.raises(TimeStampUnavailable):
            archive.renewed(FileKind.DEED)
    states = [g.state for g in archive.shelf.generations.of_file(archive.file(FileKind.DEED))]
    assert states == [GenerationState.KEPT, GenerationState.INTENDED]
    archive.trouble = None
    assert archive.renewed(FileKind.DEED).number == 2


@KINDS
def test_what_can_be_proven_no_more_is_told_to_a_person_once(kind: FileKind) -> None:
    archive = Archive.with_one_case()
    before = archive.delivered(kind)
    archive.now = NOW + 3 * YEAR
    archive.trouble = StampLapsed("too late")
    for _ in range(2):
        refused = archive.renewed(kind)
        assert (refused.state, refused.trouble) == (GenerationState.REFUSED, "StampLapsed")
    assert archive.told() == ["stamp_renewal_refused"]
    assert archive.delivered(kind) == before
    # Another reason is news.
    archive.trouble = Tampered("and altered")
    assert archive.renewed(kind).trouble == "Tampered"
    assert archive.told() == ["stamp_renewal_refused"] * 2


def test_what_was_refused_by_mistake_is_renewed_once_that_is_mended() -> None:
    archive = Archive.with_one_case()
    archive.now = NOW + 1.5 * YEAR
    archive.trouble = Tampered("the store gave other bytes")
    archive.renewed(FileKind.CERTIFICATE)
    archive.trouble = None
    newest = archive.renewed(FileKind.CERTIFICATE)
    assert (newest.number, newest.state, newest.trouble) == (2, GenerationState.KEPT, None)


def test_a_file_in_which_no_stamp_can_be_read_is_due_at_once() -> None:
    archive = Archive.with_one_case()

    def unreadable(_: bytes) -> datetime:
        raise Tampered("no stamp")

    archive.trouble = Tampered("no stamp")
    desk = replace(archive.desk(), carries_until=unreadable)
    refused = renew_stamp(OFFICE, archive.file(FileKind.DEED), desk=desk)
    assert refused.state is GenerationState.REFUSED


def overtaking(archive: Archive, at: RenewalFault) -> StampDesk:
    def overtaken(fault: str) -> None:
        if fault == at:
            archive.renewed(FileKind.CERTIFICATE)

    return replace(archive.desk(), reach=overtaken)


def test_of_two_runs_at_once_the_second_adopts_the_generation_of_the_first() -> None:
    archive = Archive.with_one_case()
    archive.now = NOW + 1.5 * YEAR
    slow = overtaking(archive, RenewalFault.READ_BACK)
    adopted = renew_stamp(OFFICE, archive.file(FileKind.CERTIFICATE), desk=slow)
    assert archive.objects[str(adopted.sha256)].endswith(b"stamp 2, until 2031")
    assert archive.delivered(FileKind.CERTIFICATE) == adopted.sha256
    assert archive.told() == ["stamp_renewed"]


def test_a_refusal_does_not_undo_what_another_run_has_kept() -> None:
    archive = Archive.with_one_case()
    archive.now = NOW + 1.5 * YEAR

    def overtaken(fault: str) -> None:
        if fault == RenewalFault.INTENDED:
            archive.renewed(FileKind.CERTIFICATE)
            archive.trouble = Tampered("read in between")

    desk = replace(archive.desk(), reach=overtaken)
    kept = renew_stamp(OFFICE, archive.file(FileKind.CERTIFICATE), desk=desk)
    assert (kept.number, kept.state) == (2, GenerationState.KEPT)


def test_a_store_that_gives_other_bytes_back_has_not_stored() -> None:
    archive = Archive.with_one_case()
    archive.now = NOW + 1.5 * YEAR
    before = archive.delivered(FileKind.CERTIFICATE)
    desk = archive.desk()
    lying = replace(
        desk, get=lambda o, d: desk.get(o, d)[: len(SEALED)], put_beside=desk.put_beside
    )
    with pytest.raises(IntentBroken, match="other bytes"):
        renew_stamp(OFFICE, archive.file(FileKind.CERTIFICATE), desk=lying)
    assert archive.delivered(FileKind.CERTIFICATE) == before


@KINDS
def test_a_file_replaced_in_the_meantime_is_not_replaced_back(kind: FileKind) -> None:
    archive = Archive.with_one_case()
    archive.now = NOW + 1.5 * YEAR

    def replaced(fault: str) -> None:
        if fault == RenewalFault.STORED:
            certificate = archive.shelf.certificates.every[VALID.id]
            archive.shelf.certificates.save(replace(certificate, renewed_sha256="f" * 64))
            (case,) = archive.shelf.cases.every.values()
            case.deed = None
            archive.shelf.cases.save(case)

    with pytest.raises(IntentBroken, match="replaced"):
        renew_stamp(OFFICE, archive.file(kind), desk=replace(archive.desk(), reach=replaced))


def test_a_case_without_a_deed_has_none_to_track() -> None:
    archive = Archive.with_one_case()
    (case,) = archive.shelf.cases.every.values()
    case.deed = None
    archive.shelf.generations.every.clear()
    deed = archive.file(FileKind.DEED)
    archive.track(deed)
    assert archive.shelf.generations.every == {}
    with pytest.raises(IntentBroken, match="nothing sealed"):
        renew_stamp(OFFICE, deed, desk=archive.desk())


def test_a_file_is_tracked_once() -> None:
    archive = Archive.with_one_case()
    before = dict(archive.shelf.generations.every)
    archive.track(archive.file(FileKind.CERTIFICATE))
    assert archive.shelf.generations.every == before


def test_sm3_is_that_of_the_standard() -> None:
    """GB/T 32905-2016 A.1."""
    expected = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert sm3_of(b"abc") == expected


def test_a_certificate_is_tracked_by_its_own_id() -> None:
    (case,) = Archive.with_one_case().shelf.cases.every.values()
    certificate, deed = files_of(case, CertificateId("n-9"))
    assert (certificate.subject, deed.subject) == ("n-9", case.id)
