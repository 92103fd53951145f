"""The deed: written by the office, read and signed by the party."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from server.cases.case import Deed
from server.cases.errors import PartNotFound
from server.cases.handling import write_deed
from server.cases.jobs import Job
from server.cases.meeting import WillToSign, confirm_deed
from server.cases.step_up import KeyUse
from server.ceremony.ceremony import CeremonyId
from server.http.call import Answer, Binding, Call, etag_of
from server.http.case_at_hand import case_held, case_read, case_to_change
from server.http.started import started
from server.http.step_ups import agreed
from storage.objects import Digest

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.cases.case import Case
    from server.http.materials import Fetch

    DrawPage = Callable[[bytes, int], bytes | None]
    """Returns a page (from 1) as a PNG; ``None``: there is no such page."""


def write(call: Call) -> Answer:
    case = case_to_change(call)
    deed = Deed(title=call.body["title"], variables=call.body["variables"])
    write_deed(case, deed, call.actor, at=call.now)
    call.tx.cases.save(case)
    return started(call, case, Job.TYPESET_DEED)


def sign(call: Call) -> Answer:
    case = case_held(call)
    ceremony = call.tx.ceremonies.get(CeremonyId(call.body["ceremony_id"]), lock=True)
    digest = call.body["deed_sha256"]
    told, digests = call.body["step_up"], frozenset({digest})
    step_up = agreed(call, case, KeyUse.SIGN_DEED, told=told, digests=digests)
    will = WillToSign(
        deed_sha256=digest,
        step_up=step_up,
        checks=call.tx.identity_checks.of_case(case.id),
        room=call.tx.rooms.get(ceremony.id),
        strokes=tuple(tuple((x, y) for x, y in line) for line in call.body.get("strokes", ())),
    )
    party = confirm_deed(case, ceremony, call.actor, will, at=call.now)
    call.tx.ceremonies.save(ceremony)
    call.tx.cases.save(case)
    ids = {"party": party, "ceremony": ceremony.id, "step_up": step_up.id}
    return started(call, case, Job.SIGN_DEED, **ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deeds:
    fetch: Fetch
    draw_page: DrawPage

    def get(self, call: Call) -> Answer:
        case = case_read(call)
        return Answer(
            fetched=self._file(case), content_type="application/pdf", etag=etag_of(case.version)
        )

    def get_page(self, call: Call) -> Answer:
        case = case_read(call)
        file, page = self._file(case), int(call.path["page"])

        def drawn() -> bytes:
            picture = self.draw_page(file(), page)
            if picture is None:
                raise PartNotFound("page")
            return picture

        return Answer(fetched=drawn, content_type="image/png", etag=etag_of(case.version))

    def _file(self, case: Case) -> Callable[[], bytes]:
        deed = case.deed
        digest = None if deed is None else deed.signed_sha256 or deed.object_sha256
        if digest is None:
            raise PartNotFound("deed")
        return partial(self.fetch, case.office, Digest(digest))


def bindings(*, fetch: Fetch, draw_page: DrawPage) -> list[Binding]:
    deeds = Deeds(fetch=fetch, draw_page=draw_page)
    return [
        Binding(operation_id="write_deed", handler=write),
        Binding(operation_id="get_deed", handler=deeds.get),
        Binding(operation_id="get_deed_page", handler=deeds.get_page),
        Binding(operation_id="sign_deed", handler=sign),
    ]
