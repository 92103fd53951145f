"""Passive authentication, then the chip's own proof (ICAO 9303-11).

Each step stands where it does because the next one relies on it: nothing inside a data group
is parsed before its hash is proven, and nothing is believed for being well formed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric import rsa

from identity.chips.active import ActiveTranscript, demand_active, read_active_key
from identity.chips.chain import SignerRules, demand_signer, find_chain
from identity.chips.chip_authentication import ChipTranscript, demand_chip
from identity.chips.countries import may_sign
from identity.chips.details import read_details
from identity.chips.face_image import read_face
from identity.chips.files import demand_complete, demand_hashes, demand_listed
from identity.chips.finding import ChipFinding, ChipHint, ChipStep, Evidence
from identity.chips.holder import read_holder
from identity.chips.keys import describe
from identity.chips.refusal import ChipFault, ChipFile, ChipRefused
from identity.chips.revocation import is_fresh
from identity.chips.security_infos import SecurityInfos, read_security_infos
from identity.chips.security_object import read_security_object
from identity.chips.signatures import WEAK_DIGESTS

if TYPE_CHECKING:
    from identity.chips.certificates import ChipCertificate
    from identity.chips.files import ChipFiles
    from identity.chips.pictures import Portrait
    from identity.chips.security_object import SecurityObject
    from identity.chips.trust import Trust
    from identity.documents.mrz import Mrz

SHORTEST_RSA: Final = 2048
"""Bits of a signer's key; ICAO 9303-12 asks it of document signers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipProofs:
    """What the chip answered to questions of ours; ``None`` where it was not asked."""

    active: ActiveTranscript | None = None
    chip: ChipTranscript | None = None


NO_PROOFS: Final = ChipProofs()


class _Notes:
    def __init__(self) -> None:
        self.evidence: list[Evidence] = []
        self.hints: set[ChipHint] = set()

    def proven(self, step: ChipStep, detail: str) -> None:
        self.evidence.append(Evidence(step=step, detail=detail))

    def weak(self, hint: ChipHint, *, unless: bool) -> None:
        if not unless:
            self.hints.add(hint)


def verify_chip(
    files: ChipFiles, trust: Trust, *, at: datetime, proofs: ChipProofs = NO_PROOFS
) -> ChipFinding:
    """Return what is proven of the chip at ``at``; raises `ChipRefused` with its one reason."""
    notes = _Notes()

    # (1) The security object is signed by the key of the certificate that it carries.
    demand_complete(files)
    signed = read_security_object(files[ChipFile.SOD])
    _note_signature(notes, signed)

    # (2) Every file that was sent is what was signed, and the unsigned list hides none.
    demand_hashes(files, signed)
    demand_listed(files, signed)
    notes.proven(ChipStep.HASHES, f"{signed.digest}: {', '.join(files.groups)}")

    # (3) Whose document it is, and until when.
    holder = read_holder(files[ChipFile.DG1], today=at.date())
    judged_at = min(at, datetime.combine(holder.expires, time.max, tzinfo=UTC))
    details = read_details(files)
    notes.proven(ChipStep.HOLDER, holder.form.value)
    notes.weak(ChipHint.DOCUMENT_EXPIRED, unless=judged_at == at)

    # (4) The signer was allowed to sign, by a country that we believe, for this state.
    rules = SignerRules(judged_at=judged_at, signed_at=signed.signed.signed_at)
    demand_signer(signed.signed.signer, rules)
    _demand_issuer(notes, signed.signed.signer, holder)
    _judge_chain(notes, signed.signed.signer, trust, rules=rules, at=at)

    # (5) The picture, from here on the reference for the face.
    portrait = _portrait(notes, files)

    # (6) It is this chip that the state wrote to.
    _judge_proofs(notes, files, proofs)
    return ChipFinding(
        holder=holder,
        details=details,
        portrait=portrait,
        evidence=tuple(notes.evidence),
        hints=frozenset(notes.hints),
        signed_at=signed.signed.signed_at,
        judged_at=judged_at,
    )


