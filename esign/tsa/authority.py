"""Answer one RFC 3161 request: a token, or a rejection with its reason.

The clock is proven before every stamp; without proof there is no stamp.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from asn1crypto import tsp

from esign import oids
from esign.errors import CustodyError
from esign.tsa.answers import TimeStampAnswer
from esign.tsa.clock_proof import ClockUnproven
from esign.tsa.tokens import Stamp, token

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from esign.asn1 import Asn1
    from esign.clock import Clock
    from esign.custody.ports import Custody
    from esign.tsa.clock_proof import ClockProof

SHA256_SIZE: Final = 32


class RequestRejected(Exception):
    """The request cannot be served; carries RFC 3161's word for why."""

    def __init__(self, failure: str) -> None:
        self.failure = failure
        super().__init__(failure)


class TimeStampingAuthority:
    def __init__(
        self, *, certificate: Certificate, key: str, custody: Custody, now: Clock, proof: ClockProof
    ) -> None:
        self._certificate = certificate
        self._key = key
        self._custody = custody
        self._now = now
        self._proof = proof

    def answer(self, request: bytes) -> bytes:
        """Return a ``TimeStampResp`` in DER, for any input."""
        try:
            response = TimeStampAnswer(
                {"status": {"status": "granted"}, "time_stamp_token": self._stamp(request)}
            )
        except RequestRejected as rejected:
            response = _rejection(rejected.failure)
        except ClockUnproven:
            response = _rejection("time_not_available")
        except CustodyError:
            response = _rejection("system_failure")
        encoded: bytes = response.dump()
        return encoded

    def _stamp(self, request: bytes) -> Asn1:
        asked = _read(request)
        self._proof()
        stamp = Stamp(
            digest=asked["message_imprint"]["hashed_message"].native,
            at=self._now(),
            serial=secrets.randbits(158) | 1 << 158,
            nonce=asked["nonce"].native,
        )
        return token(
            stamp,
            self._certificate,
            sign=lambda digest: self._custody.sign_digest(self._key, digest),
            with_certificate=asked["cert_req"].native,
        )


def _read(request: bytes) -> Asn1:
    try:
        asked = tsp.TimeStampReq.load(request, strict=True)
        algorithm = asked["message_imprint"]["hash_algorithm"]["algorithm"].native
        imprint = asked["message_imprint"]["hashed_message"].native
        policy = asked["req_policy"].native
        extensions = asked["extensions"].native
        whole = asked["version"].native == "v1" and isinstance(asked["cert_req"].native, bool)
    except (ValueError, TypeError):
        raise RequestRejected("bad_data_format") from None
    if not whole:
        raise RequestRejected("bad_request")
    if algorithm != "sha256":
        raise RequestRejected("bad_alg")
    if len(imprint) != SHA256_SIZE:
        raise RequestRejected("bad_data_format")
    if policy not in {None, oids.TIME_STAMP_POLICY}:
        raise RequestRejected("unaccepted_policy")
    if extensions:
        raise RequestRejected("unaccepted_extensions")
    return asked


def _rejection(failure: str) -> Asn1:
    return TimeStampAnswer({"status": {"status": "rejection", "fail_info": {failure}}})
