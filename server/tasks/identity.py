"""Run one identity check: fetch the pictures, measure, judge, put it on record."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from server.cases.actor import SYSTEM_ACTOR
from server.cases.errors import PartNotFound
from server.cases.identifying import leave_to_a_person, record_outcome, refusals_of
from server.cases.identity_challenges import code_of
from server.cases.intake import may_use_face
from server.transaction import Scope
from storage.objects import Digest

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from server.cases.identity_checks import (
        CheckId,
        CheckOutcome,
        CheckState,
        ChipData,
        CodeAnswer,
        LiveClip,
    )
    from server.cases.ids import CaseId, Clock, OfficeId
    from server.tasks.progress import Progress
    from server.transaction import OpenTransaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """What is looked at, as the person sent it."""

    document: str
    front: bytes
    back: bytes | None
    live: bytes | None
    claimed_name: str
    """As the party entered it; the document has to say the same."""

    clip: Clip | None = None
    chip: Chip | None = None
    claimed_number: str | None = None
    """Of the document, as the party entered it beforehand."""

    code_right: bool | None = None
    """``None``: no code was asked for."""

    chip_and_code_alone: bool = False
    earlier_refusals: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Clip:
    """An answer to a challenge, with what was asked and when."""

    content: bytes
    told: LiveClip


@dataclass(frozen=True, slots=True)
class Chip:
    """The files of a chip, with what it answered."""

    content: bytes
    told: ChipData


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    state: CheckState
    outcome: CheckOutcome
    stills: tuple[bytes, ...] = ()
    """JPEG; what a person looks at who decides: the reference first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityBench:
    open_transaction: OpenTransaction
    fetch: Callable[[OfficeId, Digest], bytes]
    put: Callable[[OfficeId, bytes], Digest]
    judge: Callable[[Pictures], Judged]
    """Measures in a limited process; trouble of its own is a doubt, never a pass."""

    policy: str
    """Citation of the policy that checks are judged under."""

    now: Clock


def check_identity(
    office: OfficeId,
    case_id: CaseId,
    check_id: CheckId,
    *,
    bench: IdentityBench,
    progress: Progress,
) -> None:
    """Run the check. Running it again after a crash changes nothing that is on record."""
    scope = Scope(office=office)
    with bench.open_transaction(scope) as tx:
        case = tx.cases.get(case_id)
        check = tx.identity_checks.get(check_id)
        earlier = refusals_of(tx.identity_checks.of_case(case_id), check.party)
    if check.inputs.front is None:
        raise PartNotFound("picture of a document")
    # Consent may have been withdrawn since the check was asked for (PIPL Art. 15).
    may_use = may_use_face(case, check.party)
    party = case.party(check.party)
    clip = check.inputs.clip if may_use else None
    chip = check.inputs.chip
    progress.step(1, 3, "identity.fetching")
    pictures = Pictures(
        document=check.inputs.document,
        front=bench.fetch(office, Digest(check.inputs.front)),
        back=_fetched(check.inputs.back, office, bench),
        live=_fetched(check.inputs.live if may_use else None, office, bench),
        claimed_name=party.name,
        claimed_number=party.id_document.number if party.id_document else None,
        code_right=_is_right(check.inputs.code),
        chip_and_code_alone=case.rules.chip_and_code_alone,
        clip=None if clip is None else Clip(bench.fetch(office, Digest(clip.object)), clip),
        chip=None if chip is None else Chip(bench.fetch(office, Digest(chip.object)), chip),
        earlier_refusals=earlier,
    )
    progress.step(2, 3, "identity.measuring")
    judged = bench.judge(pictures)
    # Before the outcome names them: it must not point at nothing.
    stills = tuple(bench.put(office, still).hex for still in judged.stills)
    outcome = replace(judged.outcome, stills=stills)
    with bench.open_transaction(scope) as tx:
        case = tx.cases.get(case_id, lock=True)
        check = tx.identity_checks.get(check_id, lock=True)
        tx.identity_checks.save(
            record_outcome(
                case, check, state=judged.state, outcome=outcome, actor=SYSTEM_ACTOR, at=bench.now()
            )
        )
        tx.cases.save(case)
    progress.succeed(f"/v1/cases/{case_id}/identity-checks/{check_id}")


def abandon_check(
    office: OfficeId, case_id: CaseId, check_id: CheckId, *, bench: IdentityBench
) -> None:
    """Leave to a notary a check that our own mistake stopped."""
    with bench.open_transaction(Scope(office=office)) as tx:
        case = tx.cases.get(case_id, lock=True)
        check = tx.identity_checks.get(check_id, lock=True)
        at = bench.now()
        ended = leave_to_a_person(case, check, policy=bench.policy, actor=SYSTEM_ACTOR, at=at)
        tx.identity_checks.save(ended)
        tx.cases.save(case)


def _is_right(code: CodeAnswer | None) -> bool | None:
    if code is None:
        return None
    return hmac.compare_digest(code_of(bytes.fromhex(code.nonce)), code.digits)


def _fetched(digest: str | None, office: OfficeId, bench: IdentityBench) -> bytes | None:
    return None if digest is None else bench.fetch(office, Digest(digest))
