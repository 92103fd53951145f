"""The signer process as it is run: keys inside, a narrow socket, and no way round."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import stat
import struct
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from hypothesis import given, settings
from hypothesis import strategies as st

from esign.algorithms import SigningAlgorithm
from esign.authorities.creation import create_authorities
from esign.authorities.directory import AuthorityDirectory
from esign.cms.algorithms import SM2_SM3, key_of
from esign.custody import wire
from esign.custody.client import CustodyClient
from esign.errors import (
    AuthorityMissing,
    CallerRefused,
    CustodyUnavailable,
    KeyMisused,
    KeyUnknown,
    RequestRefused,
)
from esign.evidence import EvidenceDigests
from esign.testing import BASE_URL, OFFICE
from tests.servers.signer import signer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DIGEST = hashlib.sha256(b"deed").digest()
EVIDENCE = EvidenceDigests(identity_check="1" * 64, ceremony_segment="2" * 64, document="3" * 64)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("signer")
    create_authorities(
        directory,
        now=datetime.now(UTC),
        offices={OFFICE: "甲公证处"},
        base_url=BASE_URL,
        sm2_offices=[OFFICE],
    )
    return directory


@pytest.fixture(scope="module")
def custody(house: Path) -> Iterator[CustodyClient]:
    with signer(house) as (client, _):
        yield client


def raw(house: Path, message: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(str(house / "signer.sock"))
        connection.sendall(message)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        # A message with more behind its stated end is cut off by a reset.
        with suppress(ConnectionResetError):
            while piece := connection.recv(65536):
                answer += piece
    return answer


def test_client_does_all_that_the_vault_does(custody: CustodyClient) -> None:
    custody.ping()
    key = custody.enrol_notary(office=OFFICE, notary="n-1", common_name="王公证")
    assert len(custody.sign_digest(key, DIGEST)) >= 64
    made = custody.make_event_key(office=OFFICE, common_name="李雷", evidence=EVIDENCE)
    certificate = x509.load_der_x509_certificate(made.certificate)
    public = certificate.public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)
    signature = custody.sign_once(made.uri, DIGEST)
    public.verify(signature, DIGEST, ec.ECDSA(Prehashed(hashes.SHA256())))
    custody.revoke(office=OFFICE, serial=certificate.serial_number)
    listed = x509.load_der_x509_crl(custody.revocation_list(office=OFFICE))
    assert [e.serial_number for e in listed] == [certificate.serial_number]


def test_key_that_an_outside_authority_certifies_never_leaves_the_signer(
    custody: CustodyClient,
) -> None:
    made = custody.make_event_request(office=OFFICE, common_name="李雷", evidence=EVIDENCE)
    asked = x509.load_der_x509_csr(made.request)
    public = asked.public_key()
    assert asked.is_signature_valid
    assert isinstance(public, ec.EllipticCurvePublicKey)
    signature = custody.sign_once(made.uri, DIGEST)
    public.verify(signature, DIGEST, ec.ECDSA(Prehashed(hashes.SHA256())))
    with pytest.raises(KeyUnknown):
        custody.sign_once(made.uri, DIGEST)


def test_status_is_answered_across_the_socket_with_the_reason(
    custody: CustodyClient, house: Path
) -> None:
    files = AuthorityDirectory(house)
    authority = f"office.{OFFICE}.authority"
    made = custody.make_event_key(office=OFFICE, common_name="李雷", evidence=EVIDENCE)
    certificate = x509.load_der_x509_certificate(made.certificate)
    custody.revoke(
        office=OFFICE,
        serial=certificate.serial_number,
        reason=x509.ReasonFlags.cessation_of_operation,
    )
    asked = ocsp.OCSPRequestBuilder().add_certificate(
        certificate, files.certificate(authority), hashes.SHA256()
    )
    request = asked.build().public_bytes(Encoding.DER)
    answer = ocsp.load_der_ocsp_response(custody.certificate_status(authority, request))
    assert answer.certificate_status is ocsp.OCSPCertStatus.REVOKED
    assert answer.revocation_reason is x509.ReasonFlags.cessation_of_operation


def test_client_has_the_same_done_with_sm2(custody: CustodyClient) -> None:
    sm2 = SigningAlgorithm.SM2
    custody.enrol_notary(office=OFFICE, notary="n-2", common_name="王公证", algorithm=sm2)
    made = custody.make_event_key(
        office=OFFICE, common_name="李雷", evidence=EVIDENCE, algorithm=sm2
    )
    certificate = x509.load_der_x509_certificate(made.certificate)
    key = key_of(certificate)
    assert key.algorithm is SM2_SM3
    imprint = key.imprint(b"deed")
    key.check(custody.sign_once(made.uri, imprint), imprint)
    custody.revoke(office=OFFICE, serial=certificate.serial_number, algorithm=sm2)
    listed = x509.load_der_x509_crl(custody.revocation_list(office=OFFICE, algorithm=sm2))
    assert [e.serial_number for e in listed] == [certificate.serial_number]


def test_refusals_keep_their_names_across_the_socket(custody: CustodyClient) -> None:
    with pytest.raises(KeyMisused):
        custody.sign_digest("file:root", DIGEST)
    with pytest.raises(KeyMisused):
        custody.sign_digest("file:sm2.root", DIGEST)
    with pytest.raises(KeyUnknown):
        custody.sign_digest("file:office.nowhere.seal", DIGEST)
    with pytest.raises(RequestRefused):
        custody.sign_digest("file:tsa", b"short")
    with pytest.raises(AuthorityMissing):
        custody.revocation_list(office="nowhere")


def test_socket_is_for_its_owner_alone(custody: CustodyClient, house: Path) -> None:
    custody.ping()
    assert stat.S_IMODE((house / "signer.sock").stat().st_mode) == 0o600


@settings(max_examples=150, deadline=None)
@given(body=st.binary(max_size=200), length=st.none() | st.integers(0, 2**32 - 1))
def test_signer_survives_any_bytes(
    body: bytes, length: int | None, custody: CustodyClient, house: Path
) -> None:
    """Whatever is sent, the next honest caller is served."""
    stated = len(body) if length is None else length
    answer = raw(house, struct.pack(">I", stated) + body)
    assert not answer or json.loads(answer[4:])["error"] == "RequestRefused"
    custody.ping()


@pytest.mark.parametrize(
    "request_",
    [
        # No operation at all, and one that does not exist.
        {},
        {"operation": "export_key", "key": "file:root"},
        # Fields that are missing or no hexadecimal.
        {"operation": "sign_digest"},
        {"operation": "sign_digest", "key": "file:tsa", "digest": "zz"},
        # An algorithm that is none of ours.
        {"operation": "revocation_list", "office": OFFICE, "algorithm": "md5"},
        # Evidence that is no digest.
        {
            "operation": "make_event_key",
            "office": OFFICE,
            "common_name": "x",
            "identity_check": "A" * 64,
            "ceremony_segment": "2" * 64,
            "document": "3" * 64,
        },
        # A value that is no text.
        {"operation": ["ping"]},
    ],
)
def test_request_outside_the_allow_list_is_refused(
    custody: CustodyClient, house: Path, request_: dict[str, object]
) -> None:
    body = json.dumps(request_).encode()
    answer = raw(house, struct.pack(">I", len(body)) + body)
    assert json.loads(answer[4:])["error"] == "RequestRefused"


def test_caller_that_hangs_up_does_not_hurt(custody: CustodyClient, house: Path) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(house / "signer.sock"))
    custody.ping()


def test_too_large_a_request_is_not_even_sent(custody: CustodyClient) -> None:
    with pytest.raises(RequestRefused):
        custody.sign_digest("file:tsa", bytes(wire.LARGEST))


def test_absent_signer_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(CustodyUnavailable):
        CustodyClient(tmp_path / "nobody.sock").ping()


def test_killed_signer_comes_back_over_its_old_socket(tmp_path: Path) -> None:
    create_authorities(
        tmp_path, now=datetime.now(UTC), offices={OFFICE: "甲公证处"}, base_url=BASE_URL
    )
    path = tmp_path / "signer.sock"
    with socket.socket(socket.AF_UNIX) as left_over:
        left_over.bind(str(path))
    with pytest.raises(CustodyUnavailable):
        CustodyClient(path).ping()
    with signer(tmp_path) as (client, _):
        client.ping()


def test_signer_leaves_no_core_file_and_no_debugger_of_its_user_gets_in(tmp_path: Path) -> None:
    create_authorities(
        tmp_path, now=datetime.now(UTC), offices={OFFICE: "甲公证处"}, base_url=BASE_URL
    )
    with signer(tmp_path) as (client, process):
        client.ping()
        told = Path(f"/proc/{process.pid}")
        # The kernel gives the files of an undumpable process to root.
        assert (told / "mem").stat().st_uid == 0
        limits = (told / "limits").read_text()
    assert [line.split()[4] for line in limits.splitlines() if "core file" in line] == ["0"]


def test_whoever_is_no_part_of_the_platform_is_told_nothing(house: Path, tmp_path: Path) -> None:
    """The kernel says who asks (SO_PEERCRED); what a caller says of itself is not asked."""
    create_authorities(
        tmp_path, now=datetime.now(UTC), offices={OFFICE: "甲公证处"}, base_url=BASE_URL
    )
    with signer(tmp_path, "--caller", f"{os.geteuid() + 1}=platform") as (client, _):
        for ask in (client.ping, lambda: client.sign_digest("file:tsa", DIGEST)):
            with pytest.raises(CallerRefused):
                ask()
    trail = tmp_path / "records" / "audit.jsonl"
    assert not trail.exists()


@pytest.mark.parametrize(
    ("part", "allowed"),
    [
        # A web that was taken over gets lists out of the signer, and no signature.
        ("web", {"list"}),
        ("tsa", {"digest"}),
        ("worker", {"list", "digest", "event"}),
        ("platform", {"list", "digest", "event", "enrol"}),
    ],
)
def test_a_part_with_a_user_of_its_own_asks_only_for_what_it_needs(
    tmp_path: Path, part: str, allowed: set[str]
) -> None:
    create_authorities(
        tmp_path, now=datetime.now(UTC), offices={OFFICE: "甲公证处"}, base_url=BASE_URL
    )
    with signer(tmp_path, "--caller", f"{os.geteuid()}={part}") as (client, _):
        asked: dict[str, Callable[[], object]] = {
            "list": lambda: client.revocation_list(office=OFFICE),
            "digest": lambda: client.sign_digest("file:tsa", DIGEST),
            "event": lambda: client.make_event_key(
                office=OFFICE, common_name="李雷", evidence=EVIDENCE
            ),
            "enrol": lambda: client.enrol_notary(office=OFFICE, notary="n-1", common_name="王"),
        }
        answered = set()
        for name, ask in asked.items():
            with suppress(CallerRefused):
                ask()
                answered.add(name)
    assert answered == allowed
