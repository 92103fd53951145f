"""Two devices of one person, over HTTP: the second is told, the first is not robbed for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.functional.case.staging import good

if TYPE_CHECKING:
    from tests.functional.case.platform import Person, Reply
    from tests.functional.case.staging import Staging


def sends(case: Staging, who: Person) -> Reply:
    return who.post(case.room("/media-tickets"), {})


def refused(reply: Reply) -> tuple[int, str]:
    return reply.status, reply["code"]


def test_a_second_device_takes_over_on_purpose_and_the_first_takes_nothing_back(
    case: Staging,
) -> None:
    case.start_ceremony()
    first, second = case.applicant, case.platform.again(case.applicant)
    # The first follows, so the person is there.
    good(first.get(case.room("/events")))
    assert refused(second.post(case.room("/joins"))) == (409, "here_elsewhere")
    assert refused(second.post(case.room("/joins"), {"take_over": False})) == (
        409,
        "here_elsewhere",
    )
    good(sends(case, first))
    good(second.post(case.room("/joins"), {"take_over": True}))
    assert refused(sends(case, first)) == (409, "line_taken_over")
    good(sends(case, second))
    # To watch takes nothing from anybody.
    watching = {"watches": case.notary.account}
    good(first.post(case.room("/media-tickets"), watching))
    good(first.post(case.room("/joins"), {"take_over": True}))
    good(sends(case, first))
    assert refused(sends(case, second)) == (409, "line_taken_over")
