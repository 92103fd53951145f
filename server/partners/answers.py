"""Reads a partner's answer: in time, and no more of it than an answer can be."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    import urllib3

LONGEST_READING: Final = timedelta(seconds=10)
"""From the first byte of an answer to its last; chosen."""


class AnswerTooLarge(Exception):
    """More came than this partner ever has to say."""


class AnswerTooSlow(Exception):
    """It came, and it did not come to an end."""


def read_answer(
    answer: urllib3.BaseHTTPResponse, *, most: int, now: Callable[[], datetime]
) -> bytes:
    """Return up to ``most`` bytes; raises `AnswerTooLarge` or `AnswerTooSlow`.

    Read as it comes: a time-out of the library begins anew with every byte.
    """
    begun, content = now(), b""
    while chunk := answer.read1(most, decode_content=False):
        content += chunk
        if not len(content) <= most:
            raise AnswerTooLarge
        if not now() - begun <= LONGEST_READING:
            raise AnswerTooSlow
    return content