def _note_signature(notes: _Notes, signed: SecurityObject) -> None:
    content = signed.signed
    key = content.signer.key(place=ChipFile.SOD)
    notes.proven(
        ChipStep.SIGNATURE,
        f"{content.scheme} by {describe(key)}, certificate {content.signer.fingerprint[:16]}",
    )
    strong = not {signed.digest, content.digest, content.scheme.digest} & WEAK_DIGESTS
    notes.weak(ChipHint.WEAK_DIGEST, unless=strong)
    long = not isinstance(key, rsa.RSAPublicKey) or key.key_size >= SHORTEST_RSA
    notes.weak(ChipHint.SHORT_KEY, unless=long)


def _demand_issuer(notes: _Notes, signer: ChipCertificate, holder: Mrz) -> None:
    allowed = may_sign(signer.country, issuer=holder.issuer)
    if allowed is False:
        raise ChipRefused(ChipFault.ISSUER_MISMATCH, ChipFile.DG1)
    notes.weak(ChipHint.ISSUER_UNKNOWN, unless=allowed is True)


def _judge_chain(
    notes: _Notes,
    signer: ChipCertificate,
    trust: Trust,
    *,
    rules: SignerRules,
    at: datetime,
) -> None:
    chain = find_chain(signer, trust, judged_at=rules.judged_at)
    if chain is None:
        notes.weak(ChipHint.SIGNER_UNKNOWN, unless=False)
        return
    names = " < ".join(each.fingerprint[:16] for each in chain)
    notes.proven(ChipStep.CHAIN, f"{signer.country}: {names}")
    # What a root says of itself is believed for being in our list, not for its signature.
    strong = not any(each.scheme().is_weak for each in chain[:-1])
    notes.weak(ChipHint.WEAK_DIGEST, unless=strong)
    # A list is asked for what it knows today, whenever the document ran out.
    fresh = is_fresh(signer, chain[1], lists=trust.revocations, at=at)
    if fresh is None:
        notes.weak(ChipHint.REVOCATION_UNKNOWN, unless=False)
    elif fresh:
        notes.proven(ChipStep.REVOCATION, "not on the current list")
    else:
        notes.weak(ChipHint.REVOCATION_UNCERTAIN, unless=False)


def _portrait(notes: _Notes, files: ChipFiles) -> Portrait | None:
    portrait = read_face(files[ChipFile.DG2])
    if portrait is None:
        notes.weak(ChipHint.PORTRAIT_UNKNOWN, unless=False)
    else:
        size = f"{portrait.width} x {portrait.height}"
        notes.proven(ChipStep.PORTRAIT, f"{portrait.format.value} {size}")
    return portrait


def _judge_proofs(notes: _Notes, files: ChipFiles, proofs: ChipProofs) -> None:
    infos = SecurityInfos()
    if ChipFile.DG14 in files:
        infos = read_security_infos(files[ChipFile.DG14])
    active_key = read_active_key(files[ChipFile.DG15]) if ChipFile.DG15 in files else None
    proven = False
    if proofs.active is not None:
        if active_key is None:
            raise ChipRefused(ChipFault.ACTIVE_KEY_MISSING, ChipFile.DG15)
        if isinstance(active_key, rsa.RSAPublicKey) or infos.active_signature is not None:
            detail = demand_active(active_key, proofs.active, signature=infos.active_signature)
            notes.proven(ChipStep.ACTIVE_AUTHENTICATION, f"{describe(active_key)} {detail}")
            proven = True
        else:
            notes.weak(ChipHint.PROOF_NOT_VERIFIABLE, unless=False)
    if proofs.chip is not None:
        notes.proven(ChipStep.CHIP_AUTHENTICATION, demand_chip(infos, proofs.chip))
        proven = True
    notes.weak(ChipHint.COPY_NOT_EXCLUDED, unless=proven)
