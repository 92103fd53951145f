"""Bring a case up to its ceremony on a platform that is being served, for people to hold it.

Everything goes through the public API, as in the main job; what people then do in two
browsers is theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyotp

from server.demo.journey.applying import apply_for_it
from server.demo.journey.handling import review_it, take_it_in
from server.demo.journey.stage import Specimens, Stage
from server.demo.signing_in import as_applicant, as_staff, latest_code
from server.demo.timeline import Timeline

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from server.demo.seeding import Credentials

OFFICE: Final = ("assistant", "notary", "cashier")


class NothingThere(Exception):
    """Nobody of this name, or no code for this number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The platform that ``notary serve --demo`` runs."""

    base: str
    outbox: Path
    people: Mapping[str, Credentials]
    photographs: Path
    tell: Callable[[str], None]


def prepare(served: Served, phone: str) -> str:
    """Return the id of a case that waits for its ceremony, applied for from ``phone``."""
    stage = Stage(
        timeline=Timeline(tell=served.tell),
        applicant=as_applicant(served.base, phone, served.outbox),
        staff={role: as_staff(served.base, served.people[f"km.{role}"]) for role in OFFICE},
        specimens=Specimens.of(served.photographs),
    )
    apply_for_it(stage)
    take_it_in(stage)
    review_it(stage)
    return stage.case


def code_of(who: str, *, people: Mapping[str, Credentials], outbox: Path) -> str:
    """Return the six digits that ``who`` signs in with now, or raise `NothingThere`.

    Staff by login: the TOTP code of this half minute. Applicants by number: what was sent last.
    """
    if who in people:
        return pyotp.TOTP(people[who].totp_secret).now()
    sent = latest_code(outbox, who)
    if sent is None:
        raise NothingThere(f"{who}: no such login, and no code was sent there")
    return sent
