"""The parts of the shipped verifier that no package of ours exercises today."""

from __future__ import annotations

import hashlib
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import cryptography
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509 import ocsp

from esign.authorities import profiles
from esign.authorities.creation import issuer_of
from esign.authorities.directory import office_name
from esign.authorities.issuing import CertificateOrder, Subject, issue
from esign.authorities.register import RevocationRegister
from esign.authorities.revocation import Revoked
from esign.custody.keyring import Keyring
from esign.custody.uris import KeyUri
from esign.errors import LintFailed
from esign.manifests import manifest_sealer
from esign.offline import verify
from esign.offline.verify import Fault, Proof
from esign.testing import BASE_URL, OFFICE, RunningOffice, key_signature, running_office
from tests.unit.esign.test_deeds import evidence_for, party, prepared_deed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
AUTHORITY = office_name(OFFICE, "authority")
MANIFEST = b'{"about":{},"format":"feigui.evidence-package/1"}'

# GB/T 32918.5-2017, A.2: signer's key and signature over "message digest".
SM2_X = "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
SM2_Y = "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
SM2_R = "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
SM2_S = "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
SM2_POINT = bytes.fromhex(f"04{SM2_X}{SM2_Y}")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with running_office(tmp_path_factory.mktemp("office"), at=AT) as running:
        yield running


def der(r: str, s: str) -> bytes:
    numbers = (bytes.fromhex(n) for n in (r, s))
    inside = b"".join(b"\x02\x21\x00" + n for n in numbers)
    return b"\x30" + bytes([len(inside)]) + inside


def test_the_standards_own_sm2_signature_holds() -> None:
    assert verify.sm2_holds(SM2_POINT, der(SM2_R, SM2_S), b"message digest")


@pytest.mark.parametrize(
    ("point", "signature", "message"),
    [
        # Another message, another signature, another key.
        (SM2_POINT, der(SM2_R, SM2_S), b"message digesT"),
        (SM2_POINT, der(SM2_S, SM2_R), b"message digest"),
        (bytes.fromhex(f"04{SM2_Y}{SM2_X}"), der(SM2_R, SM2_S), b"message digest"),
        # Not a point of the curve, not uncompressed, too short.
        (b"\x04" + bytes(64), der(SM2_R, SM2_S), b"message digest"),
        (b"\x02" + SM2_POINT[1:], der(SM2_R, SM2_S), b"message digest"),
        (SM2_POINT[:33], der(SM2_R, SM2_S), b"message digest"),
        # Numbers that no signature has.
        (SM2_POINT, der("00" * 32, SM2_S), b"message digest"),
        (SM2_POINT, der("ff" * 32, SM2_S), b"message digest"),
    ],
)
def test_any_other_sm2_signature_does_not(point: bytes, signature: bytes, message: bytes) -> None:
    assert not verify.sm2_holds(point, signature, message)


def test_openssl_and_we_agree_about_sm2(tmp_path: Path) -> None:
    """A key and a signature that OpenSSL made, which shares no code with ours."""

    def openssl(*arguments: str) -> bytes:
        return subprocess.run(
            ["openssl", *arguments], check=True, capture_output=True, cwd=tmp_path
        ).stdout

    (tmp_path / "message").write_bytes(b"a message of our own")
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2", "-out", "key")
    spki = openssl("pkey", "-in", "key", "-pubout", "-outform", "DER")
    openssl(
        *("dgst", "-sm3", "-sign", "key", "-sigopt", "distid:1234567812345678"),
        *("-out", "signature", "message"),
    )
    signature = (tmp_path / "signature").read_bytes()
    verify.check_signature(spki, "1.2.156.10197.1.501", signature, b"a message of our own")
    with pytest.raises(Fault) as caught:
        verify.check_signature(spki, "1.2.156.10197.1.501", signature, b"another message")
    assert caught.value.code == "signature_wrong"
    with pytest.raises(Fault) as caught:
        verify.check_signature(spki, verify.ECDSA, signature, b"a message of our own")
    assert caught.value.code == "algorithm_unknown"


Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


def spki_of(key: Key) -> bytes:
    return key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def test_rsa_holds_from_3072_bits_on() -> None:
    for bits, is_taken in ((3072, True), (2048, False)):
        key = rsa.generate_private_key(65537, bits)
        signature = key_signature(key, hashlib.sha256(b"m").digest())
        if is_taken:
            verify.check_signature(spki_of(key), verify.RSA, signature, b"m")
        else:
            with pytest.raises(Fault, match="algorithm_unknown"):
                verify.check_signature(spki_of(key), verify.RSA, signature, b"m")


@pytest.mark.parametrize(
    "key", [ec.generate_private_key(ec.SECP384R1()), ed25519.Ed25519PrivateKey.generate()]
)
def test_a_key_of_another_kind_is_said_to_be_unknown(key: Key) -> None:
    with pytest.raises(Fault, match="algorithm_unknown"):
        verify.check_signature(spki_of(key), verify.ECDSA, b"", b"")


