"""The ceremony: both sides record, the record is read back, the deed is signed."""

from __future__ import annotations

import hashlib
from math import cos, sin, tau
from typing import TYPE_CHECKING, Final, Protocol

from server.demo.api import upload
from server.demo.journey.room import (
    come_in,
    identify,
    in_room,
    inform_and_ask,
    keep_record,
    look_at_party,
    once_recorded,
    show_pages,
    take_step,
)
from server.demo.pictures import photograph
from server.demo.video import SEGMENT_S, segments

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from server.demo.api import Api
    from server.demo.journey.stage import Stage

SEGMENTS: Final = 3
GENESIS: Final = "0" * 64
WEBM: Final = "video/webm"


class Recording(Protocol):
    """How what is seen and heard becomes segments of the ceremony."""

    def begin(self, stage: Stage) -> None: ...

    def end(self, stage: Stage) -> None:
        """Afterwards every segment is in the chain."""
        ...


class UploadedRecording:
    """Both sides record themselves and upload, as phones without live video do."""

    def begin(self, stage: Stage) -> None:
        _record(stage, stage.applicant, stage.specimens.live, "party")
        _record(stage, stage.staff["notary"], stage.specimens.stranger, "notary")

    def end(self, _: Stage) -> None:
        """Uploading was the end of it."""


def meet(stage: Stage, *, at: datetime, recording: Recording | None = None) -> None:
    recorded = recording or UploadedRecording()
    notary = stage.staff["notary"]
    seats = [{"party": stage.party, "seat": "party"}]
    seats += [{"party": each.party, "seat": each.seat} for each in stage.guests]
    planned = notary.post(stage.path("/ceremonies"), {"participants": seats})
    stage.ceremony = planned["id"]
    come_in(stage)
    stage.timeline.add(
        "公证员 Notary",
        "远程面签开始录像",
        "The ceremony is being recorded",
        pictures=(photograph(stage.specimens.live),),
    )
    recorded.begin(stage)
    identify(stage)
    look_at_party(stage)
    inform_and_ask(stage)
    keep_record(stage, at=at)
    _sign(stage)
    recorded.end(stage)
    take_step(stage, "complete")
    stage.act(notary, "complete_interview")
    stage.timeline.add(
        "公证员 Notary", "面签完成，录像成链", "Ceremony complete, recording chained"
    )


def _record(stage: Stage, api: Api, seen: bytes, who: str) -> None:
    """Upload one side's recording in order, each piece naming the one before."""
    prev = GENESIS
    for index, piece in enumerate(segments(seen, count=SEGMENTS, caption=who)):
        digest = hashlib.sha256(piece).hexdigest()
        file = upload(api, piece, case=stage.case, purpose="segment", media_type=WEBM)
        api.post(
            in_room(stage, "/segments"),
            {
                "upload_id": file,
                "index": index,
                "starts_ms": index * SEGMENT_S * 1000,
                "ends_ms": (index + 1) * SEGMENT_S * 1000,
                "prev_sha256": prev,
            },
        )
        stage.made[f"recording/{who}-{index}.webm"] = piece
        prev = digest


def scribble() -> list[list[list[int]]]:
    """Return a made-up signature: lines of [x, y], 0 to 10000 across and down the field."""

    def line(count: int, place: Callable[[float], tuple[float, float]]) -> list[list[int]]:
        points = [place(n / count) for n in range(count + 1)]
        return [[round(x * 10_000), round(y * 10_000)] for x, y in points]

    return [
        line(24, lambda t: (0.10 + 0.07 * sin(tau * t), 0.50 - 0.26 * cos(tau * t))),
        line(
            60, lambda t: (0.22 + 0.52 * t + 0.03 * sin(9 * tau * t), 0.5 + 0.2 * cos(8 * tau * t))
        ),
        line(12, lambda t: (0.12 + 0.80 * t, 0.84 - 0.10 * t + 0.04 * sin(tau * t))),
    ]


def _sign(stage: Stage) -> None:
    party = stage.applicant
    take_step(stage, "open_signing")
    shown = show_pages(stage)
    deed = party.content(stage.path("/deed"))
    if hashlib.sha256(deed).hexdigest() != shown:
        raise ValueError("the deed changed while it was read")
    seen = {"party": stage.party, "deed_sha256": shown}
    stage.staff["notary"].post(in_room(stage, "/presence"), seen)
    stage.timeline.add(
        "公证员 Notary",
        "确认本人在场、愿意签署",
        "Confirms that the party is there and wants to sign",
    )
    agreed = party.agree(stage.case, "sign_deed", deed)
    stage.timeline.add(
        "当事人 Party",
        "在本人手机上再次确认：所见即所签",
        "Confirms again on the own phone: what is seen is what is signed",
        detail=f"SHA-256 {seen['deed_sha256'][:12]}…",
    )
    body = {
        "ceremony_id": stage.ceremony,
        "deed_sha256": seen["deed_sha256"],
        "step_up": agreed,
        "strokes": scribble(),
    }
    party.wait(once_recorded(lambda: party.post(stage.path("/deed/signatures"), body)))
    stage.timeline.add(
        "当事人 Party", "用事件证书签署委托书", "Deed signed with an event certificate"
    )
