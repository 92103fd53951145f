"""What the office's rule pack says about one case, as far as the guards ask.

A snapshot of one version of the pack, so that a case is finished under the
rules it was begun under.
"""

from __future__ import annotations

from dataclasses import dataclass

from server.cases.identity_visits import PlaceKind


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
