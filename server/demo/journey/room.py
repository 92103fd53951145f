"""What is done in the room between the first picture and the signature, over the public API."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, TypeVar

from server.demo.api import PATIENCE_S, PAUSE_S, CallRefused
from server.demo.journey.texts import EXCHANGES, TOLD

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from server.demo.api import Api
    from server.demo.journey.stage import Stage

T = TypeVar("T")

WORKING: Final[dict[str, Any]] = {
    "camera": "works",
    "microphone": "works",
    "uplink_kbps": 1800,
    "round_trip_ms": 190,
    "loss_permille": 4,
    "device": "phone",
}


def in_room(stage: Stage, rest: str) -> str:
    return stage.path(f"/ceremonies/{stage.ceremony}{rest}")


def take_step(stage: Stage, step: str) -> None:
    notary = stage.staff["notary"]
    once_recorded(lambda: notary.post(in_room(stage, "/steps"), {"step": step}))


def once_recorded(act: Callable[[], T]) -> T:
    """Do what waits for every line in the room, again until all are back, as people do.

    A line is away when the device or the machine had no time for it for seconds. Raises the
    refusal when it does not come back, and at once when anything else is missing.
    """
    ends = time.monotonic() + PATIENCE_S
    while True:
        try:
            return act()
        except CallRefused as refused:
            if set(refused.reasons) != {"line_not_recorded"} or time.monotonic() > ends:
                raise
        time.sleep(PAUSE_S)


def come_in(stage: Stage) -> None:
    """Try every device, wait, come in, and be recorded from then on."""
    everybody = (stage.staff["notary"], stage.applicant, *(each.api for each in stage.guests))
    for api in everybody:
        api.post(in_room(stage, "/tech-checks"), WORKING)
    take_step(stage, "admit")
    for api in everybody:
        api.post(in_room(stage, "/joins"))
    take_step(stage, "start_recording")


def identify(stage: Stage) -> None:
    """Have the notary compare everybody with their documents, on the record."""
    for each in stage.applicant.get(in_room(stage, ""))["participants"]:
        if each["party"] is not None:
            stage.staff["notary"].post(
                in_room(stage, "/identifications"),
                {
                    "account": each["account"],
                    "ground": "document_compared",
                    "reason": "证件原件出示，与本人一致",
                },
            )
    take_step(stage, "confirm_identities")
    stage.timeline.add(
        "公证员 Notary", "录像中核实本人身份", "Identifies the person, on the record"
    )


def inform_and_ask(stage: Stage) -> None:
    notary, party = stage.staff["notary"], stage.applicant
    form = party.get(in_room(stage, "/form"))
    _tell(stage, party, "notice_confirmed", sha256=form["notice"]["sha256"])
    notary.post(
        in_room(stage, "/answers"),
        {
            "account": _account(stage),
            "language": "zh-CN",
            "answers": [{"question": q["code"], "satisfies": True} for q in form["questions"]],
        },
    )
    stage.timeline.add(
        "公证员 Notary",
        "告知权利义务，询问行为能力和真实意愿",
        "Tells rights and duties, asks for capacity and free will",
    )


def keep_record(stage: Stage, *, at: datetime) -> None:
    """Type the record, read it back, and have it confirmed as it was read."""
    notary, party = stage.staff["notary"], stage.applicant
    stage.change(
        notary,
        notary.put,
        "/interview-record",
        {
            "place": "远程视频：昆明市 — 法国巴黎",
            "started_at": at.isoformat(),
            "told": list(TOLD),
            "exchanges": [{"question": q, "answer": a} for q, a in EXCHANGES],
        },
    )
    digest = party.get(in_room(stage, "/act"))["record"]["sha256"]
    _tell(stage, notary, "record_read_back", sha256=digest)
    confirmed = {"record_sha256": digest}
    for api in (party, *(each.api for each in stage.guests)):
        stage.change(api, api.post, "/interview-record/confirmation", confirmed)
    stage.timeline.add(
        "当事人 Party", "询问笔录宣读、核对、确认", "Interview record read back and confirmed"
    )


def show_pages(stage: Stage) -> str:
    """Show the party every page of the deed that lies open; return its digest."""
    party = stage.applicant
    deed = party.get(in_room(stage, "/act"))["deed"]
    for page in range(1, deed["pages"] + 1):
        _tell(stage, party, "page_shown", subject=str(page), sha256=deed["sha256"])
    return str(deed["sha256"])


def look_at_party(stage: Stage) -> None:
    """Have the platform compare the face in the received video with the document."""
    notary = stage.staff["notary"]
    notary.wait(notary.post(in_room(stage, "/looks"), {"account": _account(stage)}))
    seen = notary.get(in_room(stage, "/act"))["participants"]
    (found,) = [each["last_seen"] for each in seen if each["seat"] == "party"]
    stage.timeline.add(
        "系统 System",
        "比对收到的视频中的面部",
        "Compares the face in the received video",
        detail=str(found),
    )


def _account(stage: Stage) -> str:
    seen = stage.applicant.get(in_room(stage, ""))
    (account,) = [each["account"] for each in seen["participants"] if each["seat"] == "party"]
    return str(account)


def _tell(stage: Stage, api: Api, kind: str, **facts: str) -> None:
    api.post(in_room(stage, "/events"), {"kind": kind, **facts})
