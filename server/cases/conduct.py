"""What must have happened in the room before it goes on, is signed in, or is over.

公证法 Art. 27, 28; 公证程序规则 Art. 21, 28, 53, 54. All of it is read off the chain, so what is
not on record did not happen. Every guard tells what is missing, and of whom.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.cases.guards import Unmet
from server.cases.recognising import others_seen, unrecognised
from server.cases.signatures import acting
from server.cases.sitting_together import without_a_line
from server.ceremony.ceremony import Seat
from server.ceremony.course import Told, gaps, is_in, last_told, told
from server.ceremony.seats import MAY_COME_LATER, MUST_BE_IDENTIFIED, Right, with_right

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.cases.case import Case, Deed
    from server.ceremony.ceremony import Ceremony, Participant


def everybody_came(ceremony: Ceremony) -> Iterator[Unmet]:
    # Whoever was put out is not waited for, as little as anybody else whose line is gone.
    lost = without_a_line(ceremony) - ceremony.put_out_now
    for each in ceremony.participants:
        is_missing = each.joined_at is None and each.seat not in MAY_COME_LATER
        if is_missing or each.account in lost:
            yield Unmet("participant_missing", "P-28, P-53", each.party)


def devices_tried(case: Case, ceremony: Ceremony) -> Iterator[Unmet]:
    if not case.rules.ceremony.tech_check:
        return
    for each in with_right(ceremony, Right.SPEAK):
        tried = last_told(ceremony, Told.TECH_CHECKED, by=each.account)
        if tried is None and each.seat not in MAY_COME_LATER:
            yield Unmet("device_not_tried", "P-28", each.party)
        elif tried is not None and not tried.body["works"]:
            yield Unmet("device_does_not_work", "P-28", each.party)


def identities_stand(case: Case, ceremony: Ceremony) -> Iterator[Unmet]:
    for each in _to_be_known(ceremony):
        yield from unrecognised(ceremony, each, case.rules.ceremony)


def _to_be_known(ceremony: Ceremony) -> Iterator[Participant]:
    """Whoever may come later is known once there; before signing nobody is missing any more."""
    for each in ceremony.participants:
        away = each.joined_at is None and each.seat in MAY_COME_LATER
        if each.seat in MUST_BE_IDENTIFIED and not away:
            yield each


def two_are_here(case: Case, ceremony: Ceremony) -> Iterator[Unmet]:
    """P-53, P-54: the second person, or a witness, is in the room and stays in it."""
    if not case.rules.two_person:
        return
    seats = {Seat.SECOND_HANDLER, Seat.WITNESS}
    if not any(p.seat in seats and is_in(ceremony, p.account) for p in ceremony.participants):
        yield Unmet("second_person_not_here", "P-53, P-54")


def informed_and_asked(case: Case, ceremony: Ceremony) -> Iterator[Unmet]:
    """P-21, P-28: each who acts confirmed the notice and answered every question well."""
    for each in to_be_informed(case, ceremony):
        if not is_informed(ceremony, each):
            yield Unmet("notice_of_rights_not_confirmed", "公证法 Art. 27, P-21", each.party)
    for each in acting(case, ceremony):
        if any(questions_open(case, ceremony, each.account)):
            yield Unmet("questions_open", "P-28, P-34", each.party)


def to_be_informed(case: Case, ceremony: Ceremony) -> Iterator[Participant]:
    """Yield who acts, and who came to the talk later and was told nothing at the office."""
    acts, later = set(acting(case, ceremony)), ceremony.seated_later
    for each in with_right(ceremony, Right.CONFIRM):
        if each in acts or each.account in later:
            yield each


def is_informed(ceremony: Ceremony, participant: Participant) -> bool:
    return last_told(ceremony, Told.NOTICE_CONFIRMED, by=participant.account) is not None


def questions_open(case: Case, ceremony: Ceremony, account: str) -> Iterator[str]:
    """Yield the questions that were not asked, or last answered in a way that does not satisfy."""
    for question in case.rules.ceremony.questions:
        answer = last_told(ceremony, Told.QUESTION_ANSWERED, participant=account, question=question)
        if answer is None or not answer.body["satisfies"]:
            yield question


def record_is_settled(case: Case, ceremony: Ceremony) -> Iterator[Unmet]:
    """P-28: read back as it stands, and signed by everybody who took part in the talk."""
    record = case.interview
    if record is None:
        yield Unmet("interview_record_missing", "P-28")
        return
    digest = record.sha256
    if last_told(ceremony, Told.RECORD_READ_BACK, sha256=digest) is None:
        yield Unmet("record_not_read_back", "P-28")
    for each in with_right(ceremony, Right.CONFIRM):
        if last_told(ceremony, Told.RECORD_CONFIRMED, by=each.account, sha256=digest) is None:
            yield Unmet("interview_record_not_confirmed", "P-28", each.party)


def pages_unseen(
    ceremony: Ceremony, account: str, deed: Deed | None, digest: str
) -> tuple[int, ...]:
    """Return the pages of exactly this file that were not shown to this participant."""
    seen = {
        str(each.body["subject"])
        for each in told(ceremony, Told.PAGE_SHOWN, by=account, sha256=digest)
    }
    pages = 0 if deed is None else deed.pages
    return tuple(page for page in range(1, pages + 1) if str(page) not in seen)


def confirmed_since(ceremony: Ceremony) -> Iterator[Unmet]:
    """What was signed before an interruption is confirmed aloud after it."""
    stopped = [gap for gap in gaps(ceremony) if gap.until is not None]
    if not stopped:
        return
    last = stopped[-1]
    for signed in told(ceremony, "deed_signed"):
        party = str(signed.body["party"])
        again = last_told(ceremony, Told.CONFIRMED_AFTER_INTERRUPTION, subject=party)
        late = again is None or again.index < last.index
        if signed.index < last.index and late:
            yield Unmet("not_confirmed_after_interruption", "P-28", party)


def confirmed_since_other_face(ceremony: Ceremony) -> Iterator[Unmet]:
    """What was signed before somebody else was seen is confirmed by whoever is back."""
    for signed in told(ceremony, "deed_signed"):
        party = str(signed.body["party"])
        others = others_seen(ceremony, str(signed.body["by"]), after=signed.index)
        again = last_told(ceremony, Told.CONFIRMED_AFTER_INTERRUPTION, subject=party)
        if others and (again is None or again.index < others[-1].index):
            yield Unmet("not_confirmed_after_other_face", "公证法 Art. 28(1); P-28", party)
