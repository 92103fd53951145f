"""Is this file what it claims to be?  Answers with evidence or raises."""

from __future__ import annotations

from esign.verification.report import ArchiveStamp, Report, Role, SignatureFound, Step
from esign.verification.verifying import verify

__all__ = ["ArchiveStamp", "Report", "Role", "SignatureFound", "Step", "verify"]
