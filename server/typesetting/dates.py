"""Days and times as people read them, in Chinese, formal Chinese and English."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from datetime import date, datetime

_DIGITS: Final = "〇一二三四五六七八九"
_MONTHS: Final = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_TEN: Final = 10

# Certificates state Beijing time, wherever the server stands.
_BEIJING: Final = ZoneInfo("Asia/Shanghai")


def printed_day(day: date) -> dict[str, str]:
    return {
        "zh": f"{day.year}年{day.month}月{day.day}日",
        "formal": formal_day(day),
        "en": f"{day.day} {_MONTHS[day.month - 1]} {day.year}",
    }


def printed_moment(moment: datetime) -> dict[str, str]:
    local = moment.astimezone(_BEIJING)
    day = printed_day(local.date())
    return {
        "zh": f"{day['zh']}{local:%H:%M}",
        "formal": day["formal"],
        "en": f"{day['en']} {local:%H:%M} (Beijing)",
    }


def formal_day(day: date) -> str:
    """Return ``day`` in Chinese numerals, as certificates are dated."""
    year = "".join(_DIGITS[int(digit)] for digit in f"{day.year:04}")
    return f"{year}年{_below_hundred(day.month)}月{_below_hundred(day.day)}日"


def _below_hundred(number: int) -> str:
    tens, ones = divmod(number, _TEN)
    ten = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return ten + (_DIGITS[ones] if ones else "")
