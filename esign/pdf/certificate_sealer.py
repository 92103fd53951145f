"""A certificate (公证书): notary's signature, office's seal, archive time-stamp.

公证法 Art. 32 asks for both; a certificate with only one of them never leaves
this module.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from esign.algorithms import SigningAlgorithm
from esign.authorities.directory import notary_name, office_name
from esign.lints.documents import sealing_rules
from esign.pdf.fields import NOTARY_FIELD, OFFICE_FIELD, places_for, prepare_fields
from esign.pdf.levels import PadesLevel
from esign.pdf.signing import Act, Revocation, Signatory, sign_field
from esign.sealing import DocumentSealer
from esign.trust import office_trust
from esign.verification.own_seal import SealedBy
from esign.verification.report import Role

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
    return DocumentSealer(lints=(sealing_rules,), sign=steps.seal)


def expected_signers(sealing: Sealing, files: AuthorityDirectory) -> list[SealedBy]:
    """Return who is to have signed what `certificate_sealer` seals, in their order."""
    return [
        SealedBy(
            field=algorithm.field_beside(field, sealing.algorithms),
            role=role,
            certificate=files.signing(algorithm.named(holder))[1],
        )
        for field, role, holder in _holders(sealing)
        for algorithm in sealing.algorithms
    ]


def _holders(sealing: Sealing) -> tuple[tuple[str, Role, str], ...]:
    """The notary certifies the document, and the office seals it."""
    return (
        (NOTARY_FIELD, Role.NOTARY, notary_name(sealing.office, sealing.notary)),
        (OFFICE_FIELD, Role.OFFICE_SEAL, office_name(sealing.office, "seal")),
    )


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
        lists: dict[str, bytes] = {}
        for act, role, algorithm in self._acts():
            signatory = self._signatory(algorithm.named(role))
            known = self._revocation(signatory.certificate, algorithm, lists)
            signed = sign_field(
                signed, act, signatory, revocation=known, stamper=stamper, earlier=checked
            )
            checked.append(known)
        return signed

    def _acts(self) -> Iterator[tuple[Act, str, SigningAlgorithm]]:
        """Yield each signature, when its turn comes, with the role that makes it."""
        algorithms = self.sealing.algorithms
        holders = [(field, holder) for field, _, holder in _holders(self.sealing)]
        order = [(*holder, algorithm) for holder in holders for algorithm in algorithms]
        for number, (field, role, algorithm) in enumerate(order, start=1):
            act = Act(
                field=algorithm.field_beside(field, algorithms),
                level=PadesLevel.B_LTA if number == len(order) else PadesLevel.B_T,
                certifies=number == 1,
                at=self.now(),
            )
            yield act, role, algorithm

    def _revocation(
        self, signer: Certificate, algorithm: SigningAlgorithm, lists: dict[str, bytes]
    ) -> Revocation:
        """Each authority makes one list for a document; two would differ in their number."""
        office = self.sealing.office
        trust = office_trust(self.files, office, algorithm, signer=signer)
        name = trust.authority_name
        if name not in lists:
            lists[name] = self.custody.revocation_list(office=office, authority=name)
        return Revocation(trust=trust, office_list=lists[name])

    def _signatory(self, role: str) -> Signatory:
        key, certificate = self.files.signing(role)
        return Signatory(
            certificate=certificate,
            sign=lambda digest: self.custody.sign_digest(str(key), digest),
        )
