"""The languages in which people are answered, and the texts in each.

Texts live in messages/LANGUAGE.yaml by code; every code is in every language.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from server.catalogue.loading import DATA

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.catalogue.matters import Wording

CHINESE: Final = "zh-CN"
ENGLISH: Final = "en"
# By their names here, and in the catalogue's data.
LANGUAGES: Final = {CHINESE: "zh", ENGLISH: "en"}
MESSAGES: Final = Path(__file__).with_name("messages")
REASONS: Final = DATA / "messages.yaml"
"""Why an application can be held up: the catalogue's own texts, not repeated here."""


class MessageMissing(RuntimeError):
    """No text has this code; our mistake, seen by the tests."""


class Messages:
    def __init__(self, texts: Mapping[str, Mapping[str, str]]) -> None:
        self._texts = texts

    @classmethod
    def load(cls, folder: Path = MESSAGES) -> Messages:
        reasons = yaml.safe_load(REASONS.read_text("utf-8"))
        return cls(
            {
                language: {f"error.{code}": told[short] for code, told in reasons.items()}
                | yaml.safe_load((folder / f"{language}.yaml").read_text("utf-8"))
                for language, short in LANGUAGES.items()
            }
        )

    def with_reasons(self, wordings: Mapping[str, Wording]) -> Messages:
        """Return these texts and those of the pre-check, which the catalogue keeps."""
        more = {
            CHINESE: {f"error.{code}": wording.zh for code, wording in wordings.items()},
            ENGLISH: {f"error.{code}": wording.en for code, wording in wordings.items()},
        }
        return Messages({each: {**self._texts[each], **more[each]} for each in LANGUAGES})

    def text(self, language: str, code: str, **names: str | int) -> str:
        """Return the text of ``code``, with ``names`` put in."""
        try:
            return self._texts[language][code].format_map(names)
        except KeyError as missing:
            raise MessageMissing(f"{code} ({missing})") from None

    def template(self, language: str, code: str) -> str:
        """Return the text of ``code`` with its names still open."""
        found = self.text_or_none(language, code)
        if found is None:
            raise MessageMissing(code)
        return found

    def text_or_none(self, language: str, code: str) -> str | None:
        return self._texts[language].get(code)

    def codes(self, language: str) -> frozenset[str]:
        return frozenset(self._texts[language])


@cache
def shipped_messages() -> Messages:
    """Return the texts that ship with this code; they do not change while it runs."""
    return Messages.load()


def language_of(accept: str) -> str:
    """Return the language that the caller likes best; Chinese where nothing fits."""
    wanted = parse_accept_header(accept[:200], LanguageAccept)
    return wanted.best_match(LANGUAGES, default=CHINESE) or CHINESE
