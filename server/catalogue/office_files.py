"""Reads `data/offices/*.yaml` into offices with their rule packs.

A pack may be stricter than the catalogue, never laxer: a file that gives a
matter more days, one person instead of two, or electronic signing where the
law wants ink is refused when it is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from server.catalogue.ceremony_terms import read_ceremony_terms
from server.catalogue.errors import CatalogueDataInvalid
from server.catalogue.fields import Fields
from server.catalogue.identity_files import check_comparison, read_comparison, read_visits
from server.catalogue.matters import EsignPolicy, MatterCode, Standing
from server.catalogue.numbering import SERIES, NumberingRule, Series
from server.catalogue.permission_files import read_permission
from server.catalogue.routes import MissionCode
from server.catalogue.rule_packs import (
    Deadlines,
    FaceTerms,
    FormKind,
    FormRule,
    IdentityTerms,
    MatterTerms,
    Office,
    OfficeId,
    PackageTerms,
    RetentionClass,
    RetentionTerm,
    RulePack,
    SignatureAlgorithm,
    SignatureRule,
)
from server.catalogue.strict_yaml import read_yaml
from server.catalogue.tariff_files import read_prices

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from server.catalogue.ceremony_forms import CeremonyForm
    from server.catalogue.matters import Matter
    from server.catalogue.routes import Mission
    from server.catalogue.tariffs import Tariff


MOST_DAYS_OF_A_PACKAGE: Final = 90
_AUTHORITY: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What a rule pack may refer to."""

    matters: Mapping[MatterCode, Matter]
    missions: Mapping[MissionCode, Mission]
    tariffs: Mapping[str, Tariff]
    ceremony_forms: Mapping[str, CeremonyForm]


def read_office(path: Path, shelf: Shelf) -> Office:
    top = Fields(read_yaml(path), path.name)
    office_id = OfficeId(top.text("id"))
    office = Office(
        id=office_id,
        name=top.wording("name"),
        certificate_name=top.text("certificate_name"),
        address=top.wording("address"),
        phone=top.text("phone"),
        demo=top.truth("demo"),
        packs=tuple(_pack(entry, office_id, shelf) for entry in top.each("packs")),
    )
    top.done()
    return office


def _pack(entry: Fields, office: OfficeId, shelf: Shelf) -> RulePack:
    retention = entry.fields("retention")
    pack = RulePack(
        office=office,
        version=entry.text("version"),
        effective_from=entry.day("effective_from"),
        citation=entry.text("citation"),
        districts=frozenset(entry.texts("districts")),
        overseas_authorised=entry.truth("overseas_authorised"),
        missions=frozenset(map(MissionCode, entry.texts("missions"))),
        matters=_terms(entry, shelf, _retention_of_groups(retention.fields("groups"))),
        remote=tuple(read_permission(permission) for permission in entry.each("remote")),
        forms=_forms(entry.fields("forms")),
        signatures=_signatures(entry.fields("signatures")),
        numbering=_numbering(entry.fields("numbering")),
        deadlines=_deadlines(entry.fields("deadlines")),
        retention=_retention(retention.fields("terms")),
        faces=_faces(retention.fields("faces")),
        packages=_packages(retention.fields("packages")),
        identity=_identity(entry.fields("identity")),
        ceremony=read_ceremony_terms(entry.fields("ceremony"), shelf.ceremony_forms),
        tariff=_tariff(entry, shelf),
        prices=read_prices(entry.fields("prices")),
        event_authority=_event_authority(entry),
    )
    retention.done()
    entry.done()
    _check_references(pack, entry.where, shelf)
    return pack


def _event_authority(entry: Fields) -> str | None:
    if "event_authority" not in entry.names():
        return None
    name = entry.text("event_authority")
    if not _AUTHORITY.fullmatch(name):
        raise CatalogueDataInvalid(entry.where, "an authority is named in lower-case letters")
    return name


