"""The rules of documents; each answers ``None`` or what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from esign.lints.documents.active_content import active_content
from esign.lints.documents.archival_marker import archival_marker
from esign.lints.documents.embedded_files import embedded_files
from esign.lints.documents.opening import opened_once
from esign.lints.documents.page_count import page_count
from esign.lints.documents.readable import readable
from esign.lints.documents.unsigned import unsigned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from esign.sealing import Lint

UNSIGNED_LINTS: Final[tuple[Lint, ...]] = (
    readable,
    unsigned,
    active_content,
    embedded_files,
    page_count,
)
"""Before anybody signs."""

SEALING_LINTS: Final[tuple[Lint, ...]] = (*UNSIGNED_LINTS, archival_marker)
"""Before the notary and the office seal a certificate."""


def broken(document: bytes, rules: Sequence[Lint]) -> list[str]:
    """Return what is wrong by each of ``rules``; the document is opened once for all."""
    with opened_once(document):
        return [reason for rule in rules if (reason := rule(document))]


def sealing_rules(document: bytes) -> str | None:
    """`SEALING_LINTS` as one rule."""
    return "; ".join(broken(document, SEALING_LINTS)) or None
