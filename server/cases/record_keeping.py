"""The interview record in the room: typed live, read back, corrected, countersigned, signed.

公证程序规则 Art. 28(2): the record is read to the person or read by them and signed; where it
was corrected, the person signs or seals the correction. After it was read back the answers
are changed by corrections only, each of which the person countersigns on a device of their
own, after the notary who wrote it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING

from server.cases.errors import ConditionsUnmet, NotYourAction, PartNotFound
from server.cases.guards import Unmet
from server.cases.handling import confirm_interview, write_interview
from server.cases.leading import require_lead
from server.cases.status import CaseStatus as S
from server.ceremony.course import Told, last_told
from server.ceremony.errors import CeremonyRefused, NotRecording
from server.ceremony.seats import Right, may
from server.ceremony.status import Step

if TYPE_CHECKING:
    from datetime import datetime

    from server.cases.actor import Actor
    from server.cases.case import Case
    from server.cases.ids import PartyId
    from server.cases.interview import Exchange, InterviewRecord
    from server.ceremony.ceremony import Ceremony

SOURCE = "P-28"


def write_record(
    case: Case,
    ceremony: Ceremony | None,
    record: InterviewRecord,
    actor: Actor,
    *,
    at: datetime,
) -> InterviewRecord:
    """Take in the next version; what was read back can only be added to."""
    before = case.interview
    if before is not None:
        record = replace(record, exchanges=_as_corrected(before, record))
        read = _answers_read_back(ceremony, before)
        if read is not None and not _keeps(before, record, read):
            raise ConditionsUnmet((Unmet("record_only_corrected", SOURCE),))
        record = before.followed_by(record)
    return _written(case, ceremony, record, actor, at=at)


def correct_record(
    case: Case,
    ceremony: Ceremony,
    actor: Actor,
    *,
    position: int,
    answer: str,
    party: PartyId,
    at: datetime,
) -> InterviewRecord:
    """Change an answer after the reading back; ``party`` countersigns before anybody confirms."""
    require_lead(case, ceremony, actor, "correct_interview")
    record = _record(case)
    if not 0 <= position < len(record.exchanges):
        raise PartNotFound("exchange")
    _require_in_the_talk(ceremony, party)
    wrong = record.exchanges[position]
    right = replace(
        wrong,
        answer=answer,
        corrected_from=wrong.answer,
        corrected_for=party,
        countersigned_by=None,
    )
    exchanges = (*record.exchanges[:position], right, *record.exchanges[position + 1 :])
    after = record.followed_by(replace(record, exchanges=exchanges))
    _require_heard(ceremony)
    written = _written(case, ceremony, after, actor, at=at)
    ceremony.add_event(
        Told.RECORD_CORRECTED,
        at,
        by=actor.account,
        facts={"position": position, "party": party, "sha256": written.sha256},
    )
    return written


def countersign(
    case: Case,
    ceremony: Ceremony,
    actor: Actor,
    *,
    position: int,
    sha256: str,
    at: datetime,
) -> None:
    """Let the person whose answer it is sign the correction, as it stands in this version."""
    record = _require_shown(case, sha256)
    party = case.party_of(actor.account)
    is_there = 0 <= position < len(record.exchanges)
    if not is_there or not record.exchanges[position].is_open:
        raise PartNotFound("correction to countersign")
    if record.exchanges[position].corrected_for != party.id:
        raise NotYourAction("countersign_correction")
    _require_heard(ceremony)
    signed = replace(record.exchanges[position], countersigned_by=party.id)
    exchanges = (*record.exchanges[:position], signed, *record.exchanges[position + 1 :])
    case.interview = replace(record, exchanges=exchanges)
    facts: dict[str, str | int | None] = {"position": position, "sha256": sha256}
    ceremony.add_event(Told.CORRECTION_COUNTERSIGNED, at, by=actor.account, facts=facts)
    case.note("correction_countersigned", actor, at, party=party.id, position=position)


def confirm_record(
    case: Case, ceremony: Ceremony, actor: Actor, *, sha256: str, at: datetime
) -> None:
    """Let somebody who took part in the talk sign exactly the record that was read back."""
    if not may(ceremony.seat_of(actor.account).seat, Right.CONFIRM):
        raise NotYourAction("confirm_interview")
    _require_heard(ceremony)
    record = _require_shown(case, sha256)
    if missing := tuple(_unmet(ceremony, record)):
        raise ConditionsUnmet(missing)
    if not record.is_confirmed:
        confirm_interview(case, actor, at=at)
    # Otherwise everybody signed it in a ceremony that was broken off: here they do again.
    ceremony.add_event(Told.RECORD_CONFIRMED, at, by=actor.account, facts={"sha256": sha256})


def _unmet(ceremony: Ceremony, record: InterviewRecord) -> list[Unmet]:
    missing = [
        Unmet("correction_not_countersigned", SOURCE, each.corrected_for)
        for each in record.exchanges
        if each.is_open
    ]
    if not _was_read_back(ceremony, record):
        missing.append(Unmet("record_not_read_back", SOURCE))
    return missing


def _written(
    case: Case,
    ceremony: Ceremony | None,
    record: InterviewRecord,
    actor: Actor,
    *,
    at: datetime,
) -> InterviewRecord:
    write_interview(case, record, actor, at=at)
    if ceremony is not None and ceremony.status.records:
        facts: dict[str, str | int | None] = {
            "version": record.version,
            "sha256": record.sha256,
            "prev": record.prev_sha256,
        }
        ceremony.add_event(Told.RECORD_WRITTEN, at, by=actor.account, facts=facts)
    return record


def _was_read_back(ceremony: Ceremony, record: InterviewRecord) -> bool:
    return last_told(ceremony, Told.RECORD_READ_BACK, sha256=record.sha256) is not None


def _as_corrected(before: InterviewRecord, after: InterviewRecord) -> tuple[Exchange, ...]:
    """Return what is written now, with what is known of answers that were corrected before."""
    kept = dict(enumerate(before.exchanges))
    return tuple(
        kept[n]
        if n in kept and (kept[n].question, kept[n].answer) == (each.question, each.answer)
        else each
        for n, each in enumerate(after.exchanges)
    )


def _answers_read_back(ceremony: Ceremony | None, record: InterviewRecord) -> int | None:
    """Return how many answers some version of the record had that was read back; else ``None``."""
    if ceremony is None:
        return None
    versions = (*(each.encode() for each in record.earlier), record.content)
    read = [
        len(json.loads(each)["exchanges"])
        for each in versions
        if last_told(ceremony, Told.RECORD_READ_BACK, sha256=hashlib.sha256(each).hexdigest())
    ]
    return max(read, default=None)


def _keeps(before: InterviewRecord, after: InterviewRecord, answers: int) -> bool:
    """Say whether the first ``answers``, and what was told, stand as they were."""
    same = (before.place, before.started_at, before.told) == (
        after.place,
        after.started_at,
        after.told[: len(before.told)],
    )
    return same and after.exchanges[:answers] == before.exchanges[:answers]


def _require_shown(case: Case, sha256: str) -> InterviewRecord:
    case.require_editable("interview_record", S.INTERVIEW_SET)
    record = _record(case)
    if record.sha256 != sha256:
        raise ConditionsUnmet((Unmet("record_differs", SOURCE),))
    return record


def _record(case: Case) -> InterviewRecord:
    if case.interview is None:
        raise PartNotFound("interview record to confirm")
    return case.interview


def _require_heard(ceremony: Ceremony) -> None:
    if not ceremony.status.records:
        raise NotRecording
    if not ceremony.status.hears:
        raise CeremonyRefused(ceremony.status, Step.RESUME)


def _require_in_the_talk(ceremony: Ceremony, party: PartyId) -> None:
    seats = [p.seat for p in ceremony.participants if p.party == party]
    if not any(may(seat, Right.CONFIRM) for seat in seats):
        raise PartNotFound("party in the ceremony")
