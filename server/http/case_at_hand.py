"""The case that a call is about: read, held for a change, and answered with.

The contract layer has narrowed the transaction to the case. Here the
application looks again, so that no single mistake shows a case to a stranger.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.access.errors import NotPermitted
from server.access.permissions import OF_WHO_TAKES_PART
from server.access.principals import AccountKind
from server.cases.errors import CaseNotFound
from server.cases.ids import CaseId
from server.http.call import Answer, etag_of
from server.http.shown.cases import Beside, case_as_seen
from server.http.shown.visibility import Viewer

if TYPE_CHECKING:
    from typing import Any

    from server.cases.case import Case
    from server.http.call import Call


def case_read(call: Call) -> Case:
    """Return the case of the path, or raise `CaseNotFound`."""
    return _visible(call, call.tx.cases.get(CaseId(call.path["case_id"])))


def case_held(call: Call) -> Case:
    """Return the case, locked until the answer: for what only adds to it."""
    return _visible(call, call.tx.cases.get(CaseId(call.path["case_id"]), lock=True))


def case_to_change(call: Call) -> Case:
    """Return the case, locked, in the state that the caller has seen."""
    case = case_held(call)
    call.expect(etag_of(case.version))
    return case


def _visible(call: Call, case: Case) -> Case:
    caller = call.principal
    if caller.kind is AccountKind.APPLICANT:
        if not case.has_party(caller.account):
            raise CaseNotFound
        if case.only_takes_part(caller.account) and call.operation not in OF_WHO_TAKES_PART:
            raise NotPermitted
    elif case.office != caller.office:
        raise CaseNotFound
    return case


def viewer_of(call: Call) -> Viewer:
    return Viewer(actor=call.actor, language=call.language)


def answer_with(call: Call, case: Case, *, status: int = 200) -> Answer:
    """Return the whole case, as the caller may see it."""
    beside = Beside(
        certificates=call.tx.certificates.of_case(case.id),
        ceremonies=call.tx.ceremonies.of_case(case.id),
        checks=call.tx.identity_checks.of_case(case.id),
    )
    return Answer(
        status=status,
        body=case_as_seen(case, beside, viewer_of(call)),
        etag=etag_of(case.version),
    )


def saved(call: Call, case: Case) -> Answer:
    """Save a changed case and answer with it."""
    call.tx.cases.save(case)
    return answer_with(call, case)


def made(case: Case, body: dict[str, Any]) -> Answer:
    """Answer with something that was added to the case."""
    return Answer(status=201, body=body, etag=etag_of(case.version))
