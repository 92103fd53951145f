"""What the edge does with requests before and after a use case runs."""

from __future__ import annotations

import json
from io import BytesIO
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from server.cases.ids import AccountId, CaseId, OfficeId
from server.cases.roles import Role
from server.http.call import Answer, Binding
from server.transaction import Operation, Scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask
    from flask.testing import FlaskClient

    from server.http.call import Call
    from tests.edge.standing import Standing

CODES = "/v1/auth/codes"
CANARY = "+86139000CANARY"
QUESTION = {
    "route": "overseas_mission",
    "citizenship": "CN",
    "location_country": "FR",
    "use_country": "CN",
    "age": 41,
    "places": [{"connection": "domicile", "place": "530102"}],
    "residence": "long_term_abroad",
    "mission": "FR-PAR",
    "will_post_original": True,
    "mainland_household": True,
}
JSON = {"Content-Type": "application/json", "Accept-Language": "en"}


def test_a_body_that_does_not_say_how_long_it_is_is_refused_and_not_cut(edge: Standing) -> None:
    # What stands before the limit is whole by itself.
    answer = edge.client.post(
        CODES,
        input_stream=BytesIO(b'{"phone": "+33639980001"}' + b" " * 70_000),
        headers=dict(JSON),
        environ_overrides={"CONTENT_LENGTH": "", "wsgi.input_terminated": True},
    )
    assert (answer.status_code, answer.get_json()["code"]) == (413, "body_too_large")


@pytest.mark.parametrize(
    ("body", "headers", "status", "code", "error"),
    [
        # Not JSON at all.
        (b"{", JSON, 400, "body_malformed", "not_json"),
        (b"", JSON, 400, "body_malformed", "not_json"),
        # Bytes that are not UTF-8.
        (b'{"phone": "\xff"}', JSON, 400, "body_malformed", "not_utf8"),
        # Two parsers would read two different numbers.
        (b'{"phone": "+1", "phone": "+2"}', JSON, 400, "body_malformed", "duplicate_name"),
        (b'{"phone": NaN}', JSON, 400, "body_malformed", "not_a_number"),
        (b'{"phone": -Infinity}', JSON, 400, "body_malformed", "not_a_number"),
        (b'{"phone": 1e999}', JSON, 400, "body_malformed", "number_too_large"),
        (b'{"phone": 9007199254740993}', JSON, 400, "body_malformed", "number_too_large"),
        # What databases and screens choke on.
        (b'{"phone": "\\u0000"}', JSON, 400, "body_malformed", "nul"),
        (b'{"phone": "\\ud800"}', JSON, 400, "body_malformed", "lone_surrogate"),
        (b'{"phone":' + b"[" * 100 + b"]" * 100 + b"}", JSON, 400, "body_malformed", "too_deep"),
        (b"[" * 60_000, JSON, 400, "body_malformed", "too_deep"),
        # JSON under another name is not taken for JSON.
        (b"{}", {"Content-Type": "text/plain"}, 415, "media_type_refused", None),
        (b"{}", {"Content-Type": "application/json; charset=gbk"}, 415, "media_type_refused", None),
        (b"{}", {}, 415, "media_type_refused", None),
        # Larger than the operation takes.
        (b" " * 70_000, JSON, 413, "body_too_large", None),
        # Well formed, and not what the contract asks for.
        (b"{}", JSON, 422, "request_invalid", "no_alternative_fits"),
        (b"[]", JSON, 422, "request_invalid", "wrong_type"),
        (b'{"phone": 7}', JSON, 422, "request_invalid", "wrong_type"),
        (b'{"phone": "0139"}', JSON, 422, "request_invalid", "too_short"),
        (b'{"phone": "+33639980001", "x": 1}', JSON, 422, "request_invalid", "unknown_field"),
    ],
)
def test_a_bad_body_is_told_what_is_wrong_with_it(  # noqa: PLR0917  # one column each
    edge: Standing,
    body: bytes,
    headers: Mapping[str, str],
    status: int,
    code: str,
    error: str | None,
) -> None:
    answer = edge.client.post(CODES, data=body, headers=dict(headers))
    told = answer.get_json()
    assert (answer.status_code, told["code"]) == (status, code)
    assert answer.content_type == "application/problem+json"
    if error is not None:
        assert error in [each["code"] for each in told["errors"]]


def test_no_answer_and_no_log_line_repeats_what_was_sent(edge: Standing) -> None:
    with capture_logs() as lines:
        answers = [
            edge.post(CODES, {"phone": CANARY}),
            edge.post(CODES, {CANARY: 1}),
            edge.get(f"/v1/matters?{CANARY}={CANARY}"),
            edge.get(f"/v1/{CANARY}"),
            edge.get(f"/v1/matters/{CANARY}"),
            edge.get("/v1/matters", Accept_Language=CANARY * 40),
        ]
    assert [a.status_code for a in answers] == [422, 422, 422, 404, 404, 422]
    assert "CANARY" not in "".join(a.get_data(as_text=True) for a in answers)
    assert len(lines) >= len(answers)
    assert "CANARY" not in json.dumps(lines)


