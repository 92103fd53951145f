"""Papers of a case as PDF, with every signature field and seal drawn on them.

What leaves here is what will be signed: nothing visible is added afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

import pikepdf

from esign.pdf.drawings import TypesetPage
from esign.pdf.fields import (
    NOTARY_FIELD,
    OFFICE_FIELD,
    SignaturePlace,
    party_field,
    places_for,
    prepare_fields,
)
from server.cases.errors import PartNotFound
from server.cases.opening import pack_of
from server.typesetting.case_papers import certificate_paper, deed_paper
from server.wiring.algorithms import algorithms_of_case

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from esign.pdf.drawings import Drawing
    from server.cases.case import Case
    from server.cases.ids import AccountId, Clock, OfficeId
    from server.catalogue.matters import Matter, MatterCode
    from server.catalogue.rule_packs import RulePacks
    from server.register.certificates import Certificate
    from server.typesetting.typesetter import Anchor, Typesetter


@dataclass(frozen=True, slots=True, kw_only=True)
class Printing:
    typesetter: Typesetter
    packs: RulePacks
    matters: Mapping[MatterCode, Matter]
    verification_url: str
    now: Clock
    name_of: Callable[[OfficeId, AccountId], str]
    """The display name of one of the office's staff."""

    def deed(self, case: Case) -> bytes:
        """Return the deed with an empty field for every party who signs."""
        office = self.packs.office(case.office)
        at = self.now()
        paper = deed_paper(case, office=office, pack=pack_of(case, office), at=at)
        made = self.typesetter.typeset(paper, at=at)
        signers = [name for name in made.anchors if name.startswith("signer_")]  # in print order
        places = [
            _place(party_field(number), made.anchors[name], label="Party")
            for number, name in enumerate(signers, start=1)
        ]
        return prepare_fields(made.pdf, places_for(places, algorithms_of_case(case, self.packs)))

    def draft(self, case: Case) -> bytes:
        """Return the draft of the certificate: no number, no field, no seal."""
        paper = certificate_paper(
            case,
            None,
            office=self.packs.office(case.office),
            matter=self.matters[case.matter],
            verification_url=self.verification_url,
        )
        return self.typesetter.typeset(paper, at=self.now()).pdf

    def certificate(self, case: Case, registered: Certificate) -> bytes:
        """Return the certificate as it will be sealed, the seal's picture on it."""
        office = self.packs.office(case.office)
        at = registered.intended_at
        paper = certificate_paper(
            case,
            registered,
            office=office,
            matter=self.matters[case.matter],
            verification_url=self.verification_url,
        )
        made = self.typesetter.typeset(paper, at=at)
        seal = TypesetPage(self.typesetter.seal_stamp(office.name.zh, at=at))
        name = TypesetPage(self.typesetter.name_stamp(self._notary_of(case), at=at))
        anchors = made.anchors
        places = [
            _place(NOTARY_FIELD, anchors["notary_signature"], label="Notary", drawing=name),
            _place(OFFICE_FIELD, anchors["office_seal"], label="Seal", drawing=seal),
        ]
        return prepare_fields(made.pdf, places_for(places, algorithms_of_case(case, self.packs)))

    def _notary_of(self, case: Case) -> str:
        notary = case.staffing.handling_notary
        if notary is None:
            raise PartNotFound("handling notary")
        return self.name_of(case.office, notary)


def pages_of(made: bytes) -> int:
    """Return how many pages a file of our own typesetter has."""
    with pikepdf.open(BytesIO(made)) as pdf:
        return len(pdf.pages)


def _place(
    field: str, anchor: Anchor, *, label: str, drawing: Drawing | None = None
) -> SignaturePlace:
    return SignaturePlace(
        field=field,
        page=anchor.page - 1,
        box=(anchor.x, anchor.y, anchor.x + anchor.width, anchor.y + anchor.height),
        label=label,
        drawing=drawing,
    )
