"""A small honest log (RFC 9162), and proofs from it as c2sp.org/tlog-proof writes them."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from server.register.canonical_json import canonical_json

if TYPE_CHECKING:
    from collections.abc import Sequence


def entry_of(public_id: str, sealed_sha256: str, *, deed_sha256: str | None = None) -> bytes:
    """Return an entry of version 2, or of version 1 where it names no deed."""
    mark = hashlib.sha256(b"feigui.certificate\x00" + public_id.encode()).hexdigest()
    deed = {} if deed_sha256 is None else {"deed_sha256": deed_sha256}
    return canonical_json(
        {
            **deed,
            "at": "2026-03-02T01:30:00Z",
            "certificate": mark,
            "kind": "issue",
            "office": "kunming-demo",
            "related": None,
            "sealed_sha256": sealed_sha256,
            "type": "feigui.certificate",
            "v": 2 if deed else 1,
        }
    )


def _hash(leaves: Sequence[bytes]) -> bytes:
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + _hash(leaves[:k]) + _hash(leaves[k:])).digest()


def _path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = 1 << (len(leaves) - 1).bit_length() - 1
    if index < k:
        return [*_path(index, leaves[:k]), _hash(leaves[k:])]
    return [*_path(index - k, leaves[k:]), _hash(leaves[:k])]


@dataclass
class HonestLog:
    origin: str = "feigui.example/log"
    entries: list[bytes] = field(default_factory=list)
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def _raw(self) -> bytes:
        return b"\x01" + self.key.public_key().public_bytes_raw()

    @property
    def _id(self) -> bytes:
        return hashlib.sha256(self.origin.encode() + b"\n" + self._raw).digest()[:4]

    @property
    def verifier_key(self) -> str:
        return f"{self.origin}+{self._id.hex()}+{base64.b64encode(self._raw).decode()}"

    def checkpoint(self, root: bytes | None = None) -> bytes:
        encoded = base64.b64encode(root or _hash(self.entries)).decode()
        text = f"{self.origin}\n{len(self.entries)}\n{encoded}\n"
        signature = base64.b64encode(self._id + self.key.sign(text.encode())).decode()
        return f"{text}\n\u2014 {self.origin} {signature}\n".encode()

    def proof(self, index: int, *, says: int | None = None, drop: int = 0) -> bytes:
        """Return the proof of an entry; ``says`` and ``drop`` make it a wrong one."""
        path = _path(index, self.entries)
        lines = [
            "c2sp.org/tlog-proof@v1",
            f"extra {base64.b64encode(self.entries[index]).decode()}",
            f"index {index if says is None else says}",
            *(base64.b64encode(each).decode() for each in path[: len(path) - drop]),
        ]
        return "\n".join([*lines, "", ""]).encode() + self.checkpoint()
