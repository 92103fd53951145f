"""A certificate (公证书): notary's signature, office's seal, archive time-stamp.

公证法 Art. 32 asks for both; a certificate with only one of them never leaves
this module.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from esign.algorithms import SigningAlgorithm
from esign.authorities.directory import notary_name, office_name
from esign.lints.documents import SEALING_LINTS
from esign.pdf.fields import NOTARY_FIELD, OFFICE_FIELD, places_for, prepare_fields
from esign.pdf.levels import PadesLevel
from esign.pdf.signing import Act, Revocation, Signatory, sign_field
from esign.sealing import DocumentSealer
from esign.trust import office_trust

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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

    algorithms: Sequence[SigningAlgorithm] = (SigningAlgorithm.P256,)
    """By which the notary signs and the office seals: by each of them, in this order."""


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
        # (1) Without a time-stamp nothing is signed; ask before any key is used.
        stamper = self.stamps.stamper()
        # (2) All that will ever be seen is drawn now.
        places = self.sealing.places
        algorithms = self.sealing.algorithms
        signed = prepare_fields(document, places_for(places, algorithms)) if places else document
        # (3) The notary certifies the document, the office seals it, and the archive
        #     time-stamp closes over both.
        checked: list[Revocation] = []
        for act, role, algorithm in self._acts():
            signatory = self._signatory(algorithm.named(role))
            known = self._revocation(signatory.certificate, algorithm)
            signed = sign_field(
                signed, act, signatory, revocation=known, stamper=stamper, earlier=checked
            )
            checked.append(known)
        return signed

    def _acts(self) -> Iterator[tuple[Act, str, SigningAlgorithm]]:
        """Yield each signature, when its turn comes, with the role that makes it."""
        office, algorithms = self.sealing.office, self.sealing.algorithms
        signers = (
            (NOTARY_FIELD, notary_name(office, self.sealing.notary)),
            (OFFICE_FIELD, office_name(office, "seal")),
        )
        order = [(*signer, algorithm) for signer in signers for algorithm in algorithms]
        for number, (field, role, algorithm) in enumerate(order, start=1):
            act = Act(
                field=algorithm.field_beside(field, algorithms),
                level=PadesLevel.B_LTA if number == len(order) else PadesLevel.B_T,
                certifies=number == 1,
                at=self.now(),
            )
            yield act, role, algorithm

    def _revocation(self, signer: Certificate, algorithm: SigningAlgorithm) -> Revocation:
        office = self.sealing.office
        trust = office_trust(self.files, office, algorithm, signer=signer)
        listed = self.custody.revocation_list(office=office, authority=trust.authority_name)
        return Revocation(trust=trust, office_list=listed)

    def _signatory(self, role: str) -> Signatory:
        key, certificate = self.files.signing(role)
        return Signatory(
            certificate=certificate,
            sign=lambda digest: self.custody.sign_digest(str(key), digest),
        )
