"""A well-formed request for every operation of the contract, so that only rights decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from server.cases.drafting import Tick
from server.cases.review import Head
from server.demo.device import DeviceKey
from tests.functional.case.platform import new_id
from tests.functional.case.staging import (
    APPLICATION,
    ELIGIBILITY,
    WORKING_DEVICE,
    consent_to,
)
from tests.simulated.device import nobodys_answer

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from tests.functional.case.platform import Person

SUM: Final = "ab" * 32
TICKS: Final = {"ticks": list(Tick), "opinion": "同意"}
NEW_PARTY: Final = {"role": "witness", "name": "某甲"}
# What the caller has to have uploaded himself, and for what.
UPLOADED: Final = {
    "attach_material": "material",
    "add_segment": "segment",
    "request_identity_check": "document",
    "report_identity_visit": "material",
}


def body_of(operation: str, ids: dict[str, Any], caller: Person | None, on: date) -> Any:  # noqa: ANN401  # JSON
    """Return the body to send, ``None`` where the operation takes none."""
    upload = new_id()
    if operation in UPLOADED and caller is not None:
        upload = caller.upload(ids["case_id"], b"\xff\xd8", purpose=UPLOADED[operation])
    made = BODIES.get(operation)
    return None if made is None else made({**ids, "upload": upload, "on": on})


BODIES: Final[dict[str, Callable[[dict[str, Any]], Any]]] = {
    "send_code": lambda _: {"phone": "+33639980099"},
    "redeem_code": lambda _: {"phone": "+33639980099", "code": "000000", "device": "test"},
    "sign_in_staff": lambda _: {
        "login": "nobody",
        "password": "wrong",
        "totp": "000000",
        "device": "test",
    },
    "refresh_session": lambda _: {"refresh_token": "x" * 43},
    "check_eligibility": lambda _: ELIGIBILITY,
    "verify_by_number": lambda _: {"number": "1", "check_code": "1"},
    "verify_document": lambda _: b"%PDF-1.7",
    "begin_upload": lambda ids: {
        "case_id": ids["case_id"],
        "purpose": "material",
        "media_type": "image/jpeg",
        "size": 5,
        "sha256": SUM,
    },
    "sign_upload_parts": lambda _: {"parts": [{"number": 1, "sha256": SUM}]},
    "complete_upload": lambda _: {"parts": [{"number": 1, "sha256": SUM}]},
    "create_case": lambda _: APPLICATION,
    "update_intake": lambda _: {"copies": 2},
    "add_party": lambda _: NEW_PARTY,
    "bind_witness": lambda _: {"name": "某乙"},
    "give_consent": lambda ids: consent_to("terms", ids["on"]),
    "attach_material": lambda ids: {"upload_id": ids["upload"]},
    "decide_material": lambda _: {"state": "checked"},
    "request_identity_check": lambda ids: {"document": "resident_id", "front": ids["upload"]},
    "issue_identity_challenge": lambda _: {"by": "chip"},
    "confirm_identity_fields": lambda _: {"corrected": {}},
    "decide_identity_check": lambda _: {"proven": True, "reason": "人工核对"},
    "compare_identity": lambda ids: {
        "check": ids["check_id"],
        "result": "unsure",
        "document": "passport",
        "original_shown": True,
        "questions": ["birth"],
        "reason": "核对",
    },
    "agree_to_comparison": lambda ids: {
        "check": ids["check_id"],
        "agrees": True,
        "reason": "核对",
    },
    "open_identity_visit": lambda _: {
        "document": "passport",
        "place": "own_counter",
        "where": "本处",
    },
    "report_identity_visit": lambda ids: {
        "reference": new_id(),
        "seen_by": "某丙",
        "seen_at": "2026-11-23T10:00:00+08:00",
        "id_number": "E00000001",
        "valid_until": None,
        "same_person": True,
        "original_shown": True,
        "statement": ids["upload"],
    },
    "assign_staff": lambda ids: {"assistant": ids["assistant"]},
    "answer_review": lambda ids: {
        "findings": [
            {
                "head": Head.IDENTITY_AND_RIGHT,
                "satisfied": True,
                "opinion": "属实",
                "evidence": [ids["material_id"]],
            }
        ]
    },
    "open_verification": lambda _: {"fact": "户籍", "way": "letter"},
    "close_verification": lambda _: {"result": "属实", "source": "派出所"},
    "quote_fee": lambda _: {},
    "write_deed": lambda _: {"title": "声明书", "variables": {"statements": ["一"]}},
    "sign_deed": lambda ids: {
        "ceremony_id": ids["ceremony_id"],
        "deed_sha256": SUM,
        "step_up": nobodys_answer(),
    },
    "begin_step_up": lambda _: {"action": "sign_deed", "document_sha256": SUM},
    "request_issue": lambda _: {"step_up": nobodys_answer()},
    "request_evidence_package": lambda _: {
        "purpose": "court",
        "reason": "法院调取",
        "reference": "（2026）云01民初123号",
        "step_up": nobodys_answer(),
    },
    "confirm_presence": lambda ids: {"party": ids["party_id"], "deed_sha256": SUM},
    "add_device": lambda _: {
        "name": "test",
        "device_key": DeviceKey().introduced("000000"),
        "code": "000000",
        "password": "wrong",
    },
    "write_interview": lambda _: {
        "place": "远程视频",
        "started_at": "2026-11-23T10:00:00+08:00",
        "exchanges": [{"question": "自愿吗？", "answer": "自愿。"}],
        "told": ["虚假声明的法律后果"],
    },
    "plan_ceremony": lambda ids: {"participants": [{"party": ids["party_id"], "seat": "party"}]},
    "give_seat": lambda ids: {"party": ids["party_id"], "seat": "witness"},
    "invite_participant": lambda ids: {
        "party": ids["party_id"],
        "seat": "witness",
        "phone": "+33639980098",
        "language": "en",
    },
    "look_up_invitation": lambda _: {"token": "x" * 43},
    "accept_invitation": lambda _: {
        "token": "x" * 43,
        "phone": "+33639980098",
        "code": "000000",
        "device": "test",
    },
    # Nobody has it, so that nobody is carried for the rest of the matrix.
    "offer_device": lambda ids: {"account": ids["assistant"]},
    "join_at_device": lambda ids: {"device_of": ids["assistant"]},
    "step_ceremony": lambda _: {"step": "interrupt", "reason": "technical"},
    "add_ceremony_event": lambda _: {"kind": "statement_made"},
    "issue_media_ticket": lambda _: {},
    # Somebody who has no seat, so that nobody is put out for the rest of the matrix.
    "request_key_frame": lambda ids: {"participant": ids["assistant"]},
    "put_out_participant": lambda ids: {"participant": ids["assistant"], "reason": "technical"},
    "readmit_participant": lambda ids: {"participant": ids["assistant"]},
    "ask_for_picture": lambda ids: {"account": ids["party_account"], "picture": "stills"},
    "report_tech_check": lambda _: WORKING_DEVICE,
    "set_challenge": lambda ids: {"account": ids["in_the_room"]},
    "look_at_participant": lambda ids: {"account": ids["in_the_room"]},
    "identify_participant": lambda ids: {
        "account": ids["in_the_room"],
        "ground": "document_compared",
        "reason": "一致",
    },
    "answer_questions": lambda ids: {
        "account": ids["in_the_room"],
        "language": "zh-CN",
        "answers": [{"question": "own_will", "satisfies": True}],
    },
    # To nobody who could lead: the leader stays who it is.
    "hand_over_ceremony": lambda ids: {"to": ids["in_the_room"], "reason": "other"},
    "correct_interview": lambda ids: {"position": 0, "answer": "是", "party": ids["party_id"]},
    "countersign_correction": lambda _: {"position": 0, "record_sha256": SUM},
    "confirm_interview": lambda _: {"record_sha256": SUM},
    "add_segment": lambda ids: {
        "upload_id": ids["upload"],
        "index": 0,
        "starts_ms": 0,
        "ends_ms": 1000,
        "prev_sha256": "0" * 64,
    },
    "write_draft": lambda _: {"variables": {"paragraphs": ["兹证明。"]}},
    "give_check": lambda _: TICKS,
    "give_approval": lambda _: TICKS,
}
PATH_WITH_QUERY: Final = {"get_register": "?year=2026"}
