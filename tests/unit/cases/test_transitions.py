"""The shape of the workflow, checked without naming any single step."""

from __future__ import annotations

from collections import Counter

import pytest

from server.cases.errors import NotYourAction, TransitionRefused
from server.cases.guards import GUARDS
from server.cases.roles import STAFF_ROLES, Role
from server.cases.status import CaseStatus
from server.cases.transitions import TRANSITIONS, Action, actions_of, transition
from tests.unit.cases.a_case import APPLICANT, NOW, SYSTEM, ready_case


def test_each_action_leaves_each_status_at_most_once() -> None:
    exits = Counter((t.action, source) for t in TRANSITIONS for source in t.sources)
    assert [pair for pair, n in exits.items() if n > 1] == []


def test_only_final_statuses_are_dead_ends() -> None:
    with_exits = {source for t in TRANSITIONS for source in t.sources}
    assert {s for s in CaseStatus if s not in with_exits} == {s for s in CaseStatus if s.is_final}


def test_every_status_can_be_reached_from_draft() -> None:
    reached = {CaseStatus.DRAFT}
    for _ in CaseStatus:
        reached |= {s for t in TRANSITIONS if t.sources & reached for s in t.destinations}
    assert reached == set(CaseStatus)


def test_every_action_stands_in_the_table() -> None:
    assert {t.action for t in TRANSITIONS} == set(Action)


def test_every_guarded_action_exists_and_no_guard_is_listed_twice() -> None:
    assert set(GUARDS) <= set(Action)
    assert all(len(guards) == len(set(guards)) for guards in GUARDS.values())


def test_the_three_administration_roles_have_no_step_of_any_case() -> None:
    of_administration = {r for r in Role if r.is_administration}
    assert not any(t.actors & of_administration for t in TRANSITIONS)
    assert of_administration <= STAFF_ROLES


def test_what_is_personal_to_the_notary_is_never_an_assistants() -> None:
    personal = {Action.ACCEPT, Action.COMPLETE_INTERVIEW, Action.SUBMIT_CHECK}
    assert not any(Role.ASSISTANT in t.actors for t in TRANSITIONS if t.action in personal)


def test_only_the_system_issues() -> None:
    (issue,) = [t for t in TRANSITIONS if t.action is Action.ISSUE]
    assert issue.actors == {Role.SYSTEM}


def test_every_row_names_its_source() -> None:
    assert all(t.citation for t in TRANSITIONS)


def test_a_step_from_the_wrong_status_says_which_status_it_is() -> None:
    with pytest.raises(TransitionRefused, match="cannot submit a case that is archived"):
        transition(CaseStatus.ARCHIVED, Action.SUBMIT)


def test_a_role_sees_only_its_own_steps() -> None:
    assert actions_of(frozenset({Role.ARCHIVIST}), CaseStatus.FILING) == (
        Action.ARCHIVE,
        Action.RETURN_FILE,
    )
    assert actions_of(frozenset({Role.INSPECTOR}), CaseStatus.FILING) == ()


def test_a_step_of_another_role_is_refused_by_the_case_itself() -> None:
    case = ready_case(CaseStatus.TO_APPROVE)
    with pytest.raises(NotYourAction):
        case.apply(Action.APPROVE, APPLICANT, NOW)
    assert case.status is CaseStatus.TO_APPROVE


def test_a_case_finds_its_way_back_through_nested_detours() -> None:
    director, archivist = Role.DIRECTOR, Role.ARCHIVIST
    case = ready_case(CaseStatus.DELIVERED)
    steps = [
        (Action.FILE, Role.NOTARY, CaseStatus.FILING),
        (Action.REQUEST_REEXAM, director, CaseStatus.REEXAM),
        (Action.MAINTAIN, director, CaseStatus.FILING),
        (Action.RETURN_FILE, archivist, CaseStatus.DELIVERED),
    ]
    for action, role, expected in steps:
        case.apply(action, SYSTEM.__class__(account=SYSTEM.account, roles=frozenset({role})), NOW)
        assert case.status is expected
    assert case.came_from == ()
