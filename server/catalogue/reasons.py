"""Every reason an application can be held up, with its rule and the way on.

Each code has its text in zh and en in `data/messages.yaml`.
"""

from __future__ import annotations

from typing import Final

from server.catalogue.eligibility_question import Outcome, Reason, WayOn


def _refuses(code: str, citation: str, *ways_on: WayOn) -> Reason:
    return Reason(code=code, outcome=Outcome.NOT_ELIGIBLE, citation=citation, ways_on=ways_on)


def _asks(code: str, citation: str, *ways_on: WayOn) -> Reason:
    return Reason(code=code, outcome=Outcome.OFFICE_DECIDES, citation=citation, ways_on=ways_on)


_SCHEME: Final = "海外远程视频公证 2022-05, 2023-06"

# The office and the place.
MATTER_NOT_HANDLED: Final = _refuses("matter_not_handled", "公证法 Art. 11", WayOn.OTHER_OFFICE)
OUTSIDE_JURISDICTION: Final = _refuses(
    "outside_jurisdiction", "公证法 Art. 25(1)", WayOn.OTHER_OFFICE
)
REAL_ESTATE_ELSEWHERE: Final = _refuses(
    "real_estate_elsewhere", "公证法 Art. 25(2)", WayOn.OTHER_OFFICE
)
PLACE_UNKNOWN: Final = _asks("place_unknown", "公证法 Art. 25(1)", WayOn.TELL_MORE)
REAL_ESTATE_PLACE_UNKNOWN: Final = _asks(
    "real_estate_place_unknown", "公证法 Art. 25(2)", WayOn.TELL_MORE
)

# The person.
AGENT_NOT_ALLOWED: Final = _refuses(
    "agent_not_allowed", "公证法 Art. 26; 公证程序规则 Art. 11", WayOn.APPLY_PERSONALLY
)
GUARDIAN_MISSING: Final = _refuses("guardian_missing", "公证程序规则 Art. 10", WayOn.BRING_GUARDIAN)
WILL_NEEDS_FULL_CAPACITY: Final = _refuses("will_needs_full_capacity", "民法典 Art. 1143")
CAPACITY_IN_DOUBT: Final = _asks("capacity_in_doubt", "公证法 Art. 28", WayOn.ASK_OFFICE)

# The remote route.
REMOTE_UNSUITABLE: Final = _refuses("remote_unsuitable", "matter catalogue", WayOn.COME_IN_PERSON)
REMOTE_NOT_PERMITTED: Final = _refuses(
    "remote_not_permitted", "rule pack", WayOn.COME_IN_PERSON, WayOn.OTHER_OFFICE
)
OFFICE_NOT_AUTHORISED: Final = _refuses(
    "office_not_authorised", _SCHEME, WayOn.OTHER_OFFICE, WayOn.COME_IN_PERSON
)
NOT_ON_OVERSEAS_LIST: Final = _refuses("not_on_overseas_list", _SCHEME, WayOn.COME_IN_PERSON)
CITIZENSHIP_NOT_ADMITTED: Final = _refuses(
    "citizenship_not_admitted", "rule pack", WayOn.COME_IN_PERSON
)
RESIDENCE_NOT_ADMITTED: Final = _refuses(
    "residence_not_admitted", "rule pack", WayOn.COME_IN_PERSON
)
RESIDENCE_UNKNOWN: Final = _asks("residence_unknown", "rule pack", WayOn.TELL_MORE)
NOT_MAINLAND_RESIDENT: Final = _refuses("not_mainland_resident", _SCHEME, WayOn.COME_IN_PERSON)
COUNTRY_NOT_ADMITTED: Final = _refuses("country_not_admitted", "rule pack", WayOn.COME_IN_PERSON)
MISSION_NOT_ADMITTED: Final = _refuses(
    "mission_not_admitted", _SCHEME, WayOn.GO_TO_MISSION, WayOn.OTHER_OFFICE
)
USE_COUNTRY_NOT_ADMITTED: Final = _refuses(
    "use_country_not_admitted", "rule pack", WayOn.COME_IN_PERSON
)
ASSISTANCE_NEEDED: Final = _refuses("assistance_needed", "rule pack", WayOn.COME_IN_PERSON)
DECLARATION_UNRELATED: Final = _refuses("declaration_unrelated", _SCHEME, WayOn.COME_IN_PERSON)
ORIGINAL_NOT_PROMISED: Final = _refuses("original_not_promised", _SCHEME, WayOn.PROMISE_ORIGINAL)
REMOTE_CONDITIONAL: Final = _asks("remote_conditional", "matter catalogue", WayOn.ASK_OFFICE)
INK_NEEDED: Final = _asks("ink_needed", "电子签名法 Art. 3", WayOn.ASK_OFFICE, WayOn.COME_IN_PERSON)
RECEIVER_NOT_ASKED: Final = _asks("receiver_not_asked", _SCHEME, WayOn.ASK_RECEIVER)

REASONS: Final = tuple(value for value in list(globals().values()) if isinstance(value, Reason))
