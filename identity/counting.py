"""How many faces are stored, and what the law asks at which number.

人脸识别技术应用安全管理办法 (国家互联网信息办公室、公安部令第19号, in force 2025-06-01), Art. 15:
who stores the face information of 100,000 people files with the cyberspace administration of
the province within 30 working days of reaching that number. Stills of live frames and
portraits count; scores do not.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

ALARM_AT: Final = 80_000
"""People. Chosen: a fifth before the duty, so that the papers are ready when it comes."""
FILING_AT: Final = 100_000
"""People. Art. 15."""
FILING_WITHIN_WORKING_DAYS: Final = 30
"""Working days from the day on which the number is reached. Art. 15."""
CITATION: Final = "人脸识别技术应用安全管理办法 第十五条"


class FaceCountState(StrEnum):
    NORMAL = "normal"
    ALARM = "alarm"
    """The operator prepares the filing."""
    FILING_DUE = "filing_due"
    """The operator files with the cyberspace administration of the province (省级网信部门)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceCount:
    people: int
    state: FaceCountState
    citation: str = CITATION


def judge_face_count(people: int) -> FaceCount:
    """Return what follows from ``people`` whose faces are stored, each counted once.

    Raises ValueError for a negative number: a counter that lost count must not look calm.
    """
    if not people >= 0:
        raise ValueError("the number of people whose faces are stored cannot be negative")
    if people >= FILING_AT:
        return FaceCount(people=people, state=FaceCountState.FILING_DUE)
    if people >= ALARM_AT:
        return FaceCount(people=people, state=FaceCountState.ALARM)
    return FaceCount(people=people, state=FaceCountState.NORMAL)
