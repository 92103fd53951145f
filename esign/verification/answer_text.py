"""What the limited child says to its parent, as JSON: a report, or the name of a refusal.

No pickle: a child that a hostile file took over can say wrong things, but cannot
make its parent run anything.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from esign import errors
from esign.evidence import EvidenceDigests
from esign.pdf.levels import PadesLevel
from esign.verification.report import ArchiveStamp, Report, Role, SignatureFound, Step
from esign.verification.steps import At

REFUSALS: Final[dict[str, type[errors.VerificationFailed]]] = {
    refusal.__name__: refusal
    for refusal in (
        errors.NotAPdf,
        errors.TooLarge,
        errors.NotOurs,
        errors.Tampered,
        errors.ChainInvalid,
        errors.SignatureDoubtful,
        errors.StampLapsed,
        errors.StamperStolen,
        errors.CertificateRevoked,
    )
}
"""Every reason that may cross; anything else the child says is no answer."""


class AnswerMalformed(ValueError):
    """What came back is neither a report nor a known refusal."""


def tell_report(report: Report) -> bytes:
    return json.dumps({"report": asdict(report)}, default=_as_text).encode()


def tell_refusal(refusal: errors.VerificationFailed) -> bytes:
    told = {"refused": type(refusal).__name__, "why": str(refusal), "step": refusal.step}
    return json.dumps(told).encode()


def understand(answer: bytes) -> Report:
    """Return the child's report, raise its refusal, or raise `AnswerMalformed`."""
    try:
        told = json.loads(answer)
        if "refused" in told:
            refusal = REFUSALS[told["refused"]](str(told["why"]))
            if (step := told.get("step")) is not None:
                refusal.step = int(At(step))
        else:
            return _report(told["report"])
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise AnswerMalformed from error
    raise refusal


def _as_text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} does not cross")


def _report(told: dict[str, Any]) -> Report:
    return Report(
        document=str(told["document"]),
        verified_for=datetime.fromisoformat(told["verified_for"]),
        signatures=tuple(_signature(each) for each in told["signatures"]),
        archive_stamps=tuple(_stamp(each) for each in told["archive_stamps"]),
        steps=tuple(
            Step(
                number=int(each["number"]),
                code=str(each["code"]),
                claim=str(each["claim"]),
                evidence=str(each["evidence"]),
            )
            for each in told["steps"]
        ),
    )


def _signature(told: dict[str, Any]) -> SignatureFound:
    organization, evidence = told["organization"], told["evidence"]
    return SignatureFound(
        field=str(told["field"]),
        role=Role(told["role"]),
        common_name=str(told["common_name"]),
        organization=None if organization is None else str(organization),
        serial=int(told["serial"]),
        signed_at=datetime.fromisoformat(told["signed_at"]),
        level=PadesLevel(told["level"]),
        evidence=None if evidence is None else EvidenceDigests(**evidence),
        root=str(told["root"]),
        unrevoked_since=datetime.fromisoformat(told["unrevoked_since"]),
    )


def _stamp(told: dict[str, Any]) -> ArchiveStamp:
    stolen = told["stolen_since"]
    return ArchiveStamp(
        field=str(told["field"]),
        stamped_at=datetime.fromisoformat(told["stamped_at"]),
        unrevoked_since=datetime.fromisoformat(told["unrevoked_since"]),
        stolen_since=None if stolen is None else datetime.fromisoformat(stolen),
        carries_until=datetime.fromisoformat(told["carries_until"]),
    )
