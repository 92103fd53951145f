"""What must be known to say whether a person may apply here, and the answer's shape."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from server.catalogue.routes import Residence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.catalogue.routes import MissionCode, Route


class Capacity(StrEnum):
    FULL = "full"
    LIMITED = "limited"
    NONE = "none"
    IN_DOUBT = "in_doubt"


class Connection(StrEnum):
    """What ties a case to a place (公证法 Art. 25)."""

    DOMICILE = "domicile"
    HABITUAL_RESIDENCE = "habitual_residence"
    PLACE_OF_ACT = "place_of_act"
    PLACE_OF_FACT = "place_of_fact"
    REAL_ESTATE = "real_estate"


@dataclass(frozen=True, slots=True, kw_only=True)
class EligibilityQuestion:
    route: Route
    citizenship: str
    """ISO 3166 alpha-2."""

    location_country: str
    """Where the person will sit, ISO 3166 alpha-2."""

    use_country: str
    """Where the certificate will be used, ISO 3166 alpha-2."""

    age: int | None
    """Whole years on the day of the question; ``None`` for an organisation."""

    places: Mapping[Connection, str]
    """GB/T 2260 division code for each connection that is known."""

    residence: Residence = Residence.UNKNOWN
    mainland_household: bool = False
    """Registered as a resident of the mainland (内地居民)."""

    mission: MissionCode | None = None
    capacity: Capacity = Capacity.FULL
    guardian_takes_part: bool = False
    through_agent: bool = False
    needs_assistance: bool = False
    concerns_real_estate: bool = False
    disposes_of_property: bool = False
    serves_related_matter: bool = False
    """The declaration is needed for a notarial matter that is already under way."""

    will_post_original: bool = False
    """Promises to post the hand-signed original through the mission."""

    receiver_accepts_remote: bool = False
    """The receiving body has said that it takes a certificate made remotely."""


class Outcome(StrEnum):
    ELIGIBLE = "eligible"
    OFFICE_DECIDES = "office_decides"
    NOT_ELIGIBLE = "not_eligible"


class WayOn(StrEnum):
    """What a person can do who may not go on like this."""

    COME_IN_PERSON = "come_in_person"
    GO_TO_MISSION = "go_to_mission"
    OTHER_OFFICE = "other_office"
    APPLY_PERSONALLY = "apply_personally"
    BRING_GUARDIAN = "bring_guardian"
    ASK_RECEIVER = "ask_receiver"
    PROMISE_ORIGINAL = "promise_original"
    TELL_MORE = "tell_more"
    ASK_OFFICE = "ask_office"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    code: str
    """Also the message code of its text, under `eligibility.`."""

    outcome: Outcome
    """What this reason alone leads to."""

    citation: str
    ways_on: tuple[WayOn, ...]

    @property
    def message_code(self) -> str:
        return f"eligibility.{self.code}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligibility:
    reasons: tuple[Reason, ...]
    """Everything that stands in the way, so that a person is told once."""

    rule_pack_version: str
    """The pack this was judged by, so that an old answer stays readable."""

    @property
    def outcome(self) -> Outcome:
        found = {reason.outcome for reason in self.reasons}
        if Outcome.NOT_ELIGIBLE in found:
            return Outcome.NOT_ELIGIBLE
        if Outcome.OFFICE_DECIDES in found:
            return Outcome.OFFICE_DECIDES
        return Outcome.ELIGIBLE
