"""What a person looks at who decides an identity check; every look leaves a row."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from server.cases.errors import PartNotFound
from server.http.call import Answer, Binding
from server.http.case_at_hand import case_held
from server.http.identity_checks import check_of
from server.http.shown.identity_checks import pictures_of
from storage.objects import Digest

if TYPE_CHECKING:
    from server.http.call import Call
    from server.http.materials import Fetch


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    fetch: Fetch

    def get(self, call: Call) -> Answer:
        case = case_held(call)
        check = check_of(call, case)
        digest = pictures_of(check).get(call.path["picture"])
        if digest is None:
            raise PartNotFound("identity_picture")
        # In the transaction of the answer: nothing is looked at without its row.
        call.tx.sensitive_reads.put_on_record(
            case.id, field="identity_picture", subject=check.id, by=call.actor.account
        )
        return Answer(
            fetched=partial(self.fetch, case.office, Digest(digest)),
            content_type="application/octet-stream",
            headers={"Content-Disposition": "attachment"},
        )


def bindings(*, fetch: Fetch) -> list[Binding]:
    return [Binding(operation_id="get_identity_picture", handler=Pictures(fetch=fetch).get)]
