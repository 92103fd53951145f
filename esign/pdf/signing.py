"""Fill one prepared field with one signature, at the level asked for or not at all.

The bytes are ours (docs/adr/0014-signatures-as-bytes-of-our-own.md): no library
for PDF or ASN.1 stands between what was checked and what is signed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.serialization import Encoding

from esign.cms.cades import CadesSigner
from esign.errors import TimeStampUnavailable
from esign.pdf.growing_file import GrowingFile
from esign.pdf.late_drawing import draw_on_field
from esign.pdf.levels import PadesLevel
from esign.pdf.security_store import extend_store
from esign.pdf.signature_form import STAMP, SignatureForm, signature_entries
from esign.pdf.standing import check_standing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from cryptography import x509

    from esign.pdf.drawings import Handwriting
    from esign.trust import OfficeTrust
    from esign.tsa.client import DocumentStamper

    SignDigest = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatory:
    """Somebody about to sign: the certificate, and who answers for the key."""

    certificate: x509.Certificate
    sign: SignDigest
    """From a digest to an ECDSA (DER) or RSA (PKCS #1 v1.5) signature over SHA-256, or to an
    SM2 one (DER) over the imprint e of GB/T 32918.2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """What the signature is checked against before it is made, and carries along."""

    trust: OfficeTrust
    office_list: bytes
    """The office authority's revocation list of now, DER."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One signature to be made."""

    field: str
    level: PadesLevel
    certifies: bool
    """The first signature of a document, which forbids all but further signatures."""

    at: datetime
    handwriting: Handwriting | None = None


def sign_field(
    document: bytes,
    act: Act,
    signatory: Signatory,
    *,
    revocation: Revocation,
    stamper: DocumentStamper | None,
    earlier: Sequence[Revocation] = (),
) -> bytes:
    """Return ``document`` with the signature of ``act`` appended.

    ``earlier`` is what signatures before it were checked against, at a lower level, by
    another algorithm or under another key of the authority: the document carries
    what proves all.
    """
    # (1) Nobody's key is used for what could not be completed or would not hold.
    if act.level.has_time_stamp and stamper is None:
        raise TimeStampUnavailable("this level needs a time-stamp and there is no source")
    check_standing(
        signatory.certificate,
        trust=revocation.trust,
        office_list=revocation.office_list,
        at=act.at,
    )
    stamps = stamper if act.level.has_time_stamp else None
    signer = CadesSigner(
        signatory.certificate,
        signatory.sign,
        issuers=[_der(revocation.trust.authority), _der(revocation.trust.root)],
        stamps=stamps,
    )
    proof = _Proof.of(signatory.certificate, revocation, stamps, earlier)
    file = GrowingFile(document)
    form = SignatureForm(file)
    field = form.empty_field(act.field)
    form.check_page(field)
    # (2) The signature, over all that will be seen.
    number = file.new_number()
    if act.certifies:
        form.certify(number)
    if act.handwriting is not None:
        draw_on_field(file, field, act.handwriting)
    form.fill(field, number)
    if act.level is PadesLevel.B_LT:
        # No archive time-stamp is to come that would cover it.
        proof.put_into(file)
    entries = signature_entries(act.at.astimezone(UTC), certifies=act.certifies)
    digest = file.close(number, entries, signer.room, hashed=signer.hashed)
    file.fill(signer.signature(digest))
    # (3) The archive time-stamp, over the signature and all that proves it.
    if act.level is PadesLevel.B_LTA and stamps is not None:
        proof.put_into(file)
        number = file.new_number()
        form.add_stamp_field(f"archive-{act.field}", beside=field, stamp=number)
        file.fill(stamps.stamp(file.close(number, STAMP, stamps.room)))
    return file.document()


@dataclass(frozen=True, slots=True)
class _Proof:
    """What the document will carry, so that nobody has to be asked later."""

    certificates: tuple[bytes, ...]
    lists: tuple[bytes, ...]

    @classmethod
    def of(
        cls,
        signatory: x509.Certificate,
        revocation: Revocation,
        stamper: DocumentStamper | None,
        earlier: Sequence[Revocation],
    ) -> _Proof:
        trust = revocation.trust
        chain = (
            trust.root,
            trust.authority,
            signatory,
            trust.stamping_root,
            trust.time_stamper,
        )
        stamped_by = (stamper.certificate,) if stamper else ()
        # The newest list of each other authority is enough.
        known = {each.trust.authority: each for each in earlier}
        known.pop(trust.authority, None)
        others = [each for e in known.values() for each in (e.trust.root, e.trust.authority)]
        lists = (revocation.office_list, trust.root_list, trust.stamping_root_list)
        other_lists = [each for e in known.values() for each in (e.office_list, e.trust.root_list)]
        # Last, what leads who trusts another key of a root to this one.
        linked = (*trust.links, *(each for e in known.values() for each in e.trust.links))
        return cls(
            (*map(_der, (*chain, *others)), *stamped_by, *map(_der, linked)),
            (*lists, *other_lists, *trust.root_lists),
        )

    def put_into(self, file: GrowingFile) -> None:
        extend_store(file, certificates=self.certificates, lists=self.lists)


@lru_cache(maxsize=256)
def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)
