"""Why a ceremony does not take place."""

from __future__ import annotations

from enum import StrEnum

from esign.errors import EsignError


class Refusal(StrEnum):
    REQUEST_UNREADABLE = "request_unreadable"  # Not what `keys plan` writes.
    NOT_IN_TIME = "not_in_time"  # Not yet, or no more.
    APPROVALS_MISSING = "approvals_missing"  # Fewer than two different officers.
    APPROVAL_FORGED = "approval_forged"  # A signature is not its officer's over this request.
    OFFICER_UNKNOWN = "officer_unknown"  # Nobody is registered under this id.
    OFFICER_EXISTS = "officer_exists"  # The id or the key is registered already.
    TOO_FEW_OFFICERS = "too_few_officers"  # Without a third, nobody can be taken away.
    DUAL_CONTROL = "dual_control"  # Two are registered; they decide about a third.
    CREDENTIAL_WRONG = "credential_wrong"  # Wrong passphrase, or another officer's key.
    ALREADY_PERFORMED = "already_performed"  # Once is all that was approved.
    STATE_CHANGED = "state_changed"  # Something happened since it was planned.
    SM2_NOT_IN_TOKENS = "sm2_not_in_tokens"  # PKCS#11 (v2.40) has no mechanism for it.
    AUTHORITY_ENDED = "authority_ended"  # Who would have to sign it is past its end or retired.
    IMPOSSIBLE = "impossible"  # This action does not exist for this subject.


class CeremonyRefused(EsignError):
    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(refusal.value)
