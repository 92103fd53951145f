"""An identity check as the case wants it: pictures in, state and outcome out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from identity.checking import IdCard, IdentityCheck, LivePhoto, Passport, Upload
from identity.images.refusal import ImageRefused
from identity.judging import Claim, facts_stated, judge
from identity.verdict import Outcome
from server.cases.identity_checks import CheckOutcome, CheckState

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from identity.policy import ProofPolicy
    from server.cases.ids import Clock
    from server.tasks.identity import Pictures

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
    now: Clock

    def __call__(self, pictures: Pictures) -> tuple[CheckState, CheckOutcome]:
        """Measure and judge. A file that is not let in is a refusal with its code."""
        now = self.now()
        try:
            checked = self.check.check(_document(pictures), _live(pictures, now))
        except ImageRefused as refused:
            return CheckState.REFUSED, self._nothing_measured(f"image_{refused.code}", now)
        policy = self.policy()
        claim = Claim(name=pictures.claimed_name, number=None)
        verdict = judge(checked.measurements, policy, now=now, claim=claim)
        facts = facts_stated(checked.measurements, policy, now=now)
        return STATES[verdict.outcome], CheckOutcome(
            doubts=tuple(sorted(verdict.doubts)),
            face_score=verdict.face_score,
            policy_citation=policy.citation,
            name=facts.name,
            id_number=facts.number,
            valid_until=facts.valid_until,
            finished_at=now,
        )

    def _nothing_measured(self, doubt: str, now: datetime) -> CheckOutcome:
        return CheckOutcome(
            doubts=(doubt,),
            face_score=None,
            policy_citation=self.policy().citation,
            name=None,
            id_number=None,
            valid_until=None,
            finished_at=now,
        )


def _document(pictures: Pictures) -> IdCard | Passport:
    if pictures.document == "passport":
        return Passport(page=_upload(pictures.front))
    back = None if pictures.back is None else _upload(pictures.back)
    return IdCard(front=_upload(pictures.front), back=back)


def _live(pictures: Pictures, now: datetime) -> LivePhoto | None:
    if pictures.live is None:
        return None
    return LivePhoto(upload=_upload(pictures.live), received_at=now)


def _upload(content: bytes) -> Upload:
    # What the client claimed was held against the bytes when they came in.
    return Upload(
        content=content,
        media_type="image/png" if content.startswith(PNG) else "image/jpeg",
    )
