"""Offices, matters and notices as anybody may read them; texts in the caller's language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from server.http.languages import ENGLISH

if TYPE_CHECKING:
    from server.catalogue.matters import Matter, Wording
    from server.catalogue.notices import Notice
    from server.catalogue.rule_packs import MatterTerms, Office, RulePack

# A list of matters is read on a phone: the rest is on the matter's own page.
_MATTER_LINE: Final = ("code", "name", "group", "kind", "remote", "in_person", "agent_allowed")


def wording(text: Wording, language: str) -> str:
    return text.en if language == ENGLISH else text.zh


def office_line(office: Office, language: str) -> dict[str, Any]:
    return {
        "id": office.id,
        "name": wording(office.name, language),
        "address": wording(office.address, language),
        "phone": office.phone,
        "demo": office.demo,
    }


def office_as_seen(office: Office, pack: RulePack, language: str) -> dict[str, Any]:
    return {
        **office_line(office, language),
        "rule_pack": {
            "version": pack.version,
            "effective_from": pack.effective_from.isoformat(),
            "citation": pack.citation,
        },
        "districts": sorted(pack.districts),
        "missions": sorted(pack.missions),
        "routes": sorted({permission.route for permission in pack.remote}),
        "matters": sorted(pack.matters),
    }


def matter_line(matter: Matter, language: str) -> dict[str, Any]:
    whole = matter_as_seen(matter, language)
    return {name: whole[name] for name in _MATTER_LINE}


def matter_as_seen(matter: Matter, language: str) -> dict[str, Any]:
    return {
        "code": matter.code,
        "name": wording(matter.name, language),
        "group": {"code": matter.group.code, "name": wording(matter.group.name, language)},
        "kind": matter.kind,
        "remote": matter.remote,
        "overseas_video": matter.overseas_video,
        "in_person": matter.in_person,
        "agent_allowed": matter.agent_allowed,
        "two_person": matter.two_person,
        "sla_working_days": matter.sla_working_days,
        "esign": matter.esign,
        "jurisdiction": matter.jurisdiction,
        "translation": matter.translation,
        "materials": [
            {
                "code": item.code,
                "name": wording(item.name, language),
                "necessity": item.necessity,
            }
            for item in matter.materials
        ],
        "citations": list(matter.citations),
        "standing": matter.standing,
    }


def terms_as_seen(terms: MatterTerms) -> dict[str, Any]:
    return {
        "sla_working_days": terms.sla_working_days,
        "sla_calendar_days": terms.sla_calendar_days,
        "two_person": terms.two_person,
        "approval_required": terms.approval_required,
        "esign": terms.esign,
    }


def notice_as_seen(notice: Notice) -> dict[str, Any]:
    return {
        "code": notice.code,
        "version": notice.version,
        "language": notice.language,
        "effective_from": notice.effective_from.isoformat(),
        "citation": notice.citation,
        "text": notice.text,
        "text_sha256": notice.sha256,
    }
