"""A certificate (公证书): notary's signature, office's seal, archive time-stamp.

公证法 Art. 32 asks for both; a certificate with only one of them never leaves
this module.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from esign.authorities.directory import notary_name, office_name
from esign.lints.documents import SEALING_LINTS
from esign.pdf.fields import NOTARY_FIELD, OFFICE_FIELD, prepare_fields
from esign.pdf.levels import PadesLevel
from esign.pdf.signing import Act, Revocation, Signatory, sign_field
from esign.sealing import DocumentSealer
from esign.trust import office_trust

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cryptography.x509 import Certificate

    from esign.authorities.directory import AuthorityDirectory
    from esign.clock import Clock
    from esign.custody.ports import Custody
    from esign.pdf.fields import SignaturePlace
    from esign.tsa.client import TimeStampSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealing:
    """Who seals, and where it is seen."""

    office: str
    notary: str
    """Id under which the notary was enrolled with custody."""

    places: Sequence[SignaturePlace] = ()
    """One for ``notary-1`` and one for ``office-1``; none when the document has its fields."""


def certificate_sealer(
    sealing: Sealing,
    *,
    files: AuthorityDirectory,
    custody: Custody,
    stamps: TimeStampSource,
    now: Clock,
) -> DocumentSealer:
    """Return the sealer of one certificate; it refuses raw bytes."""
    steps = _Steps(sealing, files, custody, stamps, now)
    return DocumentSealer(lints=SEALING_LINTS, sign=steps.seal)


@dataclass(frozen=True, slots=True)
class _Steps:
    sealing: Sealing
    files: AuthorityDirectory
    custody: Custody
    stamps: TimeStampSource
    now: Clock

    def seal(self, document: bytes) -> bytes:
        office = self.sealing.office
        # (1) Without a time-stamp nothing is signed; ask before any key is used.
        stamper = self.stamps.stamper()
        # (2) All that will ever be seen is drawn now.
        places = self.sealing.places
        prepared = prepare_fields(document, places) if places else document
        # (3) The notary certifies the document.
        notary = self._signatory(notary_name(office, self.sealing.notary))
        act = Act(field=NOTARY_FIELD, level=PadesLevel.B_T, certifies=True, at=self.now())
        known = self._revocation(notary.certificate)
        signed = sign_field(prepared, act, notary, revocation=known, stamper=stamper)
        # (4) The office seals it, and the archive time-stamp closes over both.
        seal = self._signatory(office_name(office, "seal"))
        act = Act(field=OFFICE_FIELD, level=PadesLevel.B_LTA, certifies=False, at=self.now())
        known = replace(self._revocation(seal.certificate), earlier=known)
        return sign_field(signed, act, seal, revocation=known, stamper=stamper)

    def _revocation(self, signer: Certificate) -> Revocation:
        office = self.sealing.office
        trust = office_trust(self.files, office, signer=signer)
        listed = self.custody.revocation_list(office=office, authority=trust.authority_name)
        return Revocation(trust=trust, office_list=listed)

    def _signatory(self, role: str) -> Signatory:
        key, certificate = self.files.signing(role)
        return Signatory(
            certificate=certificate,
            sign=lambda digest: self.custody.sign_digest(str(key), digest),
        )
