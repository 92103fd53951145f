"""The caller's own account and sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from server.access.principals import AccountKind
from server.access.sessions import end_session, live_sessions
from server.http.call import Answer, Binding, Call
from server.http.shown.times import rfc3339

if TYPE_CHECKING:
    from server.access.principals import Session, SessionId


def get_me(call: Call) -> Answer:
    caller = call.principal
    name = None
    if caller.kind is AccountKind.STAFF:
        name = call.tx.accounts.staff(caller.account).display_name
    return Answer(
        body={
            "account_id": caller.account,
            "kind": caller.kind,
            "office": caller.office,
            "roles": sorted(caller.roles),
            "session_id": caller.session,
            "display_name": name,
        }
    )


def list_sessions(call: Call) -> Answer:
    found = live_sessions(call.principal, call.tx.sessions, now=call.now)
    return Answer(body={"items": [_as_seen(s, call.principal.session) for s in found]})


def end(call: Call) -> Answer:
    end_session(call.principal, call.path["session_id"], call.tx.sessions, now=call.now)
    return Answer(status=204)


def sign_out(call: Call) -> Answer:
    call.tx.sessions.end(call.principal.session, at=call.now, because="signed_out")
    return Answer(status=204)


def _as_seen(session: Session, own: SessionId) -> dict[str, Any]:
    return {
        "id": session.id,
        "device": session.device,
        "started_at": rfc3339(session.started_at),
        "ends_at": rfc3339(session.expires_at),
        "current": session.id == own,
    }


def bindings() -> list[Binding]:
    return [
        Binding(operation_id="get_me", handler=get_me),
        Binding(operation_id="list_sessions", handler=list_sessions),
        Binding(operation_id="end_session", handler=end),
        Binding(operation_id="sign_out", handler=sign_out),
    ]
