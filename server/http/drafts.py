"""The draft certificate, the checker's six ticks and the approver's."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from server.cases.drafting import Draft, SixTicks, Tick
from server.cases.errors import PartNotFound
from server.cases.handling import give_approval, give_check, six_ticks, write_draft
from server.cases.jobs import Job
from server.cases.opening import pack_of
from server.catalogue.rule_packs import FormKind
from server.http.call import Answer, Binding, Call, etag_of
from server.http.case_at_hand import case_read, case_to_change, saved
from server.http.started import started
from storage.objects import Digest

if TYPE_CHECKING:
    from server.catalogue.loading import Catalogue
    from server.http.materials import Fetch

TEMPLATE: Final = "certificate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafts:
    catalogue: Catalogue
    fetch: Fetch

    def write(self, call: Call) -> Answer:
        case = case_to_change(call)
        pack = pack_of(case, self.catalogue.rule_packs.office(case.office))
        form = pack.forms[FormKind.CERTIFICATE]
        draft = Draft(
            form=f"{form.number}@{form.version}",
            template=TEMPLATE,
            variables=call.body["variables"],
            drafted_by=call.actor.account,
            drafted_at=call.now,
        )
        write_draft(case, draft, call.actor, at=call.now)
        call.tx.cases.save(case)
        return started(call, case, Job.TYPESET_DRAFT)

    def get(self, call: Call) -> Answer:
        case = case_read(call)
        if case.draft is None or case.draft.object_sha256 is None:
            raise PartNotFound("draft")
        return Answer(
            fetched=partial(self.fetch, case.office, Digest(case.draft.object_sha256)),
            content_type="application/pdf",
            etag=etag_of(case.version),
        )


def check(call: Call) -> Answer:
    case = case_to_change(call)
    give_check(case, _ticks(call), call.actor, at=call.now)
    return saved(call, case)


def approve(call: Call) -> Answer:
    case = case_to_change(call)
    give_approval(case, _ticks(call), call.actor, at=call.now)
    return saved(call, case)


def _ticks(call: Call) -> SixTicks:
    ticks = frozenset(Tick(each) for each in call.body["ticks"])
    return six_ticks(ticks, call.body["opinion"], call.actor, at=call.now)


def bindings(*, catalogue: Catalogue, fetch: Fetch) -> list[Binding]:
    drafts = Drafts(catalogue=catalogue, fetch=fetch)
    return [
        Binding(operation_id="write_draft", handler=drafts.write),
        Binding(operation_id="get_draft", handler=drafts.get),
        Binding(operation_id="give_check", handler=check),
        Binding(operation_id="give_approval", handler=approve),
    ]
