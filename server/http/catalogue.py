"""Offices, matters and the notices that people agree to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from server.catalogue.matters import MatterCode
from server.catalogue.rule_packs import OfficeId
from server.http.call import Answer, Binding, Call
from server.http.eligibility import SHANGHAI
from server.http.shown.catalogue import (
    matter_as_seen,
    matter_line,
    notice_as_seen,
    office_as_seen,
    office_line,
    terms_as_seen,
)

if TYPE_CHECKING:
    from datetime import date

    from server.catalogue.loading import Catalogue
    from server.catalogue.notices import Notices

CACHED = {"Cache-Control": "public, max-age=300"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    catalogue: Catalogue
    notices: Notices

    def list_offices(self, call: Call) -> Answer:
        offices = self.catalogue.rule_packs.offices
        return _cached({"items": [office_line(offices[o], call.language) for o in sorted(offices)]})

    def get_office(self, call: Call) -> Answer:
        key = OfficeId(call.path["office"])
        packs = self.catalogue.rule_packs
        return _cached(
            office_as_seen(packs.office(key), packs.at(key, _today(call)), call.language)
        )

    def list_matters(self, call: Call) -> Answer:
        office = call.query.get("office")
        codes = set(self.catalogue.matters)
        if office is not None:
            codes &= set(self.catalogue.rule_packs.at(OfficeId(office), _today(call)).matters)
        found = [self.catalogue.matters[code] for code in sorted(codes)]
        return _cached({"items": [matter_line(m, call.language) for m in found]})

    def get_matter(self, call: Call) -> Answer:
        matter = self.catalogue.matter(MatterCode(call.path["matter"]))
        office = call.query.get("office")
        body = matter_as_seen(matter, call.language)
        body["terms"] = None
        if office is not None:
            pack = self.catalogue.rule_packs.at(OfficeId(office), _today(call))
            body["terms"] = terms_as_seen(pack.terms(matter.code))
        return _cached(body)

    def list_notices(self, call: Call) -> Answer:
        found = self.notices.all_in_force(call.language, on=_today(call))
        return _cached({"items": [notice_as_seen(n) for n in found]})

    def get_notice(self, call: Call) -> Answer:
        notice = self.notices.in_force(call.path["code"], call.language, on=_today(call))
        return _cached(notice_as_seen(notice))


def _today(call: Call) -> date:
    """Return the day in the offices' own zone: rules change at their midnight."""
    return call.now.astimezone(SHANGHAI).date()


def _cached(body: dict[str, Any]) -> Answer:
    return Answer(body=body, headers=CACHED)


def bindings(*, catalogue: Catalogue, notices: Notices) -> list[Binding]:
    shelf = Shelf(catalogue=catalogue, notices=notices)
    handlers = {
        "list_offices": shelf.list_offices,
        "get_office": shelf.get_office,
        "list_matters": shelf.list_matters,
        "get_matter": shelf.get_matter,
        "list_notices": shelf.list_notices,
        "get_notice": shelf.get_notice,
    }
    return [
        Binding(operation_id=name, handler=handler, in_transaction=False)
        for name, handler in handlers.items()
    ]
