"""Turns a paper's value into the data its template reads, refusing what cannot be printed.

Text goes in as JSON strings. Controls and marks that reorder text are refused:
a name must look on paper as it is stored.
"""

from __future__ import annotations

import json
import unicodedata
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from server.typesetting.certificates import Certificate
from server.typesetting.dates import printed_day, printed_moment
from server.typesetting.errors import TextNotPrintable
from server.typesetting.qr_codes import qr_svg

if TYPE_CHECKING:
    from server.typesetting.deeds import Declaration, PowerOfAttorney
    from server.typesetting.forms import (
        AcceptanceNotice,
        ApplicationForm,
        InterviewRecord,
        NoticeOfRights,
        Receipt,
    )

    Paper = (
        PowerOfAttorney
        | Declaration
        | ApplicationForm
        | NoticeOfRights
        | AcceptanceNotice
        | InterviewRecord
        | Receipt
        | Certificate
    )

# Controls, surrogates, private use, line ends; and of the formats, those that turn text round.
_UNPRINTABLE: Final = frozenset({"Cc", "Cs", "Co", "Zl", "Zp"})
_REORDERING: Final = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
)


def printing_data(paper: Paper) -> str:
    """Return the JSON that the template of ``paper`` reads."""
    fields = asdict(paper)
    if isinstance(paper, Certificate):
        fields |= _issue_fields(paper)
    _refuse_unprintable(fields)
    if isinstance(paper, Certificate) and paper.issue is not None:
        fields["qr"] = qr_svg(paper.issue.verification_url)
    fields["title"] = asdict(paper.title)
    return json.dumps(fields, ensure_ascii=False, default=_printed)


def printable_text(text: str) -> str:
    """Return ``text``, or raise `TextNotPrintable`."""
    for character in text:
        if character in _REORDERING or unicodedata.category(character) in _UNPRINTABLE:
            raise TextNotPrintable
    return text


def _issue_fields(certificate: Certificate) -> dict[str, object]:
    issue = certificate.issue
    if issue is None:
        return {"number": None, "issued_on": None}
    return asdict(issue)


def _refuse_unprintable(value: object) -> None:
    if isinstance(value, str):
        printable_text(value)
    elif isinstance(value, dict):
        for entry in value.values():
            _refuse_unprintable(entry)
    elif isinstance(value, (list, tuple)):
        for entry in value:
            _refuse_unprintable(entry)


def _printed(value: object) -> dict[str, str]:
    if isinstance(value, datetime):
        return printed_moment(value)
    if isinstance(value, date):
        return printed_day(value)
    raise TypeError(f"no printed form of {type(value).__name__}")
