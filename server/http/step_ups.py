"""Ask the caller again before a key is used, and take the answer that comes with the act."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from server.access.devices import DeviceId
from server.access.stepping_up import Asking, Given, StepUpBooks, answer_step_up, begin_step_up
from server.cases.dating import SHANGHAI
from server.cases.step_up import KeyUse, StepUp, StepUpId, Wanted, shown_digests
from server.http.call import Answer, Binding
from server.http.case_at_hand import case_read
from server.http.encoded_bytes import decoded
from server.http.languages import shipped_messages
from server.http.shown.times import rfc3339

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from server.cases.case import Case
    from server.http.call import Call

SHORT: Final = 12
"""Digits of a digest that a person can compare by eye."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepUps:
    new_nonce: Callable[[], bytes]

    def begin(self, call: Call) -> Answer:
        case = case_read(call)
        step_up = begin_step_up(
            case,
            KeyUse(call.body["action"]),
            call.body["document_sha256"],
            principal=call.principal,
            asking=Asking(id=StepUpId(call.new_id()), nonce=self.new_nonce(), at=call.now),
            certificates=call.tx.certificates.of_case(case.id),
        )
        call.tx.step_ups.add(step_up)
        return Answer(status=201, body=_as_seen(step_up, call.language))


def agreed(
    call: Call,
    case: Case,
    use: KeyUse,
    *,
    told: Mapping[str, Any],
    digests: frozenset[str] | None = None,
) -> StepUp:
    """Spend the answer in the request on ``use`` of what can be shown, or of ``digests`` alone."""
    return answer_step_up(
        Given(
            step_up=StepUpId(told["id"]),
            device=DeviceId(told["device_id"]),
            signature=decoded(told["signature"], pointer="/step_up/signature"),
        ),
        Wanted(
            use=use,
            case=case.id,
            digests=shown_digests(case, use) if digests is None else digests,
            account=call.principal.account,
        ),
        principal=call.principal,
        books=StepUpBooks(step_ups=call.tx.step_ups, devices=call.tx.devices),
        at=call.now,
    )


def _as_seen(step_up: StepUp, language: str) -> dict[str, Any]:
    until = step_up.expires_at.astimezone(SHANGHAI)
    return {
        "id": step_up.id,
        "action": step_up.use,
        "document_sha256": step_up.digest,
        "statement": step_up.statement,
        "says": shipped_messages().text(
            language,
            f"step_up.{step_up.use}",
            short=step_up.digest[:SHORT],
            until=f"{until:%H:%M:%S} (UTC+8)",
        ),
        "expires_at": rfc3339(step_up.expires_at),
    }


def bindings(*, new_nonce: Callable[[], bytes]) -> list[Binding]:
    return [Binding(operation_id="begin_step_up", handler=StepUps(new_nonce=new_nonce).begin)]
