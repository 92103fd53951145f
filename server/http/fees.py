"""The fee: quoted by the tariff that the case was begun under, put on account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from server.billing.quoting import QuoteFacts, quote
from server.cases.handling import put_on_account, quote_fee
from server.cases.opening import pack_of
from server.catalogue.tariffs import Fen
from server.http.call import Answer, Binding, Call
from server.http.case_at_hand import case_to_change, saved

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.cases.case import Case
    from server.catalogue.loading import Catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Fees:
    catalogue: Catalogue

    def quote(self, call: Call) -> Answer:
        case = case_to_change(call)
        pack = pack_of(case, self.catalogue.rule_packs.office(case.office))
        quoted = quote(
            self.catalogue.matter(case.matter),
            tariff=pack.tariff,
            prices=pack.prices,
            facts=_facts(case, call.body),
        )
        quote_fee(case, quoted, call.actor, at=call.now)
        return saved(call, case)


def _facts(case: Case, body: Mapping[str, Any]) -> QuoteFacts:
    def fen(name: str) -> Fen | None:
        amount = body.get(name)
        return None if amount is None else Fen(amount)

    return QuoteFacts(
        property_value=fen("property_value_fen"),
        is_single_home=body.get("is_single_home", False),
        disposes_of_property=body.get("disposes_of_property", False),
        copies=case.intake.copies,
        translated_pages=body.get("translated_pages", 0),
        reliefs=frozenset(body.get("reliefs", ())),
        agreed_price=fen("agreed_price_fen"),
    )


def put_fee_on_account(call: Call) -> Answer:
    case = case_to_change(call)
    put_on_account(case, call.actor, at=call.now)
    return saved(call, case)


def bindings(*, catalogue: Catalogue) -> list[Binding]:
    return [
        Binding(operation_id="quote_fee", handler=Fees(catalogue=catalogue).quote),
        Binding(operation_id="put_fee_on_account", handler=put_fee_on_account),
    ]
