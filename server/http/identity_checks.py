"""Identity checks: ask for one, see how it ended, decide what the machine left open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.cases.errors import PartNotFound
from server.cases.identifying import confirm_fields, decide_check, request_check
from server.cases.identity_challenges import ChallengeId
from server.cases.identity_checks import (
    CheckId,
    CheckInputs,
    ChipData,
    CodeAnswer,
    LiveClip,
    ProofRoute,
)
from server.cases.ids import PartyId
from server.cases.jobs import Job
from server.http.call import Answer, Binding, etag_of
from server.http.case_at_hand import case_held, case_read, case_to_change, viewer_of
from server.http.shown.identity_checks import check_as_seen, may_see_check
from server.http.started import started
from server.http.uploaded import stored_upload

if TYPE_CHECKING:
    from server.cases.case import Case
    from server.cases.identity_challenges import IdentityChallenge
    from server.cases.identity_checks import IdentityCheck
    from server.http.call import Call


def request_identity_check(call: Call) -> Answer:
    case = case_held(call)
    check = request_check(
        case,
        PartyId(call.path["party_id"]),
        _inputs(call, case),
        call.actor,
        check_id=CheckId(call.new_id()),
        at=call.now,
    )
    call.tx.identity_checks.add(check)
    call.tx.cases.save(case)
    return started(call, case, Job.CHECK_IDENTITY, check=check.id)


def _inputs(call: Call, case: Case) -> CheckInputs:
    def digest(field: str, purpose: str) -> str | None:
        upload_id = call.body.get(field)
        if upload_id is None:
            return None
        return stored_upload(call, upload_id, case, purpose=purpose).sha256

    front = stored_upload(call, call.body["front"], case, purpose="document")
    return CheckInputs(
        document=call.body["document"],
        front=front.sha256,
        back=digest("back", "document"),
        live=digest("live", "live_photo"),
        clip=_clip(call, case),
        chip=_chip(call, case),
        code=_code(call),
        chosen=ProofRoute.NOTARY_COMPARES if call.body.get("compared_by_notary") else None,
    )


def _code(call: Call) -> CodeAnswer | None:
    """Take the answer as it is: a wrong one spends the code and is a doubt, not another try."""
    told = call.body.get("code")
    if told is None:
        return None
    asked = _spent(call, told["challenge"])
    asked.answered_by_the_holder(call.now)
    return CodeAnswer(challenge=asked.id, nonce=asked.nonce.hex(), digits=told["digits"])


def _clip(call: Call, case: Case) -> LiveClip | None:
    told = call.body.get("clip")
    if told is None:
        return None
    upload = stored_upload(call, told["upload"], case, purpose="live_clip")
    asked = _spent(call, told["challenge"])
    return LiveClip(
        object=upload.sha256,
        times_ms=tuple(told["times_ms"]),
        nonce=asked.nonce.hex(),
        asked_at=asked.issued_at,
        # Beginning the upload named the digest: from then on it could be no other clip.
        answered_at=upload.created_at,
    )


def _chip(call: Call, case: Case) -> ChipData | None:
    told = call.body.get("chip")
    if told is None:
        return None
    upload = stored_upload(call, told["upload"], case, purpose="chip")
    answers = [
        told[kind] for kind in ("active_authentication", "chip_authentication") if kind in told
    ]
    # Both may answer one challenge, which is spent once.
    nonces = {
        challenge: _asked_of_the_chip(call, challenge)
        for challenge in dict.fromkeys(answer["challenge"] for answer in answers)
    }
    active, chip = told.get("active_authentication"), told.get("chip_authentication")
    return ChipData(
        object=upload.sha256,
        nonce=active and nonces[active["challenge"]],
        active_response=active and active["response"],
        chip_nonce=chip and nonces[chip["challenge"]],
        chip_response=chip and chip["response"],
    )


def _asked_of_the_chip(call: Call, challenge: str) -> str:
    asked = _spent(call, challenge)
    asked.answered_by_the_chip(call.now)
    return asked.nonce.hex()


def _spent(call: Call, challenge: str) -> IdentityChallenge:
    party = PartyId(call.path["party_id"])
    return call.tx.identity_challenges.spend(ChallengeId(challenge), party=party, at=call.now)


def get_identity_check(call: Call) -> Answer:
    case = case_read(call)
    check = check_of(call, case)
    return Answer(body=check_as_seen(check, viewer_of(call)), etag=etag_of(case.version))


def decide_identity_check(call: Call) -> Answer:
    case = case_to_change(call)
    check = decide_check(
        case,
        check_of(call, case, lock=True),
        proven=call.body["proven"],
        reason=call.body["reason"],
        actor=call.actor,
        at=call.now,
    )
    call.tx.identity_checks.save(check)
    call.tx.cases.save(case)
    return Answer(body=check_as_seen(check, viewer_of(call)), etag=etag_of(case.version))


def confirm_identity_fields(call: Call) -> Answer:
    case = case_to_change(call)
    check = confirm_fields(
        case,
        check_of(call, case, lock=True),
        dict(call.body["corrected"]),
        call.actor,
        at=call.now,
    )
    call.tx.identity_checks.save(check)
    call.tx.cases.save(case)
    return Answer(body=check_as_seen(check, viewer_of(call)), etag=etag_of(case.version))


def check_of(call: Call, case: Case, *, lock: bool = False) -> IdentityCheck:
    """Return the check of the path, as far as the caller may see it."""
    check = call.tx.identity_checks.get(CheckId(call.path["check_id"]), lock=lock)
    if check.case != case.id or not may_see_check(case, check, viewer_of(call)):
        raise PartNotFound("identity_check")
    return check


def bindings() -> list[Binding]:
    return [
        Binding(operation_id="request_identity_check", handler=request_identity_check),
        Binding(operation_id="get_identity_check", handler=get_identity_check),
        Binding(operation_id="decide_identity_check", handler=decide_identity_check),
        Binding(operation_id="confirm_identity_fields", handler=confirm_identity_fields),
    ]
