"""Consents as given: which text, when, and whether it still holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from server.http.shown.times import rfc3339, rfc3339_or_none

if TYPE_CHECKING:
    from server.cases.case import Case
    from server.cases.consents import Consent
    from server.http.shown.visibility import Viewer


def consent_as_seen(consent: Consent) -> dict[str, Any]:
    return {
        "id": consent.id,
        "party": consent.party,
        "purpose": consent.purpose,
        "notice_code": consent.notice_code,
        "notice_version": consent.notice_version,
        "language": consent.language,
        "text_sha256": consent.text_sha256,
        "given_at": rfc3339(consent.given_at),
        "withdrawn_at": rfc3339_or_none(consent.withdrawn_at),
    }


def consents_as_seen(case: Case, viewer: Viewer) -> list[dict[str, Any]]:
    """Return every consent to staff, and to an applicant his own."""
    mine = {p.id for p in case.parties if p.account == viewer.actor.account}
    return [
        consent_as_seen(each)
        for each in case.consents
        if viewer.actor.is_staff or each.party in mine
    ]
