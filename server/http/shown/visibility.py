"""Which audience sees which field. A field that no table names is shown to nobody.

公证法 Art. 13(4), PIPL Art. 6: everybody sees what their part in the case needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from server.access.permissions import TEAM as ROLES_OF_THE_TEAM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.cases.actor import Actor


class Audience(StrEnum):
    PARTY = "party"  # A person whose case it is.
    TEAM = "team"  # Staff who prepare, decide or inspect.
    DESK = "desk"  # Cashier, issuing clerk, archivist: what a counter needs.


Table = dict[str, frozenset[Audience]]

P, T, K = Audience.PARTY, Audience.TEAM, Audience.DESK
ALL: Final = frozenset(Audience)
PARTY_AND_TEAM: Final = frozenset({P, T})
STAFF: Final = frozenset({T, K})
TEAM: Final = frozenset({T})

CASE: Final[Table] = {
    "id": ALL,
    "office": ALL,
    "matter": ALL,
    "status": ALL,
    "stage": ALL,
    "version": ALL,
    "rules": ALL,
    "intake": ALL,
    "milestones": ALL,
    "next_action": ALL,
    "available_actions": ALL,
    "parties": ALL,
    "fee": ALL,
    "certificates": ALL,
    "closing": ALL,
    "transfer": PARTY_AND_TEAM,
    "suspensions": PARTY_AND_TEAM,
    "enforcement": PARTY_AND_TEAM,
    # 副卷: what was said among colleagues stays among them (P-60).
    "discussion": TEAM,
    "consents": PARTY_AND_TEAM,
    "materials": PARTY_AND_TEAM,
    "identity_checks": PARTY_AND_TEAM,
    "ceremonies": PARTY_AND_TEAM,
    "ceremony_completed_at": PARTY_AND_TEAM,
    "interview_record": PARTY_AND_TEAM,
    "deed": PARTY_AND_TEAM,
    "staffing": STAFF,
    "verifications": TEAM,
    "review": TEAM,
    "draft": TEAM,
    "check": TEAM,
    "approval": TEAM,
}

# A party's own entry. Numbers are masked for everybody; the whole number is
# read through an operation of its own, which leaves a row (invariant 14).
OWN_PARTY: Final[Table] = {
    "id": ALL,
    "role": ALL,
    "name": ALL,
    "is_organisation": ALL,
    "is_you": ALL,
    "stands_for": ALL,
    "identity_proven": ALL,
    "compared_in_ceremony": ALL,
    "nationality": PARTY_AND_TEAM,
    "phone": PARTY_AND_TEAM,
    "id_document": PARTY_AND_TEAM,
    "relative_of_staff": TEAM,
}

# Somebody else's entry: another applicant learns who takes part, and no more.
OTHER_PARTY: Final[Table] = {
    **OWN_PARTY,
    "nationality": TEAM,
    "phone": TEAM,
    "id_document": TEAM,
}

CLOSING: Final[Table] = {
    "ground": ALL,
    "proposed_at": ALL,
    "decided_at": ALL,
    "report": TEAM,
    "proposed_by": TEAM,
    "decided_by": TEAM,
}

# P-35: the party is told that the clock stands, and what it is waited for.
SUSPENSION: Final[Table] = {
    "ground": ALL,
    "report": ALL,
    "suspended_at": ALL,
    "resumed_at": ALL,
    "suspended_by": TEAM,
    "resumed_by": TEAM,
}

TRANSFER: Final[Table] = {
    "to_office": ALL,
    "report": ALL,
    "proposed_at": ALL,
    "successor": ALL,
    "proposed_by": TEAM,
}

ENFORCEMENT: Final[Table] = {
    "applied_by": ALL,
    "applied_at": ALL,
    "claim": ALL,
    "refused_on": ALL,
    "reason": ALL,
    "closed_at": ALL,
    "report": TEAM,
    "closed_by": TEAM,
}

MATERIAL: Final[Table] = {
    "id": ALL,
    "item": ALL,
    "name": ALL,
    "required": ALL,
    "state": ALL,
    "media_type": ALL,
    "size": ALL,
    "reason": ALL,
    "in_supplement": ALL,
    "sha256": ALL,
    "decided_at": ALL,
    "decided_by": TEAM,
}

IDENTITY_CHECK: Final[Table] = {
    "id": ALL,
    "party": ALL,
    "state": ALL,
    "document": ALL,
    "route": ALL,
    "compares_face": ALL,
    "requested_at": ALL,
    "finished_at": ALL,
    "doubts": ALL,
    "decision": ALL,
    "pictures_ended": ALL,
    "policy": ALL,
    "reads_chip": ALL,
    "advice": ALL,
    "hints": TEAM,
    # The person's own document: what was read of it without certainty, to be confirmed.
    "unsure": PARTY_AND_TEAM,
    "confirmed": PARTY_AND_TEAM,
    # A score or a figure tells an impostor how close he came.
    "face_score": TEAM,
    "second_score": TEAM,
    "liveness": TEAM,
    "chip": TEAM,
    "register": TEAM,
    "pictures": TEAM,
    # What was said in the room, and where the person went: the person's own, and the team's.
    "comparisons": PARTY_AND_TEAM,
    "visit": PARTY_AND_TEAM,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who looks, as far as presenting has to know."""

    actor: Actor
    language: str

    @property
    def audience(self) -> Audience:
        if not self.actor.is_staff:
            return Audience.PARTY
        if self.actor.roles & ROLES_OF_THE_TEAM:
            return Audience.TEAM
        return Audience.DESK


def visible(full: Mapping[str, Any], table: Table, viewer: Viewer) -> dict[str, Any]:
    """Return the fields of ``full`` that the viewer's audience is meant to see."""
    seen = viewer.audience
    return {name: value for name, value in full.items() if seen in table.get(name, frozenset())}
