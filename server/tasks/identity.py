"""Run one identity check: fetch the pictures, measure, judge, put it on record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.cases.actor import SYSTEM_ACTOR
from server.cases.identifying import leave_to_a_person, record_outcome
from server.cases.intake import may_use_face
from server.transaction import Scope
from storage.objects import Digest

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.cases.identity_checks import CheckId, CheckOutcome, CheckState
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


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityBench:
    open_transaction: OpenTransaction
    fetch: Callable[[OfficeId, Digest], bytes]
    judge: Callable[[Pictures], tuple[CheckState, CheckOutcome]]
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
    # Consent may have been withdrawn since the check was asked for (PIPL Art. 15).
    face = check.inputs.live if may_use_face(case, check.party) else None
    progress.step(1, 3, "identity.fetching")
    pictures = Pictures(
        document=check.inputs.document,
        front=bench.fetch(office, Digest(check.inputs.front)),
        back=_fetched(check.inputs.back, office, bench),
        live=_fetched(face, office, bench),
        claimed_name=case.party(check.party).name,
    )
    progress.step(2, 3, "identity.measuring")
    state, outcome = bench.judge(pictures)
    with bench.open_transaction(scope) as tx:
        case = tx.cases.get(case_id, lock=True)
        check = tx.identity_checks.get(check_id, lock=True)
        tx.identity_checks.save(
            record_outcome(
                case, check, state=state, outcome=outcome, actor=SYSTEM_ACTOR, at=bench.now()
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


def _fetched(digest: str | None, office: OfficeId, bench: IdentityBench) -> bytes | None:
    return None if digest is None else bench.fetch(office, Digest(digest))
