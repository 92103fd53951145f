"""What people and machines are told."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from esign.offline.parts.faults import FAULTS
from esign.offline.parts.report import Asked, Step


def as_lines(steps: Sequence[Step], lang: str) -> Iterator[str]:
    def both(zh: str, en: str) -> str:
        return {"zh": zh, "en": en}.get(lang, f"{zh} · {en}")

    for step in steps:
        state = both("未进行", "not reached") if not step.reached else both("通过", "ok")
        state = both("！！问题", "FAULT") if step.faults else state
        yield f"[{step.number:2}] {both(step.zh, step.en)} — {state}"
        for evidence in step.evidence:
            yield f"       {both(*evidence)}"
        for note in step.notes:
            yield f"     * {both(*note)}"
        for fault in step.faults:
            where = " ".join(
                each for each in (fault.where, fault.more and f"({fault.more})") if each
            )
            yield f"     ! {fault.code}: {both(*FAULTS[fault.code])}  {where}"
    faults = [fault.code for step in steps for fault in step.faults]
    if faults:
        yield both(
            f"结论：发现 {len(faults)} 处问题，不可采信。",
            f"RESULT: {len(faults)} faults. Do not rely on this package.",
        )
    else:
        yield both("结论：全部通过。", "RESULT: everything holds.")


def as_json(steps: Sequence[Step], asked: Asked) -> str:
    told = [
        {
            "number": step.number,
            "step": {"zh": step.zh, "en": step.en},
            "state": "fault" if step.faults else "ok" if step.reached else "not_reached",
            "evidence": [{"zh": zh, "en": en} for zh, en in step.evidence],
            "notes": [{"zh": zh, "en": en} for zh, en in step.notes],
            "faults": [
                {
                    "code": f.code,
                    "where": f.where,
                    "more": f.more,
                    "zh": FAULTS[f.code][0],
                    "en": FAULTS[f.code][1],
                }
                for f in step.faults
            ],
        }
        for step in steps
    ]
    verdict = "fault" if any(step.faults for step in steps) else "good"
    return json.dumps(
        {
            "verdict": verdict,
            "at": asked.at.isoformat(),
            "root_given": bool(asked.roots),
            "steps": told,
        },
        ensure_ascii=False,
        indent=2,
    )
