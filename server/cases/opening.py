"""From the office's rule pack and the answers of a person to a new case.

A case keeps a snapshot of the rules it was begun under. An application that
the pre-check refuses is not begun (公证法 Art. 25, 26; 公证程序规则 Art. 19).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.cases.case import Intake
from server.cases.errors import NotEligible
from server.cases.identity_visits import PlaceKind
from server.cases.ids import MaterialId, MatterCode
from server.cases.materials import Material
from server.cases.rules import CaseRules, CeremonyRules
from server.catalogue.eligibility import check_eligibility
from server.catalogue.eligibility_question import Outcome
from server.catalogue.errors import NoRulesInForce
from server.catalogue.matters import EsignPolicy, Necessity

if TYPE_CHECKING:
    from datetime import date

    from server.cases.case import Case
    from server.cases.ids import NewId
    from server.catalogue.ceremony_terms import CeremonyTerms
    from server.catalogue.eligibility_question import EligibilityQuestion
    from server.catalogue.matters import Matter
    from server.catalogue.rule_packs import Office, RulePack

# Groups of matters in which the parties sign a paper of their own (公证程序规则 Art. 36).
WITH_A_DEED: Final = frozenset(
    {
        "adoption",
        "contract",
        "declaration",
        "enforceable",
        "gift",
        "power_of_attorney",
        "signature",
        "will",
    }
)

# 执行证书 as a matter of its own: for a deed that was notarised in another case.
ENFORCEMENT_CERTIFICATE: Final = MatterCode("QX03")


def pack_of(case: Case, office: Office) -> RulePack:
    """Return the pack that the case was begun under, or raise `NoRulesInForce`."""
    for pack in office.packs:
        if pack.version == case.rules.pack_version:
            return pack
    raise NoRulesInForce(office.id)


def rules_of(pack: RulePack, matter: Matter) -> CaseRules:
    """Return what ``pack`` says about a case of ``matter``, or raise `MatterUnknown`."""
    terms = pack.terms(matter.code)
    return CaseRules(
        matter=matter.code,
        pack_version=pack.version,
        citation=pack.citation,
        agent_allowed=matter.agent_allowed,
        two_person=terms.two_person,
        approval_required=terms.approval_required,
        deed_signed_electronically=terms.esign is not EsignPolicy.WET_INK,
        makes_deed=matter.group.code in WITH_A_DEED,
        collective_discussion=terms.collective_discussion,
        supplement_days=pack.deadlines.supplement_days,
        enforceable=matter.group.code == "enforceable" and matter.code != ENFORCEMENT_CERTIFICATE,
        chip_and_code_alone=matter.code in pack.identity.chip_and_code_alone,
        notary_compares=matter.code in pack.identity.comparison.matters,
        second_compares=matter.code in pack.identity.comparison.second_handler,
        compared_questions=pack.identity.comparison.questions,
        visit_places=tuple(map(PlaceKind, pack.identity.visits.places)),
        visit_days=pack.identity.visits.days,
        dated_by_statement=matter.group.code == "supervision",
        ceremony=_ceremony_of(pack.ceremony),
    )


def _ceremony_of(terms: CeremonyTerms) -> CeremonyRules:
    return CeremonyRules(
        form=terms.form.version,
        questions=tuple(each.code for each in terms.form.questions),
        tech_check=terms.tech_check,
        least_uplink_kbps=terms.least_uplink_kbps,
        reidentify_after_s=terms.reidentify_after_s,
        look_every_s=terms.look_every_s,
        look_fresh_s=terms.look_fresh_s,
        citation=terms.citation,
    )


def materials_of(matter: Matter, new_id: NewId) -> list[Material]:
    """Return an empty place for every item that the matter asks for."""
    return [
        Material(
            id=MaterialId(new_id()),
            item=item.code,
            name_zh=item.name.zh,
            name_en=item.name.en,
            required=item.necessity is Necessity.REQUIRED,
        )
        for item in matter.materials
    ]


def judged_intake(
    question: EligibilityQuestion,
    *,
    pack: RulePack,
    matter: Matter,
    on: date,
    purpose: str,
    copies: int,
    language: str,
) -> Intake:
    """Return the intake of an application that may go on, or raise `NotEligible`."""
    answer = check_eligibility(question, pack=pack, matter=matter, on=on)
    if answer.outcome is Outcome.NOT_ELIGIBLE:
        raise NotEligible(answer.reasons)
    return Intake(
        purpose=purpose,
        use_country=question.use_country,
        route=question.route,
        applicant_country=question.location_country,
        copies=copies,
        language=language,
        eligibility=answer.outcome,
    )
