"""A client of the time-stamping authority, with time-outs, and every answer proven.

Whatever goes wrong is `TimeStampUnavailable`: without a time-stamp there is no
signature.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import urllib3

from esign.anchors import roots_now
from esign.cms import der
from esign.cms.algorithms import SHA256, SHA256_SIZE
from esign.errors import TimeStampUnavailable
from esign.tsa.responses import check_token, read_response

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cryptography import x509

    from esign.anchors import Roots
    from esign.clock import Clock
    from esign.tsa.reading import Token

    Exchange = Callable[[bytes], bytes]

PATIENCE: Final = urllib3.Timeout(connect=2.0, read=5.0)
LONGEST_READING: Final = timedelta(seconds=5)
"""From the first byte of an answer to its last; chosen."""
LARGEST_ANSWER: Final = 64 * 1024

TOLERANCE: Final = timedelta(seconds=30)
"""Between our clock and the authority's; wide, because only theirs is proven."""

SPARE: Final = 64
"""Bytes by which one stamp may be longer than another of the same authority: a serial
number, a signature and a fraction of a second have no fixed length."""

_HEADERS: Final = {
    "Content-Type": "application/timestamp-query",
    "Accept": "application/timestamp-reply",
}
_V1: Final = der.integer(1)


class TimeStampSource:
    """Where stamps come from; shared by all threads, one connection pool."""

    def __init__(
        self,
        url: str,
        *,
        roots: Roots,
        now: Clock,
        exchange: Exchange | None = None,
    ) -> None:
        """``exchange`` takes the place of HTTP: an authority in this process, for example."""
        self._url = url
        self._roots = roots
        self._now = now
        self._pool = urllib3.PoolManager(timeout=PATIENCE, retries=False, maxsize=8)
        self._exchange = exchange or self._over_http

    def ask(self, digest: bytes) -> Token:
        """Return a proven token over a SHA-256 digest."""
        return self._ask_under(roots_now(self._roots), digest)

    def _ask_under(self, roots: Sequence[x509.Certificate], digest: bytes) -> Token:
        """Return a token over a SHA-256 digest, proven by one of ``roots``."""
        nonce = secrets.randbits(62) | 1 << 62
        answer = self._exchange(request_for(digest, nonce=nonce))
        token = read_response(answer, digest=digest, nonce=nonce)
        check_token(token, roots=roots, now=self._now(), tolerance=TOLERANCE)
        return token

    def stamper(self) -> DocumentStamper:
        """Return stamps for one document.

        Raises `TimeStampUnavailable` unless a stamp can be had right now; the one
        that shows it also tells how much room stamps need.
        """
        roots = roots_now(self._roots)
        shown = self._ask_under(roots, bytes(SHA256_SIZE))
        return DocumentStamper(shown, lambda digest: self._ask_under(roots, digest))

    def _over_http(self, request: bytes) -> bytes:
        try:
            answer = self._pool.request(
                "POST", self._url, body=request, headers=_HEADERS, preload_content=False
            )
            try:
                body = self._read(answer)
            except TimeStampUnavailable:
                answer.close()  # Never back into the pool: what is left may be endless.
                raise
            answer.release_conn()
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise TimeStampUnavailable("the time-stamping authority does not answer") from error
        kind = answer.headers.get("Content-Type", "")
        if answer.status != HTTPStatus.OK or kind != _HEADERS["Accept"]:
            raise TimeStampUnavailable("the time-stamping authority does not answer properly")
        return body

    def _read(self, answer: urllib3.BaseHTTPResponse) -> bytes:
        """Read as it comes: a time-out of the library begins anew with every byte."""
        begun, content = self._now(), b""
        while chunk := answer.read1(LARGEST_ANSWER, decode_content=False):
            content += chunk
            if not len(content) <= LARGEST_ANSWER:
                raise TimeStampUnavailable("the answer is too large")
            if not self._now() - begun <= LONGEST_READING:
                raise TimeStampUnavailable("the answer takes too long")
        return content


class DocumentStamper:
    """Stamps of one authority under one certificate, which goes into the document."""

    def __init__(self, shown: Token, ask: Callable[[bytes], Token]) -> None:
        self._ask = ask
        self.certificate = shown.certificate
        """DER."""
        self.room = len(shown.whole) + SPARE
        """The most bytes that a token has."""

    def stamp(self, digest: bytes) -> bytes:
        """Return a token in DER over a SHA-256 digest, of at most `room` bytes."""
        token = self._ask(digest)
        if not (token.certificate == self.certificate and len(token.whole) <= self.room):
            raise TimeStampUnavailable("the authority changed between two time-stamps")
        return token.whole


def request_for(digest: bytes, *, nonce: int) -> bytes:
    """Return a ``TimeStampReq`` (RFC 3161 2.4.1) that asks for the certificate, too."""
    imprint = der.sequence(SHA256, der.octets(digest))
    return der.sequence(_V1, imprint, der.integer(nonce), der.TRUE)
