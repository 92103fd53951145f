"""What the office's rule pack says about one case, as far as the guards ask.

A snapshot of one version of the pack, so that a case is finished under the
rules it was begun under.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from server.cases.identity_visits import PlaceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class CeremonyRules:
    """How strictly the act in the room is held, where the law leaves it to the office.

    Identification, the notice of rights, the record read back and the deed seen page by page
    are no rules of an office: 公证法 Art. 27, 28; 公证程序规则 Art. 21, 28.
    """

    form: str = "2026-1"
    """Version of the questions and texts (`server.catalogue.ceremony_forms`)."""

    questions: tuple[str, ...] = (
        "name_and_purpose",
        "health_and_mind",
        "own_will",
        "nobody_presses",
        "understands_consequences",
    )
    """Each is asked of each who signs, and answered in a way that satisfies the notary."""

    tech_check: bool = True
    """Recording begins once every device was tried."""

    least_uplink_kbps: int = 300
    reidentify_after_s: int = 30
    """Longer away, or stopped: identified again (rule 2.3 of the trade's own practice)."""

    look_every_s: int = 60
    """How often the face of whoever agreed to it is looked at while it is recorded."""

    look_fresh_s: int = 120
    """How old the newest look, and what it saw, may be when its person signs."""

    citation: str = "公证法 Art. 27, 28; 公证程序规则 Art. 21, 28, 53"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRules:
    matter: str
    pack_version: str
    citation: str
    agent_allowed: bool
    """公证法 Art. 26: some matters are for the person only."""

    two_person: bool
    """公证程序规则 Art. 53, 54; 遗嘱公证细则: two handle it, or a witness signs."""

    approval_required: bool
    deed_signed_electronically: bool
    """``False`` where 电子签名法 Art. 3 keeps the deed on paper."""

    makes_deed: bool
    """The party signs a document of their own (委托书, 声明书 ...)."""

    collective_discussion: bool
    """公证程序规则 Art. 34: the office talks over every case of this matter."""

    supplement_days: int
    enforceable: bool = False
    """公证法 Art. 37: the deed can be given force of enforcement."""

    dated_by_statement: bool = False
    """公证程序规则 Art. 44: on-site supervision bears the day its statement is read out."""

    chip_and_code_alone: bool = False
    """The office lets chip and code prove a person without anybody deciding, for this matter."""

    notary_compares: bool = False
    """A party may choose to be compared by the notary in the ceremony instead of before."""

    second_compares: bool = False
    """Whoever handles the case besides has to agree to that comparison."""

    compared_questions: int = 0
    """So many things at least are asked about before the notary may say it is the same person."""

    visit_places: tuple[PlaceKind, ...] = ()
    """Where a person may be seen with the original document instead."""

    visit_days: int = 0
    """For how many days a request holds, and then what was seen."""

    ceremony: CeremonyRules = field(default_factory=CeremonyRules)
