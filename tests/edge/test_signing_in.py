"""Signing in, refreshing and signing out, as an app meets them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from server.cases.roles import Role

if TYPE_CHECKING:
    from tests.edge.standing import Standing


def test_a_code_to_a_new_number_makes_an_account_that_the_next_code_finds_again(
    edge: Standing,
) -> None:
    first, second = edge.applicant("+33639980010"), edge.applicant("+33639980010")
    assert first["account_id"] == second["account_id"]
    assert first["roles"] == ["applicant"]
    me = edge.get("/v1/me", token=second["access_token"]).get_json()
    assert me["session_id"] == second["session_id"] != first["session_id"]


def test_a_code_works_once(edge: Standing) -> None:
    edge.applicant("+33639980011")
    again = {"phone": "+33639980011", "code": edge.sent[-1][1], "device": "phone"}
    answer = edge.post("/v1/auth/codes/redemption", again)
    assert (answer.status_code, answer.get_json()["code"]) == (401, "login_refused")


def test_a_code_is_dead_after_five_minutes(edge: Standing) -> None:
    phone = "+33639980012"
    edge.post("/v1/auth/codes", {"phone": phone})
    edge.clock.move(minutes=5)
    late = {"phone": phone, "code": edge.sent[-1][1], "device": "phone"}
    assert edge.post("/v1/auth/codes/redemption", late).status_code == 401


def test_five_wrong_tries_use_a_code_up_though_each_was_refused(edge: Standing) -> None:
    phone = "+33639980013"
    edge.post("/v1/auth/codes", {"phone": phone})
    right = edge.sent[-1][1]
    wrong = f"{(int(right) + 1) % 10**6:06}"
    tries = [wrong] * 5 + [right]
    answers = [
        edge.post("/v1/auth/codes/redemption", {"phone": phone, "code": c, "device": "d"})
        for c in tries
    ]
    assert [a.status_code for a in answers] == [401] * 6


def test_known_and_unknown_numbers_are_answered_alike(edge: Standing) -> None:
    edge.applicant("+33639980014")
    edge.clock.move(hours=25)
    known = edge.post("/v1/auth/codes", {"phone": "+33639980014"})
    unknown = edge.post("/v1/auth/codes", {"phone": "+33639980015"})
    assert (known.status_code, known.get_json()) == (unknown.status_code, unknown.get_json())


@pytest.mark.parametrize(
    ("sent", "pause_s", "retry_after"),
    [
        # One a minute.
        (1, 59, "60"),
        # Five an hour.
        (5, 61, "3600"),
        # Ten a day.
        (10, 3600 / 4, "86400"),
    ],
)
def test_codes_to_one_number_are_limited(
    edge: Standing, sent: int, pause_s: float, retry_after: str
) -> None:
    phone = f"+336399801{sent:02}"
    for _ in range(sent):
        assert edge.post("/v1/auth/codes", {"phone": phone}).status_code == 202
        edge.clock.move(seconds=pause_s)
    answer = edge.post("/v1/auth/codes", {"phone": phone})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, retry_after)


def test_a_refresh_token_works_once_and_a_replay_ends_the_session(edge: Standing) -> None:
    grant = edge.applicant("+33639980020")
    spent = {"refresh_token": grant["refresh_token"]}
    following = edge.post("/v1/auth/refresh", spent).get_json()
    assert edge.get("/v1/me", token=following["access_token"]).status_code == 200

    replay = edge.post("/v1/auth/refresh", spent)

    assert (replay.status_code, replay.get_json()["code"]) == (401, "token_replayed")
    assert edge.get("/v1/me", token=following["access_token"]).status_code == 401
    next_one = {"refresh_token": following["refresh_token"]}
    assert edge.post("/v1/auth/refresh", next_one).status_code == 401


def test_of_sixteen_who_refresh_at_once_at_most_one_gets_a_token(edge: Standing) -> None:
    body = {"refresh_token": edge.applicant("+33639980021")["refresh_token"]}

    def refresh(_: int) -> int:
        return edge.app.test_client().post("/v1/auth/refresh", json=body).status_code

    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(refresh, range(16)))
    assert sorted(answers) == [200] + [401] * 15


@pytest.mark.parametrize(
    ("days", "status"),
    [
        # Idle for a week is too long.
        (7, 401),
        # A moment less is not.
        (6.99, 200),
    ],
)
def test_a_refresh_token_that_lies_idle_dies(edge: Standing, days: float, status: int) -> None:
    body = {"refresh_token": edge.applicant(f"+3363998003{status // 100}")["refresh_token"]}
    edge.clock.move(days=days)
    assert edge.post("/v1/auth/refresh", body).status_code == status


def test_refreshing_does_not_move_the_end_of_a_session(edge: Standing) -> None:
    grant = edge.applicant("+33639980034")
    for _ in range(4):
        edge.clock.move(days=6)
        answer = edge.post("/v1/auth/refresh", {"refresh_token": grant["refresh_token"]})
        assert answer.get_json()["session_ends_at"] == grant["session_ends_at"]
        grant = answer.get_json()
    edge.clock.move(days=6)
    assert (
        edge.post("/v1/auth/refresh", {"refresh_token": grant["refresh_token"]}).status_code == 401
    )


def test_signing_out_ends_the_token_at_once(edge: Standing) -> None:
    grant = edge.applicant("+33639980040")
    assert edge.post("/v1/auth/sign-out", token=grant["access_token"]).status_code == 204
    assert edge.get("/v1/me", token=grant["access_token"]).status_code == 401
    body = {"refresh_token": grant["refresh_token"]}
    assert edge.post("/v1/auth/refresh", body).status_code == 401


def test_a_person_ends_another_session_and_nobody_elses(edge: Standing) -> None:
    old, new = edge.applicant("+33639980041"), edge.applicant("+33639980041")
    stranger = edge.applicant("+33639980042")
    path = f"/v1/auth/sessions/{old['session_id']}"
    asked = {"Authorization": f"Bearer {stranger['access_token']}"}
    assert edge.client.delete(path, headers=asked).status_code == 404
    asked = {"Authorization": f"Bearer {new['access_token']}"}
    assert edge.client.delete(path, headers=asked).status_code == 204
    assert edge.get("/v1/me", token=old["access_token"]).status_code == 401
    left = edge.get("/v1/auth/sessions", token=new["access_token"]).get_json()["items"]
    assert [(s["id"], s["current"]) for s in left] == [(new["session_id"], True)]


@pytest.mark.parametrize(
    "other",
    [
        # The wrong password.
        {"password": "wrong"},
        # A code that is not of this time.
        {"totp": "000000"},
        # A login that does not exist.
        {"login": "nobody"},
    ],
)
def test_every_wrong_credential_gets_the_same_answer(edge: Standing, other: dict[str, str]) -> None:
    if edge.sign_in("alike").status_code != 201:
        edge.hire("alike", Role.NOTARY)
    answer = edge.sign_in("alike", **other)
    told = {k: v for k, v in answer.get_json().items() if k != "trace_id"}
    assert (answer.status_code, told["code"]) == (401, "login_refused")
    assert "errors" not in told


def test_a_totp_code_is_spent_once(edge: Standing) -> None:
    edge.hire("once", Role.NOTARY)
    assert edge.sign_in("once").status_code == 201
    edge.clock.move(seconds=-30)
    assert edge.sign_in("once").status_code == 401


def test_wrong_logins_are_slowed_down_and_known_and_unknown_alike(edge: Standing) -> None:
    edge.hire("slow", Role.NOTARY)
    for login in ("slow", "no-such-login"):
        answers = [edge.sign_in(login, password="wrong").status_code for _ in range(6)]
        assert answers == [401] * 5 + [401]
        edge.clock.move(seconds=-29)
        blocked = edge.sign_in(login)
        assert (blocked.status_code, blocked.get_json()["code"]) == (429, "login_blocked")
    edge.clock.move(minutes=16)
    assert edge.sign_in("slow").status_code == 201


def test_staff_are_told_who_they_are_and_of_which_office(edge: Standing) -> None:
    token = edge.staff("present", Role.NOTARY)
    assert edge.get("/v1/me", token=token).get_json()["display_name"] == "present"
    assert edge.get("/v1/me", token=token).get_json()["office"] == "kunming-demo"
