"""A deed (文书): each party signs with a key made for this one act.

The certificate names the evidence (identity check, recording, document); the
key is destroyed in the moment of use, so nobody can sign again in their name.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from esign.custody.ports import EventKey
from esign.errors import LintFailed
from esign.pdf.levels import PadesLevel
from esign.pdf.revisions import has_revision
from esign.pdf.signing import Act, Revocation, Signatory, sign_field

if TYPE_CHECKING:
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


class DeedSigner:
    """Signs for the parties of one office's deeds."""

    def __init__(
        self,
        *,
        office: str,
        custody: Custody,
        trust: OfficeTrust,
        stamps: TimeStampSource,
        now: Clock,
        outside: OutsideEvents | None = None,
    ) -> None:
        """``outside`` certifies the parties' keys where the office's own authority does not."""
        self._office = office
        self._custody = custody
        self._trust = trust
        self._stamps = stamps
        self._now = now
        self._outside = outside

    def sign(self, deed: bytes, party: PartySignature) -> bytes:
        """Return ``deed`` with the party's B-LTA signature.

        The first signature certifies the document; the others may only fill
        the fields that were prepared for them.
        """
        # (1) What the evidence says was shown has to be what is signed here.
        if not has_revision(deed, party.evidence.document):
            raise LintFailed("the evidence is about another document")
        # (2) The time-stamping authority answers, before a key is made that
        #     would have to be thrown away.
        stamper = self._stamps.stamper()
        # (3) A key and a certificate for this act.
        key, revocation = self._certified(party)
        # (4) The signature; the key is gone after it.
        act = Act(
            field=party.field,
            level=PadesLevel.B_LTA,
            certifies=b"/ByteRange" not in deed,
            at=self._now(),
            handwriting=party.handwriting,
        )
        signatory = Signatory(
            certificate=x509.load_der_x509_certificate(key.certificate),
            sign=lambda digest: self._custody.sign_once(key.uri, digest),
        )
        return sign_field(deed, act, signatory, revocation=revocation, stamper=stamper)

    def _certified(self, party: PartySignature) -> tuple[EventKey, Revocation]:
        """Return a key for this act, and what its certificate is checked against."""
        office, name, evidence = self._office, party.common_name, party.evidence
        if self._outside is None:
            own = self._custody.make_event_key(office=office, common_name=name, evidence=evidence)
            listed = self._custody.revocation_list(
                office=office, authority=self._trust.authority_name
            )
            return own, Revocation(trust=self._trust, office_list=listed)
        uri, issued = self._outside.make(office=office, common_name=name, evidence=evidence)
        trust = replace(
            self._trust,
            root=issued.root,
            root_list=issued.root_list,
            authority=issued.authority,
        )
        certificate = issued.certificate.public_bytes(Encoding.DER)
        return (
            EventKey(uri=uri, certificate=certificate),
            Revocation(trust=trust, office_list=issued.authority_list),
        )
