"""Fill one prepared field with one signature, at the level asked for or not at all."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Final

from asn1crypto import crl as asn1_crl
from cryptography import x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.signers.pdf_signer import (
    DSSContentSettings,
    PdfSignatureMetadata,
    PdfSigner,
    SigDSSPlacementPreference,
    TimestampDSSContentSettings,
)
from pyhanko_certvalidator import ValidationContext

from esign.errors import CertificateRevoked, ChainInvalid, FieldMissing, TimeStampUnavailable
from esign.pdf.custody_signer import CustodySigner, to_asn1
from esign.pdf.late_drawing import KEEPS_WHAT_IS_DRAWN, draw_on_field
from esign.pdf.levels import PadesLevel

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from esign.asn1 import Asn1
    from esign.pdf.drawings import Handwriting
    from esign.trust import OfficeTrust
    from esign.tsa.client import HttpTimeStamper

    SignDigest = Callable[[bytes], bytes]

# The archive time-stamp has to be the last thing in the file and cover all that
# it depends on: no entries per signature (VRI), and its own data before it.
_DATA_BEFORE_THE_STAMP: Final = DSSContentSettings(
    include_vri=False,
    placement=SigDSSPlacementPreference.TOGETHER_WITH_NEXT_TS,
    next_ts_settings=TimestampDSSContentSettings(include_vri=False, update_before_ts=True),
)
# Without a stamp to come, they go under the signature itself.
_DATA_WITH_THE_SIGNATURE: Final = DSSContentSettings(
    include_vri=False, placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE
)

# pyHanko warns at every signature that it was told not to use the network.
logging.getLogger("pyhanko.sign.signers.pdf_signer").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatory:
    """Somebody about to sign: the certificate, and who answers for the key."""

    certificate: x509.Certificate
    sign: SignDigest


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
    stamper: HttpTimeStamper | None,
) -> bytes:
    """Return ``document`` with the signature of ``act`` appended."""
    if act.level.has_time_stamp and stamper is None:
        raise TimeStampUnavailable("this level needs a time-stamp and there is no source")
    _refuse_revoked(signatory.certificate, revocation.office_list)
    context = _context(revocation, act.at)
    writer = _writer(document, act)
    signer = PdfSigner(
        _metadata(act, context),
        CustodySigner(
            signatory.certificate, issuers=[revocation.trust.authority], sign=signatory.sign
        ),
        timestamper=stamper if act.level.has_time_stamp else None,
        stamp_style=KEEPS_WHAT_IS_DRAWN,
    )
    try:
        return asyncio.run(_signed(signer, writer, act.at))
    except SigningError as error:
        raise ChainInvalid("the signature could not be made under these authorities") from error


def _writer(document: bytes, act: Act) -> IncrementalPdfFileWriter:
    try:
        writer = IncrementalPdfFileWriter(BytesIO(document), strict=True)
        empty = {name: ref for name, _, ref in enumerate_sig_fields(writer, filled_status=False)}
    except (PdfError, ValueError) as error:
        raise FieldMissing("the document cannot be read") from error
    if act.field not in empty:
        raise FieldMissing("the document has no such empty field")
    if act.handwriting is not None:
        draw_on_field(writer, empty[act.field].get_object(), act.handwriting)
    return writer


def _metadata(act: Act, context: ValidationContext) -> PdfSignatureMetadata:
    return PdfSignatureMetadata(
        field_name=act.field,
        md_algorithm="sha256",
        certify=act.certifies,
        docmdp_permissions=MDPPerm.FILL_FORMS,
        subfilter=SigSeedSubFilter.PADES,
        embed_validation_info=act.level.has_validation_data,
        use_pades_lta=act.level is PadesLevel.B_LTA,
        validation_context=context,
        signer_key_usage={"digital_signature", "non_repudiation"},
        dss_settings=_DATA_WITH_THE_SIGNATURE
        if act.level is PadesLevel.B_LT
        else _DATA_BEFORE_THE_STAMP,
        timestamp_field_name=f"archive-{act.field}" if act.level is PadesLevel.B_LTA else None,
    )


def _context(revocation: Revocation, at: datetime) -> ValidationContext:
    trust, lists = revocation.trust, (revocation.office_list, revocation.trust.root_list)
    return ValidationContext(
        trust_roots=[to_asn1(trust.root)],
        other_certs=[to_asn1(trust.authority), to_asn1(trust.time_stamper)],
        crls=[asn1_crl.CertificateList.load(der) for der in lists],
        moment=at,
        allow_fetching=False,
        revocation_mode="require",
    )


async def _signed(signer: PdfSigner, writer: IncrementalPdfFileWriter, at: datetime) -> bytes:
    """Do what ``PdfSigner.async_sign_pdf`` does, but at the time that was given."""
    session = signer.init_signing_session(writer, existing_fields_only=True)
    session.system_time = at
    validation: Asn1 = await session.perform_presign_validation(writer)
    reserved = await session.estimate_signature_container_size(validation)
    unsigned = session.prepare_tbs_document(validation_info=validation, bytes_reserved=reserved)
    prepared, output = unsigned.digest_tbs_document()
    signed = await unsigned.perform_signature(
        document_digest=prepared.document_digest,
        pdf_cms_signed_attrs=PdfCMSSignedAttributes(signing_time=at),
    )
    await signed.post_signature_processing(output)
    output.seek(0)
    return bytes(output.read())


def _refuse_revoked(certificate: x509.Certificate, office_list: bytes) -> None:
    listed = x509.load_der_x509_crl(office_list)
    if listed.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None:
        raise CertificateRevoked("the certificate has been revoked")
