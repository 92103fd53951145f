"""The video that a ceremony is looked through by: how far it is, the file, and asking again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from server.cases.errors import PartNotFound
from server.ceremony.composite import CompositeState, wanted
from server.http.call import Answer, Binding
from server.http.case_at_hand import case_held
from server.http.ceremonies import ceremony_of
from server.http.shown.times import rfc3339_or_none
from storage.objects import Digest

if TYPE_CHECKING:
    from server.ceremony.composite import Composite
    from server.http.call import Call
    from server.http.materials import Fetch

FILE = "composite.webm"


def get_composite(call: Call) -> Answer:
    return Answer(body=_as_seen(_composite(call)))


def request_composite(call: Call) -> Answer:
    """Have it made anew: by somebody who saw that it was given up, or was not as it should be."""
    found = _composite(call)
    if found.state is CompositeState.WANTED:
        found = replace(found, next_try_at=call.now)
    else:
        found = wanted(found.ceremony, office=found.office, case=found.case, at=call.now)
    call.tx.composites.save(found)
    return Answer(status=202, body=_as_seen(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class CompositeFiles:
    fetch: Fetch

    def get(self, call: Call) -> Answer:
        case = case_held(call)
        found = _composite(call)
        if found.object_sha256 is None:
            raise PartNotFound("composite")
        call.tx.sensitive_reads.put_on_record(
            case.id, field="composite", subject=found.ceremony, by=call.actor.account
        )
        return Answer(
            fetched=partial(self.fetch, case.office, Digest(found.object_sha256)),
            content_type="video/webm",
            headers={"Content-Disposition": f'inline; filename="{FILE}"'},
        )


def _composite(call: Call) -> Composite:
    case = case_held(call)
    ceremony = ceremony_of(call, case)
    found = call.tx.composites.get(ceremony.id)
    if found is not None:
        return found
    if not (ceremony.status.is_final and ceremony.segments):
        raise PartNotFound("composite")
    # The worker has not come to it yet.
    return wanted(ceremony.id, office=ceremony.office, case=ceremony.case, at=call.now)


def _as_seen(composite: Composite) -> dict[str, Any]:
    return {
        "state": composite.state,
        "tries": composite.tries,
        "head": composite.head,
        "sha256": composite.object_sha256,
        "size": composite.size,
        "made_at": rfc3339_or_none(composite.made_at),
    }


def bindings(*, fetch: Fetch) -> list[Binding]:
    return [
        Binding(operation_id="get_composite", handler=get_composite),
        Binding(operation_id="request_composite", handler=request_composite),
        Binding(operation_id="get_composite_file", handler=CompositeFiles(fetch=fetch).get),
    ]
