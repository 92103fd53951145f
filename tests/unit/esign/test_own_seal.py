"""What was just sealed is checked by our own form: whole it passes, and nothing else does."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING

import pikepdf
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from esign.algorithms import SigningAlgorithm
from esign.authorities.directory import notary_name, office_name
from esign.errors import (
    CertificateRevoked,
    NotOurs,
    SignatureDoubtful,
    Tampered,
    VerificationFailed,
)
from esign.pdf.fields import places_for, prepare_fields
from esign.pdf.growing_file import GrowingFile
from esign.pdf.levels import PadesLevel
from esign.pdf.renewal import append_stamp
from esign.pdf.security_store import extend_store
from esign.pdf.signature_form import STAMP, SignatureForm
from esign.pdf.signing import Act, Revocation, Signatory, sign_field
from esign.pdf.syntax import reference, referred, referred_list, write_references
from esign.testing import (
    NOTARY,
    OFFICE,
    RunningOffice,
    archival_page,
    running_office,
    sealing_places,
)
from esign.verification import verify
from esign.verification.coverage import covered
from esign.verification.own_seal import Wanted, check_own_seal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from esign.pdf.syntax import Entries

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
P256, SM2 = SigningAlgorithm.P256, SigningAlgorithm.SM2
ROLES = (notary_name(OFFICE, NOTARY), office_name(OFFICE, "seal"))
ALGORITHMS = [(P256,), (SM2,), (P256, SM2)]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with running_office(tmp_path_factory.mktemp("office"), at=AT, sm2=True) as running:
        yield running


def paper(*algorithms: SigningAlgorithm) -> bytes:
    return prepare_fields(archival_page(), places_for(sealing_places(), algorithms or (P256,)))


def sealed(office: RunningOffice, *algorithms: SigningAlgorithm) -> bytes:
    sealer = office.sealer(algorithms or (P256,))
    return sealer.seal(sealer.prepare(archival_page()))


@pytest.fixture(scope="module")
def certificate(office: RunningOffice) -> bytes:
    return sealed(office)


@pytest.fixture(scope="module")
def wanted(office: RunningOffice, certificate: bytes) -> Wanted:
    made = office.wanted(paper())
    check_own_seal(certificate, made, at=AT)
    return made


@pytest.mark.parametrize("algorithms", ALGORITHMS, ids="+".join)
def test_what_was_sealed_passes_here_and_before_a_stranger(
    office: RunningOffice, algorithms: tuple[SigningAlgorithm, ...]
) -> None:
    document = sealed(office, *algorithms)
    check_own_seal(document, office.wanted(paper(*algorithms), algorithms), at=AT)
    verify(document, roots=office.roots, at=AT)


def refused(certificate: bytes, wanted: Wanted, **changes: object) -> VerificationFailed:
    with pytest.raises(VerificationFailed) as refusal:
        check_own_seal(certificate, replace(wanted, **changes), at=AT)  # type: ignore[arg-type]  # one of its fields
    return refusal.value


def test_another_paper_than_was_permitted_is_refused(certificate: bytes, wanted: Wanted) -> None:
    other = bytearray(wanted.prepared)
    other[len(other) // 2] ^= 1
    assert isinstance(refused(certificate, wanted, prepared=bytes(other)), Tampered)
    # Nor may there be anything between the paper and the first signature.
    assert isinstance(refused(certificate, wanted, prepared=wanted.prepared[:-40]), Tampered)


def test_whoever_else_signed_is_refused(certificate: bytes, wanted: Wanted) -> None:
    notary, seal = wanted.signers
    swapped = [
        replace(notary, certificate=seal.certificate),
        replace(seal, certificate=notary.certificate),
    ]
    # The office's seal is not a notary's signature, whoever is asked for.
    assert isinstance(refused(certificate, wanted, signers=swapped), NotOurs)
    by_itself = [
        replace(each, role=by.role) for each, by in zip(swapped, [seal, notary], strict=True)
    ]
    assert isinstance(refused(certificate, wanted, signers=by_itself), Tampered)
    for fewer in ([notary], [seal], [notary, seal, seal]):
        assert isinstance(refused(certificate, wanted, signers=fewer), Tampered)
    elsewhere = [replace(notary, field=seal.field), replace(seal, field=notary.field)]
    assert isinstance(refused(certificate, wanted, signers=elsewhere), Tampered)


def test_under_roots_that_are_not_ours_nothing_holds(
    certificate: bytes, wanted: Wanted, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with running_office(tmp_path_factory.mktemp("other"), at=AT) as other:
        refused(certificate, wanted, roots=other.roots)
    refused(certificate, wanted, roots=[])


def test_a_file_that_carries_a_stamp_more_is_not_what_was_just_sealed(
    office: RunningOffice, certificate: bytes, wanted: Wanted
) -> None:
    """A stranger may be given it; from the sealer it never comes."""
    root_list = office.revocation().trust.root_list
    longer = append_stamp(
        certificate, certificates=[], lists=[root_list], stamper=office.stamps.stamper()
    )
    verify(longer, roots=office.roots, at=AT)
    assert isinstance(refused(longer, wanted), Tampered)


@pytest.mark.parametrize("late", [timedelta(minutes=-1), timedelta(days=365 * 30)])
def test_a_time_at_which_its_stamp_proves_nothing_is_refused(
    certificate: bytes, wanted: Wanted, late: timedelta
) -> None:
    with pytest.raises(SignatureDoubtful):
        check_own_seal(certificate, wanted, at=AT + late)


def test_a_notary_who_was_revoked_before_the_office_sealed_is_refused(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Each had been good when it signed; the list that the file carries says more."""
    with running_office(tmp_path_factory.mktemp("revoked"), at=AT) as office:
        office.sealer()
        wanted, stamper = office.wanted(paper()), office.stamps.stamper()
        document, earlier = wanted.prepared, list[Revocation]()
        for number, (signer, role) in enumerate(zip(wanted.signers, ROLES, strict=True)):
            key, certificate = office.files.signing(role)
            act = Act(
                field=signer.field,
                level=(PadesLevel.B_T, PadesLevel.B_LTA)[number],
                certifies=number == 0,
                at=AT,
            )
            signatory = Signatory(
                certificate=certificate,
                sign=lambda digest, key=key: office.vault.sign_digest(str(key), digest),  # type: ignore[misc]  # bound now
            )
            known = office.revocation()
            document = sign_field(
                document, act, signatory, revocation=known, stamper=stamper, earlier=earlier
            )
            earlier.append(known)
            if number == 0:
                office.vault.revoke(office=OFFICE, serial=certificate.serial_number)
        with pytest.raises(CertificateRevoked):
            check_own_seal(document, wanted, at=AT)


