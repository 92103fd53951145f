"""An identity check as the case wants it: what was sent in, state and outcome out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from identity.checking import (
    ChipPortrait,
    IdCard,
    IdentityCheck,
    LiveClip,
    LivePhoto,
    Passport,
    Permit,
    Upload,
)
from identity.chips.finding import ChipFinding
from identity.documents.confirming import fields_to_confirm, hints_of
from identity.documents.fields import DocumentSide
from identity.images.refusal import ImageRefused
from identity.images.stills import split_stills
from identity.judging import Claim, facts_stated, judge
from identity.liveness.challenge import issue_challenge
from identity.liveness.judging import judge_liveness
from identity.proofs import OtherProofs
from identity.registers.judging import judge_register, register_rules_2026
from identity.registers.questions import TwoElements
from identity.verdict import Outcome
from server.cases.identity_checks import CheckOutcome, CheckState, UnsureField
from server.tasks.identity import Judged
from server.wiring.chips import chip_as_record, judged_chip

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from identity.checking import Document
    from identity.chips.trust import Trust
    from identity.documents.stated import DocumentFacts
    from identity.liveness.finding import LivenessFinding
    from identity.liveness.policy import LivenessPolicy
    from identity.measurements import Checked, Measurements
    from identity.policy import ProofPolicy
    from identity.proofs import ChipOutcome
    from identity.registers.judging import RegisterDoubt
    from identity.registers.questions import AskRegister, RegisterAnswer
    from identity.verdict import Verdict
    from server.cases.ids import Clock
    from server.tasks.identity import Clip, Pictures

STATES: Final = {
    Outcome.PROVEN: CheckState.PROVEN,
    Outcome.PERSON_DECIDES: CheckState.PERSON_DECIDES,
    Outcome.REFUSED: CheckState.REFUSED,
}
PNG: Final = b"\x89PNG"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    check: IdentityCheck
    policy: Callable[[], ProofPolicy]
    liveness_policy: Callable[[], LivenessPolicy]
    trust: Callable[[], Trust]
    """Whose chips are believed."""

    ask_register: AskRegister | None
    """``None``: no register is connected, which is no doubt."""

    now: Clock

    def __call__(self, pictures: Pictures) -> Judged:
        """Measure and judge. A file that is not let in is a refusal with its code."""
        now = self.now()
        try:
            return self._judged(pictures, now)
        except ImageRefused as refused:
            outcome = CheckOutcome(
                doubts=(f"image_{refused.code}",),
                face_score=None,
                policy_citation=self.policy().citation,
                name=None,
                id_number=None,
                valid_until=None,
                finished_at=now,
            )
            return Judged(state=CheckState.REFUSED, outcome=outcome)

    def _judged(self, pictures: Pictures, now: datetime) -> Judged:
        # The chip first: its portrait is the better reference for the face.
        chip = judged_chip(pictures.chip, self.trust, at=now) if pictures.chip else None
        checked = self.check.check(
            _document(pictures), _live(pictures, now), reference=_portrait(chip)
        )
        measured, policy = checked.measurements, self.policy()
        facts = facts_stated(measured, policy, now=now)
        answer = self._register_answer(facts)
        liveness = self._liveness(pictures.clip, measured)
        proofs = OtherProofs(
            liveness=liveness,
            chip=chip,
            register=self._register_doubts(answer, now),
            read_code=pictures.code_right,
            earlier_refusals=pictures.earlier_refusals,
        )
        claim = _claim(pictures)
        verdict = judge(measured, policy, now=now, claim=claim, proofs=proofs)
        told = _Told(verdict=verdict, facts=facts, proofs=proofs, answer=answer)
        return Judged(
            state=STATES[verdict.outcome],
            outcome=_outcome(told, measured, policy),
            stills=_stills(checked),
        )

    def _liveness(self, clip: Clip | None, measured: Measurements) -> LivenessFinding | None:
        if clip is None or measured.clip is None:
            return None
        return judge_liveness(
            measured.clip,
            issue_challenge(bytes.fromhex(clip.told.nonce)),
            self.liveness_policy(),
            issued_at=clip.told.asked_at,
            received_at=clip.told.answered_at,
        )

    def _register_answer(self, facts: DocumentFacts) -> RegisterAnswer | None:
        if self.ask_register is None or facts.name is None or facts.number is None:
            return None
        return self.ask_register(TwoElements(name=facts.name, number=facts.number))

    def _register_doubts(
        self, answer: RegisterAnswer | None, now: datetime
    ) -> frozenset[RegisterDoubt] | None:
        if self.ask_register is None:
            return None
        return judge_register(answer, register_rules_2026(), now=now)


def _claim(pictures: Pictures) -> Claim:
    if pictures.code_right is None:
        # A party may have entered another document than is shown.
        return Claim(name=pictures.claimed_name, number=None)
    return Claim(
        name=pictures.claimed_name,
        number=pictures.claimed_number,
        chip_and_code_alone=pictures.chip_and_code_alone,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    verdict: Verdict
    facts: DocumentFacts
    proofs: OtherProofs
    answer: RegisterAnswer | None


def _outcome(told: _Told, measured: Measurements, policy: ProofPolicy) -> CheckOutcome:
    verdict, facts, proofs = told.verdict, told.facts, told.proofs
    chip = proofs.proven_chip
    return CheckOutcome(
        doubts=tuple(sorted(verdict.doubts)),
        hints=tuple(sorted(hints_of(measured.front, measured.back))),
        shortcomings=tuple(sorted(verdict.live_shortcomings)),
        face_score=verdict.face_score,
        second_score=verdict.second_score,
        policy_citation=verdict.policy_citation,
        name=facts.name,
        id_number=chip.holder.number if chip else facts.number,
        valid_until=chip.holder.expires if chip else facts.valid_until,
        liveness=proofs.liveness.as_record() if proofs.liveness else None,
        chip=chip_as_record(proofs.chip) if proofs.chip else None,
        register=told.answer.agreement.value if told.answer else None,
        unsure=_unsure(measured, policy),
        finished_at=verdict.judged_at,
    )


def _unsure(measured: Measurements, policy: ProofPolicy) -> tuple[UnsureField, ...]:
    return tuple(
        UnsureField(field=name.value, text=side.fields[name].text if name in side.fields else "")
        for side in (measured.front, measured.back)
        if side is not None
        for name in fields_to_confirm(side, readable=policy.reading.readable)
    )


def _stills(checked: Checked) -> tuple[bytes, ...]:
    reference = (checked.reference_still,) if checked.reference_still else ()
    return (*reference, *checked.live_stills)


def _portrait(chip: ChipOutcome | None) -> ChipPortrait | None:
    if isinstance(chip, ChipFinding) and chip.portrait is not None:
        return ChipPortrait(content=chip.portrait.content)
    return None


_S = DocumentSide
PERMITS: Final = {
    "residence_permit": (_S.RESIDENCE_PERMIT_FRONT, _S.RESIDENCE_PERMIT_BACK),
    "mainland_permit": (_S.MAINLAND_PERMIT, _S.ZONE_CARD),
    "taiwan_permit": (_S.TAIWAN_PERMIT, _S.ZONE_CARD),
    "foreigners_permit": (_S.FOREIGNERS_PERMIT, _S.ZONE_CARD),
}


def _document(pictures: Pictures) -> Document:
    front = _upload(pictures.front)
    if pictures.document == "passport":
        return Passport(page=front)
    back = None if pictures.back is None else _upload(pictures.back)
    if pictures.document in PERMITS:
        sides = PERMITS[pictures.document]
        return Permit(front_side=sides[0], back_side=sides[1], front=front, back=back)
    return IdCard(front=front, back=back)


def _live(pictures: Pictures, now: datetime) -> LivePhoto | LiveClip | None:
    if pictures.clip is not None:
        stills = split_stills(pictures.clip.content)
        return LiveClip(
            stills=stills,
            times_ms=_times(pictures.clip, len(stills)),
            received_at=pictures.clip.told.answered_at,
        )
    if pictures.live is None:
        return None
    return LivePhoto(upload=_upload(pictures.live), received_at=now)


def _times(clip: Clip, stills: int) -> tuple[float, ...]:
    """One a still. A time that is missing is no number, and judging makes a doubt of it."""
    told = [float(time) for time in clip.told.times_ms[:stills]]
    return (*told, *[float("nan")] * (stills - len(told)))


def _upload(content: bytes) -> Upload:
    # What the client claimed was held against the bytes when they came in.
    return Upload(
        content=content,
        media_type="image/png" if content.startswith(PNG) else "image/jpeg",
    )
