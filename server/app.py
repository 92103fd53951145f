"""Build the Flask application out of bindings and pages that are already wired."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import structlog
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from server.access.errors import TokenRefused
from server.contract.answers import response_of
from server.contract.binding import register
from server.http.armour import armoured
from server.http.languages import language_of
from server.http.presenting import present_problem
from server.http.tracing import trace_id_of, where
from server.http.unread import finish_reading
from server.problems.refusals import BodyTooLarge, MethodNotServed, NoSuchPath, RequestRefused
from server.problems.table import INTERNAL, problem_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from flask import Blueprint

    from server.access.permissions import Gate
    from server.contract.spec import Spec
    from server.contract.views import Edge
    from server.http.call import Binding
    from server.http.languages import Messages
    from server.http.tokens import AccessTokens
    from server.problems.problem import Problem

OUR_ERRORS: Final = 500


def create_app(
    spec: Spec,
    bindings: Iterable[Binding],
    *,
    gates: Mapping[str, Gate],
    edge: Edge,
    tokens: AccessTokens,
    messages: Messages,
    new_trace_id: Callable[[], str],
    pages: Iterable[Blueprint] = (),
) -> Flask:
    """Return the application, or raise `ContractUnbound` when it does not fit its contract."""
    app = Flask("server", static_folder=None)
    register(app, spec, bindings, gates=gates, edge=edge)
    for page in pages:
        app.register_blueprint(page)
    _trace(app, new_trace_id)
    tell = _tell_problems(app, messages)
    tokens.install(app, lambda: tell(TokenRefused()))
    app.after_request(armoured)
    app.after_request(finish_reading)
    return app


def _trace(app: Flask, new_trace_id: Callable[[], str]) -> None:
    log = structlog.get_logger("feigui.request")

    @app.before_request
    def begin() -> None:
        g.trace_id = trace_id_of(request.headers.get("traceparent", "")) or new_trace_id()
        g.begun = time.monotonic()

    @app.after_request
    def finish(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.trace_id
        # The template, never the path or the query: ids of people's cases
        # and whatever else a caller writes there stay out of the log.
        rule = request.url_rule.rule if request.url_rule else None
        log.info(
            "request",
            method=request.method if rule else None,
            route=rule,
            operation=request.endpoint,
            status=response.status_code,
            ms=round((time.monotonic() - g.begun) * 1000, 1),
            trace_id=g.trace_id,
        )
        return response


def _tell_problems(app: Flask, messages: Messages) -> Callable[[Exception], Response]:
    log = structlog.get_logger("feigui.problem")

    @app.errorhandler(Exception)
    def tell(error: Exception) -> Response:
        problem = _problem_of(error)
        if problem is INTERNAL:
            # Without its message, which may quote a value out of a row.
            log.error(
                "unhandled", trace_id=g.trace_id, error=type(error).__name__, where=where(error)
            )
        language = language_of(request.headers.get("Accept-Language", ""))
        return response_of(
            present_problem(problem, messages, language=language, trace_id=g.trace_id)
        )

    return tell


def _problem_of(error: Exception) -> Problem:
    if isinstance(error, HTTPException):
        return problem_for(_refusal_of(error))
    return problem_for(error)


def _refusal_of(error: HTTPException) -> Exception:
    """What Flask itself refuses, in our words."""
    match error:
        case NotFound():
            return NoSuchPath()
        case MethodNotAllowed():
            return MethodNotServed(sorted(error.valid_methods or ()))
        case RequestEntityTooLarge():
            return BodyTooLarge()
        case _ if error.code is not None and error.code < OUR_ERRORS:
            return RequestRefused()
        case _:
            return error
