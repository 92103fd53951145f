"""What a client needs to go on is told beside the code; nothing of a person ever is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from server.billing.errors import FeeActorRefused, FeeTransitionRefused
from server.billing.fee_status import FeeStatus
from server.billing.fee_transitions import FeeAction, FeeActor
from server.cases.errors import FormIncomplete, NotEditable, TextDiffers
from server.cases.status import CaseStatus
from server.ceremony.errors import CeremonyRefused, ChainBroken
from server.ceremony.status import CeremonyStatus, Step
from server.delivery.delivery import DeliveryRefused, DeliveryState
from server.problems.table import INTERNAL, problem_for
from server.transaction import UploadNotUsable
from storage.errors import StorageError, UploadIncomplete

if TYPE_CHECKING:
    from collections.abc import Mapping


@pytest.mark.parametrize(
    ("error", "status", "facts"),
    [
        # Which text was not the one in force.
        (TextDiffers("notice"), 409, {"what": "notice"}),
        # Where the fee stands, and what was tried.
        (
            FeeTransitionRefused(FeeStatus.SETTLED, FeeAction.REQUOTE),
            409,
            {"status": "settled", "action": "requote"},
        ),
        # Whose step it is not.
        (FeeActorRefused(FeeActor.NOTARY, FeeAction.SETTLE), 403, {"action": "settle"}),
        # What the upload lacks.
        (UploadNotUsable("not stored yet"), 409, {"why": "not stored yet"}),
        # Which part is closed, and why.
        (
            NotEditable("deed", CaseStatus.ISSUED),
            409,
            {"part": "deed", "status": "issued"},
        ),
        # Where the ceremony stands.
        (
            CeremonyRefused(CeremonyStatus.WAITING, Step.COMPLETE),
            409,
            {"status": "waiting", "step": "complete"},
        ),
        # Where a client that lost its place goes on.
        (
            ChainBroken("segment", expected_index=3, expected_prev="ab"),
            409,
            {"expected_index": 3, "expected_prev_sha256": "ab"},
        ),
        # What a delivery cannot become.
        (
            DeliveryRefused(DeliveryState.E_SENT, DeliveryState.RECEIVED),
            409,
            {"state": "e_sent", "target": "received"},
        ),
    ],
)
def test_a_refusal_tells_what_to_go_on_from(
    error: Exception, status: int, facts: Mapping[str, str | int]
) -> None:
    problem = problem_for(error)
    assert (problem.status, problem.details.facts) == (status, facts)


def test_every_missing_answer_is_listed() -> None:
    told = problem_for(FormIncomplete(["reason", "evidence"])).details.told
    assert [(t.code, t.subject) for t in told] == [
        ("answer_missing", "reason"),
        ("answer_missing", "evidence"),
    ]


def test_a_thousand_missing_parts_are_not_all_listed() -> None:
    told = problem_for(UploadIncomplete(tuple(range(1, 1001)))).details.told
    assert [t.subject for t in told] == [str(n) for n in range(1, 101)]


@pytest.mark.parametrize(
    "error",
    [
        # A mistake of ours.
        KeyError("欧阳明"),
        # The base of errors that an edge does not know tells nothing either.
        StorageError("s3://bucket/key"),
    ],
)
def test_what_is_not_in_the_table_is_internal_and_nothing_more(error: Exception) -> None:
    assert problem_for(error) == INTERNAL
