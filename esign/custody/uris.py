"""Keys are named, never handed over: ``file:office.kunming-a.seal``.

The name says what the key is for, and that decides what may be done with it, and
by which algorithm (``file:sm2.office.kunming-a.seal``). In a PKCS#11 module the
name is the label of the object, and the URI that of RFC 7512:
``pkcs11:token=feigui;object=office.kunming-a.seal``. A cloud's service is one
more scheme.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from esign.algorithms import SigningAlgorithm
from esign.errors import KeyUnknown

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9.-]{0,150}")
_LOCAL: Final = re.compile(r"(file|memory):(.*)", re.DOTALL)
_ENCODED: Final = re.compile(r"(?:[A-Za-z0-9\-._~:\[\]@!$'()*+,=&]|%[0-9A-Fa-f]{2})*")
"""RFC 7512 section 2.3, ``pk11-pchar``."""

_GENERATION: Final = r"(?:\.(?:[2-9]|[1-9][0-9]{1,3}))?"


class KeyUse(StrEnum):
    CERTIFY = "certify"  # Roots and office authorities: certificates and lists only.
    SIGN = "sign"  # Notaries, seals, the time-stamper: digests, as often as asked.
    ANSWER = "answer"  # Responders: what the records say of a certificate, and nothing else.
    SIGN_ONCE = "sign_once"  # One party, one act; destroyed afterwards.


_USES: Final = (
    (re.compile(rf"(?:sm2\.)?(?:root|office\.[a-z0-9-]+\.authority){_GENERATION}"), KeyUse.CERTIFY),
    (
        re.compile(
            rf"(?:tsa|(?:sm2\.)?office\.[a-z0-9-]+\.(?:seal|notary\.[a-z0-9-]+)){_GENERATION}"
        ),
        KeyUse.SIGN,
    ),
    (
        re.compile(rf"(?:root|office\.[a-z0-9-]+\.authority){_GENERATION}\.responder"),
        KeyUse.ANSWER,
    ),
    (re.compile(r"(?:sm2\.)?event\.[0-9a-f]{32}"), KeyUse.SIGN_ONCE),
)


@dataclass(frozen=True, slots=True)
class KeyUri:
    scheme: str
    name: str
    token: str | None = None
    """Label of the token, for ``pkcs11:`` alone."""

    serial: str | None = None
    """Serial number of the token, where its label is not enough."""

    @classmethod
    def parse(cls, text: str) -> KeyUri:
        """Read a URI without a query: where PINs lie is not for a caller to say."""
        local = _LOCAL.fullmatch(text)
        if local is not None:
            return cls(local[1], _named(local[2]))
        scheme, _, path = text.partition(":")
        if scheme != "pkcs11" or "?" in path:
            raise KeyUnknown("not the URI of a key")
        found = path_attributes(path, allowed=frozenset({"token", "serial", "object", "type"}))
        if not found.get("token") or found.get("type", "private") != "private":
            raise KeyUnknown("the URI does not name a private key in a token")
        return cls(scheme, _named(found.get("object", "")), found["token"], found.get("serial"))

    def __str__(self) -> str:
        if self.token is None:
            return f"{self.scheme}:{self.name}"
        serial = f";serial={_encoded(self.serial)}" if self.serial is not None else ""
        return f"{self.scheme}:token={_encoded(self.token)}{serial};object={self.name}"

    @property
    def algorithm(self) -> SigningAlgorithm:
        return SigningAlgorithm.of_name(self.name)

    @property
    def use(self) -> KeyUse:
        return use_of(self.name)


def use_of(name: str) -> KeyUse:
    """Return what a key of this name is for, or raise `KeyUnknown`."""
    for pattern, use in _USES:
        if pattern.fullmatch(name):
            return use
    raise KeyUnknown("the name of the key does not say what it is for")


def path_attributes(path: str, *, allowed: frozenset[str]) -> dict[str, str]:
    """Read the path of an RFC 7512 URI.

    Every attribute restricts what is meant, so one that we do not look at would
    let the wrong key through: it is refused, as is one that is named twice.
    """
    return _attributes(path.split(";"), allowed)


def query_attributes(query: str, *, allowed: frozenset[str]) -> dict[str, str]:
    return _attributes(query.split("&"), allowed)


def _attributes(parts: list[str], allowed: frozenset[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in parts:
        name, equals, value = part.partition("=")
        if not equals or name not in allowed or name in found or not _is_encoded(value):
            raise KeyUnknown("the PKCS#11 URI has an attribute that cannot be followed")
        try:
            found[name] = unquote_to_bytes(value).decode()
        except UnicodeDecodeError:
            raise KeyUnknown("the PKCS#11 URI is not UTF-8") from None
    return found


def _is_encoded(value: str) -> bool:
    # A query may hold "/" and "?" as they are, and needs both for paths of files.
    return _ENCODED.fullmatch(value.replace("/", "").replace("?", "")) is not None


def _encoded(value: str) -> str:
    return quote(value, safe="-._~")


def _named(name: str) -> str:
    if not _NAME.fullmatch(name) or ".." in name:
        raise KeyUnknown("not the name of a key")
    return name
