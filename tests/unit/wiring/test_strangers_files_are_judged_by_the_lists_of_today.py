"""A stolen key's signature looks as good as any until the lists of today are asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from esign.errors import CertificateRevoked
from esign.keyceremony.requests import Action
from esign.testing import running_office
from server.settings import Settings
from server.wiring.parts import Parts
from tests.servers.ceremony_room import SEAL, Room

if TYPE_CHECKING:
    from pathlib import Path


def test_the_platform_refuses_what_was_sealed_after_the_key_was_lost(tmp_path: Path) -> None:
    began = datetime.now(UTC) - timedelta(hours=3)
    needed = ("DATABASE_URL", "S3_ENDPOINT", "S3_ACCESS_KEY", "S3_SECRET_KEY", "TSA_URL")
    environ = {
        **{f"FEIGUI_{name}": "http://127.0.0.1:1" for name in needed},
        "FEIGUI_KEY_ENCRYPTION_KEYS": "memory:",
        "FEIGUI_SECRETS": str(tmp_path),
        "FEIGUI_TOKEN_KEYS": str(tmp_path),
        "FEIGUI_AUTHORITIES": str(tmp_path),
        "FEIGUI_SIGNER_SOCKET": str(tmp_path / "none"),
        "FEIGUI_PUBLIC_URL": "http://127.0.0.1:8000",
    }
    with running_office(tmp_path, at=began) as office:
        before = office.sealed()
        office.now.at = began + timedelta(hours=2)
        stolen = office.sealed()
        verify = Parts(Settings.from_environ(environ)).verify_document
        assert len(verify(stolen).signatures) == 2
        room = Room(office.files.path, office.now).with_officers()
        room.done(Action.COMPROMISE, SEAL, compromised_at=began + timedelta(hours=1))
        assert len(verify(before).signatures) == 2
        with pytest.raises(CertificateRevoked):
            verify(stolen)