@pytest.mark.parametrize("missing", ["certificates", "lists"])
def test_a_file_without_what_proves_it_later_is_refused(
    office: RunningOffice, wanted: Wanted, missing: str
) -> None:
    """B-LTA is what was asked for; the stamps alone prove nothing once nobody can be asked."""
    certificate = sealed_with(office, wanted, **{missing: ()})  # type: ignore[arg-type]  # `missing` is never `spoil`
    with pytest.raises(SignatureDoubtful, match=r"does not carry|carries no"):
        check_own_seal(certificate, wanted, at=AT)


@pytest.mark.parametrize(
    ("written", "altered"),
    [
        # Version 3 of a certificate, to one that there is not, or to 19 (RFC 5280 4.1.2.1).
        (b"a003020102", b"a003020103"),
        (b"a003020102", b"a003020112"),
        # Where its issuer's lists are, to a second key usage.
        (b"0603551d1f", b"0603551d0f"),
    ],
)
def test_a_certificate_that_no_library_takes_is_never_handed_out_nor_verified(
    office: RunningOffice, certificate: bytes, wanted: Wanted, *, written: bytes, altered: bytes
) -> None:
    for reach in covered(certificate):
        held = certificate[reach.gap_start : reach.gap_end]
        places = [found.start() for found in re.finditer(written, held)]
        assert places
        for place in places:
            at = reach.gap_start + place
            broken = certificate[:at] + altered + certificate[at + len(altered) :]
            refused(broken, wanted)
            with pytest.raises(VerificationFailed):
                verify(broken, roots=office.roots, at=AT)


