"""Who is put out of the room, and what a lost worker's disk gives back too late."""

from __future__ import annotations

import pytest

from server.ceremony.ceremony import Ceremony, Segment
from server.ceremony.chain import GENESIS, verify_chain
from server.ceremony.errors import (
    NotaryStays,
    NotRecording,
    NotTakingPart,
    ParticipantNotFound,
)
from server.ceremony.status import Step
from tests.unit.cases.a_case import APPLICANT, NOTARY, NOW
from tests.unit.cases.holding import opened
from tests.unit.cases.test_meeting import meeting_case

PARTY, LEADS = APPLICANT.account, NOTARY.account


def recording() -> Ceremony:
    return opened(meeting_case(), Step.ADMIT, Step.START_RECORDING)


def segment(index: int, *, by: str = PARTY, prev: str = GENESIS) -> Segment:
    return Segment(
        participant=by,
        index=index,
        starts_ms=index * 10_000,
        ends_ms=(index + 1) * 10_000,
        sha256=f"{index}" * 64,
        size=1,
        media_type="video/webm",
        prev_sha256=prev,
    )


def test_putting_out_and_letting_in_stand_in_the_chain_once_each() -> None:
    ceremony = recording()
    before = len(ceremony.links)
    # Nobody is out: there is nobody to let in.
    ceremony.readmit(PARTY, NOW, by=LEADS)
    assert len(ceremony.links) == before
    for _ in range(2):
        ceremony.put_out(PARTY, NOW, by=LEADS, reason="disturbs")
    assert ceremony.put_out_now == {PARTY}
    ceremony.readmit(PARTY, NOW, by=LEADS)
    assert ceremony.put_out_now == frozenset()
    assert [each.kind for each in ceremony.links[before:]] == ["put_out", "readmitted"]
    assert ceremony.links[before].body["reason"] == "disturbs"
    verify_chain(ceremony.links)


def test_the_notary_is_not_put_out_and_nor_is_whoever_is_not_there() -> None:
    ceremony = recording()
    with pytest.raises(NotaryStays):
        ceremony.put_out(LEADS, NOW, by=LEADS, reason="other")
    with pytest.raises(ParticipantNotFound):
        ceremony.put_out("nobody", NOW, by=LEADS, reason="other")
    with pytest.raises(ParticipantNotFound):
        ceremony.readmit("nobody", NOW, by=LEADS)


def test_what_comes_back_late_is_a_line_of_its_own_and_nothing_is_dropped() -> None:
    ceremony = recording()
    ceremony.add_segment(segment(0), NOW)
    # Another worker went on from here; the first one is back with what it had.
    ceremony.add_segment(segment(1, prev="0" * 64), NOW)
    late = Segment(**{**{n: getattr(segment(1), n) for n in Segment.__slots__}, "sha256": "f" * 64})
    for _ in range(2):
        ceremony.add_late_segment(late, NOW)
    assert [each.kind for each in ceremony.links[-2:]] == ["segment", "segment_late"]
    assert ceremony.links[-1].body["sha256"] == "f" * 64
    # What may be recorded next is what it was.
    ceremony.add_segment(segment(2, prev="1" * 64), NOW)
    verify_chain(ceremony.links)


def test_a_stranger_s_segment_is_not_taken_late_either() -> None:
    with pytest.raises(NotTakingPart):
        recording().add_late_segment(segment(0, by="nobody"), NOW)
    with pytest.raises(NotRecording):
        opened(meeting_case(), Step.ADMIT).add_late_segment(segment(0), NOW)
