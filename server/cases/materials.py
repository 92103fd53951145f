"""The documents and proofs a matter asks for, item by item (P-18, P-59)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from server.cases.ids import AccountId, MaterialId


class MaterialState(StrEnum):
    MISSING = "missing"  # The applicant uploads it, or the office gets it.
    UPLOADED = "uploaded"  # The assistant or notary looks at it.
    CHECKED = "checked"  # Good as a copy; the original may still be asked for.
    ORIGINAL_SEEN = "original_seen"  # Somebody named saw the original (P-59).
    SHARED_DATA = "shared_data"  # Obtained from an authority, with a promise (P-18).
    REJECTED = "rejected"  # Not usable, with a reason; the applicant replaces it.


SATISFIED = frozenset(
    {MaterialState.CHECKED, MaterialState.ORIGINAL_SEEN, MaterialState.SHARED_DATA}
)
HANDED_IN = SATISFIED | {MaterialState.UPLOADED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    id: MaterialId
    item: str
    """The item's code in the matter's list, or ``extra`` for one asked for later."""

    name_zh: str
    name_en: str
    required: bool
    state: MaterialState = MaterialState.MISSING
    object_sha256: str | None = None
    media_type: str | None = None
    size: int | None = None
    pages: int | None = None
    reason: str | None = None
    """Why it was rejected, or what exactly the supplement asks for."""

    in_supplement: bool = False
    """Listed in the open supplement notice; only these may then be changed."""

    decided_by: AccountId | None = None
    decided_at: datetime | None = None
