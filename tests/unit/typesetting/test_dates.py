from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from server.typesetting.dates import formal_day, printed_day, printed_moment


@pytest.mark.parametrize(
    ("day", "formal"),
    [
        (date(2026, 1, 1), "二〇二六年一月一日"),
        # Ten is 十, never 一十 or 一〇.
        (date(2026, 10, 10), "二〇二六年十月十日"),
        (date(2026, 11, 19), "二〇二六年十一月十九日"),
        (date(2026, 12, 20), "二〇二六年十二月二十日"),
        (date(2030, 5, 31), "二〇三〇年五月三十一日"),
    ],
)
def test_certificates_are_dated_in_chinese_numerals(day: date, formal: str) -> None:
    assert formal_day(day) == formal


def test_a_day_in_both_languages() -> None:
    printed = printed_day(date(2026, 3, 2))
    assert (printed["zh"], printed["en"]) == ("2026年3月2日", "2 March 2026")


def test_late_in_the_evening_utc_it_is_tomorrow_in_beijing() -> None:
    printed = printed_moment(datetime(2026, 12, 31, 16, 30, tzinfo=UTC))
    assert printed["zh"] == "2027年1月1日00:30"
    assert printed["formal"] == "二〇二七年一月一日"
