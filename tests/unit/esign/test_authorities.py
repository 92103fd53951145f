"""Authorities are made once; every certificate keeps the rules of its profile."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding

from esign import oids
from esign.authorities import profiles
from esign.authorities.creation import create_authorities
from esign.authorities.directory import ROOT, AuthorityDirectory
from esign.authorities.issuing import CertificateOrder, Issuer, Subject, issue
from esign.authorities.register import RevocationRegister
from esign.authorities.revocation import Revoked, revocation_list
from esign.errors import AuthorityMissing, LintFailed, ProfileUnknown
from esign.evidence import EvidenceDigests
from esign.lints.certificates import CERTIFICATE_LINTS
from esign.testing import BASE_URL, ThrowawayCA
from esign.trust import office_trust

if TYPE_CHECKING:
    from pathlib import Path

    from esign.authorities.profiles import Profile

AT = datetime(2026, 3, 1, tzinfo=UTC)
OFFICES = {"kunming-a": "昆明市甲公证处", "paris-b": "乙公证处"}
EVIDENCE = EvidenceDigests(identity_check="1" * 64, ceremony_segment="2" * 64, document="3" * 64)


def create(
    path: Path, *, now: datetime = AT, offices: dict[str, str] = OFFICES
) -> AuthorityDirectory:
    return create_authorities(path, now=now, offices=offices, base_url=BASE_URL + "/")


def snapshot(path: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in path.rglob("*") if p.is_file()}


def test_made_again_they_stay_as_they_are(tmp_path: Path) -> None:
    create(tmp_path)
    first = snapshot(tmp_path)
    create(tmp_path, now=AT + timedelta(days=1))
    assert snapshot(tmp_path) == first


def test_new_office_is_added_beside_the_old(tmp_path: Path) -> None:
    files = create(tmp_path, offices={"kunming-a": "甲"})
    root, kept = files.certificate(ROOT), files.certificate("office.kunming-a.seal")
    create(tmp_path)
    assert files.certificate(ROOT) == root
    assert files.certificate("office.kunming-a.seal") == kept
    assert office_trust(files, "paris-b").root == root


def test_certificate_lost_by_a_crash_is_made_for_the_same_key(tmp_path: Path) -> None:
    files = create(tmp_path)
    first = files.certificate("office.paris-b.seal").public_key()
    for name in ("office.paris-b.seal", ROOT):
        (files.public / f"{name}.pem").unlink()
    create(tmp_path)
    assert files.certificate("office.paris-b.seal").public_key() == first


def test_roots_list_is_renewed_when_half_its_life_is_over(tmp_path: Path) -> None:
    files = create(tmp_path)
    first = files.revocation_list(ROOT)
    create(tmp_path, now=AT + timedelta(days=182))
    assert files.revocation_list(ROOT) == first
    create(tmp_path, now=AT + timedelta(days=184))
    assert files.revocation_list(ROOT) != first


def test_what_was_intended_and_issued_is_kept(tmp_path: Path) -> None:
    files = create(tmp_path)
    stages = sorted(path.name.split(".")[1] for path in files.records.glob("*.der"))
    assert stages == ["intended"] * 9 + ["issued"] * 9


def test_openssl_accepts_the_chain_of_a_seal(tmp_path: Path) -> None:
    files = create(tmp_path)
    public = files.public
    command = ["openssl", "verify", "-x509_strict", "-CAfile", str(public / "root.pem")]
    command += ["-untrusted", str(public / "office.paris-b.authority.pem")]
    told = subprocess.run(
        [*command, str(public / "office.paris-b.seal.pem")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout.endswith(": OK\n"), told.stderr


def test_certificates_say_where_their_list_and_issuer_are(tmp_path: Path) -> None:
    seal = create(tmp_path).certificate("office.paris-b.seal")
    points = seal.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    names = points[0].full_name or []
    assert [n.value for n in names] == [f"{BASE_URL}/office.paris-b.authority.crl"]


def test_what_was_never_made_is_missing(tmp_path: Path) -> None:
    files = AuthorityDirectory(tmp_path)
    with pytest.raises(AuthorityMissing):
        files.certificate("root")
    with pytest.raises(AuthorityMissing):
        files.revocation_list("root")


def test_serial_numbers_are_random_and_positive() -> None:
    ca = ThrowawayCA.new(valid_from=AT)
    day = timedelta(days=1)
    serials = {ca.issue("x", valid_from=AT, valid_for=day).serial_number for _ in range(50)}
    assert len(serials) == 50
    assert {s.bit_length() for s in serials} == {159}


def order(profile: Profile, evidence: bytes | None = None) -> CertificateOrder:
    return CertificateOrder(
        profile=profile,
        subject=Subject(common_name="李雷"),
        public_key=ec.generate_private_key(ec.SECP256R1()).public_key(),
        evidence=evidence,
    )


def refusal(order: CertificateOrder) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    seen: list[x509.Certificate] = []
    with pytest.raises(LintFailed) as refused:
        issue(order, Issuer(certificate=None, key=key), now=AT, record=seen.append)
    assert seen == []  # What breaks a rule is not even intended.
    return str(refused.value)


@pytest.mark.parametrize(
    ("order_", "words"),
    [
        # An event certificate without its evidence, or with something else.
        (order(profiles.EVENT), "evidence is missing"),
        (order(profiles.EVENT, b"\x30\x00"), "not three digests"),
        # A notary's certificate outlives the act and names no evidence.
        (order(profiles.NOTARY, EVIDENCE.to_der()), "only an event certificate"),
        # Time-stamping under any other policy, beside another use, or not critical.
        (
            order(replace(profiles.TIME_STAMPER, policy=oids.POLICY_NOTARY)),
            "for the time-stamping authority alone",
        ),
        (
            order(replace(profiles.TIME_STAMPER, extended_usage_critical=False)),
            "must be the only usage",
        ),
        (
            order(
                replace(
                    profiles.TIME_STAMPER,
                    extended_usage=(profiles.TIME_STAMPING, oids.DOCUMENT_SIGNING),
                )
            ),
            "must be the only usage",
        ),
        # An end certificate that may sign certificates.
        (order(replace(profiles.NOTARY, key_usage=profiles.ROOT.key_usage)), "disagree"),
        # A certificate that ends before it begins.
        (order(replace(profiles.NOTARY, valid_for=timedelta(seconds=-5))), "last this long"),
    ],
)
def test_certificate_that_breaks_a_rule_is_never_signed(
    order_: CertificateOrder, words: str
) -> None:
    assert words in refusal(order_)


def test_rules_see_what_issuing_cannot_produce() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = Subject(common_name="x").as_name()
    bare = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(AT)
        .not_valid_after(AT + timedelta(days=9999))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=False)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                content_commitment=True,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=False,
                crl_sign=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .sign(key, hashes.SHA256())
    )
    told = [reason for lint in CERTIFICATE_LINTS if (reason := lint(bare, profiles.NOTARY))]
    assert len(told) == 10


def test_authority_on_another_kind_of_key_is_refused() -> None:
    ours = ed25519.Ed25519PrivateKey.generate()
    name = Subject(common_name="x").as_name()
    strange = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(ours.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(AT)
        .not_valid_after(AT + timedelta(days=1))
        .sign(ours, None)
    )
    issuer = Issuer(certificate=strange, key=ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(LintFailed):
        issue(order(profiles.NOTARY), issuer, now=AT)


def test_profiles_are_found_by_name() -> None:
    assert profiles.profile("event").needs_evidence
    with pytest.raises(ProfileUnknown):
        profiles.profile("anything")


def test_evidence_survives_its_encoding_and_refuses_what_is_no_digest() -> None:
    assert EvidenceDigests.from_der(EVIDENCE.to_der()) == EVIDENCE
    for bad in ("", "G" * 64, "A" * 64, "1" * 63, "1" * 64 + "\n"):
        with pytest.raises(ValueError, match="digest"):
            replace(EVIDENCE, document=bad)


def test_revocation_keeps_its_reason_and_first_date(tmp_path: Path) -> None:
    register = RevocationRegister(tmp_path / "revoked.jsonl")
    assert register.of("a") == []
    register.add("a", Revoked(serial=1, at=AT))
    register.add("a", Revoked(serial=1, at=AT + timedelta(days=1)))
    register.add("b", Revoked(serial=2, at=AT))
    assert [(r.serial, r.at) for r in register.of("a")] == [(1, AT)]
    key = ec.generate_private_key(ec.SECP256R1())
    root = issue(order(profiles.ROOT), Issuer(certificate=None, key=key), now=AT)
    compromised = Revoked(serial=3, at=AT, reason=x509.ReasonFlags.key_compromise)
    der = revocation_list(root, key, [compromised], now=AT, valid_for=timedelta(days=1))
    (entry,) = x509.load_der_x509_crl(der)
    reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    assert reason is x509.ReasonFlags.key_compromise
    assert root.public_bytes(Encoding.DER)
