"""What may be asked of a register, and what it may answer: the port and its values.

Nothing is looked up: the platform says what it read, and hears whether that is so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from datetime import datetime


class QuestionKind(StrEnum):
    TWO_ELEMENTS = "two_elements"
    """二要素: name and number."""
    THREE_ELEMENTS = "three_elements"
    """三要素: name, number and the live face."""
    CREDENTIAL = "credential"
    """网证: what the person's own app of the national network identity service handed over
    (国家网络身份认证公共服务管理办法, in force 2025-07-15); the number stays with the state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoElements:
    name: str = field(repr=False)
    number: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreeElements:
    name: str = field(repr=False)
    number: str = field(repr=False)
    face: bytes = field(repr=False)
    """JPEG, upright, without metadata: the still that was chosen from the live frames."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkCredential:
    token: str = field(repr=False)
    """Issued for us, for one use, by the person's app."""
    face: bytes | None = field(repr=False)


RegisterQuestion: TypeAlias = TwoElements | ThreeElements | NetworkCredential

KINDS: dict[type[RegisterQuestion], QuestionKind] = {
    TwoElements: QuestionKind.TWO_ELEMENTS,
    ThreeElements: QuestionKind.THREE_ELEMENTS,
    NetworkCredential: QuestionKind.CREDENTIAL,
}


class Agreement(StrEnum):
    MATCH = "match"
    NO_MATCH = "no_match"
    UNKNOWN = "unknown"
    """The register has no such number: a new citizen, a soldier, or an invention."""
    UNAVAILABLE = "unavailable"


class Unavailable(StrEnum):
    """Why there is no answer."""

    NOT_CONNECTED = "not_connected"
    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"
    REFUSED_US = "refused_us"
    """It does not accept our key, or not this kind of question: work for the operator."""
    BUSY = "busy"
    ANSWER_MALFORMED = "answer_malformed"
    """Too long, not JSON, an unknown word, a score that is no number."""
    ANSWER_NOT_AUTHENTIC = "answer_not_authentic"
    """Its signature is wrong, or it answers another question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterAnswer:
    """Of one question. Holds nothing of the person."""

    register: str
    kind: QuestionKind
    agreement: Agreement
    why_unavailable: Unavailable | None = None
    face_score: float | None = None
    """0 to 1, by the register's own engine; ``None`` where it compared none."""
    reference: str | None = None
    """The register's own number of the check, for its bill and its log."""
    answered_at: datetime


AskRegister = Callable[[RegisterQuestion], RegisterAnswer]
"""The port. It never raises for what the register does: that is an answer `unavailable`."""
