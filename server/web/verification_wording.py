"""The verification page's words in each language, and times as people read them.

Times are told in Beijing time with its offset: that is the time of the
certificate, wherever its reader is.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from server.catalogue.matters import Wording

TEXTS: Final = Path(__file__).with_name("verification_texts")
BEIJING: Final = ZoneInfo("Asia/Shanghai")
ENGLISH: Final = "en"
# By their own names, as people look for them.
LANGUAGES: Final = {"zh-CN": "中文", ENGLISH: "English"}


class Words:
    def __init__(self, language: str, texts: Mapping[str, str]) -> None:
        self.language = language
        self._texts = texts

    def __call__(self, code: str, **names: str | int) -> str:
        return self._texts[code].format_map(names)

    def of(self, wording: Wording) -> str:
        return wording.en if self.language == ENGLISH else wording.zh

    def moment(self, at: datetime) -> str:
        there = at.astimezone(BEIJING)
        return self("time", **self._parts(there.date()), clock=f"{there:%H:%M:%S}")

    def day(self, day: date) -> str:
        return self("date", **self._parts(day))

    def _parts(self, day: date) -> dict[str, str | int]:
        return {"year": day.year, "month": self(f"month.{day.month}"), "day": day.day}


@cache
def words(language: str) -> Words:
    """Return the texts that ship with this code; they do not change while it runs."""
    texts = yaml.safe_load((TEXTS / f"{language}.yaml").read_text("utf-8"))
    return Words(language, texts)
