"""All steps, in their order."""

from __future__ import annotations

from collections.abc import Callable

from esign.offline.parts.faults import Fault
from esign.offline.parts.report import Asked, Found, Step
from esign.offline.parts.steps_of_the_package import (
    step_container,
    step_files,
    step_manifest,
    step_seal,
    step_trust,
)
from esign.offline.parts.steps_of_the_papers import step_certificate, step_deed
from esign.offline.parts.steps_of_the_records import (
    step_audit,
    step_ceremony,
    step_evidence,
    step_people,
)
from esign.offline.parts.steps_of_the_register import step_log, step_number

STEPS: tuple[tuple[Callable[[Step, Asked, Found], None], str, str, bool], ...] = (
    (step_container, "容器：ZIP 结构", "container: the form of the ZIP", True),
    (step_manifest, "清单：规范 JSON", "manifest: canonical JSON", True),
    (step_files, "文件：大小与摘要", "files: sizes and digests", False),
    (step_trust, "信任：根证书", "trust: the root", True),
    (
        step_seal,
        "清单上的公证机构电子印章与时间戳",
        "the office's seal and time-stamp over the manifest",
        False,
    ),
    (
        step_certificate,
        "公证书：签名、印章、时间戳、改动",
        "certificate: signatures, seal, time-stamps, changes",
        False,
    ),
    (
        step_deed,
        "文书：当事人签名、时间戳、改动",
        "deed: the parties' signatures, time-stamps, changes",
        False,
    ),
    (
        step_ceremony,
        "面签：录像与事件的哈希链",
        "ceremony: the chain of recording and events",
        False,
    ),
    (
        step_evidence,
        "事件证书所绑定的证据",
        "the evidence that event certificates are bound to",
        False,
    ),
    (step_audit, "审计链", "audit chain", False),
    (step_people, "同意书与材料", "consents and materials", False),
    (step_number, "编号与查验码", "number and public id", False),
    (step_log, "透明日志", "transparency log", False),
)


def verify(asked: Asked) -> list[Step]:
    """Take every step; one that later ones stand on ends the rest when it fails."""
    found, steps, over = Found(), [], False
    for number, (take, zh, en, carries) in enumerate(STEPS, start=1):
        step = Step(number, zh, en, reached=not over)
        steps.append(step)
        if over:
            continue
        try:
            take(step, asked, found)
        except Fault as fault:
            step.faults.append(fault)
        except Exception as error:  # noqa: BLE001  # the outer edge: no parser's surprise passes
            step.faults.append(Fault("unreadable", "", type(error).__name__))
        over = carries and bool(step.faults)
    return steps
