"""SM2 (GB/T 32918.2), for verification only: no secret is ever in this program."""

from __future__ import annotations

from functools import lru_cache
from typing import Optional

from esign.offline.parts.der import INTEGER, body, inside
from esign.offline.parts.digests import sm3

_P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
_A = _P - 3
_B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
_N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
_G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
Point = Optional[tuple[int, int]]


def _add(one: Point, other: Point) -> Point:
    if one is None or other is None:
        return one or other
    (x1, y1), (x2, y2) = one, other
    if x1 == x2 and (y1 + y2) % _P == 0:
        return None
    top, bottom = (3 * x1 * x1 + _A, 2 * y1) if one == other else (y2 - y1, x2 - x1)
    slope = top * pow(bottom, -1, _P) % _P
    x3 = (slope * slope - x1 - x2) % _P
    return x3, (slope * (x1 - x3) - y1) % _P


def _times(factor: int, point: Point) -> Point:
    found: Point = None
    while factor:
        found = _add(found, point) if factor & 1 else found
        point, factor = _add(point, point), factor >> 1
    return found


@lru_cache(maxsize=1024)  # one chain stands behind many signatures
def sm2_holds(
    point: bytes, signature: bytes, message: bytes, *, identity: bytes = b"1234567812345678"
) -> bool:
    """Say whether ``signature`` (DER) is of the key ``point`` (04 || x || y); GB/T 32918.2 7.1."""
    x, y = int.from_bytes(point[1:33], "big"), int.from_bytes(point[33:], "big")
    if not (len(point) == 65 and point[0] == 4 and x < _P and y < _P):
        return False
    if (y * y - (x * x * x + _A * x + _B)) % _P:
        return False
    r, s = (
        int.from_bytes(body(each), "big", signed=True)
        for each in inside(signature, INTEGER, INTEGER)
    )
    named = b"".join(n.to_bytes(32, "big") for n in (_A, _B, *_G, x, y))
    z = sm3((len(identity) * 8).to_bytes(2, "big") + identity + named)
    e, t = int.from_bytes(sm3(z + message), "big"), (r + s) % _N
    if not (0 < r < _N and 0 < s < _N and t):
        return False
    found = _add(_times(s, _G), _times(t, (x, y)))
    return found is not None and (e + found[0]) % _N == r
