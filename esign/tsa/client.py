"""pyHanko's time-stamper over urllib3, with time-outs, and every answer proven.

Whatever goes wrong is `TimeStampUnavailable`: without a time-stamp there is no
signature.
"""

from __future__ import annotations

import asyncio
import secrets
from datetime import timedelta
from hashlib import sha256
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import urllib3
from asn1crypto import cms, tsp
from pyhanko.sign.timestamps import TimeStamper

from esign.errors import TimeStampUnavailable
from esign.tsa.answers import TimeStampAnswer
from esign.tsa.responses import check_token, read_response

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cryptography.x509 import Certificate

    from esign.asn1 import Asn1
    from esign.clock import Clock

PATIENCE: Final = urllib3.Timeout(connect=2.0, read=5.0)
LARGEST_ANSWER: Final = 64 * 1024

TOLERANCE: Final = timedelta(seconds=30)
"""Between our clock and the authority's; wide, because only theirs is proven."""

_HEADERS: Final = {
    "Content-Type": "application/timestamp-query",
    "Accept": "application/timestamp-reply",
}


class TimeStampSource:
    """Where stamps come from; shared by all threads, one connection pool."""

    def __init__(self, url: str, *, roots: Sequence[Certificate], now: Clock) -> None:
        self._url = url
        self._roots = list(roots)
        self._now = now
        self._pool = urllib3.PoolManager(timeout=PATIENCE, retries=False, maxsize=8)

    def ask(self, request: bytes, *, digest: bytes, nonce: int | None) -> bytes:
        """Return a proven token, in DER."""
        response = self._exchange(request)
        answer = read_response(response, digest=digest, nonce=nonce)
        try:
            check_token(
                answer["time_stamp_token"],
                roots=self._roots,
                now=self._now(),
                tolerance=TOLERANCE,
            )
        except (ValueError, TypeError, KeyError, IndexError) as error:
            raise TimeStampUnavailable("the answer is not a time-stamp") from error
        # From a second reading: see `HttpTimeStamper.async_timestamp`.
        token: bytes = TimeStampAnswer.load(response)["time_stamp_token"].dump()
        return token

    def stamper(self) -> HttpTimeStamper:
        """Return pyHanko's view of this source, for one document.

        Raises `TimeStampUnavailable` unless a stamp can be had right now; the one
        that shows it also tells pyHanko how much room stamps need.
        """
        stamper = HttpTimeStamper(self)
        asyncio.run(stamper.async_dummy_response("sha256"))
        return stamper

    def _exchange(self, request: bytes) -> bytes:
        try:
            answer = self._pool.request(
                "POST", self._url, body=request, headers=_HEADERS, preload_content=False
            )
            with answer:
                body = answer.read(LARGEST_ANSWER + 1)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise TimeStampUnavailable("the time-stamping authority does not answer") from error
        kind = answer.headers.get("Content-Type", "")
        if answer.status != HTTPStatus.OK or kind != _HEADERS["Accept"]:
            raise TimeStampUnavailable("the time-stamping authority does not answer properly")
        if not len(body) <= LARGEST_ANSWER:
            raise TimeStampUnavailable("the answer is too large")
        return body


class HttpTimeStamper(TimeStamper):
    def __init__(self, source: TimeStampSource) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # pyHanko types no constructor
        self._source = source
        self._dummy: bytes | None = None

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> Asn1:
        """Return the token, unparsed.

        asn1crypto takes time exponential in the nesting to copy what was once
        looked into; what is fresh from DER it copies as bytes.
        """
        nonce = secrets.randbits(62) | 1 << 62
        request = tsp.TimeStampReq(
            {
                "version": "v1",
                "message_imprint": {
                    "hash_algorithm": {"algorithm": md_algorithm},
                    "hashed_message": message_digest,
                },
                "nonce": nonce,
                "cert_req": True,
            }
        )
        token = await asyncio.to_thread(
            self._source.ask, request.dump(), digest=message_digest, nonce=nonce
        )
        return cms.ContentInfo.load(token)

    async def async_dummy_response(self, md_algorithm: str) -> Asn1:
        if self._dummy is None:
            stamp = await self.async_timestamp(sha256().digest(), md_algorithm)
            self._dummy = stamp.dump()
            # pyHanko takes the authority's certificate from what it looks into.
            self._register_dummy(md_algorithm, stamp)  # type: ignore[no-untyped-call]  # pyHanko's own
        return cms.ContentInfo.load(self._dummy)
