"""The parties of a case, each number masked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from server.http.shown.visibility import OTHER_PARTY, OWN_PARTY, visible

if TYPE_CHECKING:
    from server.cases.parties import IdDocument, Party
    from server.http.shown.visibility import Viewer

_SHOWN_DIGITS: Final = 4


def party_as_seen(party: Party, viewer: Viewer) -> dict[str, Any]:
    is_you = party.account is not None and party.account == viewer.actor.account
    full = {
        "id": party.id,
        "role": party.role,
        "name": party.name,
        "is_organisation": party.is_organisation,
        "is_you": is_you,
        "stands_for": party.stands_for,
        "identity_proven": party.identity_proven,
        "compared_in_ceremony": party.compared_in_ceremony,
        "nationality": party.nationality,
        "phone": party.phone,
        "id_document": _document(party.id_document),
        "relative_of_staff": sorted(party.relative_of_staff),
    }
    return visible(full, OWN_PARTY if is_you else OTHER_PARTY, viewer)


def _document(document: IdDocument | None) -> dict[str, Any] | None:
    if document is None:
        return None
    return {
        "type": document.type,
        "number_masked": masked(document.number),
        "valid_until": document.valid_until and document.valid_until.isoformat(),
    }


def masked(number: str) -> str:
    """Return the last four places, as far as at least as many stay hidden."""
    shown = _SHOWN_DIGITS if len(number) >= 2 * _SHOWN_DIGITS else 0
    return "*" * (len(number) - shown) + number[len(number) - shown :]
