"""The pre-check: may this person apply here like this, and if not, what then?

Asked before anything is kept: the answers are judged and forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from server.catalogue.eligibility import check_eligibility
from server.catalogue.eligibility_question import Capacity, Connection, EligibilityQuestion
from server.catalogue.matters import MatterCode
from server.catalogue.routes import MissionCode, Residence, Route
from server.catalogue.rule_packs import OfficeId
from server.http.call import Answer, Binding, Call
from server.http.shown.catalogue import wording

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.catalogue.eligibility_question import Reason
    from server.catalogue.loading import Catalogue

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True, kw_only=True)
class EligibilityDesk:
    catalogue: Catalogue

    def check(self, call: Call) -> Answer:
        office, code = OfficeId(call.path["office"]), MatterCode(call.path["matter"])
        on = call.now.astimezone(SHANGHAI).date()
        pack = self.catalogue.rule_packs.at(office, on)
        found = check_eligibility(
            question_from(call.body), matter=self.catalogue.matter(code), pack=pack, on=on
        )
        return Answer(
            body={
                "outcome": found.outcome,
                "rule_pack_version": found.rule_pack_version,
                "reasons": [self._reason(r, call.language) for r in found.reasons],
            }
        )

    def _reason(self, reason: Reason, language: str) -> dict[str, Any]:
        return {
            "code": reason.code,
            "outcome": reason.outcome,
            "text": wording(self.catalogue.messages[reason.message_code], language),
            "citation": reason.citation,
            "ways_on": list(reason.ways_on),
        }


def question_from(body: Mapping[str, Any]) -> EligibilityQuestion:
    """Return the question that a validated body asks; flags left out are not set."""
    mission = body.get("mission")
    return EligibilityQuestion(
        route=Route(body["route"]),
        citizenship=body["citizenship"],
        location_country=body["location_country"],
        use_country=body["use_country"],
        age=body.get("age"),
        places={Connection(p["connection"]): p["place"] for p in body.get("places", ())},
        residence=Residence(body.get("residence", Residence.UNKNOWN)),
        mission=None if mission is None else MissionCode(mission),
        capacity=Capacity(body.get("capacity", Capacity.FULL)),
        **{name: bool(body.get(name, False)) for name in FLAGS},
    )


FLAGS = (
    "mainland_household",
    "guardian_takes_part",
    "through_agent",
    "needs_assistance",
    "concerns_real_estate",
    "disposes_of_property",
    "serves_related_matter",
    "will_post_original",
    "receiver_accepts_remote",
)


def bindings(*, catalogue: Catalogue) -> list[Binding]:
    desk = EligibilityDesk(catalogue=catalogue)
    return [Binding(operation_id="check_eligibility", handler=desk.check, in_transaction=False)]
