"""Somebody else's face that is seen only after the signature stops what rests on it.

Before, the key was used although the platform had seen another face since the person agreed,
and a signature of whom another face was seen afterwards stood as soon as the person was back.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from server.cases.errors import ConditionsUnmet
from server.cases.meeting import confirm_deed, require_agreement_to_deed, step_ceremony
from server.cases.recognising import Seen
from server.cases.telling import Claim, tell
from server.ceremony.status import CeremonyStatus, Step
from tests.unit.cases.a_case import APPLICANT, NOTARY, NOW, WANG
from tests.unit.cases.holding import TO_SIGNING, opened, taken
from tests.unit.cases.test_meeting import will_to_sign
from tests.unit.cases.test_who_it_is import by_face, facing_case, looked, recorded

if TYPE_CHECKING:
    from server.cases.case import Case
    from server.ceremony.ceremony import Ceremony

SIGNED = "5" * 64
AGAIN = Claim("confirmed_after_interruption", subject=WANG, sha256=SIGNED)


def signed() -> tuple[Case, Ceremony]:
    """Return a ceremony in which the party, known by the face, has just signed."""
    case = facing_case()
    ceremony = opened(case, *TO_SIGNING)
    by_face(case, ceremony)
    recorded(ceremony)
    confirm_deed(case, ceremony, APPLICANT, will_to_sign(case, ceremony), at=NOW)
    assert case.deed is not None
    case.deed = replace(case.deed, signed_sha256=SIGNED, signed_by=(WANG,))
    facts = {"object": SIGNED, "party": WANG}
    ceremony.add_event("deed_signed", NOW, by=APPLICANT.account, facts=dict(facts))
    return case, ceremony


def missing_at_the_end(case: Case, ceremony: Ceremony) -> list[str]:
    with pytest.raises(ConditionsUnmet) as refusal:
        step_ceremony(case, ceremony, Step.COMPLETE, NOTARY, at=NOW)
    return [each.code for each in refusal.value.unmet]


def test_a_face_of_somebody_else_after_the_signature_stops_the_end() -> None:
    case, ceremony = signed()
    looked(ceremony, Seen.OTHER)
    assert "face_of_somebody_else" in missing_at_the_end(case, ceremony)


def test_who_comes_back_confirms_what_was_signed_before_it_counts() -> None:
    case, ceremony = signed()
    looked(ceremony, Seen.OTHER)
    # While it is somebody else nobody confirms anything.
    with pytest.raises(ConditionsUnmet, match="face_of_somebody_else"):
        tell(case, ceremony, AGAIN, NOTARY, at=NOW)
    by_face(case, ceremony)
    assert missing_at_the_end(case, ceremony) == ["not_confirmed_after_other_face"]
    tell(case, ceremony, AGAIN, NOTARY, at=NOW)
    step_ceremony(case, ceremony, Step.COMPLETE, NOTARY, at=NOW)
    assert ceremony.status is CeremonyStatus.COMPLETED


def test_another_face_after_that_asks_for_it_once_more() -> None:
    case, ceremony = signed()
    for _ in range(2):
        looked(ceremony, Seen.OTHER)
        by_face(case, ceremony)
        assert missing_at_the_end(case, ceremony) == ["not_confirmed_after_other_face"]
        tell(case, ceremony, AGAIN, NOTARY, at=NOW)


@pytest.mark.parametrize("seen", [Seen.SAME, Seen.UNSURE, Seen.NOTHING])
def test_any_other_look_after_the_signature_leaves_it_as_it_is(seen: Seen) -> None:
    case, ceremony = signed()
    looked(ceremony, seen)
    step_ceremony(case, ceremony, Step.COMPLETE, NOTARY, at=NOW)
    assert ceremony.status is CeremonyStatus.COMPLETED


def test_no_key_is_used_once_somebody_else_was_seen_after_the_agreement() -> None:
    case = facing_case()
    ceremony = opened(case, *TO_SIGNING)
    will = will_to_sign(case, ceremony)
    confirm_deed(case, ceremony, APPLICANT, will, at=NOW)
    require_agreement_to_deed(case, ceremony, WANG, will.step_up)
    looked(ceremony, Seen.OTHER)
    with pytest.raises(ConditionsUnmet, match="face_of_somebody_else"):
        require_agreement_to_deed(case, ceremony, WANG, will.step_up)
    # The person who is back agrees anew; what was agreed to before stays without effect.
    taken(case, ceremony)
    by_face(case, ceremony)
    with pytest.raises(ConditionsUnmet, match="face_of_somebody_else"):
        require_agreement_to_deed(case, ceremony, WANG, will.step_up)
    anew = will_to_sign(case, ceremony)
    confirm_deed(case, ceremony, APPLICANT, anew, at=NOW)
    require_agreement_to_deed(case, ceremony, WANG, anew.step_up)
