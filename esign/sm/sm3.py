"""SM3 (GB/T 32905-2016), from the OpenSSL that Python was built with."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from esign.errors import AlgorithmUnavailable

if TYPE_CHECKING:
    from hashlib import _Hash

SM3_SIZE: Final = 32
"""Bytes."""


def sm3(contents: bytes | memoryview = b"") -> _Hash:
    """Return a running digest, as ``hashlib.sha256`` does, or raise `AlgorithmUnavailable`."""
    try:
        return hashlib.new("sm3", contents)
    except ValueError as error:
        raise AlgorithmUnavailable("the OpenSSL of this Python has no SM3") from error