def _check_references(pack: RulePack, where: str, shelf: Shelf) -> None:
    unpriced = [code for code in pack.matters if code not in pack.tariff.items]
    if unpriced:
        raise CatalogueDataInvalid(where, f"no price for {', '.join(unpriced)}")
    if not pack.tariff.effective_from <= pack.effective_from:
        raise CatalogueDataInvalid(where, "the tariff is not yet in force")
    if not pack.identity.chip_and_code_alone <= pack.matters.keys():
        raise CatalogueDataInvalid(where, "proves persons for a matter that it does not handle")
    check_comparison(pack, where)
    named = pack.missions.union(*(permission.missions for permission in pack.remote))
    if not named <= shelf.missions.keys() or not named <= pack.missions:
        raise CatalogueDataInvalid(where, "names a mission that it does not work with")
    permitted = frozenset[MatterCode]().union(*(p.matters for p in pack.remote))
    if not permitted <= pack.matters.keys():
        raise CatalogueDataInvalid(where, "permits a matter that the office does not handle")


def _terms(
    entry: Fields, shelf: Shelf, retention: Mapping[str, RetentionClass]
) -> Mapping[MatterCode, MatterTerms]:
    handled = [MatterCode(code) for code in entry.texts("handles")]
    unknown = [code for code in handled if code not in shelf.matters]
    if unknown:
        raise CatalogueDataInvalid(entry.where, f"no such matter: {', '.join(unknown)}")
    relaxes_ink = entry.truth("esign_for_personal_relations")
    free = entry.texts("free_of_approval")
    discussed = entry.texts("collective_discussion")
    strangers = [code for code in (*free, *discussed) if code not in handled]
    if strangers:
        raise CatalogueDataInvalid(entry.where, f"does not handle {', '.join(strangers)}")
    narrower = entry.fields("narrower")
    terms = {}
    for code in handled:
        matter = shelf.matters[code]
        if matter.group.code not in retention:
            raise CatalogueDataInvalid(entry.where, f"no retention for {matter.group.code}")
        plain = MatterTerms(
            sla_working_days=matter.sla_working_days,
            sla_calendar_days=matter.sla_calendar_days,
            two_person=matter.two_person,
            approval_required=matter.approval_required and code not in free,
            collective_discussion=code in discussed,
            esign=_esign(matter, relaxes_ink=relaxes_ink),
            retention=retention[matter.group.code],
        )
        terms[code] = _narrowed(plain, narrower, code)
    narrower.done()
    return terms


def _esign(matter: Matter, *, relaxes_ink: bool) -> EsignPolicy:
    if matter.esign is EsignPolicy.WET_INK and relaxes_ink:
        return EsignPolicy.BOTH
    return matter.esign


def _narrowed(terms: MatterTerms, narrower: Fields, code: MatterCode) -> MatterTerms:
    if code not in narrower.names():
        return terms
    change = narrower.fields(code)
    for key in change.names():
        if key == "sla_working_days":
            days = change.whole(key)
            if not 1 <= days <= terms.sla_working_days:
                raise CatalogueDataInvalid(change.where, "gives more days than the catalogue")
            terms = replace(terms, sla_working_days=days)
        elif key == "two_person":
            if not change.truth(key):
                raise CatalogueDataInvalid(change.where, "two persons can only be added")
            terms = replace(terms, two_person=True)
        elif key == "esign":
            if change.choice(key, EsignPolicy) is not EsignPolicy.WET_INK:
                raise CatalogueDataInvalid(change.where, "ink can only be added")
            terms = replace(terms, esign=EsignPolicy.WET_INK)
    change.done()
    return terms


def _signatures(entry: Fields) -> SignatureRule:
    named = entry.texts("algorithms")
    try:
        algorithms = tuple(map(SignatureAlgorithm, named))
    except ValueError:
        known = ", ".join(SignatureAlgorithm)
        raise CatalogueDataInvalid(entry.where, f"an algorithm is none of {known}") from None
    if not algorithms:
        raise CatalogueDataInvalid(entry.where, "signs by no algorithm")
    rule = SignatureRule(algorithms=algorithms, citation=entry.text("citation"))
    entry.done()
    return rule