def test_our_own_mistake_tells_the_caller_nothing_and_the_log_where(edge: Standing) -> None:
    def stumble(_: Call) -> Answer:
        raise KeyError(CANARY)

    client = rebound(edge, "get_health", stumble)
    with capture_logs() as lines:
        answer = client.get("/v1/health", headers={"Accept-Language": "en"})
    told = answer.get_json()
    assert (answer.status_code, told["code"], "errors" in told) == (500, "internal", False)
    (line,) = [each for each in lines if each["event"] == "unhandled"]
    assert (line["error"], line["trace_id"]) == ("KeyError", told["trace_id"])
    assert line["where"][-1].endswith("stumble")
    assert "CANARY" not in json.dumps(lines) + answer.get_data(as_text=True)


def test_an_undocumented_answer_is_our_mistake(edge: Standing) -> None:
    client = rebound(edge, "get_health", lambda _: Answer(body={"status": "splendid"}))
    assert client.get("/v1/health").status_code == 500


@pytest.mark.parametrize(
    ("accept", "title"),
    [
        ("en", "Not found"),
        ("zh-CN", "未找到"),
        # Whatever is not spoken here is answered in Chinese.
        ("fr", "未找到"),
        ("de, en;q=0.5", "Not found"),
    ],
)
def test_problems_speak_the_callers_language(edge: Standing, accept: str, title: str) -> None:
    answer = edge.client.get("/v1/nothing", headers={"Accept-Language": accept})
    assert answer.get_json()["title"] == title
    assert "Accept-Language" in answer.headers["Vary"]


def test_answers_are_armoured_and_carry_the_callers_trace(edge: Standing) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    answer = edge.get("/v1/nothing", traceparent=f"00-{trace}-00f067aa0ba902b7-01")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Request-Id"] == answer.get_json()["trace_id"] == trace


def test_a_wrong_method_names_the_right_ones(edge: Standing) -> None:
    answer = edge.post("/v1/health")
    assert (answer.status_code, answer.get_json()["code"]) == (405, "method_not_allowed")
    assert "GET" in answer.headers["Allow"]


def test_a_role_that_does_not_fit_is_forbidden_before_its_body_is_read(edge: Standing) -> None:
    token = edge.staff("admin", Role.SYSADMIN)
    answer = edge.client.post(
        "/v1/uploads", data=b"{", headers={"Authorization": f"Bearer {token}"}
    )
    assert (answer.status_code, answer.get_json()["code"]) == (403, "not_permitted")


def test_every_problem_has_its_page_in_both_languages(edge: Standing) -> None:
    for language in ("zh-CN", "en"):
        items = edge.get("/problems", Accept_Language=language).get_json()["items"]
        assert "conditions_unmet" in {each["code"] for each in items}
        for each in items:
            page = edge.get(f"/problems/{each['code']}", Accept_Language=language)
            assert page.get_json() == each


def test_messages_of_the_two_languages_have_the_same_codes(edge: Standing) -> None:
    assert edge.messages.codes("zh-CN") == edge.messages.codes("en")


# Idempotency: a fresh application whose `sign_out` counts, behind the real machinery.


def case_of(edge: Standing, token: str, key: str | None, **changes: object) -> tuple[int, str]:
    headers = {"Idempotency_Key": key} if key else {}
    body = {**new_case("+33639989999"), **changes}
    answer = edge.post("/v1/cases", body, token=token, **headers)
    return answer.status_code, answer.get_json().get("id") or answer.get_json()["code"]


def new_case(phone: str) -> dict[str, object]:
    return {
        "office": "kunming-demo",
        "matter": "WT01",
        "purpose": "sell a flat",
        "copies": 2,
        "language": "zh-CN",
        "eligibility": QUESTION,
        "applicant": {"name": "Ou Yangming", "phone": phone, "nationality": "CN"},
    }


def test_the_same_key_gives_the_same_answer_and_one_effect(edge: Standing) -> None:
    token = edge.applicant("+33639981000")["access_token"]
    key = str(uuid4())
    first, again = case_of(edge, token, key), case_of(edge, token, key)
    assert first == again
    assert first[0] == 201
    items = edge.get("/v1/cases", token=token).get_json()["items"]
    assert [each["id"] for each in items] == [first[1]]


def test_the_same_key_with_another_body_is_refused(edge: Standing) -> None:
    token = edge.applicant("+33639981001")["access_token"]
    key = str(uuid4())
    case_of(edge, token, key)
    assert case_of(edge, token, key, copies=3) == (409, "idempotency_key_reused")


def test_the_key_of_one_person_is_nothing_to_another(edge: Standing) -> None:
    key = str(uuid4())
    ids = {
        case_of(edge, edge.applicant(phone)["access_token"], key)[1]
        for phone in ("+33639981002", "+33639981003")
    }
    assert len(ids) == 2


def test_making_something_needs_a_key(edge: Standing) -> None:
    token = edge.applicant("+33639981004")["access_token"]
    assert case_of(edge, token, None) == (400, "idempotency_key_missing")


