from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from identity.deciding import DecisionIncomplete, HumanDecision, NothingToDecide, decide
from identity.verdict import Doubt, Outcome, Verdict

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def verdict(*doubts: Doubt) -> Verdict:
    return Verdict(
        doubts=frozenset(doubts),
        live_shortcomings=frozenset(),
        face_score=0.5,
        second_score=0.5,
        fused_score=0.5,
        frames_used=1,
        policy_citation="test",
        judged_at=NOW,
    )


def decision(*, accepted: bool = True, reason: str = "当面核对无误") -> HumanDecision:
    return HumanDecision(accepted=accepted, decided_by="staff-1", reason=reason, at=NOW)


@pytest.mark.parametrize("accepted", [True, False])
def test_a_person_decides_what_the_machine_was_unsure_of(*, accepted: bool) -> None:
    decided = decide(verdict(Doubt.FACE_UNCERTAIN), decision(accepted=accepted))
    assert decided.is_proven is accepted
    assert decided.verdict.outcome is Outcome.PERSON_DECIDES


@pytest.mark.parametrize(
    "doubts",
    [
        # Nobody makes an expired document valid ...
        (Doubt.DOCUMENT_EXPIRED,),
        # ... nor a wrong number right, whatever else there was to decide ...
        (Doubt.CHECK_DIGIT_WRONG, Doubt.FACE_UNCERTAIN),
        # ... nor is there anything to decide where nothing was doubted.
        (),
    ],
)
def test_what_is_refused_or_proven_is_not_a_matter_of_opinion(doubts: tuple[Doubt, ...]) -> None:
    with pytest.raises(NothingToDecide):
        decide(verdict(*doubts), decision())


def test_a_decision_needs_a_reason_and_a_name() -> None:
    with pytest.raises(DecisionIncomplete):
        decision(reason="  ok ")
    with pytest.raises(DecisionIncomplete):
        HumanDecision(accepted=True, decided_by=" ", reason="当面核对无误", at=NOW)


def test_a_decision_comes_after_what_it_decides_and_knows_its_zone() -> None:
    early = HumanDecision(
        accepted=True, decided_by="s", reason="当面核对无误", at=NOW - timedelta(seconds=1)
    )
    with pytest.raises(DecisionIncomplete):
        decide(verdict(Doubt.FACE_UNCERTAIN), early)
    with pytest.raises(DecisionIncomplete):
        HumanDecision(
            accepted=True, decided_by="s", reason="当面核对无误", at=NOW.replace(tzinfo=None)
        )


def test_the_record_keeps_both_the_doubt_and_the_decision() -> None:
    record = decide(verdict(Doubt.FACE_UNCERTAIN), decision()).as_record()
    assert record["outcome"] == "proven"
    assert "face_uncertain" in str(record["verdict"])
    assert "当面核对无误" in str(record["decision"])
