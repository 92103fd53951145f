"""The office: supplement, acceptance, review, draft, check, approval, issue, file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from identity.specimens.drawing import card_front
from identity.specimens.people import OU_YANGMING
from server.demo.api import upload
from server.demo.journey.texts import CERTIFICATE, DEED, OPINIONS, REPORT_OF_VERIFICATION
from server.demo.pictures import first_page

if TYPE_CHECKING:
    from server.demo.api import Api
    from server.demo.journey.stage import Stage

TICKS: Final = (
    "true_and_lawful",
    "evidence_sufficient",
    "procedure_followed",
    "wording_and_form",
    "fee_correct",
    "discussion_held",
)


def take_it_in(stage: Stage) -> None:
    _ask_for_more(stage)
    notary, assistant = stage.staff["notary"], stage.staff["assistant"]
    for material in stage.read(assistant)["materials"]:
        if material["required"]:
            stage.change(
                assistant,
                assistant.post,
                f"/materials/{material['id']}/decision",
                {"state": "checked"},
            )
    stage.change(assistant, assistant.post, "/fee", {})
    cashier = stage.staff["cashier"]
    stage.change(cashier, cashier.post, "/fee/on-account")
    stage.act(notary, "accept")
    fee = stage.read(notary)["fee"]
    stage.timeline.add(
        "公证员 Notary",
        "受理；费用按收费标准报价，记账",
        "Accepted; fee quoted by tariff, on account",
        detail=f"{fee['total_fen'] / 100:.2f} CNY",
    )


def _ask_for_more(stage: Stage) -> None:
    assistant, applicant = stage.staff["assistant"], stage.applicant
    wanted = next(m for m in stage.read(assistant)["materials"] if m["required"])
    stage.act(
        assistant,
        "request_supplement",
        supplement=[{"material": wanted["id"], "reason": "照片反光，请重新拍摄。"}],
    )
    stage.timeline.add("助理 Assistant", "一次性告知补正", "One supplement notice, item by item")
    file = upload(
        applicant,
        card_front(OU_YANGMING, stage.specimens.portrait),
        case=stage.case,
        purpose="material",
        media_type="image/jpeg",
    )
    stage.change(applicant, applicant.put, f"/materials/{wanted['id']}", {"upload_id": file})
    stage.act(applicant, "resubmit")
    stage.timeline.add("申请人 Applicant", "补正后再次提交", "Supplement handed in")


def review_it(stage: Stage) -> None:
    notary = stage.staff["notary"]
    stage.act(stage.staff["assistant"], "start_review")
    opened = notary.post(
        stage.path("/verifications"),
        {"fact": REPORT_OF_VERIFICATION["fact"], "way": REPORT_OF_VERIFICATION["way"]},
    )
    stage.change(
        notary,
        notary.post,
        f"/verifications/{opened['id']}/result",
        {
            "result": REPORT_OF_VERIFICATION["result"],
            "source": REPORT_OF_VERIFICATION["source"],
        },
    )
    evidence = [m["id"] for m in stage.read(notary)["materials"] if m["state"] == "checked"]
    stage.change(
        notary,
        notary.put,
        "/review",
        {
            "findings": [
                {"head": head, "satisfied": True, "opinion": opinion, "evidence": evidence}
                for head, opinion in OPINIONS.items()
            ]
        },
    )
    stage.timeline.add(
        "公证员 Notary", "四项审查，核实一项事实", "Review under four heads, one fact verified"
    )
    started = stage.change(notary, notary.put, "/deed", {"title": "委托书", "variables": DEED})
    notary.wait(started)
    deed = notary.content(stage.path("/deed"))
    stage.act(notary, "schedule_interview")
    stage.timeline.add(
        "公证员 Notary", "委托书排版", "The deed is typeset", pictures=(first_page(deed),)
    )


def conclude_it(stage: Stage) -> None:
    """From the interview to the approved draft."""
    notary = stage.staff["notary"]
    stage.act(notary, "start_draft")
    notary.wait(stage.change(notary, notary.put, "/draft", {"variables": CERTIFICATE}))
    draft = notary.content(stage.path("/draft"))
    stage.act(notary, "submit_check")
    stage.timeline.add(
        "公证员 Notary", "拟证", "Certificate drafted", pictures=(first_page(draft),)
    )
    for who, form, action, zh, en in (
        ("checker", "/check", "pass_check", "核稿：六项全过", "Checked: six ticks"),
        ("approver", "/approval", "approve", "审批（非承办人）", "Approved, by no handler"),
    ):
        api = stage.staff[who]
        stage.change(api, api.put, form, {"ticks": list(TICKS), "opinion": "同意"})
        agreed = {"step_up": api.agree(stage.case, action, draft)} if action == "approve" else {}
        stage.act(api, action, **agreed)
        stage.timeline.add(f"{who.title()}", zh, en)


def issue_it(stage: Stage) -> None:
    clerk = stage.staff["clerk"]
    agreed = clerk.agree(stage.case, "issue", clerk.content(stage.path("/draft")))
    clerk.wait(clerk.post(stage.path("/issuance"), {"step_up": agreed}))
    (certificate,) = clerk.get(stage.path("/certificates"))["items"]
    stage.certificate = certificate["id"]
    stage.timeline.add(
        "系统 System",
        f"出证：{certificate['number']}",
        "Issued: number, notary signature, office seal, archive time-stamp",
    )


def deliver_and_file(stage: Stage) -> None:
    applicant, clerk = stage.applicant, stage.staff["clerk"]
    sealed = applicant.content(stage.path(f"/certificates/{stage.certificate}/file"))
    stage.made["certificate.pdf"] = sealed
    stage.made["deed.pdf"] = applicant.content(stage.path("/deed"))
    (delivery,) = applicant.get(stage.path("/deliveries"))["items"]
    applicant.post(stage.path(f"/deliveries/{delivery['id']}/receipt"))
    stage.act(clerk, "deliver")
    stage.timeline.add(
        "申请人 Applicant",
        "收到电子公证书并签回执",
        "Certificate received, receipt given",
        pictures=(first_page(sealed), first_page(stage.made["deed.pdf"])),
    )
    stage.act(stage.staff["notary"], "file")
    stage.act(stage.staff["archivist"], "archive")
    stage.timeline.add("档案员 Archivist", "归档", "Filed and archived")


def take_the_package(stage: Stage, anybody: Api) -> None:
    """Take the evidence package once its log proof is there: who takes it sooner has none."""
    clerk = stage.staff["clerk"]
    certificate = clerk.get(stage.path(f"/certificates/{stage.certificate}"))
    logged = anybody.until(
        f"/v1/verification/certificates/{certificate['public_id']}",
        lambda told: told["certificate"]["log"],
    )
    place = stage.path(f"/certificates/{stage.certificate}")
    wanted = {
        "purpose": "office_use",
        "reason": "归档核对 Checked for the archive",
        "step_up": clerk.agree(stage.case, "take_evidence", clerk.content(f"{place}/file")),
    }
    package = clerk.wait(clerk.post(f"{place}/evidence-packages", wanted))
    stage.made["evidence.zip"] = clerk.content(f"{package}/file")
    stage.timeline.add(
        "出证员 Clerk",
        "取得证据包，含透明日志证明",
        "Evidence package taken, with the proof of the transparency log",
        detail=f"log entry {logged['index']}",
    )
