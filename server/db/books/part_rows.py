"""Parties, consents and materials as rows, and back."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from server.cases.consents import Consent, Purpose
from server.cases.ids import AccountId, ConsentId, MaterialId, PartyId
from server.cases.materials import Material, MaterialState
from server.cases.parties import IdDocument, Party, PartyRole
from server.db.codec import seal, unseal
from server.db.secrets import FieldCipher, Place

if TYPE_CHECKING:
    from sqlalchemy import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyPapers:
    """Who the party is: encrypted as a whole."""

    name: str
    id_document: IdDocument | None
    phone: str | None
    nationality: str | None


def party_values(party: Party, cipher: FieldCipher) -> dict[str, Any]:
    papers = PartyPapers(
        name=party.name,
        id_document=party.id_document,
        phone=party.phone,
        nationality=party.nationality,
    )
    number = None if party.id_document is None else party.id_document.number
    return {
        "id": party.id,
        "role": party.role.value,
        "is_organisation": party.is_organisation,
        "account": party.account,
        "stands_for": party.stands_for,
        "relative_of_staff": sorted(party.relative_of_staff),
        "identity_proven": party.identity_proven,
        "compared_in_ceremony": party.compared_in_ceremony,
        "papers": seal(papers, cipher, _papers_place(party.id)),
        "id_number_index": number and cipher.blind_index("parties.id_number", number),
    }


def party_from(row: Row[Any], cipher: FieldCipher) -> Party:
    papers = party_papers(row.id, row.papers, cipher)
    return Party(
        id=PartyId(row.id),
        role=PartyRole(row.role),
        is_organisation=row.is_organisation,
        name=papers.name,
        account=row.account,
        id_document=papers.id_document,
        phone=papers.phone,
        nationality=papers.nationality,
        stands_for=row.stands_for,
        relative_of_staff=frozenset(AccountId(a) for a in row.relative_of_staff),
        identity_proven=row.identity_proven,
        compared_in_ceremony=row.compared_in_ceremony,
    )


def party_papers(party_id: str, stored: bytes, cipher: FieldCipher) -> PartyPapers:
    return unseal(stored, PartyPapers, cipher=cipher, place=_papers_place(party_id))


def consent_values(consent: Consent, _: FieldCipher) -> dict[str, Any]:
    return asdict(consent) | {"purpose": consent.purpose.value}


def consent_from(row: Row[Any], _: FieldCipher) -> Consent:
    return Consent(
        id=ConsentId(row.id),
        party=PartyId(row.party),
        purpose=Purpose(row.purpose),
        notice_code=row.notice_code,
        notice_version=row.notice_version,
        language=row.language,
        text_sha256=row.text_sha256,
        given_at=row.given_at,
        withdrawn_at=row.withdrawn_at,
    )


def material_values(material: Material, cipher: FieldCipher) -> dict[str, Any]:
    reason = material.reason
    return asdict(material) | {
        "state": material.state.value,
        "reason": None
        if reason is None
        else cipher.encrypt_text(reason, _reason_place(material.id)),
    }


def material_from(row: Row[Any], cipher: FieldCipher) -> Material:
    return Material(
        id=MaterialId(row.id),
        item=row.item,
        name_zh=row.name_zh,
        name_en=row.name_en,
        required=row.required,
        state=MaterialState(row.state),
        object_sha256=row.object_sha256,
        media_type=row.media_type,
        size=row.size,
        pages=row.pages,
        reason=None
        if row.reason is None
        else cipher.decrypt_text(row.reason, _reason_place(row.id)),
        in_supplement=row.in_supplement,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
    )


def _papers_place(party_id: str) -> Place:
    return Place(table="parties", column="papers", row=party_id)


def _reason_place(material_id: str) -> Place:
    return Place(table="materials", column="reason", row=material_id)
