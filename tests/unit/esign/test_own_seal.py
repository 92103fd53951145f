"""What was just sealed is checked by our own form: whole it passes, and nothing else does."""

from __future__ import annotations

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
from esign.pdf.syntax import referred, referred_list, write_references
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
    from collections.abc import Iterator

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
    certificate = sealed_with(office, wanted, **{missing: ()})
    with pytest.raises(SignatureDoubtful, match=r"does not carry|carries no"):
        check_own_seal(certificate, wanted, at=AT)


@pytest.mark.parametrize("kind", [b"/Certs", b"/CRLs"])
def test_a_store_that_writes_over_the_permitted_paper_is_refused(
    office: RunningOffice, wanted: Wanted, kind: bytes
) -> None:
    """What is drawn would be a certificate then, or a list, and no longer what was permitted."""
    with pikepdf.open(BytesIO(wanted.prepared)) as pdf:
        drawn = pdf.pages[0].obj["/Contents"][0].objgen[0]
    certificate = sealed_with(office, wanted, over=(kind, drawn))
    with pytest.raises(Tampered, match="security store"):
        check_own_seal(certificate, wanted, at=AT)


def sealed_with(
    office: RunningOffice,
    wanted: Wanted,
    *,
    over: tuple[bytes, int] | None = None,
    **store: tuple[bytes, ...],
) -> bytes:
    """Seal, and put another store under the archive time-stamp than the sealer would.

    ``over`` is the kind of one entry more, and the object of the paper that it takes.
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
    if over is not None:
        kind, taken = over
        at = referred(file.entries(file.root), b"/DSS")
        listed = referred_list(file.entries(at), kind)
        file.update(at, {kind: write_references([*listed, taken])})
        file._written[taken] = file._written[listed[-1]]
    number = file.new_number()
    last = wanted.signers[-1].field
    beside = next(n for n in form._fields() if file.entries(n)[b"/T"] == b"(%b)" % last.encode())
    form.add_stamp_field(f"archive-{last}", beside=beside, stamp=number)
    file.fill(stamper.stamp(file.close(number, STAMP, stamper.room)))
    return file.document()