def _forms(entry: Fields) -> Mapping[FormKind, FormRule]:
    forms = {}
    for kind in FormKind:
        form = entry.fields(kind)
        forms[kind] = FormRule(kind=kind, number=form.text("number"), version=form.text("version"))
        form.done()
    entry.done()
    return forms


def _numbering(entry: Fields) -> Mapping[Series, NumberingRule]:
    rules = {s: NumberingRule(series=s, pattern=entry.text(s)) for s in sorted(SERIES)}
    entry.done()
    patterns = {rule.pattern for rule in rules.values()}
    if len(patterns) != len(rules):
        # Two series count on their own; one pattern would print a number twice.
        raise CatalogueDataInvalid(entry.where, "two series share a pattern")
    return rules


def _deadlines(entry: Fields) -> Deadlines:
    deadlines = Deadlines(
        issue_working_days=entry.whole("issue_working_days"),
        supplement_days=entry.whole("supplement_days"),
        supplement_reminder_days=entry.wholes("supplement_reminder_days"),
        termination_months=entry.whole("termination_months"),
        filing_months=entry.whole("filing_months"),
        reexamination_decide_days=entry.whole("reexamination_decide_days"),
        reexamination_execute_days=entry.whole("reexamination_execute_days"),
    )
    entry.done()
    return deadlines


def _retention(entry: Fields) -> Mapping[RetentionClass, RetentionTerm]:
    terms = {}
    for retention in RetentionClass:
        term = entry.fields(retention)
        terms[retention] = RetentionTerm(
            retention=retention,
            years=term.whole_or_none("years"),
            citation=term.text("citation"),
            standing=term.choice("standing", Standing),
        )
        term.done()
    entry.done()
    return terms


def _identity(entry: Fields) -> IdentityTerms:
    terms = IdentityTerms(
        chip_and_code_alone=frozenset(map(MatterCode, entry.texts("chip_and_code_alone"))),
        citation=entry.text("citation"),
        standing=entry.choice("standing", Standing),
        comparison=read_comparison(entry.fields("notary_compares")),
        visits=read_visits(entry.fields("in_person")),
    )
    entry.done()
    return terms


def _faces(entry: Fields) -> FaceTerms:
    terms = FaceTerms(
        lock_days=entry.whole("lock_days"),
        ends_after_days=entry.whole("ends_after_days"),
        abandoned_after_days=entry.whole("abandoned_after_days"),
        citation=entry.text("citation"),
        standing=entry.choice("standing", Standing),
    )
    entry.done()
    # A lock cannot be shortened: one that outlasts the term would keep what has to go.
    if not 1 <= terms.lock_days <= terms.ends_after_days <= terms.abandoned_after_days:
        raise CatalogueDataInvalid(
            entry.where, "locks pictures of a face longer than they may stay"
        )
    return terms


def _packages(entry: Fields) -> PackageTerms:
    terms = PackageTerms(
        days=entry.whole("days"),
        citation=entry.text("citation"),
        standing=entry.choice("standing", Standing),
    )
    entry.done()
    if not 1 <= terms.days <= MOST_DAYS_OF_A_PACKAGE:
        raise CatalogueDataInvalid(entry.where, "keeps a package not at all, or too long")
    return terms


def _retention_of_groups(entry: Fields) -> Mapping[str, RetentionClass]:
    groups: dict[str, RetentionClass] = {}
    for retention in RetentionClass:
        groups |= dict.fromkeys(entry.texts(retention), retention)
    entry.done()
    return groups


def _tariff(entry: Fields, shelf: Shelf) -> Tariff:
    version = entry.text("tariff")
    if version not in shelf.tariffs:
        raise CatalogueDataInvalid(entry.where, f"no tariff {version}")
    return shelf.tariffs[version]
