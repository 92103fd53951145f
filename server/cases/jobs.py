"""The work that is done after the answer: names, and the ids each one is given.

A job is queued in the transaction of its cause. Its arguments are ids only:
whoever runs it reads everything else from the books. ``operation`` is the id of
the operation that the caller can ask about.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Job(StrEnum):
    ADMIT_UPLOAD = "upload.admit"
    CHECK_IDENTITY = "identity.check"
    SEND_IDENTITY_CODE = "identity.code.send"
    TYPESET_DEED = "deed.typeset"
    SIGN_DEED = "deed.sign"
    TYPESET_DRAFT = "draft.typeset"
    LOOK_AT_PARTICIPANT = "ceremony.look"
    SEND_INVITATION = "ceremony.invitation.send"
    ISSUE_CASE = "case.issue"
    TRANSFER_CASE = "case.transfer"
    MAKE_PACKAGE = "evidence.package"


ARGUMENTS: Final[dict[Job, tuple[str, ...]]] = {
    Job.ADMIT_UPLOAD: ("office", "upload"),
    Job.CHECK_IDENTITY: ("office", "case", "check", "operation"),
    Job.SEND_IDENTITY_CODE: ("office", "case", "challenge"),
    Job.TYPESET_DEED: ("office", "case", "operation"),
    Job.SIGN_DEED: ("office", "case", "party", "ceremony", "step_up", "operation"),
    Job.TYPESET_DRAFT: ("office", "case", "operation"),
    Job.LOOK_AT_PARTICIPANT: (
        "office",
        "case",
        "ceremony",
        "participant",
        "challenge",
        "operation",
    ),
    Job.SEND_INVITATION: ("office", "case", "invitation"),
    Job.ISSUE_CASE: ("office", "case", "step_up", "operation"),
    Job.TRANSFER_CASE: ("office", "case"),
    Job.MAKE_PACKAGE: ("office", "case", "package", "operation"),
}
