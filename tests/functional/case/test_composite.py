"""Whoever reviews a case looks through its ceremony by one video."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from server.ceremony.composite import CompositeState
from server.tasks.composing import ComposingDesk, compose_due
from tests.functional.case.platform import KUNMING

if TYPE_CHECKING:
    from tests.functional.case.staging import Staging

VIDEO = b"all of it in one"


@pytest.fixture
def broken_off(case: Staging) -> Staging:
    case.start_ceremony()
    assert case.record(case.applicant, 0, b"a piece", None).status == 201
    assert case.step("abort").status == 200
    return case


def make(case: Staging) -> None:
    platform = case.platform
    desk = ComposingDesk(
        open_transaction=platform.open_transaction,
        render=lambda plan, fetch: VIDEO if fetch(plan.tracks[0].pieces[0].sha256) else b"",
        fetch=platform.fetch,
        put=platform.put,
        now=platform.clock,
    )
    compose_due([KUNMING], desk=desk)


def test_the_notary_looks_through_it_and_that_is_on_record(broken_off: Staging) -> None:
    case = broken_off
    path = case.room("/composite")
    assert case.notary.get(path).body["state"] == "wanted"
    assert case.notary.get(f"{path}/file").status == 404
    make(case)
    told = case.notary.get(path).body
    assert (told["state"], told["size"], told["tries"]) == ("made", len(VIDEO), 1)
    assert told["head"] == case.notary.get(case.room()).body["head"]
    file = case.notary.get(f"{path}/file")
    assert (file.status, file.body) == (200, VIDEO)
    events = case.notary.get(case.path("/events")).body["items"]
    looks = [e for e in events if e["kind"] == "sensitive_read"]
    assert [e["facts"]["field"] for e in looks] == ["composite"]


def test_one_that_was_given_up_is_asked_for_again(broken_off: Staging) -> None:
    case = broken_off
    make(case)
    again = case.notary.post(case.room("/composite"))
    assert (again.status, again.body["state"], again.body["tries"]) == (202, "wanted", 0)
    assert case.notary.get(case.room("/composite/file")).status == 404
    # Asked for twice, it is made once.
    assert case.notary.post(case.room("/composite")).body["state"] == "wanted"
    make(case)
    assert case.notary.get(case.room("/composite")).body["state"] == CompositeState.MADE


def test_parties_do_not_get_it(broken_off: Staging) -> None:
    make(broken_off)
    for rest in ("/composite", "/composite/file"):
        assert broken_off.applicant.get(broken_off.room(rest)).status == 403


def test_there_is_none_of_a_ceremony_that_goes_on(case: Staging) -> None:
    case.start_ceremony()
    assert case.record(case.applicant, 0, b"a piece", None).status == 201
    answer = case.notary.get(case.room("/composite"))
    assert (answer.status, answer.body["code"]) == (404, "part_not_found")
