"""A deed (文书): each party signs with a key made for this one act.

The certificate names the evidence (identity check, recording, document); the
key is destroyed in the moment of use, so nobody can sign again in their name.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from esign.algorithms import SigningAlgorithm
from esign.custody.ports import EventKey
from esign.errors import LintFailed, OutsideAuthorityRefused
from esign.pdf.levels import PadesLevel
from esign.pdf.revisions import has_revision
from esign.pdf.signing import Act, Revocation, Signatory, sign_field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from esign.authorities.outside import OutsideEvents
    from esign.clock import Clock
    from esign.custody.ports import Custody
    from esign.evidence import EvidenceDigests
    from esign.pdf.drawings import Handwriting
    from esign.trust import OfficeTrust
    from esign.tsa.client import TimeStampSource


@dataclass(frozen=True, slots=True, kw_only=True)
class PartySignature:
    """What one party does to the deed."""

    field: str
    common_name: str
    """The party's name as it goes into the certificate."""

    evidence: EvidenceDigests
    handwriting: Handwriting | None = None


@dataclass(frozen=True, slots=True)
class _Ready:
    """Who signs by one algorithm, and what that is checked against."""

    signatory: Signatory
    revocation: Revocation


class DeedSigner:
    """Signs for the parties of one office's deeds."""

    def __init__(
        self,
        *,
        office: str,
        custody: Custody,
        trusts: Mapping[SigningAlgorithm, OfficeTrust],
        stamps: TimeStampSource,
        now: Clock,
        outside: OutsideEvents | None = None,
    ) -> None:
        """A party signs by each algorithm of ``trusts``, in their order.

        ``outside`` certifies the parties' keys where the office's own authority does not;
        it does so for P-256 alone. Raises `OutsideAuthorityRefused` when
        another is asked for with it.
        """
        if outside is not None and set(trusts) != {SigningAlgorithm.P256}:
            raise OutsideAuthorityRefused("an outside authority certifies keys on P-256 alone")
        self._office = office
        self._custody = custody
        self._trusts = trusts
        self._stamps = stamps
        self._now = now
        self._outside = outside

    def sign(self, deed: bytes, party: PartySignature) -> bytes:
        """Return ``deed`` with the party's B-LTA signature, by each algorithm of the office.

        The first signature certifies the document; the others may only fill
        the fields that were prepared for them.
        """
        # (1) What the evidence says was shown has to be what is signed here.
        if not has_revision(deed, party.evidence.document):
            raise LintFailed("the evidence is about another document")
        # (2) The time-stamping authority answers, before a key is made that
        #     would have to be thrown away.
        stamper = self._stamps.stamper()
        # (3) A key and a certificate for this act, of each algorithm before any is used.
        ready = {algorithm: self._made_ready(party, algorithm) for algorithm in self._trusts}
        # (4) The signatures; each key is gone after its own. The last one's archive
        #     time-stamp closes over all.
        algorithms, checked = list(ready), list[Revocation]()
        for algorithm, own in ready.items():
            act = Act(
                field=algorithm.field_beside(party.field, algorithms),
                level=PadesLevel.B_LTA if algorithm is algorithms[-1] else PadesLevel.B_T,
                certifies=b"/ByteRange" not in deed,
                at=self._now(),
                handwriting=party.handwriting if algorithm is algorithms[0] else None,
            )
            deed = sign_field(
                deed,
                act,
                own.signatory,
                revocation=own.revocation,
                stamper=stamper,
                earlier=checked,
            )
            checked.append(own.revocation)
        return deed

    def _made_ready(self, party: PartySignature, algorithm: SigningAlgorithm) -> _Ready:
        key, revocation = self._certified(party, algorithm)
        signatory = Signatory(
            certificate=x509.load_der_x509_certificate(key.certificate),
            sign=lambda digest: self._custody.sign_once(key.uri, digest),
        )
        return _Ready(signatory, revocation)

    def _certified(
        self, party: PartySignature, algorithm: SigningAlgorithm
    ) -> tuple[EventKey, Revocation]:
        """Return a key for this act, and what its certificate is checked against."""
        office, name, evidence = self._office, party.common_name, party.evidence
        trust = self._trusts[algorithm]
        if self._outside is None:
            own = self._custody.make_event_key(
                office=office, common_name=name, evidence=evidence, algorithm=algorithm
            )
            listed = self._custody.revocation_list(office=office, authority=trust.authority_name)
            return own, Revocation(trust=trust, office_list=listed)
        uri, issued = self._outside.make(office=office, common_name=name, evidence=evidence)
        trust = replace(
            trust,
            root=issued.root,
            root_list=issued.root_list,
            authority=issued.authority,
        )
        certificate = issued.certificate.public_bytes(Encoding.DER)
        return (
            EventKey(uri=uri, certificate=certificate),
            Revocation(trust=trust, office_list=issued.authority_list),
        )