# Revocation by OCSP, which may stand in the place of a list (RFC 6960).


def answer(
    office: RunningOffice,
    subject: x509.Certificate,
    status: ocsp.OCSPCertStatus,
    *,
    delegated: bool = False,
    revoked_at: datetime | None = None,
    reason: x509.ReasonFlags | None = None,
) -> ocsp.OCSPResponse:
    authority = office.files.certificate(AUTHORITY)
    key, responder = Keyring(office.files.keys).load(KeyUri("file", AUTHORITY)), authority
    builder = ocsp.OCSPResponseBuilder()
    if delegated:
        key = ec.generate_private_key(ec.SECP256R1())
        profile = profiles.RESPONDER
        builder_of = CertificateOrder(
            profile=profile, subject=Subject(common_name="OCSP"), public_key=key.public_key()
        )
        issuer = issuer_of(office.files, Keyring(office.files.keys), AUTHORITY, BASE_URL)
        responder = issue(builder_of, issuer, now=AT)
        builder = builder.certificates([responder])
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return (
        builder.add_response(
            cert=subject,
            issuer=authority,
            algorithm=hashes.SHA256(),
            cert_status=status,
            this_update=AT,
            next_update=AT + timedelta(minutes=5),
            revocation_time=revoked_at,
            revocation_reason=reason,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, responder)
        .sign(key, hashes.SHA256())
    )


def check(office: RunningOffice, *answers: ocsp.OCSPResponse, at: datetime = AT) -> None:
    seal = office.files.certificate(office_name(OFFICE, "seal"))
    proof = Proof(office.roots, answers=answers)
    verify.check_unrevoked(seal, office.files.certificate(AUTHORITY), proof, at)


@pytest.mark.parametrize("delegated", [False, True])
def test_a_good_answer_lets_a_certificate_stand_until_it_ends(
    office: RunningOffice, delegated: bool
) -> None:
    seal = office.files.certificate(office_name(OFFICE, "seal"))
    good = answer(office, seal, ocsp.OCSPCertStatus.GOOD, delegated=delegated)
    check(office, good)
    with pytest.raises(Fault, match="revocation_unknown"):
        check(office, good, at=AT + timedelta(hours=1))


def test_an_answer_about_another_certificate_says_nothing(office: RunningOffice) -> None:
    other = office.files.certificate("tsa")
    with pytest.raises(Fault, match="revocation_unknown"):
        check(office, answer(office, other, ocsp.OCSPCertStatus.GOOD))


def test_a_revoked_answer_counts_from_its_date_on(office: RunningOffice) -> None:
    seal = office.files.certificate(office_name(OFFICE, "seal"))
    revoked = answer(office, seal, ocsp.OCSPCertStatus.REVOKED, revoked_at=AT)
    with pytest.raises(Fault, match="revoked"):
        check(office, revoked)


def taken_back(office: RunningOffice) -> x509.Certificate:
    """Return an event certificate whose key was lost an hour before it was taken back, `AT`."""
    made = office.vault.make_event_key(
        office=OFFICE, common_name="李雷", evidence=evidence_for(b"")
    )
    certificate = x509.load_der_x509_certificate(made.certificate)
    RevocationRegister(office.files.records / "revoked.jsonl").add(
        AUTHORITY,
        Revoked(
            serial=certificate.serial_number,
            at=AT,
            reason=x509.ReasonFlags.key_compromise,
            invalid_since=AT - timedelta(hours=1),
        ),
    )
    return certificate


@pytest.mark.parametrize("told_by", ["list", "answer"])
def test_a_certificate_is_void_from_the_day_its_key_was_lost_and_not_of_its_discovery(
    office: RunningOffice, told_by: str
) -> None:
    authority, lost = office.files.certificate(AUTHORITY), taken_back(office)
    if told_by == "list":
        listed = x509.load_der_x509_crl(office.vault.revocation_list(office=OFFICE))
        proof = Proof(office.roots, lists=[listed])
    else:
        asked = ocsp.OCSPRequestBuilder().add_certificate(lost, authority, hashes.SHA256())
        request = asked.build().public_bytes(serialization.Encoding.DER)
        answered = office.vault.certificate_status(AUTHORITY, request)
        good = answer(office, lost, ocsp.OCSPCertStatus.GOOD)
        proof = Proof(office.roots, answers=[ocsp.load_der_ocsp_response(answered), good])
    verify.check_unrevoked(lost, authority, proof, AT - timedelta(hours=2))
    with pytest.raises(Fault, match="revoked"):
        verify.check_unrevoked(lost, authority, proof, AT - timedelta(minutes=30))


