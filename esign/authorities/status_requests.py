"""Read an OCSP request (RFC 6960 4.1) by walking over it; strangers send these.

One certificate a request (RFC 5019 2.1.1). A signature on the request is not looked
at: everybody may ask.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from esign.cms import der
from esign.cms.reading import DerMalformed, contents, expect, inside, only

LONGEST_NONCE: Final = 32
"""Octets; "A server MUST reject any OCSP request having a nonce ... with a length of
either 0 octets or more than 32 octets" (RFC 8954 2.1)."""

_NONCE: Final = der.oid("1.3.6.1.5.5.7.48.1.2")
_BOOLEAN: Final = 0x01
_VERSION, _REQUESTOR, _EXTENSIONS = 0xA0, 0xA1, 0xA2
_V1: Final = der.integer(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusQuestion:
    certificate: bytes
    """The CertID as it was asked for, DER; the four next are its parts."""

    algorithm: bytes
    """AlgorithmIdentifier of the two digests, DER."""

    issuer_name: bytes
    """Digest of the issuer's name."""

    issuer_key: bytes
    """Digest of the issuer's key."""

    serial: int
    nonce: bytes | None


def read_status_request(encoded: bytes) -> StatusQuestion:
    """Return what is asked; raises `DerMalformed` for anything else than one question."""
    try:
        return _question(encoded)
    except IndexError as error:
        raise DerMalformed("the request is cut off") from error


def _question(encoded: bytes) -> StatusQuestion:
    request = inside(only(encoded, der.SEQUENCE))
    (asked,) = expect(request[:1], der.SEQUENCE)
    fields = inside(asked)
    tags = [field[0] for field in fields]
    known = (_VERSION, _REQUESTOR, der.SEQUENCE, _EXTENSIONS)
    if tags != [tag for tag in known if tag in tags]:
        raise DerMalformed("fields that a request does not have")
    held = dict(zip(tags, fields, strict=True))
    if _VERSION in held and inside(held[_VERSION]) != [_V1]:
        raise DerMalformed("another version than 1")
    (single,) = expect(inside(held.get(der.SEQUENCE, b"\x30\x00")), der.SEQUENCE)
    (certificate,) = expect(inside(single)[:1], der.SEQUENCE)
    algorithm, name, key, serial = expect(
        inside(certificate), der.SEQUENCE, der.OCTET_STRING, der.OCTET_STRING, der.INTEGER
    )
    number = int.from_bytes(contents(serial), "big")
    if serial != der.integer(number):
        # A negative one too: no certificate may have it (RFC 5280 4.1.2.2).
        raise DerMalformed("not a number that a certificate has")
    return StatusQuestion(
        certificate=certificate,
        algorithm=algorithm,
        issuer_name=contents(name),
        issuer_key=contents(key),
        serial=number,
        nonce=_nonce(held.get(_EXTENSIONS)),
    )


def _nonce(extensions: bytes | None) -> bytes | None:
    if extensions is None:
        return None
    found = None
    (listed,) = expect(inside(extensions), der.SEQUENCE)
    for extension in inside(listed):
        kind, *rest = inside(extension) or [b""]
        if not rest:
            raise DerMalformed("an extension without a value")
        if kind == _NONCE and found is None:
            found = contents(only(contents(rest[-1]), der.OCTET_STRING))
        elif kind == _NONCE or rest[0] == der.TRUE:
            raise DerMalformed("a nonce too many, or an extension that must be understood")
    if found is not None and not 0 < len(found) <= LONGEST_NONCE:
        raise DerMalformed("a nonce has 1 to 32 octets")
    return found
