"""Taking a certificate and confirming it: the recipient's own two acts, each once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from server.cases.delivering import give_receipt, take_delivery
from server.cases.errors import NotYourAction, PartNotFound
from server.cases.ids import AccountId, PartyId
from server.cases.parties import Party, PartyRole
from server.cases.status import CaseStatus
from server.delivery.delivery import Delivery, DeliveryId, DeliveryRefused, DeliveryState
from tests.unit.cases.a_case import APPLICANT, NOW, STRANGER, WANG, actor, ready_case

if TYPE_CHECKING:
    from server.cases.case import Case

LATER = NOW + timedelta(days=1)
SENT = Delivery(
    id=DeliveryId("d-1"),
    office="kunming-demo",
    case="c-1",
    certificate="n-1",
    recipient=WANG,
    state=DeliveryState.E_SENT,
    sent_at=NOW,
)


def issued() -> Case:
    case = ready_case(CaseStatus.ISSUED)
    case.delivered_copies = 0
    return case


def test_fetching_again_keeps_the_first_time() -> None:
    case = issued()
    taken = take_delivery(case, SENT, APPLICANT, at=NOW)
    assert take_delivery(case, taken, APPLICANT, at=LATER).downloaded_at == NOW
    assert [e.kind for e in case.pending] == ["certificate_downloaded"]


def test_a_receipt_counts_once() -> None:
    case = issued()
    taken = take_delivery(case, SENT, APPLICANT, at=NOW)
    received = give_receipt(case, taken, APPLICANT, at=LATER)
    assert give_receipt(case, received, APPLICANT, at=LATER) == received
    assert (case.delivered_copies, received.received_at) == (1, LATER)


def test_nothing_is_confirmed_that_was_not_fetched() -> None:
    case = issued()
    with pytest.raises(DeliveryRefused, match="e_sent cannot become received"):
        give_receipt(case, SENT, APPLICANT, at=NOW)
    assert case.delivered_copies == 0


def test_another_party_of_the_case_is_not_the_recipient() -> None:
    case = issued()
    other = Party(
        id=PartyId("p-2"), role=PartyRole.APPLICANT, name="某某", account=AccountId("a-2")
    )
    case.parties.append(other)
    with pytest.raises(NotYourAction):
        take_delivery(case, SENT, actor("a-2"), at=NOW)
    with pytest.raises(PartNotFound):
        give_receipt(case, SENT, STRANGER, at=NOW)