def test_a_list_that_no_library_takes_is_a_refusal_here_and_before_a_stranger(
    office: RunningOffice, wanted: Wanted
) -> None:
    """A revocation list says that it is of version 2 (RFC 5280 5.1.2.1); this one, of 8."""
    listed = office.revocation().office_list.replace(b"\x02\x01\x01", b"\x02\x01\x07", 1)
    certificate = sealed_with(office, wanted, lists=(listed,))
    assert isinstance(refused(certificate, wanted), Tampered)
    with pytest.raises(Tampered):
        verify(certificate, roots=office.roots, at=AT)


@pytest.mark.parametrize("kind", [b"/Certs", b"/CRLs"])
def test_a_store_that_writes_over_the_permitted_paper_is_refused(
    office: RunningOffice, wanted: Wanted, kind: bytes
) -> None:
    """What is drawn would be a certificate then, or a list, and no longer what was permitted."""

    def over(file: GrowingFile, drawn: int) -> None:
        in_store(file, kind, drawn)

    certificate = sealed_with(office, wanted, spoil=over)
    with pytest.raises(Tampered, match="security store"):
        check_own_seal(certificate, wanted, at=AT)


def catalogue_of(entries: Entries) -> Callable[[GrowingFile, int], None]:
    def spoil(file: GrowingFile, _drawn: int) -> None:
        file.update(file.root, entries)

    return spoil


def trailer_of(entries: Entries) -> Callable[[GrowingFile, int], None]:
    def spoil(file: GrowingFile, _drawn: int) -> None:
        file._trailer = {**file._trailer, **entries}

    return spoil


def objects_in_a_stream(file: GrowingFile, drawn: int) -> None:
    """What is drawn, in an object stream (ISO 32000-1 7.5.7) that passes for a list."""
    head = b"%d 0 " % drawn
    entries = {b"/Type": b"/ObjStm", b"/N": b"1", b"/First": b"%d" % len(head)}
    in_store(file, b"/CRLs", file.add_stream(head + b"<< >>", entries))


def row_to_a_list(file: GrowingFile, drawn: int) -> None:
    """The table says that what is drawn is where a list is, and nothing is written twice."""
    number = in_store(file, b"/CRLs")
    table = file._table

    def spoiled(offsets: dict[int, int], table_at: int) -> bytes:
        return table({**offsets, drawn: offsets[number]}, table_at)

    file._table = spoiled  # type: ignore[method-assign]  # what only a forger does


def row_to_itself(file: GrowingFile, drawn: int) -> None:
    """The table says that what is drawn is where it was: it is said by the paper alone."""
    table, at = file._table, file.document().index(b"\n%d 0 obj" % drawn) + 1

    def spoiled(offsets: dict[int, int], table_at: int) -> bytes:
        return table({**offsets, drawn: at}, table_at)

    file._table = spoiled  # type: ignore[method-assign]  # what only a forger does


def table_before_the_last(file: GrowingFile, _drawn: int) -> None:
    """Over the office's signature, back to the notary's."""
    found = list(re.finditer(rb"startxref\n(\d+)\n", file.document()))
    file._table_at = int(found[-2][1])


def table_of_nothing(file: GrowingFile, _drawn: int) -> None:
    """Forward, to where the stamp's own table is about to be."""
    file._table_at = len(file.document()) + 1000


