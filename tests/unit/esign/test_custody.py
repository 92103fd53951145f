"""The vault's allow-list, its keys and its audit trail."""

from __future__ import annotations

import hashlib
import json
import stat
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from esign.authorities.creation import create_authorities
from esign.custody import vault as vaults
from esign.custody.keyring import Keyring
from esign.custody.uris import KeyUri, KeyUse
from esign.custody.vault import Vault
from esign.errors import (
    AuthorityMissing,
    KeyMisused,
    KeyUnknown,
    KeyUnsuitable,
    NotForProduction,
    RequestRefused,
)
from esign.evidence import EvidenceDigests
from esign.testing import BASE_URL, OFFICE, SetClock

if TYPE_CHECKING:
    from pathlib import Path

    from esign.authorities.directory import AuthorityDirectory

AT = datetime(2026, 3, 1, tzinfo=UTC)
EVIDENCE = EvidenceDigests(identity_check="1" * 64, ceremony_segment="2" * 64, document="3" * 64)
DIGEST = hashlib.sha256(b"deed").digest()


@pytest.fixture
def files(tmp_path: Path) -> AuthorityDirectory:
    return create_authorities(tmp_path, now=AT, offices={OFFICE: "甲公证处"}, base_url=BASE_URL)


@pytest.fixture
def now() -> SetClock:
    return SetClock(AT)


@pytest.fixture
def vault(files: AuthorityDirectory, now: SetClock) -> Vault:
    return Vault(files, now=now, base_url=BASE_URL, proof=lambda: None)


def check(certificate: x509.Certificate, signature: bytes) -> None:
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(signature, DIGEST, ec.ECDSA(Prehashed(hashes.SHA256())))


def test_seal_signs_a_digest(vault: Vault, files: AuthorityDirectory) -> None:
    name = f"office.{OFFICE}.seal"
    check(files.certificate(name), vault.sign_digest(f"file:{name}", DIGEST))


def test_event_key_signs_once_and_is_gone(vault: Vault) -> None:
    made = vault.make_event_key(office=OFFICE, common_name="李雷", evidence=EVIDENCE)
    certificate = x509.load_der_x509_certificate(made.certificate)
    check(certificate, vault.sign_once(made.uri, DIGEST))
    with pytest.raises(KeyUnknown):
        vault.sign_once(made.uri, DIGEST)


def test_event_key_is_gone_even_when_its_use_fails(vault: Vault) -> None:
    made = vault.make_event_key(office=OFFICE, common_name="李雷", evidence=EVIDENCE)
    with pytest.raises(RequestRefused):
        vault.sign_once(made.uri, b"short")
    with pytest.raises(KeyUnknown):
        vault.sign_once(made.uri, DIGEST)


def test_event_key_that_nobody_used_is_forgotten_with_its_certificate(
    vault: Vault, now: SetClock
) -> None:
    made = vault.make_event_key(office=OFFICE, common_name="李雷", evidence=EVIDENCE)
    now.at += timedelta(minutes=11)
    with pytest.raises(KeyUnknown):
        vault.sign_once(made.uri, DIGEST)


def test_event_keys_cannot_pile_up(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vaults, "EVENT_KEYS_AT_ONCE", 1)
    vault.make_event_key(office=OFFICE, common_name="李雷", evidence=EVIDENCE)
    with pytest.raises(RequestRefused):
        vault.make_event_key(office=OFFICE, common_name="李雷", evidence=EVIDENCE)


