"""Who sends the generated requests, and the real ids that lead them beyond "not found"."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

from server.cases.roles import STAFF_ROLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.functional.case.platform import Person
    from tests.functional.case.staging import Staging
    from tests.servers.whole import Whole, WholePlatform

VOICES: Final = ("nobody", "stranger", "applicant", "notary", "office")
CASE_WORKERS: Final = tuple(sorted(r for r in STAFF_ROLES if not r.is_administration))


@dataclass(slots=True, kw_only=True)
class Voice:
    """One caller, and the cases that he speaks about."""

    name: str
    whole: WholePlatform = field(repr=False)
    person: Person | None = field(repr=False)
    cases: list[dict[str, str]]
    """By the name of a path parameter or a field: the id to use for it."""

    etags: dict[str, str] = field(default_factory=dict)
    """The last entity tag seen of each case."""

    turns: Iterator[dict[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        self.turns = itertools.cycle(self.cases)

    def token(self, *, is_spent: bool) -> str | None:
        """Return the token to send; one of a session of its own if the call ends the session."""
        if self.person is None:
            return None
        return (self.whole.again(self.person) if is_spent else self.person).token

    def etag(self, case: str) -> str:
        if case not in self.etags and self.person is not None:
            self.etags[case] = self.person.get(f"/cases/{case}").etag or '"1"'
        return self.etags.get(case, '"1"')

    def saw(self, case: str, *, status: int, etag: str | None) -> None:
        if status < 300 and etag is not None:  # HTTP's own line
            self.etags[case] = etag
        elif status == 412:  # Precondition Failed: look again next time
            self.etags.pop(case, None)


def cast(whole: Whole) -> dict[str, Voice]:
    """Stage a case in each of six statuses and people who know their ids."""
    drafted = whole.case().open().consent()
    submitted = whole.case().submit()
    reviewed = whole.case().review()
    meeting = whole.case().start_ceremony()
    approved = whole.case().approve()
    issued = whole.case().issue()
    everybody = whole.platform.staff(*CASE_WORKERS)
    seen = [
        ids_of(whole, case, everybody)
        for case in (meeting, drafted, issued, submitted, reviewed, approved)
    ]
    people: Mapping[str, Person | None] = {
        "nobody": None,
        "stranger": whole.platform.applicant(),
        "applicant": meeting.applicant,
        "notary": meeting.notary,
        "office": everybody,
    }
    # An applicant is asked about his own case most of the time.
    own = {"applicant": [seen[0], seen[0], seen[0], seen[2]]}
    return {
        name: Voice(
            name=name,
            whole=whole.platform,
            person=people[name],
            cases=own.get(name, seen),
        )
        for name in VOICES
    }


def ids_of(whole: Whole, case: Staging, reader: Person) -> dict[str, str]:
    body = reader.get(case.path()).body
    certificates = reader.get(case.path("/certificates"))["items"]
    deliveries = reader.get(case.path("/deliveries"))["items"]
    return {
        "case_id": case.case,
        "party_id": case.party,
        "office": "kunming-demo",
        "matter": "SM03",
        "code": "terms",
        "picture": "front",
        "page": "1",
        **_first("material_id", body["materials"]),
        **_first("consent_id", body["consents"]),
        **_first("check_id", body["identity_checks"]),
        **_first("certificate_id", certificates),
        **_first("public_id", certificates, "public_id"),
        **_first("delivery_id", deliveries),
        **({"ceremony_id": case.ceremony} if case.ceremony else {}),
        **_row(whole, "package_id", "package_requests", case.case),
        **_row(whole, "operation_id", "operations", case.case),
        **_row(whole, "upload_id", "uploads", case.case),
    }


def _first(name: str, items: list[Any], key: str = "id") -> dict[str, str]:
    return {name: str(items[0][key])} if items else {}


def _row(whole: Whole, name: str, table: str, case: str) -> dict[str, str]:
    # One that the applicant began, so that both sides may see it: without an order any row comes.
    query = text(
        f"SELECT id FROM {table} WHERE case_id = :case ORDER BY account NULLS LAST, id LIMIT 1"  # noqa: S608  # from above
    )
    with whole.owner.connect() as connection:
        connection.execute(text("SELECT set_config('feigui.office', 'kunming-demo', true)"))
        found = connection.execute(query, {"case": case}).scalar()
    return {} if found is None else {name: str(found)}
