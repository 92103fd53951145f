"""The main job: one case from intake to archive, two refusals, and everything it left."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from server.demo.api import Api
from server.demo.journey.applying import apply_for_it
from server.demo.journey.handling import (
    conclude_it,
    deliver_and_file,
    issue_it,
    review_it,
    take_it_in,
    take_the_package,
)
from server.demo.journey.meeting import meet
from server.demo.journey.refusing import refuse_both
from server.demo.journey.stage import Specimens, Stage
from server.demo.journey.verifying import verify_it
from server.demo.pictures import pages
from server.demo.signing_in import as_applicant, as_staff, fictional_phone
from server.demo.timeline import Timeline

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from server.demo.seeding import Credentials

CAST = ("assistant", "notary", "checker", "approver", "cashier", "clerk", "archivist")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Where the platform is, and who may sign in."""

    base: str
    outbox: Path
    people: Mapping[str, Credentials]
    photographs: Path
    """Directory with obama.jpg, obama2.jpg and biden.jpg of face_recognition's test data."""

    root_certificate: bytes
    """PEM; what `certificate.pdf` is checked against."""

    now: Callable[[], datetime]
    tell: Callable[[str], None]


def run(scene: Scene, into: Path) -> dict[str, Any]:
    """Play the whole case and leave what it made in ``into``. Returns the summary."""
    timeline = Timeline(tell=scene.tell)
    stage = Stage(
        timeline=timeline,
        applicant=as_applicant(scene.base, fictional_phone(), scene.outbox),
        staff={role: as_staff(scene.base, scene.people[f"km.{role}"]) for role in CAST},
        specimens=Specimens.of(scene.photographs),
    )
    timeline.add("全体 Everybody", "各自登录", "Everybody signed in on a device of their own")
    apply_for_it(stage)
    take_it_in(stage)
    review_it(stage)
    meet(stage, at=scene.now())
    conclude_it(stage)
    issue_it(stage)
    deliver_and_file(stage)
    verified = verify_it(stage, Api(base=scene.base))
    refuse_both(stage, as_applicant(scene.base, fictional_phone(), scene.outbox))
    take_the_package(stage, Api(base=scene.base))
    stage.made["trust/root.pem"] = scene.root_certificate
    summary = _summary(stage, verified)
    _leave(stage, summary, into)
    return summary


def _summary(stage: Stage, verified: dict[str, Any]) -> dict[str, Any]:
    case = stage.read(stage.staff["notary"])
    (certificate,) = stage.staff["clerk"].get(stage.path("/certificates"))["items"]
    apis = (stage.applicant, *stage.staff.values())
    return {
        "case": stage.case,
        "status": case["status"],
        "certificate": certificate["number"],
        "issue_date": certificate["issue_date"],
        "pages": pages(stage.made["certificate.pdf"]),
        "verification": verified,
        "refused": stage.refusals,
        "requests": sum(len(api.calls) for api in apis),
        "seconds": round(stage.timeline.moments[-1].seconds, 1),
        "events": len(stage.staff["notary"].get(stage.path("/events"))["items"]),
    }


def _leave(stage: Stage, summary: dict[str, Any], into: Path) -> None:
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    del stage.made["identity-check-id"]
    for name, content in stage.made.items():
        path = into / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    facts = {
        "公证书编号 Number": summary["certificate"],
        "出证日期 Issued": summary["issue_date"],
        "请求数 Requests": str(summary["requests"]),
        "用时 Time": f"{summary['seconds']} s",
    }
    (into / "timeline.html").write_text(stage.timeline.page(facts), "utf-8")
    (into / "summary.json").write_text(
        json.dumps(summary, ensure_ascii=False, indent=2) + "\n", "utf-8"
    )
