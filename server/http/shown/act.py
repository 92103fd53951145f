"""The act in the room: for each participant what is done, for each step what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from identity.liveness.challenge import EXPIRES_S
from server.cases.conduct import is_informed, pages_unseen, questions_open, to_be_informed
from server.cases.meeting import unmet_before
from server.cases.recognising import looks_at, recognition_of
from server.cases.signatures import acting, signs
from server.ceremony.course import Told, is_in, last_told, moment, recording_since
from server.ceremony.seats import RIGHTS, Right
from server.ceremony.sharing import Lines
from server.ceremony.status import MOVES
from server.http.shown.liveness import challenge_as_seen
from server.http.shown.papers import exchange_as_seen
from server.http.shown.times import rfc3339, rfc3339_or_none

if TYPE_CHECKING:
    from datetime import datetime

    from server.cases.case import Case
    from server.cases.guards import Unmet
    from server.ceremony.ceremony import Ceremony, Participant
    from server.ceremony.chain import Link
    from server.http.languages import Messages


@dataclass(frozen=True, slots=True, kw_only=True)
class Onlooker:
    """Who looks at it, and when."""

    account: str
    language: str
    at: datetime
    messages: Messages


def act_as_seen(case: Case, ceremony: Ceremony, by: Onlooker) -> dict[str, Any]:
    return {
        "ceremony": ceremony.id,
        "status": ceremony.status,
        "since": rfc3339_or_none(recording_since(ceremony.links)),
        "now": rfc3339(by.at),
        "participants": [_participant(case, ceremony, p, by) for p in ceremony.participants],
        "record": _record(case, ceremony),
        "deed": _deed(case),
        "steps": [
            {
                "step": move.step,
                "unmet": [_missing(u, by) for u in unmet_before(case, ceremony, move.step)],
            }
            for move in MOVES
            if ceremony.status in move.sources
        ],
    }


def _missing(unmet: Unmet, by: Onlooker) -> dict[str, Any]:
    message = by.messages.text_or_none(by.language, f"error.{unmet.code}") or unmet.code
    return {"code": unmet.code, "message": message, "subject": unmet.subject}


def _participant(
    case: Case, ceremony: Ceremony, participant: Participant, by: Onlooker
) -> dict[str, Any]:
    account, rules = participant.account, case.rules.ceremony
    stands = recognition_of(ceremony, account, rules)
    looks = looks_at(ceremony, account)
    acts = participant in tuple(acting(case, ceremony))
    informs = participant in tuple(to_be_informed(case, ceremony))
    rights = RIGHTS[participant.seat] - (set() if signs(case, participant) else {Right.SIGN})
    return {
        "account": account,
        "seat": participant.seat,
        "party": participant.party,
        "may": sorted(rights),
        "joined": participant.joined_at is not None,
        "here": is_in(ceremony, account),
        "device_of": Lines(ceremony.links).carrier_of(account),
        "device_shared": Lines(ceremony.links).is_shared(account),
        "identified": stands.link is not None,
        "identified_by": stands.how,
        "why_not": stands.lapse,
        "last_seen": looks[-1].body["seen"] if looks else None,
        "tech_check": _tech_check(last_told(ceremony, Told.TECH_CHECKED, by=account)),
        "challenge": _challenge(ceremony, participant, by),
        "notice_confirmed": is_informed(ceremony, participant),
        "notice_due": informs and not is_informed(ceremony, participant),
        "questions_open": list(questions_open(case, ceremony, account)) if acts else [],
        "record_confirmed": _has_confirmed(case, ceremony, account),
        "pages_unseen": _pages_unseen(case, ceremony, account),
    }


def _tech_check(link: Link | None) -> dict[str, Any] | None:
    if link is None:
        return None
    told = link.body
    return {
        "works": bool(told["works"]),
        "line": told["line"],
        "camera": told["camera"],
        "microphone": told["microphone"],
    }


def _challenge(ceremony: Ceremony, participant: Participant, by: Onlooker) -> dict[str, Any] | None:
    """Return what this person is to show, to this person alone and while it can be answered."""
    if participant.account != by.account:
        return None
    link = last_told(ceremony, Told.CHALLENGE_SET, participant=by.account)
    if link is None or last_told(ceremony, Told.FACE_LOOKED, challenge=link.hash) is not None:
        return None
    is_over = by.at >= moment(link) + timedelta(seconds=EXPIRES_S)
    return None if is_over else set_challenge_as_seen(link, by.language)


def set_challenge_as_seen(link: Link, language: str) -> dict[str, Any]:
    nonce = bytes.fromhex(str(link.body["nonce"]))
    return {
        "id": link.hash,
        "expires_at": rfc3339(moment(link) + timedelta(seconds=EXPIRES_S)),
        **challenge_as_seen(nonce, language),
    }


def _has_confirmed(case: Case, ceremony: Ceremony, account: str) -> bool:
    record = case.interview
    if record is None:
        return False
    told = last_told(ceremony, Told.RECORD_CONFIRMED, by=account, sha256=record.sha256)
    return told is not None


def _pages_unseen(case: Case, ceremony: Ceremony, account: str) -> list[int]:
    deed = case.deed
    digest = None if deed is None else deed.signed_sha256 or deed.object_sha256
    if deed is None or digest is None:
        return []
    return list(pages_unseen(ceremony, account, deed, digest))


def _record(case: Case, ceremony: Ceremony) -> dict[str, Any] | None:
    record = case.interview
    if record is None:
        return None
    digest = record.sha256
    return {
        "version": record.version,
        "sha256": digest,
        "read_back": last_told(ceremony, Told.RECORD_READ_BACK, sha256=digest) is not None,
        "open_corrections": [n for n, each in enumerate(record.exchanges) if each.is_open],
        "exchanges": [exchange_as_seen(each) for each in record.exchanges],
        "told": list(record.told),
    }


def _deed(case: Case) -> dict[str, Any] | None:
    deed = case.deed
    digest = None if deed is None else deed.signed_sha256 or deed.object_sha256
    if deed is None or digest is None:
        return None
    return {"sha256": digest, "pages": deed.pages, "signed_by": list(deed.signed_by)}
