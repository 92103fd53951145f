"""From what stands in a case to the papers that are printed of it.

A case keeps codes and answers; here they become the words of a deed, a draft
or a certificate. What a resident's number tells (sex, birth) is read off it.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from identity.documents.gb11643 import NumberInvalid, Sex, parse
from server.cases.errors import FormIncomplete, PartNotFound
from server.cases.parties import IdType, PartyRole
from server.cases.signatures import lines_of
from server.catalogue.rule_packs import FormKind
from server.typesetting.certificates import Certificate, CertificateTranslation, Issue
from server.typesetting.deeds import Declaration, PowerOfAttorney
from server.typesetting.parties import Bilingual, PrintedForm, PrintedOffice, PrintedPerson

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from server.cases.case import Case
    from server.cases.parties import Party
    from server.catalogue.matters import Matter
    from server.catalogue.rule_packs import Office, RulePack
    from server.register.certificates import Certificate as Registered

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
_ID_KINDS: Final = {
    IdType.RESIDENT_ID: "居民身份证",
    IdType.PASSPORT: "护照",
    IdType.BUSINESS_LICENCE: "营业执照",
    IdType.MAINLAND_PERMIT: "港澳居民来往内地通行证",
    IdType.TAIWAN_PERMIT: "台湾居民来往大陆通行证",
    IdType.FOREIGNERS_PERMIT: "外国人永久居留身份证",
}
_SEXES: Final = {Sex.MALE: "男", Sex.FEMALE: "女"}
_AGENTS: Final = frozenset({PartyRole.AGENT, PartyRole.GUARDIAN})


def deed_paper(
    case: Case, *, office: Office, pack: RulePack, at: datetime
) -> PowerOfAttorney | Declaration:
    """Return the deed that the case's party is going to sign.

    Raises `FormIncomplete` naming what the deed's variables lack.
    """
    if case.deed is None:
        raise PartNotFound("deed")
    told = case.deed.variables
    form = _form(pack, FormKind.DEED)
    today = at.astimezone(SHANGHAI).date()
    signers = tuple(_person(p) for p in lines_of(case))
    if "statements" in told:
        return Declaration(
            office=_office(office),
            form=form,
            declarants=signers,
            statements=tuple(_texts(told, "statements")),
            signed_on=today,
        )
    _require(told, "trustees", "reason", "matters", "term_from", "term_until")
    return PowerOfAttorney(
        office=_office(office),
        form=form,
        principals=signers,
        trustees=tuple(_named(person) for person in _list(told, "trustees")),
        reason=str(told["reason"]),
        matters=tuple(_texts(told, "matters")),
        term_from=date.fromisoformat(str(told["term_from"])),
        term_until=date.fromisoformat(str(told["term_until"])),
        may_delegate=told.get("may_delegate") is True,
        signed_on=today,
    )


def certificate_paper(
    case: Case,
    registered: Registered | None,
    *,
    office: Office,
    matter: Matter,
    verification_url: str,
) -> Certificate:
    """Return the certificate, or its draft without a number while none is registered."""
    if case.draft is None:
        raise PartNotFound("draft")
    told = case.draft.variables
    _require(told, "paragraphs")
    return Certificate(
        office=_office(office),
        applicants=tuple(_person(p) for p in lines_of(case)),
        agents=tuple(_person(p) for p in case.parties if p.role in _AGENTS),
        concerned=tuple(_person(p) for p in case.parties if p.role is PartyRole.RELATED_PERSON),
        matter=matter.name.zh,
        paragraphs=tuple(_texts(told, "paragraphs")),
        issue=None if registered is None else _issue(registered, verification_url),
        translation=_translation(told),
        demo=office.demo,
    )


def _issue(registered: Registered, verification_url: str) -> Issue:
    return Issue(
        number=registered.number.text,
        issued_on=registered.issue_date,
        verification_url=f"{verification_url}/{registered.public_id}",
        verification_code=registered.check_code,
    )


def _translation(told: Mapping[str, Any]) -> CertificateTranslation | None:
    if not told.get("translation"):
        return None
    second = told["translation"]
    _require(second, "particulars", "paragraphs", "notary", "office")
    return CertificateTranslation(
        particulars=tuple(_texts(second, "particulars")),
        paragraphs=tuple(_texts(second, "paragraphs")),
        notary=str(second["notary"]),
        office=str(second["office"]),
    )


def _office(office: Office) -> PrintedOffice:
    return PrintedOffice(
        name=Bilingual(zh=office.name.zh, en=office.name.en),
        full_name=office.certificate_name,
    )


def _form(pack: RulePack, kind: FormKind) -> PrintedForm:
    rule = pack.forms[kind]
    return PrintedForm(number=rule.number, version=rule.version)


def _person(party: Party) -> PrintedPerson:
    document = party.id_document
    sex, born = _told_by_number(party)
    return PrintedPerson(
        name=party.name,
        sex=sex,
        born=born,
        id_kind="" if document is None else _ID_KINDS[document.type],
        id_number="" if document is None else document.number,
        address="",
    )


def _told_by_number(party: Party) -> tuple[str, date | None]:
    document = party.id_document
    if document is None or document.type is not IdType.RESIDENT_ID:
        return "", None
    try:
        number = parse(document.number)
    except NumberInvalid:
        return "", None
    return _SEXES[number.sex], number.birth


def _named(person: Mapping[str, Any]) -> PrintedPerson:
    _require(person, "name")
    born = person.get("born")
    return PrintedPerson(
        name=str(person["name"]),
        sex=str(person.get("sex", "")),
        born=None if not born else date.fromisoformat(str(born)),
        id_kind=str(person.get("id_kind", "")),
        id_number=str(person.get("id_number", "")),
        address=str(person.get("address", "")),
    )


def _require(told: Mapping[str, Any], *names: str) -> None:
    missing = [name for name in names if not told.get(name)]
    if missing:
        raise FormIncomplete(missing)


def _list(told: Mapping[str, Any], name: str) -> list[Any]:
    value = told.get(name)
    if not isinstance(value, list):
        raise FormIncomplete([name])
    return value


def _texts(told: Mapping[str, Any], name: str) -> list[str]:
    return [str(text) for text in _list(told, name)]
