"""The time-stamper's key is replaced in a ceremony, and what it stamped lives on under the next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from esign.authorities.directory import ROOT, TSA
from esign.authorities.profiles import TIME_STAMPER
from esign.errors import AuthorityMissing, RenewalUseless, VerificationFailed
from esign.keyceremony.requests import Action
from esign.testing import running_office
from esign.tsa.on_duty import AuthorityOnDuty
from esign.verification import verify
from tests.servers.ceremony_room import Room

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from esign.testing import RunningOffice

AT = datetime(2026, 3, 1, tzinfo=UTC)
LATE = AT + TIME_STAMPER.valid_for - timedelta(days=180)
AFTERWARDS = AT + TIME_STAMPER.valid_for + timedelta(days=200)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RunningOffice]:
    """Return an office whose time-stamping process was started once and runs ever since."""
    with running_office(tmp_path, at=AT) as running:
        running.server.authority = AuthorityOnDuty(
            running.files, custody=running.vault, now=running.now, proof=running.proof
        )
        yield running


def test_an_old_file_waits_for_the_next_key_and_outlives_the_old_one(office: RunningOffice) -> None:
    sealed = office.sealed()
    room = Room(office.files.path, office.now).with_officers()
    office.now.at = LATE
    room.done(Action.PUBLISH, ROOT)
    with pytest.raises(RenewalUseless):
        office.renewer().renew(sealed)

    room.done(Action.ROTATE, TSA)
    assert office.files.names(TSA) == [TSA, f"{TSA}.2"]
    renewed = office.renewer().renew(sealed).document
    verify(renewed, roots=office.roots, at=AFTERWARDS)
    verify(sealed, roots=office.roots, at=LATE)
    with pytest.raises(VerificationFailed):
        verify(sealed, roots=office.roots, at=AFTERWARDS)


def test_who_asks_after_the_ceremony_is_answered_under_the_next_key(office: RunningOffice) -> None:
    room = Room(office.files.path, office.now).with_officers()
    first = office.stamps.ask(bytes(32)).certificate
    room.done(Action.ROTATE, TSA)
    second = office.stamps.ask(bytes(32)).certificate
    assert [first, second] == [
        office.files.certificate(name).public_bytes(Encoding.DER) for name in (TSA, f"{TSA}.2")
    ]
    assert x509.load_der_x509_certificate(first).public_key() != (
        x509.load_der_x509_certificate(second).public_key()
    )


def test_without_any_key_there_is_nobody_on_duty(office: RunningOffice, tmp_path: Path) -> None:
    room = Room(tmp_path / "empty", office.now)
    with pytest.raises(AuthorityMissing):
        AuthorityOnDuty(room.files, custody=office.vault, now=office.now, proof=office.proof)
