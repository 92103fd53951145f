"""The texts that people agree to, by version and language, each with its digest.

A text that somebody has seen is never edited: a change is a new version with a
later date. The Chinese text prevails. PIPL Art. 14, 17; 公证法 Art. 27.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from server.catalogue.errors import CatalogueDataInvalid, NoticeUnknown
from server.catalogue.fields import Fields
from server.catalogue.strict_yaml import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

LANGUAGES: Final = ("zh-CN", "en")
NOTICES: Final = Path(__file__).with_name("data") / "notices"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    code: str
    """The purpose that a consent to it is for; one text, one purpose."""

    version: str
    effective_from: date
    language: str
    citation: str
    text: str

    @property
    def sha256(self) -> str:
        """Digest of the text exactly as it is shown."""
        return hashlib.sha256(self.text.encode()).hexdigest()


class Notices:
    def __init__(self, every: tuple[Notice, ...]) -> None:
        self._every = every

    def in_force(self, code: str, language: str, *, on: date) -> Notice:
        """Return the text in force on the day ``on``, or raise `NoticeUnknown`."""
        begun = [
            n
            for n in self._every
            if n.code == code and n.language == language and n.effective_from <= on
        ]
        if not begun:
            raise NoticeUnknown(code)
        return max(begun, key=lambda n: n.effective_from)

    def all_in_force(self, language: str, *, on: date) -> list[Notice]:
        codes = sorted({n.code for n in self._every if n.effective_from <= on})
        return [self.in_force(code, language, on=on) for code in codes]

    def published(self, code: str, version: str, *, language: str) -> Notice:
        """Return one text as published, or raise `NoticeUnknown`."""
        for notice in self._every:
            if (notice.code, notice.version, notice.language) == (code, version, language):
                return notice
        raise NoticeUnknown(code)

    def digest_of(self, code: str, version: str, language: str) -> str | None:
        """Return the digest of one text as published, ``None`` where there is none."""
        for notice in self._every:
            if (notice.code, notice.version, notice.language) == (code, version, language):
                return notice.sha256
        return None


def read_notices(folder: Path = NOTICES) -> Notices:
    """Return every text under ``folder``, or raise `CatalogueDataInvalid`."""
    notices = tuple(n for path in sorted(folder.glob("*.yaml")) for n in _read(path))
    if not notices:
        raise CatalogueDataInvalid(folder.name, "no notice at all")
    return Notices(notices)


def _read(path: Path) -> Iterator[Notice]:
    every = Fields(read_yaml(path), path.name)
    for version in every.names():
        entry = every.fields(version)
        effective_from = entry.day("effective_from")
        citation = entry.text("citation")
        texts = entry.fields("text")
        for language in LANGUAGES:
            yield Notice(
                code=path.stem,
                version=version,
                effective_from=effective_from,
                language=language,
                citation=citation,
                text=texts.text(language).strip(),
            )
        texts.done()
        entry.done()
