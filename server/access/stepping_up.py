"""Ask a person again before a key is used, and take the answer: once, in time, as asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from server.access.errors import DeviceNotFound, DeviceRevoked
from server.cases.device_keys import require_device_signature
from server.cases.errors import (
    NotYourAction,
    StepUpExpired,
    StepUpNotFound,
    StepUpOfAnotherDocument,
    StepUpOfAnotherSession,
    StepUpSpent,
)
from server.cases.step_up import (
    LIFE,
    MAY_ASK,
    KeyUse,
    StepUp,
    StepUpAnswer,
    StepUpId,
    refuse_another,
    shown_certificates,
    shown_digests,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from server.access.devices import Device, DeviceId
    from server.access.ports import DeviceBook
    from server.access.principals import Principal
    from server.cases.case import Case
    from server.cases.ports import StepUpBook
    from server.cases.step_up import Wanted
    from server.register.certificates import Certificate


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What is new in a challenge; given by the edge."""

    id: StepUpId
    nonce: bytes
    at: datetime


def begin_step_up(
    case: Case,
    use: KeyUse,
    digest: str,
    *,
    principal: Principal,
    asking: Asking,
    certificates: Iterable[Certificate] = (),
) -> StepUp:
    """Return a challenge to the caller's own act on what can be shown of the case now.

    ``certificates`` are those of the case, whose evidence can be taken.

    Raises `NotYourAction` where the act is another role's, above all a party's signature,
    and `StepUpOfAnotherDocument` for a digest of anything else.
    """
    if not MAY_ASK[use] & principal.roles:
        raise NotYourAction(use)
    takes = use is KeyUse.TAKE_EVIDENCE
    shown = shown_certificates(certificates) if takes else shown_digests(case, use)
    if digest not in shown:
        raise StepUpOfAnotherDocument
    return StepUp(
        id=asking.id,
        office=case.office,
        case=case.id,
        account=principal.account,
        session=principal.session,
        use=use,
        digest=digest,
        nonce=asking.nonce,
        issued_at=asking.at,
        expires_at=asking.at + LIFE,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An answer as it came in."""

    step_up: StepUpId
    device: DeviceId
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StepUpBooks:
    step_ups: StepUpBook
    devices: DeviceBook


def answer_step_up(
    given: Given, wanted: Wanted, *, principal: Principal, books: StepUpBooks, at: datetime
) -> StepUp:
    """Spend the challenge on what is ``wanted``, or raise a `StepUpRefused` and why."""
    asked = books.step_ups.get(given.step_up)
    if asked.account != principal.account:
        raise StepUpNotFound
    if asked.session != principal.session:
        raise StepUpOfAnotherSession
    refuse_another(asked, wanted)
    if asked.answer is not None:
        raise StepUpSpent
    if not asked.issued_at <= at < asked.expires_at:
        raise StepUpExpired
    device = _own_device(given.device, principal, books.devices)
    require_device_signature(device.public_key, asked.statement, given.signature)
    answer = StepUpAnswer(
        device=device.id, public_key=device.public_key, signature=given.signature, at=at
    )
    # Not what was read above decides between two that come at once, but the row.
    if not books.step_ups.answer(asked.id, answer):
        raise StepUpSpent
    return replace(asked, answer=answer)


def _own_device(device_id: DeviceId, principal: Principal, devices: DeviceBook) -> Device:
    device = devices.get(device_id)
    if device is None or device.account != principal.account:
        raise DeviceNotFound
    if device.revoked_at is not None:
        raise DeviceRevoked
    return device