def test_a_case_of_somebody_else_is_not_found_and_never_forbidden(edge: Standing) -> None:
    owner, stranger = (edge.applicant(p)["access_token"] for p in ("+33639981005", "+33639981006"))
    _, case = case_of(edge, owner, str(uuid4()))
    other_office = edge.staff("hekou-notary", Role.NOTARY, office="hekou-demo")
    own_office = edge.staff("kunming-notary", Role.NOTARY)
    seen = {
        name: edge.get(f"/v1/cases/{case}", token=token).status_code
        for name, token in {
            "owner": owner,
            "stranger": stranger,
            "other office": other_office,
            "own office": own_office,
        }.items()
    }
    assert seen == {"owner": 200, "stranger": 404, "other office": 404, "own office": 200}


def test_a_change_needs_the_state_that_it_is_based_on(edge: Standing) -> None:
    token = edge.applicant("+33639981007")["access_token"]
    _, case = case_of(edge, token, str(uuid4()))
    etag = edge.get(f"/v1/cases/{case}", token=token).headers["ETag"]

    def amend(**headers: str) -> tuple[int, str | None]:
        path = f"/v1/cases/{case}/intake"
        named = {n.replace("_", "-"): v for n, v in headers.items()}
        answer = edge.client.open(
            path,
            method=method_of(edge, "update_intake"),
            json={"copies": 3},
            headers={"Authorization": f"Bearer {token}", **named},
        )
        return answer.status_code, answer.get_json().get("code")

    assert amend() == (428, "precondition_missing")
    assert amend(If_Match='"99"') == (412, "entity_changed")
    assert amend(If_Match=f"W/{etag}") == (412, "entity_changed")
    assert amend(If_Match=etag)[0] == 200
    assert amend(If_Match=etag) == (412, "entity_changed")


def test_pages_follow_one_another_and_a_cursor_fits_its_own_question_only(edge: Standing) -> None:
    token = edge.applicant("+33639981008")["access_token"]
    made = []
    for _ in range(5):
        made.append(case_of(edge, token, str(uuid4()))[1])
        edge.clock.move(seconds=1)
    seen, cursor, query = [], None, "?limit=2"
    while query:
        page = edge.get(f"/v1/cases{query}", token=token).get_json()
        seen += [each["id"] for each in page["items"]]
        cursor = page["next_cursor"] or cursor
        query = f"?limit=2&cursor={page['next_cursor']}" if page["next_cursor"] else ""
    assert seen == made[::-1]

    flipped = f"{'A' if str(cursor)[0] != 'A' else 'B'}{str(cursor)[1:]}"
    other = edge.applicant("+33639981009")["access_token"]
    for asked, who in (
        (f"?status=draft&cursor={cursor}", token),
        (f"?cursor={flipped}", token),
        (f"?cursor={cursor}", other),
    ):
        answer = edge.get(f"/v1/cases{asked}", token=who)
        assert (answer.status_code, answer.get_json()["code"]) == (422, "cursor_refused")


def test_a_store_that_is_down_is_told_as_such(edge: Standing) -> None:
    token = edge.applicant("+33639981010")["access_token"]
    _, case = case_of(edge, token, str(uuid4()))
    body = {
        "case_id": case,
        "purpose": "document",
        "media_type": "image/jpeg",
        "size": 1000,
        "sha256": "0" * 64,
    }
    answer = edge.post("/v1/uploads", body, token=token, Idempotency_Key=str(uuid4()))
    assert (answer.status_code, answer.get_json()["code"]) == (503, "store_unavailable")
    assert answer.headers["Retry-After"] == "1"


def test_long_work_is_seen_by_whoever_started_it_and_by_nobody_else(edge: Standing) -> None:
    grant = edge.applicant("+33639981011")
    operation = Operation(
        id=str(uuid4()),
        office=OfficeId("kunming-demo"),
        kind="deed.typeset",
        case=CaseId(str(uuid4())),
        account=AccountId(grant["account_id"]),
        state="running",
        step=1,
        of=4,
        label="running",
    )
    with edge.open_transaction(Scope(office=OfficeId("kunming-demo"))) as tx:
        tx.operations.add(operation)
    path = f"/v1/operations/{operation.id}"
    seen = edge.get(f"{path}?wait=1", token=grant["access_token"]).get_json()
    assert seen["progress"] == {
        "step": 1,
        "of": 4,
        "percent": 25,
        "label_code": "running",
        "label": "Under way",
    }
    stranger = edge.applicant("+33639981012")["access_token"]
    assert edge.get(path, token=stranger).status_code == 404


def rebound(edge: Standing, operation: str, handler: object) -> FlaskClient:
    """Return a client of the same application with one handler exchanged."""
    others = [b for b in edge.bindings() if b.operation_id != operation]
    mine = Binding(operation_id=operation, handler=handler, in_transaction=False)  # type: ignore[arg-type]  # a lambda
    return edge.build([*others, mine]).test_client()


def method_of(edge: Standing, operation: str) -> str:
    app: Flask = edge.app
    (rule,) = [r for r in app.url_map.iter_rules() if r.endpoint == operation]
    return next(m for m in rule.methods or () if m not in {"HEAD", "OPTIONS"})
