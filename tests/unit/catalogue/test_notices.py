"""The texts people agree to: the one in force on the day, never edited once shown."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import TYPE_CHECKING

import pytest

from server.catalogue.errors import CatalogueDataInvalid, NoticeUnknown
from server.catalogue.notices import LANGUAGES, read_notices

if TYPE_CHECKING:
    from pathlib import Path

FIRST, SECOND = date(2025, 1, 1), date(2026, 1, 1)
TWO_VERSIONS = """
"2025.1":
  effective_from: 2025-01-01
  citation: PIPL Art. 14
  text: {zh-CN: 旧的, en: old}
"2026.1":
  effective_from: 2026-01-01
  citation: PIPL Art. 14
  text: {zh-CN: 新的, en: new}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "terms.yaml").write_text(TWO_VERSIONS, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("on", "text"),
    [
        # The first day of the first text.
        (FIRST, "old"),
        # The last day before the next.
        (date(2025, 12, 31), "old"),
        # From its first day on, the new one.
        (SECOND, "new"),
    ],
)
def test_the_text_of_the_day_is_shown(folder: Path, on: date, text: str) -> None:
    assert read_notices(folder).in_force("terms", "en", on=on).text == text


@pytest.mark.parametrize(
    ("code", "language", "on"),
    [
        # Nothing was in force yet.
        ("terms", "en", date(2024, 12, 31)),
        # There is no such text.
        ("cookies", "en", SECOND),
        # Nor in this language.
        ("terms", "fr", SECOND),
    ],
)
def test_where_no_text_is_in_force_there_is_none(
    folder: Path, code: str, language: str, on: date
) -> None:
    with pytest.raises(NoticeUnknown):
        read_notices(folder).in_force(code, language, on=on)


def test_an_old_text_keeps_its_digest(folder: Path) -> None:
    notices = read_notices(folder)
    assert notices.digest_of("terms", "2025.1", "en") == hashlib.sha256(b"old").hexdigest()
    assert notices.digest_of("terms", "1999.1", "en") is None


def test_every_published_text_is_there_in_both_languages() -> None:
    published = read_notices()
    codes = {n.code for n in published.all_in_force("zh-CN", on=SECOND)}
    assert {"terms", "personal_data", "face_online", "e_signature"} <= codes
    for language in LANGUAGES:
        assert {n.code for n in published.all_in_force(language, on=SECOND)} == codes


def test_a_folder_without_a_text_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(CatalogueDataInvalid, match="no notice at all"):
        read_notices(tmp_path)


def test_a_version_twice_stops_the_start(folder: Path) -> None:
    (folder / "terms.yaml").write_text(TWO_VERSIONS.replace("2026.1", "2025.1"), encoding="utf-8")
    with pytest.raises(CatalogueDataInvalid, match="key twice"):
        read_notices(folder)


def test_a_text_that_was_published_is_found_as_it_was_shown(folder: Path) -> None:
    notices = read_notices(folder)
    assert notices.published("terms", "2025.1", language="en").text == "old"
    with pytest.raises(NoticeUnknown):
        notices.published("terms", "2024.1", language="en")