def store_in_the_place_of_what_is_drawn(file: GrowingFile, drawn: int) -> None:
    store = referred(file.entries(file.root), b"/DSS")
    file._written[drawn] = file._written.pop(store)
    file.update(file.root, {b"/DSS": reference(drawn)})


def list_in_the_place_of_a_signature(file: GrowingFile, _drawn: int) -> None:
    permits = re.search(rb"/DocMDP (\d+) 0 R", file.entries(file.root)[b"/Perms"])
    assert permits
    in_store(file, b"/CRLs", int(permits[1]))


def in_store(file: GrowingFile, kind: bytes, also: int = 0) -> int:
    """Return the store's last entry of ``kind``; write its object as ``also``, beside it."""
    at = referred(file.entries(file.root), b"/DSS")
    listed = referred_list(file.entries(at), kind)
    if also:
        file.update(at, {kind: write_references([*listed, also])})
        file._written.setdefault(also, file._written[listed[-1]])
    return listed[-1]


@pytest.mark.parametrize(
    "spoil",
    [
        # Another catalogue: of another kind, with an action, with other pages, with layers.
        catalogue_of({b"/Type": b"/Page"}),
        catalogue_of({b"/OpenAction": b"<< /S /JavaScript /JS (app.alert) >>"}),
        catalogue_of({b"/Pages": b"1 0 R"}),
        catalogue_of({b"/OCProperties": b"<< /D << /BaseState /OFF >> >>"}),
        # Another way into the file, or another catalogue altogether.
        trailer_of({b"/XRefStm": b"15"}),
        trailer_of({b"/Root": b"2 0 R"}),
        trailer_of({b"/Encrypt": b"<< /Filter /Standard >>"}),
        objects_in_a_stream,
        row_to_a_list,
        row_to_itself,
        table_before_the_last,
        table_of_nothing,
        store_in_the_place_of_what_is_drawn,
        list_in_the_place_of_a_signature,
    ],
)
def test_a_last_revision_that_turns_to_other_than_what_was_permitted_is_refused(
    office: RunningOffice, wanted: Wanted, spoil: Callable[[GrowingFile, int], None]
) -> None:
    certificate = sealed_with(office, wanted, spoil=spoil)
    with pytest.raises(Tampered, match=r"not (as signing leaves it|of the form that we write)"):
        check_own_seal(certificate, wanted, at=AT)


def sealed_with(
    office: RunningOffice,
    wanted: Wanted,
    *,
    spoil: Callable[[GrowingFile, int], None] | None = None,
    **store: tuple[bytes, ...],
) -> bytes:
    """Seal, and put another store under the archive time-stamp than the sealer would.

    ``spoil`` does to it whatever else, given the object that draws the paper.
    """
    stamper = office.stamps.stamper()
    whole = sealed(office)
    before = whole[: covered(whole)[-2].end]
    file = GrowingFile(before)
    form = SignatureForm(file)
    trust = office.revocation().trust
    chain = (trust.root, trust.authority, trust.time_stamper)
    certificates = tuple(each.public_bytes(Encoding.DER) for each in chain)
    lists = (office.revocation().office_list, trust.root_list)
    carried = {"certificates": certificates, "lists": lists, **store}
    extend_store(file, certificates=carried["certificates"], lists=carried["lists"])
    number = file.new_number()
    last = wanted.signers[-1].field
    beside = next(n for n in form._fields() if file.entries(n)[b"/T"] == b"(%b)" % last.encode())
    form.add_stamp_field(f"archive-{last}", beside=beside, stamp=number)
    if spoil is not None:
        with pikepdf.open(BytesIO(wanted.prepared)) as pdf:
            spoil(file, pdf.pages[0].obj["/Contents"][0].objgen[0])
    file.fill(stamper.stamp(file.close(number, STAMP, stamper.room)))
    return file.document()
