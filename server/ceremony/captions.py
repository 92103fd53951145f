"""What a viewer reads about each kind of event, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.ceremony.ceremony import Seat
from server.ceremony.status import Step

if TYPE_CHECKING:
    from collections.abc import Mapping

SEATS: Final[Mapping[str, tuple[str, str]]] = {
    Seat.NOTARY: ("公证员", "Notary"),
    Seat.SECOND_HANDLER: ("第二经办人", "Second handler"),
    Seat.PARTY: ("当事人", "Party"),
    Seat.AGENT: ("代理人", "Agent"),
    Seat.WITNESS: ("见证人", "Witness"),
    Seat.INTERPRETER: ("翻译", "Interpreter"),
    Seat.CONSULAR_WITNESS: ("领事见证人", "Consular witness"),
    Seat.OBSERVER: ("旁听人", "Observer"),
}

EVENTS: Final[Mapping[str, tuple[str, str]]] = {
    Step.ADMIT: ("进入等候室", "in the waiting room"),
    Step.START_RECORDING: ("开始录像", "recording begins"),
    Step.PAUSE: ("暂停", "paused"),
    Step.INTERRUPT: ("中断", "interrupted"),
    Step.RESUME: ("继续", "goes on"),
    Step.OPEN_SIGNING: ("开始签署", "signing is open"),
    Step.COMPLETE: ("完成", "completed"),
    Step.ABORT: ("终止", "broken off"),
    "joined": ("进入", "came in"),
    "identity_shown": ("出示身份证件", "identity document shown"),
    "rights_explained": ("告知权利义务", "rights explained"),
    "question_asked": ("提问", "question asked"),
    "document_shown": ("出示材料", "document shown"),
    "page_shown": ("出示页面", "page shown"),
    "record_read_back": ("宣读笔录", "record read back"),
    "statement_made": ("陈述", "statement made"),
    "confirmed_after_interruption": ("中断后确认", "confirmed after the interruption"),
    "presence_confirmed": ("公证员确认在场", "presence confirmed"),
    "check_devices": ("检测设备", "devices are checked"),
    "tech_checked": ("完成设备检测", "device checked"),
    "confirm_identities": ("身份核实完成", "identities confirmed"),
    "identified": ("核实一人身份", "somebody identified"),
    "face_looked": ("比对人脸", "face compared"),
    "challenge_set": ("要求做动作", "live face asked for"),
    "challenge_begun": ("出示面部", "shows the face"),
    "identity_compared": ("公证员核对证件与本人", "compared by the notary"),
    "identity_compared_by_second": ("第二经办人确认核对", "comparison agreed to"),
    "notice_confirmed": ("确认权利义务告知", "notice of rights confirmed"),
    "question_answered": ("回答询问", "question answered"),
    "record_written": ("制作笔录", "record written"),
    "record_corrected": ("更正笔录", "record corrected"),
    "correction_countersigned": ("确认更正", "correction countersigned"),
    "record_confirmed": ("确认笔录", "record confirmed"),
    "handed_over": ("移交面签", "handed over"),
    "put_out": ("请出房间", "put out of the room"),
    "readmitted": ("重新允许进入", "let in again"),
    "picture_asked": ("要求更改画面方式", "another kind of picture asked for"),
    "line_gap": ("录像有中断", "a gap in the recording"),
    "line_stills": ("只有单帧画面", "single pictures only"),
    "line_sound_alone": ("只有声音", "sound alone"),
    "line_moving": ("恢复连续画面", "moving picture again"),
    "segment_late": ("补存一段录像", "a late piece of the recording"),
    "deed_confirmed": ("确认签署文书", "agreed to the deed"),
    "deed_signed": ("文书已签署", "deed signed"),
    "connection_weak": ("网络较弱", "weak connection"),
    "connection_lost": ("连接中断", "connection lost"),
    "connection_back": ("连接恢复", "connection back"),
    "line_published": ("视频接通", "line is up"),
    "line_left": ("视频断开", "line is down"),
    "line_silent": ("视频无信号", "line is silent"),
    "line_heard": ("视频恢复", "line is back"),
    "line_recording_failed": ("录像失败", "recording failed"),
}


def caption_of(kind: str) -> str:
    """Return the words for ``kind``; one that is newer than this table stands for itself."""
    chinese, english = EVENTS.get(kind, ("", kind.replace("_", " ")))
    return f"{chinese} {english}".strip()
