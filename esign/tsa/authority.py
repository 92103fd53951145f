"""Answer one RFC 3161 request: a token, or a rejection with its reason.

The clock is proven for every stamp, after it was read: a jump before that is noticed,
and one after it changes nothing. Without proof there is no stamp, and none whose making
took longer than the declared accuracy leaves.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from esign import oids
from esign.clock_proof import LONGEST_MAKING
from esign.cms import der
from esign.cms.algorithms import ECDSA_P256
from esign.cms.reading import DerMalformed, contents, expect, inside, only
from esign.cms.signed_data import NamedSigner
from esign.errors import ClockUnproven, CustodyError
from esign.tsa.answers import rejection
from esign.tsa.tokens import Stamp, token

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from esign.clock import Clock
    from esign.clock_proof import ClockProof
    from esign.custody.ports import Custody

TRIES: Final = 2
"""A disk that was busy once is no reason to refuse; one that stays so is."""

_SIZES: Final = {
    "2.16.840.1.101.3.4.2.1": 32,  # SHA-256
    "2.16.840.1.101.3.4.2.2": 48,  # SHA-384
    "2.16.840.1.101.3.4.2.3": 64,  # SHA-512
}
_IMPRINTS: Final = {
    der.sequence(der.oid(dotted), *parameters): size
    for dotted, size in _SIZES.items()
    for parameters in ((), (der.NULL,))
}
"""Digests that may be stamped, in both ways of writing them, with their bytes."""

_V1: Final = der.integer(1)
_POLICY: Final = der.oid(oids.TIME_STAMP_POLICY)
_GRANTED: Final = der.sequence(der.integer(0))
_BOOLEAN: Final = 0x01
_EXTENSIONS: Final = 0xA0


class RequestRejected(Exception):
    """The request cannot be served; carries RFC 3161's word for why."""

    def __init__(self, failure: str) -> None:
        self.failure = failure
        super().__init__(failure)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    imprint: bytes
    """MessageImprint, DER."""

    nonce: int | None
    wants_certificate: bool


class TimeStampingAuthority:
    def __init__(
        self, *, certificate: Certificate, key: str, custody: Custody, now: Clock, proof: ClockProof
    ) -> None:
        self._signer = NamedSigner.of(certificate, ECDSA_P256)
        self._begins = certificate.not_valid_before_utc
        self._ends = certificate.not_valid_after_utc
        self._key = key
        self._custody = custody
        self._now = now
        self._proof = proof

    def answer(self, request: bytes) -> bytes:
        """Return a ``TimeStampResp`` in DER, for any input."""
        try:
            return der.sequence(_GRANTED, self._stamp(request))
        except RequestRejected as rejected:
            return rejection(rejected.failure)
        except ClockUnproven:
            return rejection("time_not_available")
        except CustodyError:
            return rejection("system_failure")

    def _stamp(self, request: bytes) -> bytes:
        try:
            asked = _read(request)
        except (DerMalformed, IndexError):
            raise RequestRejected("bad_data_format") from None
        for _ in range(TRIES):
            made = self._made(asked)
            if made is not None:
                return made
        raise ClockUnproven("making a stamp takes too long")

    def _made(self, asked: _Question) -> bytes | None:
        """Return a token, or ``None`` where its time was old before it was signed."""
        at = self._now()
        self._proof()
        if not self._begins <= at <= self._ends:
            raise CustodyError("the time-stamper's certificate is not of this time")
        stamp = Stamp(
            imprint=asked.imprint,
            at=at,
            serial=secrets.randbits(158) | 1 << 158,
            nonce=asked.nonce,
        )
        made = token(
            stamp,
            self._signer,
            sign=lambda digest: self._custody.sign_digest(self._key, digest),
            with_certificate=asked.wants_certificate,
        )
        return made if self._now() - at <= LONGEST_MAKING else None


def _read(request: bytes) -> _Question:
    """Read a ``TimeStampReq``, RFC 3161 2.4.1."""
    fields = inside(only(request, der.SEQUENCE))
    version, imprint = expect(fields[:2], der.INTEGER, der.SEQUENCE)
    algorithm, digest = expect(inside(imprint), der.SEQUENCE, der.OCTET_STRING)
    optional = _by_tag(fields[2:])
    if version != _V1:
        raise RequestRejected("bad_request")
    if algorithm not in _IMPRINTS:
        raise RequestRejected("bad_alg")
    if len(contents(digest)) != _IMPRINTS[algorithm]:
        raise RequestRejected("bad_data_format")
    policy, nonce = optional.get(der.OBJECT_IDENTIFIER), optional.get(der.INTEGER)
    if policy is not None and policy != _POLICY:
        raise RequestRejected("unaccepted_policy")
    if _EXTENSIONS in optional:
        raise RequestRejected("unaccepted_extensions")
    return _Question(
        imprint=imprint,
        nonce=None if nonce is None else _positive(nonce),
        wants_certificate=optional.get(_BOOLEAN) == der.TRUE,
    )


_OPTIONAL: Final = (der.OBJECT_IDENTIFIER, der.INTEGER, _BOOLEAN, _EXTENSIONS)


def _by_tag(fields: list[bytes]) -> dict[int, bytes]:
    """Return the optional fields; each at most once, in their order, and no others."""
    tags = [field[0] for field in fields]
    if tags != [tag for tag in _OPTIONAL if tag in tags]:
        raise DerMalformed("fields that a request does not have")
    return dict(zip(tags, fields, strict=True))


def _positive(number: bytes) -> int:
    """Return a nonce; a negative one could be answered, but nobody sends it."""
    found = int.from_bytes(contents(number), "big")
    if number != der.integer(found):
        raise DerMalformed("not a number as DER writes it")
    return found
