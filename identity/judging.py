"""From measurements to a verdict. No I/O, no clock: everything is passed in."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import timedelta, timezone
from typing import TYPE_CHECKING, Final

from identity.documents.confirming import hints_of
from identity.documents.facts import facts_of
from identity.documents.hints import Hint
from identity.face_judging import doubts_of_faces, fused_likeness, live_shortcomings
from identity.proofs import NO_OTHER_PROOFS, doubts_of_proofs
from identity.verdict import Doubt, Verdict

if TYPE_CHECKING:
    from datetime import date, datetime

    from identity.documents.stated import DocumentFacts
    from identity.measurements import Measurements
    from identity.policy import ProofPolicy
    from identity.proofs import OtherProofs

SETTLED_ELSEWHERE: Final = frozenset(
    # A field taken from the number is unreadable by its confidence; people do move.
    {Hint.BIRTH_FROM_NUMBER, Hint.SEX_FROM_NUMBER, Hint.AUTHORITY_ELSEWHERE}
)

CHINA: Final = timezone(timedelta(hours=8))
"""Documents end with the day where they were issued."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who the person says they are, as entered before the check."""

    name: str | None
    """In Chinese, or in Latin letters as in the passport's zone."""
    number: str | None
    """Of the document that is shown, not of another one of the same person."""

    chip_and_code_alone: bool = False
    """For this act a chip that is no copy and a code prove a person without a person deciding."""


# What a genuine chip says better than a photograph of the page.
_CURED_BY_A_CHIP: Final = frozenset(
    {Doubt.FIELDS_UNREADABLE, Doubt.DOCUMENT_NOT_RECOGNISED, Doubt.DOCUMENT_DOUBTFUL}
)


def judge(
    measured: Measurements,
    policy: ProofPolicy,
    *,
    now: datetime,
    claim: Claim | None = None,
    proofs: OtherProofs = NO_OTHER_PROOFS,
) -> Verdict:
    """Return every doubt at once, so that a person is asked only once.

    Each test asks for the good case and negates it: a score that is not a number, or a
    time from the future, is then a doubt and not a pass.
    """
    facts = facts_stated(measured, policy, now=now)
    face = measured.face
    doubts = {
        *_of_document(facts, measured, today=now.astimezone(CHINA).date()),
        *_of_claim(facts, claim),
        *_of_faces(measured, policy),
        *_of_circumstances(measured, policy, proofs, now=now),
        *doubts_of_proofs(proofs, facts, now=now),
    }
    doubts = settled_by_chip(doubts, facts, claim, proofs)
    return Verdict(
        doubts=frozenset(settled_by_chip_and_code(doubts, claim, proofs)),
        live_shortcomings=live_shortcomings(face, policy) if face else frozenset(),
        face_score=face.likeness if face else None,
        second_score=face.second_likeness if face else None,
        fused_score=fused_likeness(face, policy) if face else None,
        frames_used=face.frames_used if face else 0,
        policy_citation=policy.citation,
        judged_at=now,
    )


def settled_by_chip(
    doubts: set[Doubt], facts: DocumentFacts, claim: Claim | None, proofs: OtherProofs
) -> set[Doubt]:
    """Return what is left of ``doubts`` beside a genuine chip of the claimed person.

    A page that cannot be read must not let a chip of one person prove the name of another: the
    chip itself names the claimed one, or the page does and its number ties it to the chip.
    """
    chip = proofs.proven_chip
    if chip is None:
        return doubts
    of_chip = {chip.details.name, f"{chip.holder.surname} {chip.holder.given_names}"}
    of_page = {facts.name, facts.latin_name} if facts.number == chip.holder.number else set()
    claimed = claim.name if claim else None
    if claimed and not _is_among(claimed, of_chip | of_page):
        return doubts
    return doubts - _CURED_BY_A_CHIP


def settled_by_chip_and_code(
    doubts: set[Doubt], claim: Claim | None, proofs: OtherProofs
) -> set[Doubt]:
    """Return what is left of ``doubts`` where a face is no part of the route.

    The chip must have proven that it is no copy and itself name the claimed name and number;
    what is read off the page, birth with it, is held against the chip by other doubts.
    """
    chip = proofs.proven_chip
    if chip is None or proofs.read_code is not True:
        return doubts
    if claim is None or not (claim.chip_and_code_alone and claim.name and claim.number):
        return doubts
    named = {chip.details.name, f"{chip.holder.surname} {chip.holder.given_names}"}
    if not (_is_among(claim.name, named) and _is_among(claim.number, {chip.holder.number})):
        return doubts
    return doubts - {Doubt.FACE_NOT_COMPARED}


def facts_stated(measured: Measurements, policy: ProofPolicy, *, now: datetime) -> DocumentFacts:
    """What the document states, for the case file and for the person to confirm."""
    return facts_of(
        measured.front,
        measured.back,
        limits=policy.reading,
        today=now.astimezone(CHINA).date(),
    )


def _of_document(facts: DocumentFacts, measured: Measurements, *, today: date) -> set[Doubt]:
    doubts = set(facts.doubts)
    if hints_of(measured.front, measured.back) - SETTLED_ELSEWHERE:
        doubts.add(Doubt.DOCUMENT_DOUBTFUL)
    sides = [side for side in (measured.front, measured.back) if side]
    if not all(side.fields for side in sides) and not measured.unavailable:
        doubts.add(Doubt.DOCUMENT_NOT_RECOGNISED)
    if facts.valid_from and not facts.valid_from <= today:
        doubts.add(Doubt.DOCUMENT_NOT_YET_VALID)
    if facts.valid_until and not today <= facts.valid_until:
        doubts.add(Doubt.DOCUMENT_EXPIRED)
    return doubts


def _of_claim(facts: DocumentFacts, claim: Claim | None) -> set[Doubt]:
    if claim is None:
        return set()
    pairs = (
        (claim.name, {facts.name, facts.latin_name} - {None}),
        (claim.number, {facts.number} - {None}),
    )
    if all(_is_among(claimed, stated) for claimed, stated in pairs if claimed and stated):
        return set()
    return {Doubt.NOT_THE_CLAIMED_PERSON}


def _is_among(claimed: str, stated: set[str | None]) -> bool:
    return _plain(claimed) in {_plain(text) for text in stated if text}


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).upper()
    return "".join(char for char in folded if char.isalnum())


def _of_faces(measured: Measurements, policy: ProofPolicy) -> set[Doubt]:
    if measured.face is None:
        return {Doubt.FACE_NOT_COMPARED}
    return doubts_of_faces(measured.face, measured.reference_quality, policy)


def _of_circumstances(
    measured: Measurements, policy: ProofPolicy, proofs: OtherProofs, *, now: datetime
) -> set[Doubt]:
    doubts = set()
    if measured.unavailable:
        doubts.add(Doubt.CHECK_UNAVAILABLE)
    if policy.requires_liveness and proofs.liveness is None:
        doubts.add(Doubt.LIVENESS_NOT_MEASURED)
    if measured.no_face_route:
        return doubts
    received_at = measured.live_received_at
    age_s = (now - received_at).total_seconds() if received_at else None
    if age_s is None or not 0 <= age_s <= policy.most_live_age_s:
        doubts.add(Doubt.LIVE_PHOTO_STALE)
    return doubts
