"""What each error may tell: codes, ids, digests and limits, never a value of a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.problems.problem import Details, Told

if TYPE_CHECKING:
    from server.access.errors import LoginBlocked, TooManyCodes
    from server.billing.errors import FeeActorRefused, FeeTransitionRefused
    from server.cases.errors import (
        ConditionsUnmet,
        FormIncomplete,
        NotEditable,
        NotEligible,
        NotYourAction,
        PartNotFound,
        TextDiffers,
        TransitionRefused,
    )
    from server.ceremony.errors import CeremonyRefused, ChainBroken, TooManyInvitations
    from server.delivery.delivery import DeliveryRefused
    from server.problems.refusals import BodyMalformed, MethodNotServed, RequestInvalid
    from server.register.errors import PackageNotReady, TooManyPackages
    from server.transaction import UploadNotUsable
    from storage.errors import UploadIncomplete


def allowed_methods(error: MethodNotServed) -> Details:
    return Details(headers={"Allow": ", ".join(error.allowed)})


def code_at_body(error: BodyMalformed) -> Details:
    return Details(told=(Told(code=error.code, pointer=""),))


def faults(error: RequestInvalid) -> Details:
    return Details(
        told=tuple(Told(code=f.code, pointer=f.pointer, limit=f.limit) for f in error.faults)
    )


def try_again_soon(_: Exception) -> Details:
    return Details(headers={"Retry-After": "1"})


def bearer(_: Exception) -> Details:
    # RFC 9110 11.6.1 wants it with every 401. No error code: that would tell
    # a thief which check the token failed.
    return Details(headers={"WWW-Authenticate": 'Bearer realm="feigui"'})


def retry_after(
    error: LoginBlocked | TooManyCodes | TooManyInvitations | TooManyPackages,
) -> Details:
    return Details(headers={"Retry-After": str(error.retry_after_s)})


def package_state(error: PackageNotReady) -> Details:
    return Details(facts={"state": error.state})


def part(error: PartNotFound) -> Details:
    return Details(facts={"part": error.part})


def case_step(error: TransitionRefused) -> Details:
    return Details(facts={"status": str(error.current), "action": str(error.action)})


def action(error: NotYourAction) -> Details:
    return Details(facts={"action": str(error.action)})


def unmet(error: ConditionsUnmet) -> Details:
    return Details(
        told=tuple(Told(code=u.code, subject=u.subject, citation=u.citation) for u in error.unmet)
    )


def reasons(error: NotEligible) -> Details:
    return Details(
        told=tuple(Told(code=f"eligibility.{r.code}", citation=r.citation) for r in error.reasons)
    )


def text(error: TextDiffers) -> Details:
    return Details(facts={"what": error.what})


def fee_step(error: FeeTransitionRefused) -> Details:
    return Details(facts={"status": str(error.current), "action": str(error.action)})


def fee_actor(error: FeeActorRefused) -> Details:
    return Details(facts={"action": str(error.action)})


def upload(error: UploadNotUsable) -> Details:
    return Details(facts={"why": error.why})


def locked_part(error: NotEditable) -> Details:
    return Details(facts={"part": error.part, "status": str(error.current)})


def missing_answers(error: FormIncomplete) -> Details:
    return Details(told=tuple(Told(code="answer_missing", subject=m) for m in error.missing))


def ceremony_step(error: CeremonyRefused) -> Details:
    return Details(facts={"status": str(error.current), "step": str(error.step)})


def expected_link(error: ChainBroken) -> Details:
    return Details(
        facts={
            "expected_index": error.expected_index,
            "expected_prev_sha256": error.expected_prev,
        }
    )


def delivery_step(error: DeliveryRefused) -> Details:
    return Details(facts={"state": str(error.current), "target": str(error.target)})


def missing_parts(error: UploadIncomplete) -> Details:
    return Details(
        told=tuple(Told(code="part_missing", subject=str(n)) for n in error.numbers[:100])
    )
