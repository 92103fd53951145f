"""People who agree on a device of their own, as domain values."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from server.cases.step_up import LIFE, KeyUse, StepUp, StepUpAnswer, StepUpId
from server.demo.device import DeviceKey
from tests.unit.cases.a_case import APPLICANT, CLERK, NOW

if TYPE_CHECKING:
    from datetime import datetime

    from server.cases.case import Case
    from server.cases.ids import AccountId

PHONE: Final = DeviceKey(id="d-phone")


def asked(
    case: Case,
    use: KeyUse,
    digest: str,
    *,
    account: AccountId = APPLICANT.account,
    at: datetime = NOW,
) -> StepUp:
    return StepUp(
        id=StepUpId(f"u-{use}-{digest[:8]}"),
        office=case.office,
        case=case.id,
        account=account,
        session="s-1",
        use=use,
        digest=digest,
        nonce=b"n" * 32,
        issued_at=at,
        expires_at=at + LIFE,
    )


def answered(step_up: StepUp, *, by: DeviceKey = PHONE, after: timedelta = timedelta(0)) -> StepUp:
    answer = StepUpAnswer(
        device=by.id,
        public_key=by.public,
        signature=by.sign(step_up.statement),
        at=step_up.issued_at + after,
    )
    return replace(step_up, answer=answer)


def agreed_to_deed(case: Case, digest: str) -> StepUp:
    return answered(asked(case, KeyUse.SIGN_DEED, digest))


def agreed_to_issue(case: Case) -> StepUp:
    assert case.draft is not None
    digest = str(case.draft.object_sha256)
    return answered(asked(case, KeyUse.ISSUE, digest, account=CLERK.account))
