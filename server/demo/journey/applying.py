"""The applicant abroad: checks whether it is possible, applies, consents, proves who she is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from identity.specimens.drawing import card_back, card_front
from identity.specimens.people import OU_YANGMING
from identity.specimens.photographing import phone_photo
from server.demo.api import upload
from server.demo.journey.texts import ELIGIBILITY, PURPOSE
from server.demo.people import KUNMING
from server.demo.pictures import photograph

if TYPE_CHECKING:
    from identity.specimens.people import SpecimenPerson
    from server.demo.api import Api
    from server.demo.journey.stage import Stage

MATTER: Final = "WT03"
CONSENTS: Final = (
    "terms",
    "personal_data",
    "recording",
    "face_online",
    "e_signature",
    "notice_of_rights",
)
PHOTOGRAPH: Final = "image/jpeg"


def apply_for_it(stage: Stage) -> None:
    _ask_first(stage)
    open_case(stage, stage.applicant, name=OU_YANGMING.name)
    consent(stage, stage.applicant)
    stage.timeline.add(
        "申请人 Applicant",
        "逐项同意，人脸单独同意",
        "Consents, one by one; face data apart",
        detail=" · ".join(CONSENTS),
    )
    _prove_identity(stage)
    _hand_in(stage)
    stage.act(stage.applicant, "submit")
    stage.timeline.add("申请人 Applicant", "提交申请", "Application submitted")


def _ask_first(stage: Stage) -> None:
    path = f"/v1/offices/{KUNMING}/matters/{MATTER}/eligibility"
    answer = stage.applicant.post(path, ELIGIBILITY)
    stage.timeline.add(
        "申请人 Applicant",
        "预检：可以办理",
        f"Pre-check: {answer['outcome']}",
        detail=f"规则包 rule pack {answer['rule_pack_version']}",
    )


def open_case(stage: Stage, api: Api, *, name: str) -> None:
    made = api.post(
        "/v1/cases",
        {
            "office": KUNMING,
            "matter": MATTER,
            "purpose": PURPOSE,
            "copies": 2,
            "language": "zh-CN",
            "eligibility": ELIGIBILITY,
            "applicant": {"name": name, "nationality": "CN"},
        },
    )
    stage.case, stage.party = made["id"], made["parties"][0]["id"]


def consent(stage: Stage, api: Api) -> None:
    for code in CONSENTS:
        notice = api.get(f"/v1/notices/{code}")
        api.post(
            stage.path("/consents"),
            {
                "purpose": code,
                "notice_code": code,
                "notice_version": notice["version"],
                "language": notice["language"],
                "text_sha256": notice["text_sha256"],
            },
        )


def _prove_identity(stage: Stage) -> None:
    front = phone_photo(card_front(OU_YANGMING, stage.specimens.portrait))
    back = phone_photo(card_back(OU_YANGMING))
    live = stage.specimens.live
    state, doubts = run_check(stage, stage.applicant, front=front, back=back, live=live)
    stage.timeline.add(
        "系统 System",
        f"身份核验：{state}",
        "Identity check",
        detail=", ".join(doubts),
        pictures=(photograph(front), photograph(back), photograph(live)),
    )
    if state == "person_decides":
        let_a_notary_decide(stage)


def run_check(
    stage: Stage, api: Api, *, front: bytes, back: bytes, live: bytes
) -> tuple[str, list[str]]:
    """Upload the pictures, run the check, and return how it ended."""

    def sent(content: bytes, purpose: str) -> str:
        return upload(api, content, case=stage.case, purpose=purpose, media_type=PHOTOGRAPH)

    started = api.post(
        stage.path(f"/parties/{stage.party}/identity-checks"),
        {
            "document": "resident_id",
            "front": sent(front, "document"),
            "back": sent(back, "document"),
            "live": sent(live, "live_photo"),
        },
    )
    check = api.get(api.wait(started))
    stage.made["identity-check-id"] = str(check["id"]).encode()
    return str(check["state"]), list(check["doubts"])


def let_a_notary_decide(stage: Stage) -> None:
    """The way on where the machine is unsure: a person looks, with a reason on record."""
    notary = stage.staff["notary"]
    check = stage.made["identity-check-id"].decode()
    stage.change(
        notary,
        notary.post,
        f"/identity-checks/{check}/decision",
        {"proven": True, "reason": "照片与证件经人工比对一致，面签时再次核对。"},
    )
    stage.timeline.add(
        "公证员 Notary", "人工核对后认定", "A notary decided, with a reason on record"
    )


def _hand_in(stage: Stage, person: SpecimenPerson = OU_YANGMING) -> None:
    api = stage.applicant
    card = card_front(person, stage.specimens.portrait)
    for material in stage.read()["materials"]:
        if material["required"]:
            file = upload(api, card, case=stage.case, purpose="material", media_type=PHOTOGRAPH)
            stage.change(api, api.put, f"/materials/{material['id']}", {"upload_id": file})
    stage.timeline.add("申请人 Applicant", "上传证明材料", "Materials uploaded, item by item")