@pytest.mark.parametrize(
    ("reason", "is_stolen"),
    [
        (x509.ReasonFlags.unspecified, False),
        (x509.ReasonFlags.superseded, False),
        (x509.ReasonFlags.key_compromise, True),
        # RFC 3161 section 4: no reason at all is no reason to believe any token.
        (None, True),
    ],
)
def test_an_answer_says_as_well_as_a_list_that_a_stamper_was_stolen(
    office: RunningOffice, reason: x509.ReasonFlags | None, is_stolen: bool
) -> None:
    stamper, authority = taken_back(office), office.files.certificate(AUTHORITY)
    told = [
        answer(office, stamper, ocsp.OCSPCertStatus.REVOKED, revoked_at=AT, reason=reason),
        answer(office, stamper, ocsp.OCSPCertStatus.GOOD),
    ]
    proof, before = Proof(office.roots, answers=told), AT - timedelta(hours=2)
    found = verify.check_stamper(stamper, authority, proof, before)
    assert found == (AT if is_stolen else None)


def test_unknown_is_not_good(office: RunningOffice) -> None:
    seal = office.files.certificate(office_name(OFFICE, "seal"))
    with pytest.raises(Fault, match="revocation_unknown"):
        check(office, answer(office, seal, ocsp.OCSPCertStatus.UNKNOWN))


# The seal over a manifest.


def test_the_office_seals_manifests_and_nothing_else_as_one(office: RunningOffice) -> None:
    sealer = manifest_sealer(
        OFFICE, files=office.files, custody=office.vault, stamps=office.stamps, now=office.now
    )
    seal = sealer.seal(sealer.prepare(MANIFEST))
    signed = verify.check_signer(verify.read_cms(seal), MANIFEST, Proof(office.roots), "seal")
    assert (signed.role, signed.at) == ("office_seal", AT)
    for content in (b"%PDF-1.7", b"{}", b"[]", b'{"format":"another"}'):
        with pytest.raises(LintFailed):
            sealer.prepare(content)


def test_openssl_accepts_the_seal_as_the_instructions_say(
    office: RunningOffice, tmp_path: Path
) -> None:
    sealer = manifest_sealer(
        OFFICE, files=office.files, custody=office.vault, stamps=office.stamps, now=office.now
    )
    (tmp_path / "manifest.p7s").write_bytes(sealer.seal(sealer.prepare(MANIFEST)))
    (tmp_path / "manifest.json").write_bytes(MANIFEST)
    (root,) = office.roots
    (tmp_path / "root.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
    command = (
        "openssl cms -verify -inform DER -in manifest.p7s -content manifest.json -binary"
        f" -CAfile root.pem -purpose any -out /dev/null -attime {int(AT.timestamp())}"
    )
    done = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


# DER, RFC 8785 and PDF syntax, each in the one form that is read.


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"\x30",
        b"\x30\x80\x00\x00",  # indefinite length
        b"\x30\x81\x01\x00",  # a length that is not in its shortest form
        b"\x30\x02\x00",  # cut off
        b"\x3f\x81\x00\x00",  # a long tag
        b"\x30\x00\x00",  # something behind it
    ],
)
def test_what_is_not_der_is_not_read(value: bytes) -> None:
    with pytest.raises(Fault, match="cms_form"):
        verify.inside(value)


@pytest.mark.parametrize(
    "content", [b'{"a":1,"a":2}', b"[NaN]", b"\xff", b"[" * 100_000, b"not JSON"]
)
def test_json_that_two_readers_would_read_differently_is_not_read(content: bytes) -> None:
    with pytest.raises(Fault, match="unreadable"):
        verify.read_json(content, "x.json")


@pytest.mark.parametrize(
    "written",
    [b"<< /A 1 /A 2 >>", b"<< /A", b"<< 1 2 >>", b"<< /A " + b"[" * 40, b"<< /A % comment\n1 >>"],
)
def test_a_dictionary_that_readers_would_read_differently_is_not_read(written: bytes) -> None:
    with pytest.raises(Fault, match="pdf_form"):
        verify.read_dictionary(written, 0)


def test_every_fault_is_told_in_both_languages() -> None:
    assert len(verify.FAULTS) > 40
    for code, (zh, en) in verify.FAULTS.items():
        assert any("\u4e00" <= letter <= "\u9fff" for letter in zh), code
        assert en.isascii(), code


def test_a_library_that_cannot_read_our_certificates_is_no_fault_of_the_package(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cryptography, "__version__", "43.0.3")
    with pytest.raises(SystemExit, match="2"):
        verify.main(["absent.zip"])
    assert "needs cryptography 44" in capsys.readouterr().err


def test_a_deed_of_three_parties_is_read_signature_by_signature(office: RunningOffice) -> None:
    prepared = prepared_deed(3)
    evidence, signed = evidence_for(prepared), prepared
    for number in (1, 2, 3):
        signed = office.deed_signer().sign(signed, party(number, evidence))
    found = verify.check_document(signed, "deed.pdf", office.roots, AT)
    told = [(each.role, verify.name_of(each.signer)) for each in found.signatures]
    assert told == [("party", f"当事人{number}") for number in (1, 2, 3)]
    assert found.archived == [AT] * 3
    assert found.pdf.has_state(bytes.fromhex(evidence.document))
