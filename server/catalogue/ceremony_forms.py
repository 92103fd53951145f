"""What is asked and told in the act by video: forms by version, each text with its digest.

A text that was read out to somebody is never edited: a change is a new version. The
questions establish capacity and free will (公证法 Art. 28; 公证程序规则 Art. 28; 民法典 Art. 143).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from server.catalogue.errors import CatalogueDataInvalid
from server.catalogue.fields import Fields
from server.catalogue.strict_yaml import read_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from server.catalogue.matters import Wording


class About(StrEnum):
    CAPACITY = "capacity"
    WILL = "will"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    code: str
    """Stable: answers name the question by it."""

    about: About
    text: Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class CeremonyForm:
    version: str
    effective_from: date
    citation: str
    questions: tuple[Question, ...]
    told_zh: tuple[str, ...]
    told_en: tuple[str, ...]

    def text(self, question: Question, language: str) -> str:
        return question.text.zh if language == "zh-CN" else question.text.en

    def digest_of(self, code: str, language: str) -> str | None:
        """Return the SHA-256 of a question as it is read out, ``None`` where there is none."""
        for question in self.questions:
            if question.code == code:
                return hashlib.sha256(self.text(question, language).encode()).hexdigest()
        return None

    def told(self, language: str) -> tuple[str, ...]:
        return self.told_zh if language == "zh-CN" else self.told_en


def read_ceremony_forms(folder: Path) -> Mapping[str, CeremonyForm]:
    """Return every form under ``folder`` by its version, or raise `CatalogueDataInvalid`."""
    return {path.stem: _read(path) for path in sorted(folder.glob("*.yaml"))}


def _read(path: Path) -> CeremonyForm:
    top = Fields(read_yaml(path), path.name)
    told = top.fields("told")
    form = CeremonyForm(
        version=path.stem,
        effective_from=top.day("effective_from"),
        citation=top.text("citation"),
        questions=tuple(_question(each) for each in top.each("questions")),
        told_zh=told.texts("zh"),
        told_en=told.texts("en"),
    )
    told.done()
    top.done()
    if {each.about for each in form.questions} != set(About):
        raise CatalogueDataInvalid(path.name, "asks for capacity and for free will, both")
    codes = [each.code for each in form.questions]
    if len(set(codes)) != len(codes) or len(form.told_zh) != len(form.told_en):
        raise CatalogueDataInvalid(path.name, "says something twice, or in one language only")
    return form


def _question(entry: Fields) -> Question:
    question = Question(
        code=entry.text("code"), about=entry.choice("about", About), text=entry.wording("text")
    )
    entry.done()
    return question
