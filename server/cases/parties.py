"""The people and organisations of a case, and who stands for whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server.cases.ids import AccountId, PartyId


class PartyRole(StrEnum):
    APPLICANT = "applicant"  # 申请人
    AGENT = "agent"  # 代理人
    GUARDIAN = "guardian"  # 监护人
    LEGAL_REPRESENTATIVE = "legal_representative"  # 法定代表人
    PRINCIPAL = "principal"  # 委托人
    TRUSTEE = "trustee"  # 受托人
    RELATED_PERSON = "related_person"  # 关系人
    WITNESS = "witness"  # 见证人
    INTERPRETER = "interpreter"  # 翻译
    CONSULAR_WITNESS = "consular_witness"  # 领事见证


class IdType(StrEnum):
    """Code table of the trade: 111, 414 and 126 are in use."""

    RESIDENT_ID = "111"
    PASSPORT = "414"
    BUSINESS_LICENCE = "126"
    # GA/T 517-2004; unverified against the trade's own table.
    MAINLAND_PERMIT = "516"
    TAIWAN_PERMIT = "511"
    FOREIGNERS_PERMIT = "553"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdDocument:
    """Sensitive: stored encrypted, read only through the audited path."""

    type: IdType
    number: str
    valid_until: date | None
    """``None`` means valid for long (长期), as printed on the document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    id: PartyId
    role: PartyRole
    is_organisation: bool = False
    name: str
    account: AccountId | None = None
    """The login of this party, if the party acts for himself."""

    id_document: IdDocument | None = None
    phone: str | None = None
    """E.164."""

    nationality: str | None = None
    """ISO 3166-1 alpha-2."""

    stands_for: PartyId | None = None
    """The party whom an agent, guardian or representative stands for."""

    relative_of_staff: frozenset[AccountId] = frozenset()
    """Staff whom this party declared as near relatives (公证法 Art. 23(3))."""

    identity_proven: bool = False
    """A check ended proven, or a notary decided so on the record."""

    compared_in_ceremony: bool = False
    """The proof is the notary's comparison: each ceremony asks for it (server.cases.comparing)."""


STANDS_FOR_ANOTHER = frozenset(
    {PartyRole.AGENT, PartyRole.GUARDIAN, PartyRole.LEGAL_REPRESENTATIVE}
)
TAKES_PART_ONLY = frozenset({PartyRole.WITNESS, PartyRole.INTERPRETER, PartyRole.CONSULAR_WITNESS})
"""Whose matter it is not."""

MUST_BE_IDENTIFIED = frozenset({PartyRole.APPLICANT, PartyRole.AGENT, PartyRole.GUARDIAN})
