"""Deeds signed, certificates sealed and verified, as the case wants it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from esign.algorithms import SM2_PREFIX, SigningAlgorithm
from esign.authorities.directory import ROOT
from esign.evidence import EvidenceDigests
from esign.manifests import manifest_sealer
from esign.pdf.certificate_sealer import Sealing, certificate_sealer, expected_signers
from esign.pdf.deeds import DeedSigner, PartySignature
from esign.pdf.drawings import Handwriting
from esign.pdf.fields import party_field
from esign.trust import office_trusts, trusted_roots
from esign.verification.own_seal import Wanted, check_own_seal
from esign.verification.verifying import verify
from server.cases.errors import PartNotFound
from server.cases.press import Fault
from server.cases.signatures import line_of, lines_of
from server.wiring.algorithms import algorithms_of_case

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from esign.authorities.directory import AuthorityDirectory
    from esign.authorities.outside import OutsideEvents
    from esign.custody.ports import Custody
    from esign.tsa.client import TimeStampSource
    from esign.verification.report import Report
    from server.cases.case import Case, Strokes
    from server.cases.ids import Clock, OfficeId, PartyId
    from server.catalogue.rule_packs import RulePacks
    from server.register.certificates import Certificate

_AUTHORITY: Final = re.compile(r"office\.([a-z0-9-]+)\.authority(?:\.[0-9]+)?")
FIELD_SIDE: Final = 10_000
LISTED_AGAIN: Final = timedelta(minutes=1)
_ENCODINGS: Final = {"pem": Encoding.PEM, "cer": Encoding.DER}


def _drawn(strokes: Strokes | None) -> Handwriting | None:
    if not strokes:
        return None
    return Handwriting(
        tuple(tuple((x / FIELD_SIDE, y / FIELD_SIDE) for x, y in line) for line in strokes)
    )


def _nobody(_: OfficeId) -> None:
    """No office has an outside authority."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    files: AuthorityDirectory
    custody: Custody
    stamps: TimeStampSource
    now: Clock
    packs: RulePacks
    outside: Callable[[OfficeId], OutsideEvents | None] = _nobody
    """Who certifies the parties of an office, where its own authority does not."""

    party_roots: Sequence[x509.Certificate] = ()

    def verify(self, document: bytes) -> Report:
        """Return what a stranger finds who trusts our roots, or raise why not."""
        return verify(
            document,
            roots=trusted_roots(self.files),
            party_roots=self.party_roots,
            at=self.now(),
        )

    def seal_manifest(
        self,
        office: str,
        manifest: bytes,
        *,
        algorithm: SigningAlgorithm = SigningAlgorithm.P256,
    ) -> bytes:
        """Return the office's detached seal over the manifest of an evidence package."""
        sealer = manifest_sealer(
            office,
            files=self.files,
            custody=self.custody,
            stamps=self.stamps,
            now=self.now,
            algorithm=algorithm,
        )
        return sealer.seal(sealer.prepare(manifest))

    def published(self, name: str) -> bytes | None:
        """Return a file of the authorities; an office's list is of the last minute."""
        authority, _, kind = name.rpartition(".")
        if not self.files.has_certificate(authority):
            return None
        if kind in _ENCODINGS:
            return self.files.certificate(authority).public_bytes(_ENCODINGS[kind])
        if authority in self.files.link_names():
            return None
        plain = self.files.role_of(authority).removeprefix(SM2_PREFIX)
        if plain == ROOT or self.files.is_stopped(authority):
            # Of an authority that was given up, the last list it made is the last there is.
            return self.files.revocation_list(authority)
        office = _AUTHORITY.fullmatch(authority.removeprefix(SM2_PREFIX))
        return None if office is None else self._office_list(authority, office[1])

    def _office_list(self, authority: str, office: str) -> bytes:
        """Return the last list while it is young: strangers ask, and each list costs a key.

        A revocation makes a list by itself, so a young one knows of it.
        """
        if self.files.has_revocation_list(authority):
            last = self.files.revocation_list(authority)
            if self.now() < x509.load_der_x509_crl(last).last_update_utc + LISTED_AGAIN:
                return last
        return self.custody.revocation_list(office=office, authority=authority)

    def sign_deed(
        self, case: Case, party_id: PartyId, deed: bytes, *, ceremony_head: str, check_digest: str
    ) -> bytes:
        """Return the deed with the party's signature on top of those before."""
        if case.deed is None or case.deed.object_sha256 is None:
            raise PartNotFound("deed")
        lines = [each.id for each in lines_of(case)]
        line = line_of(case, case.party(party_id))
        if line is None:
            raise PartNotFound("line of this party in the deed")
        algorithms = algorithms_of_case(case, self.packs)
        signer = DeedSigner(
            office=case.office,
            custody=self.custody,
            trusts=office_trusts(self.files, case.office, algorithms),
            stamps=self.stamps,
            now=self.now,
            # An outside authority knows no SM2. A case that was begun under it ends under it.
            outside=None if SigningAlgorithm.SM2 in algorithms else self.outside(case.office),
        )
        return signer.sign(
            deed,
            PartySignature(
                field=party_field(lines.index(line) + 1),
                common_name=case.party(party_id).name,
                evidence=EvidenceDigests(
                    identity_check=check_digest,
                    ceremony_segment=ceremony_head,
                    document=case.deed.object_sha256,
                ),
                handwriting=_drawn(case.deed.handwriting.get(party_id)),
            ),
        )

    def seal(
        self,
        case: Case,
        _: Certificate,
        prepared: bytes,
        reach: Callable[[str], None],
    ) -> bytes:
        """Lint, permit, seal; and check that the result is exactly what was asked for.

        Not with the verification of strangers' files: what is known of our own says more
        (docs/adr/0025-our-own-seal-checked-by-our-own-form.md).
        """
        notary = case.staffing.handling_notary
        if notary is None:
            raise PartNotFound("handling notary")
        sealing = Sealing(
            office=case.office, notary=notary, algorithms=algorithms_of_case(case, self.packs)
        )
        sealer = certificate_sealer(
            sealing,
            files=self.files,
            custody=self.custody,
            stamps=self.stamps,
            now=self.now,
        )
        permit = sealer.prepare(prepared)
        reach(Fault.PERMIT_GIVEN)
        sealed = sealer.seal(permit)
        self.check_sealed(sealed, prepared, sealing)
        return sealed

    def check_sealed(self, sealed: bytes, prepared: bytes, sealing: Sealing) -> None:
        """Raise a `VerificationFailed` unless ``sealed`` is ``prepared``, sealed as asked."""
        wanted = Wanted(
            prepared=prepared,
            signers=expected_signers(sealing, self.files),
            roots=trusted_roots(self.files),
            links=self.files.links(),
        )
        check_own_seal(sealed, wanted, at=self.now())
