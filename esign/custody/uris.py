"""Keys are named, never handed over: ``file:office.kunming-a.seal``.

The name says what the key is for, and that decides what may be done with it;
another kind of store (``pkcs11:``, a cloud's) is one more scheme.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from esign.errors import KeyUnknown

_URI: Final = re.compile(r"(file|memory):([a-z0-9][a-z0-9.-]{0,150})")


class KeyUse(StrEnum):
    CERTIFY = "certify"  # Roots and office authorities: certificates and lists only.
    SIGN = "sign"  # Notaries, seals, the time-stamper: digests, as often as asked.
    SIGN_ONCE = "sign_once"  # One party, one act; destroyed afterwards.


_USES: Final = (
    (re.compile(r"root|office\.[a-z0-9-]+\.authority"), KeyUse.CERTIFY),
    (re.compile(r"tsa|office\.[a-z0-9-]+\.(seal|notary\.[a-z0-9-]+)"), KeyUse.SIGN),
    (re.compile(r"event\.[0-9a-f]{32}"), KeyUse.SIGN_ONCE),
)


@dataclass(frozen=True, slots=True)
class KeyUri:
    scheme: str
    name: str

    @classmethod
    def parse(cls, text: str) -> KeyUri:
        match = _URI.fullmatch(text)
        if match is None or ".." in text:
            raise KeyUnknown("not the URI of a key")
        return cls(match[1], match[2])

    def __str__(self) -> str:
        return f"{self.scheme}:{self.name}"

    @property
    def use(self) -> KeyUse:
        for pattern, use in _USES:
            if pattern.fullmatch(self.name):
                return use
        raise KeyUnknown("the name of the key does not say what it is for")
