"""A deed (文书): each party signs with a key made for this one act.

The certificate names the evidence (identity check, recording, document); the
key is destroyed in the moment of use, so nobody can sign again in their name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509

from esign.errors import LintFailed
from esign.pdf.levels import PadesLevel
from esign.pdf.revisions import has_revision
from esign.pdf.signing import Act, Revocation, Signatory, sign_field

if TYPE_CHECKING:
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
    ) -> None:
        self._office = office
        self._custody = custody
        self._trust = trust
        self._stamps = stamps
        self._now = now

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
        key = self._custody.make_event_key(
            office=self._office, common_name=party.common_name, evidence=party.evidence
        )
        revocation = Revocation(
            trust=self._trust,
            office_list=self._custody.revocation_list(
                office=self._office, authority=self._trust.authority_name
            ),
        )
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
