"""A case at its ceremony, and people who come to it by the pages, already signed in.

Sessions are made where a sign-in would leave them: nobody waits for the next one-time code.
"""

from __future__ import annotations

import itertools
import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from server.access.grants import digest_of
from server.access.principals import RefreshToken
from server.cases.ids import CaseId
from server.cases.roles import Role
from server.demo.api import Api
from server.demo.journey.applying import apply_for_it, consent
from server.demo.journey.handling import review_it, take_it_in
from server.demo.journey.stage import Specimens, Stage
from server.demo.timeline import Timeline
from server.transaction import NOBODY, Scope
from server.wiring.commands import PHOTOGRAPHS
from server.wiring.parts import Parts, now
from tests.functional.case.platform import KUNMING
from tests.media.test_ceremony_pages import PATIENCE_MS, Seat
from tests.servers.whole import WholePlatform

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from playwright.sync_api import Browser

    from server.cases.case import Case
    from server.ceremony.ceremony import Ceremony
    from server.wiring.launching import Running
    from tests.functional.case.platform import Person

KEPT = "feigui.session"


@dataclass(frozen=True)
class Guest:
    """Somebody beside the applicant: name, role in the case, and whether all is agreed to."""

    name: str
    role: str
    agrees: bool = True


@dataclass
class House:
    """The platform, and everybody who was ever signed in to it here."""

    running: Running
    edge: WholePlatform
    people: dict[str, Person]
    """By seat, and by role for the rest of the office."""

    stage: Stage
    guests: dict[str, str]
    """Party by seat."""

    @classmethod
    def opened(
        cls,
        running: Running,
        *,
        guests: Mapping[str, Guest] | None = None,
        portrait: bytes | None = None,
    ) -> House:
        """Take a case up to its ceremony.

        ``guests``: others who are in it, by their seats. ``portrait``: JPEG that is on the card.
        """
        parts = Parts(running.settings)
        edge = WholePlatform(
            open_transaction=parts.open_transaction,
            parts=parts,
            running=running,
            # Others have signed people in on the same platform.
            _phones=itertools.count(20_000_000 + secrets.randbelow(70_000_000)),
        )
        people = {
            "party": edge.applicant(),
            "notary": edge.staff(Role.NOTARY),
            "assistant": edge.staff(Role.ASSISTANT),
            "cashier": edge.staff(Role.CASHIER),
        }
        on_card, live, stranger = (
            (PHOTOGRAPHS / name).read_bytes() for name in ("obama.jpg", "obama2.jpg", "biden.jpg")
        )
        stage = Stage(
            timeline=Timeline(tell=lambda _: None),
            applicant=_api(running, people["party"]),
            staff={
                role: _api(running, people[role]) for role in ("notary", "assistant", "cashier")
            },
            specimens=Specimens(portrait=portrait or on_card, live=live, stranger=stranger),
        )
        house = cls(running, edge, people, stage, {})
        apply_for_it(stage)
        come = (guests or {}).items()
        for seat, guest in come:
            if guest.role != "witness":
                house._bind(seat, guest, "/parties", role=guest.role)
        take_it_in(stage)
        for seat, guest in come:
            if guest.role == "witness":
                house._bind(seat, guest, "/witnesses")
        review_it(stage)
        return house

    def _bind(self, seat: str, guest: Guest, where: str, **more: str) -> None:
        person = self.edge.applicant()
        bound = self.stage.staff["assistant"].post(
            self.stage.path(where),
            {"name": guest.name, "nationality": "CN", "phone": person.phone, **more},
        )
        if guest.agrees:
            consent(self.stage, _api(self.running, person))
        self.people[seat], self.guests[seat] = person, bound["id"]

    def plan(self) -> None:
        seats = [{"party": self.stage.party, "seat": "party"}]
        seats += [{"party": party, "seat": seat} for seat, party in self.guests.items()]
        planned = self.notary.post(self.stage.path("/ceremonies"), {"participants": seats})
        self.stage.ceremony = planned["id"]

    @property
    def notary(self) -> Api:
        """With a token that lasts: runs can be slow."""
        return _api(self.running, self.people["notary"])

    def api(self, seat: str) -> Api:
        return _api(self.running, self.people[seat])

    def room(self, rest: str = "") -> str:
        return self.stage.path(f"/ceremonies/{self.stage.ceremony}{rest}")

    def of(self, seat: str) -> dict[str, object]:
        """Return what the notary is told of somebody in the room."""
        told = self.notary.get(self.room("/act"))["participants"]
        return dict(next(each for each in told if each["seat"] == seat))

    def ceremony(self) -> Ceremony:
        """Return the case's one ceremony, whoever planned it."""
        return self.on_record()[0]

    def on_record(self) -> tuple[Ceremony, Case]:
        with self.edge.open_transaction(Scope(office=KUNMING, case=CaseId(self.stage.case))) as tx:
            (held,) = tx.ceremonies.of_case(self.stage.case)
            return held, tx.cases.get(CaseId(self.stage.case))

    def close(self) -> None:
        self.edge.parts.engine.dispose()


def _api(running: Running, person: Person) -> Api:
    return Api(base=running.base_url, token=person.token, key=person.device)


def _way_back(house: House, person: Person) -> str:
    """Leave what a page keeps to come back by after a reload; return that."""
    secret, at = secrets.token_urlsafe(32), now()
    token = RefreshToken(
        sha256=digest_of(secret),
        session=person.principal.session,
        issued_at=at,
        idle_until=at + timedelta(hours=1),
    )
    with house.edge.open_transaction(NOBODY) as tx:
        tx.sessions.add_refresh_token(token)
    return secret


def sit(
    browser: Browser,
    house: House,
    person: Person | None,
    *,
    language: str,
    viewport: Mapping[str, int],
    grants: Sequence[str] = (),
) -> Seat:
    """Open the page of a ceremony where ``person`` has signed in a while ago, or nobody has."""
    context = browser.new_context(
        viewport=dict(viewport),  # type: ignore[arg-type]  # a ViewportSize by its names
        locale=language,
        permissions=list(grants),
    )
    if person is not None:
        kept = {"refresh": _way_back(house, person), "account": person.account}
        context.add_init_script(
            f"sessionStorage.getItem({KEPT!r}) || "
            f"sessionStorage.setItem({KEPT!r}, {json.dumps(json.dumps(kept))});"
        )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    seat = Seat(page, [], [])
    page.on("response", lambda answer: seat.addresses.append(answer.url))
    page.on("pageerror", lambda error: seat.complaints.append(str(error)))
    page.goto(f"{house.running.base_url}/ceremony")
    return seat
