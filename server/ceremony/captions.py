"""The words for every seat and every kind of event, in both languages.

Burnt into the video that a ceremony is reviewed by, and shown by the pages that hold one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.ceremony.ceremony import Seat
from server.ceremony.status import Step

if TYPE_CHECKING:
    from collections.abc import Mapping

SEATS: Final[Mapping[str, tuple[str, str]]] = {
    Seat.NOTARY: ("公证员", "Notary"),
    Seat.SECOND_HANDLER: ("共同办理人员", "Second handler"),
    Seat.PARTY: ("当事人", "Party"),
    Seat.AGENT: ("代理人", "Agent"),
    Seat.WITNESS: ("见证人", "Witness"),
    Seat.INTERPRETER: ("翻译", "Interpreter"),
    Seat.CONSULAR_WITNESS: ("领事见证人", "Consular witness"),
    Seat.OBSERVER: ("旁听人", "Observer"),
}

EVENTS: Final[Mapping[str, tuple[str, str]]] = {
    Step.ADMIT: ("开放等候室", "opened the waiting room"),
    Step.START_RECORDING: ("开始录制", "began recording"),
    Step.PAUSE: ("暂停", "paused"),
    Step.INTERRUPT: ("中断", "interrupted"),
    Step.RESUME: ("继续", "went on"),
    Step.OPEN_SIGNING: ("进入签署", "opened the signing"),
    Step.COMPLETE: ("完成", "completed"),
    Step.ABORT: ("终止", "broke off"),
    "joined": ("进入房间", "came in"),
    "joined_beside": ("共用其设备", "at the device of"),
    "device_offered": ("同意他人共用设备", "offered the device"),
    "left_device": ("离开共用的设备", "left the shared device"),
    "identity_shown": ("出示身份证件", "identity document shown"),
    "rights_explained": ("告知权利义务", "rights explained"),
    "question_asked": ("提问", "question asked"),
    "document_shown": ("出示材料", "document shown"),
    "page_shown": ("阅读一页", "looked at a page"),
    "record_read_back": ("宣读笔录", "read the record back"),
    "statement_made": ("陈述", "statement made"),
    "confirmed_after_interruption": ("中断后确认", "confirmed after the interruption"),
    "presence_confirmed": ("确认本人在场", "confirmed the presence"),
    Step.CHECK_DEVICES: ("检测设备", "devices are checked"),
    "tech_checked": ("完成设备检测", "checked the device"),
    Step.CONFIRM_IDENTITIES: ("身份核实完成", "the identities stand"),
    "identified": ("核实一人身份", "identified somebody"),
    "face_looked": ("比对人脸", "a face was compared"),
    "challenge_set": ("要求做动作", "asked for a live face"),
    "challenge_begun": ("出示面部", "shows the face"),
    "identity_compared": ("公证员核对证件与本人", "compared by the notary"),
    "identity_compared_by_second": ("共同办理人员确认核对", "comparison agreed to"),
    "notice_confirmed": ("确认权利义务告知", "confirmed the notice of rights"),
    "question_answered": ("回答一项询问", "a question was answered"),
    "record_written": ("制作笔录", "wrote the record"),
    "record_corrected": ("更正笔录", "corrected the record"),
    "correction_countersigned": ("确认更正", "countersigned a correction"),
    "record_confirmed": ("确认笔录", "confirmed the record"),
    "handed_over": ("移交面签", "handed the ceremony over"),
    "put_out": ("请出房间", "put out of the room"),
    "readmitted": ("重新允许进入", "let in again"),
    "picture_asked": ("要求更改画面方式", "another kind of picture asked for"),
    "line_gap": ("录像有中断", "a gap in the recording"),
    "line_stills": ("只有单帧画面", "single pictures only"),
    "line_sound_alone": ("只有声音", "sound alone"),
    "line_moving": ("恢复连续画面", "moving picture again"),
    "segment_late": ("补存一段录像", "a late piece of the recording"),
    "deed_confirmed": ("同意签署", "agreed to the deed"),
    "deed_signed": ("文书已签署", "deed signed"),
    "connection_weak": ("网络较弱", "weak line"),
    "connection_lost": ("网络中断", "line lost"),
    "connection_back": ("网络恢复", "line is good again"),
    "line_published": ("画面接通", "picture comes"),
    "line_left": ("画面断开", "picture ended"),
    "line_silent": ("收不到画面", "no picture comes"),
    "line_heard": ("画面恢复", "picture is back"),
    "line_recording_failed": ("录像失败", "recording failed"),
    Step.MARK_NO_SHOW: ("无人到场", "nobody came"),
    "segment": ("录像存入证据库", "recording stored"),
    "invited": ("邀请参加", "invited somebody"),
    "invitation_revoked": ("撤回邀请", "took an invitation back"),
    "seated": ("应邀入席", "took the seat"),
    "seat_given": ("增加席位", "gave a seat"),
    "picture_wanted": ("调整画面", "asked for another picture"),
}


def caption_of(kind: str) -> str:
    """Return the words for ``kind``; one that is newer than this table stands for itself."""
    chinese, english = EVENTS.get(kind, ("", kind.replace("_", " ")))
    return f"{chinese} {english}".strip()
