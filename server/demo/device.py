"""A telephone's own key: what an app does with it, byte for byte."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


@dataclass(slots=True, kw_only=True)
class DeviceKey:
    id: str = ""
    """As the platform knows the device, once it does."""

    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        )

    def sign(self, statement: str) -> bytes:
        return self.private.sign(statement.encode(), ec.ECDSA(SHA256()))

    def introduced(self, code: str) -> dict[str, str]:
        """Return what adds this device under a one-time code."""
        told = {
            "code": code,
            "key_sha256": hashlib.sha256(self.public).hexdigest(),
            "type": "feigui.device.v1",
        }
        statement = json.dumps(told, sort_keys=True, separators=(",", ":"))
        return {
            "kind": "device_key",
            "public_key": base64url(self.public),
            "signature": base64url(self.sign(statement)),
        }

    def answer(self, asked: Any) -> dict[str, str]:  # noqa: ANN401  # JSON
        """Return what goes with the act as ``step_up``."""
        return {
            "id": asked["id"],
            "device_id": self.id,
            "signature": base64url(self.sign(asked["statement"])),
        }