@pytest.mark.parametrize(
    ("key", "error"),
    [
        # The root signs certificates and lists, never a digest from outside.
        ("file:root", KeyMisused),
        # Nor does an office's authority.
        (f"file:office.{OFFICE}.authority", KeyMisused),
        # An event key signs once, by its own operation.
        ("memory:event." + "0" * 32, KeyMisused),
        # An office that does not exist has no seal.
        ("file:office.nowhere.seal", KeyUnknown),
        # Memory does not look into files.
        ("memory:tsa", KeyUnknown),
        # The name says nothing about the use.
        ("file:something", KeyUnknown),
        # A way out of the directory.
        ("file:../../etc/passwd", KeyUnknown),
        ("file:office..seal", KeyUnknown),
        # A store that is not set up.
        ("pkcs11:token=a", KeyUnknown),
        ("", KeyUnknown),
    ],
)
def test_digest_is_signed_only_with_a_key_made_for_it(
    vault: Vault, key: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        vault.sign_digest(key, DIGEST)


def test_seal_is_not_an_event_key(vault: Vault) -> None:
    with pytest.raises(KeyMisused):
        vault.sign_once(f"file:office.{OFFICE}.seal", DIGEST)


def test_enrolling_a_notary_twice_keeps_the_first_key(
    vault: Vault, files: AuthorityDirectory
) -> None:
    key = vault.enrol_notary(office=OFFICE, notary="n-1", common_name="王公证")
    first = files.certificate(KeyUri.parse(key).name)
    assert vault.enrol_notary(office=OFFICE, notary="n-1", common_name="王公证") == key
    assert files.certificate(KeyUri.parse(key).name) == first


def test_key_without_certificate_left_by_a_crash_is_taken_up(
    vault: Vault, files: AuthorityDirectory
) -> None:
    key = vault.enrol_notary(office=OFFICE, notary="n-1", common_name="王公证")
    name = KeyUri.parse(key).name
    first = files.certificate(name).public_key()
    (files.public / f"{name}.pem").unlink()
    vault.enrol_notary(office=OFFICE, notary="n-1", common_name="王公证")
    assert files.certificate(name).public_key() == first


@pytest.mark.parametrize("bad", ["", "A", "a/b", "..", "a.b", "n" * 65])
def test_names_that_could_leave_their_place_are_refused(vault: Vault, bad: str) -> None:
    with pytest.raises(AuthorityMissing):
        vault.enrol_notary(office=OFFICE, notary=bad, common_name="x")
    with pytest.raises(AuthorityMissing):
        vault.revocation_list(office=bad)


def test_revoked_certificate_is_on_the_next_list_once(vault: Vault) -> None:
    vault.revoke(office=OFFICE, serial=77)
    vault.revoke(office=OFFICE, serial=77)
    listed = x509.load_der_x509_crl(vault.revocation_list(office=OFFICE))
    assert [entry.serial_number for entry in listed] == [77]


def test_every_use_is_on_record_before_it_happens_and_each_line_holds_the_last(
    vault: Vault, files: AuthorityDirectory, now: SetClock
) -> None:
    made = vault.make_event_key(office=OFFICE, common_name="李雷", evidence=EVIDENCE)
    vault.sign_once(made.uri, DIGEST)
    Vault(files, now=now, base_url=BASE_URL, proof=lambda: None).sign_digest(
        f"file:office.{OFFICE}.seal", DIGEST
    )
    lines = (files.records / "audit.jsonl").read_bytes().splitlines()
    entries = [json.loads(line) for line in lines]
    assert [e["operation"] for e in entries] == ["issue_certificate", "sign_once", "sign_digest"]
    before = ["0" * 64, *(hashlib.sha256(line).hexdigest() for line in lines)]
    assert [e["previous"] for e in entries] == before[:-1]
    assert "李雷" not in b"".join(lines).decode()


def test_key_files_are_for_their_owner_alone(files: AuthorityDirectory) -> None:
    modes = {stat.S_IMODE(path.stat().st_mode) for path in files.keys.iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE(files.keys.stat().st_mode) == 0o700


def test_stand_in_keys_warn(tmp_path: Path) -> None:
    with pytest.warns(NotForProduction):
        Keyring(tmp_path).make(KeyUri("file", "tsa"))
    with pytest.warns(NotForProduction):
        Keyring(tmp_path).make(KeyUri("memory", "tsa"))


def test_key_of_a_strange_kind_is_refused(tmp_path: Path) -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "tsa.pem").write_bytes(pem)
    with pytest.raises(KeyUnsuitable):
        Keyring(tmp_path).load(KeyUri("file", "tsa"))
    (tmp_path / "tsa.pem").write_bytes(b"no key at all")
    with pytest.raises(KeyUnsuitable):
        Keyring(tmp_path).load(KeyUri("file", "tsa"))


def test_uri_tells_its_use_and_is_written_as_it_was_read() -> None:
    uri = KeyUri.parse("file:office.kunming-a.notary.n-1")
    assert uri.use is KeyUse.SIGN
    assert str(uri) == "file:office.kunming-a.notary.n-1"
