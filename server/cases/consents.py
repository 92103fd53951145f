"""What a person agreed to, in which words, and whether it still holds.

PIPL Art. 14-17, 28-31; 人脸识别技术应用安全管理办法 (2025-06-01): consent to face
data stands alone, is never bundled, and can be withdrawn; what is already on
the file stays there (公证法 Art. 13, PIPL Art. 13).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from server.cases.ids import ConsentId, PartyId


class Purpose(StrEnum):
    TERMS = "terms"
    PERSONAL_DATA = "personal_data"
    FACE_ONLINE = "face_online"
    RECORDING = "recording"
    E_SIGNATURE = "e_signature"
    TRUTH_PROMISE = "truth_promise"  # P-18(2): written commitment for shared data
    NOTICE_OF_RIGHTS = "notice_of_rights"  # 告知书, L-27 and P-21
    TRANSFER = "transfer"  # PIPL Art. 23: another office gets the application
    NOTARY_COMPARES = "notary_compares"  # The party chooses to be compared in the ceremony
    IN_PERSON_CHECK = "in_person_check"  # PIPL Art. 23: the place that checks learns who comes


ASKED_OF_EVERYBODY = frozenset({Purpose.TERMS, Purpose.PERSONAL_DATA, Purpose.RECORDING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    id: ConsentId
    party: PartyId
    purpose: Purpose
    notice_code: str
    notice_version: str
    language: str
    """BCP 47: the language in which the text was shown."""

    text_sha256: str
    """Digest of the text exactly as shown."""

    given_at: datetime
    withdrawn_at: datetime | None = None

    @property
    def holds(self) -> bool:
        return self.withdrawn_at is None
