"""How long a resident identity card is valid: 居民身份证法 (2011 text) Art. 5, by age when issued.

Under 16: five years; 16 to 25: ten; 26 to 45: twenty; from 46: long-term. The back must
fit the birth date on the front, or the two sides are not of one card.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

TERMS: Final = ((16, 5), (26, 10), (46, 20))
"""Below this age, so many years."""
SLACK: Final = timedelta(days=1)
"""A card of 29 February ends on the 28th or the 29th."""


def term_years(birth: date, issued: date) -> int | None:
    """``None`` is 长期."""
    had_birthday = (issued.month, issued.day) >= (birth.month, birth.day)
    age = issued.year - birth.year - (0 if had_birthday else 1)
    return next((years for below, years in TERMS if age < below), None)


def term_is_lawful(birth: date, issued: date, until: date | None) -> bool:
    years = term_years(birth, issued)
    if years is None or until is None:
        return years is None and until is None
    day = 28 if (issued.month, issued.day) == (2, 29) else issued.day
    return abs(date(issued.year + years, issued.month, day) - until) <= SLACK
