"""SM2 certificates, lists and signatures of ours before BouncyCastle and OpenSSL.

Neither knows anything of our code; each also refuses what was altered.
"""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from esign.algorithms import SigningAlgorithm
from esign.authorities import profiles
from esign.authorities.directory import ROOT, office_name
from esign.cms.cades import CadesSigner
from esign.evidence import EvidenceDigests
from esign.sm.sm2 import DEFAULT_ID, Sm2PrivateKey
from esign.sm.sm3 import sm3
from esign.testing import OFFICE, RunningOffice, running_office
from tests.judges.bouncycastle import BouncyCastle

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cryptography.x509 import Certificate

AT: Final = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
SM2: Final = SigningAlgorithm.SM2
AUTHORITY: Final = SM2.named(office_name(OFFICE, "authority"))
SEAL: Final = SM2.named(office_name(OFFICE, "seal"))
EVIDENCE: Final = EvidenceDigests(
    identity_check="1" * 64, ceremony_segment="2" * 64, document="3" * 64
)
CONTENT: Final = b"the deed"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with running_office(tmp_path_factory.mktemp("office"), at=AT, sm2=True) as running:
        yield running


@pytest.fixture(scope="session")
def bouncycastle(tmp_path_factory: pytest.TempPathFactory) -> BouncyCastle:
    return BouncyCastle.compiled(tmp_path_factory.mktemp("judge"))


def der(certificate: Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def everybody(office: RunningOffice) -> dict[str, bytes]:
    """Return one certificate of each profile that signs, DER."""
    made = {
        profile.name: office.signatory(
            profile,
            key=Sm2PrivateKey.generate(),
            evidence=EVIDENCE if profile.needs_evidence else None,
        ).certificate
        for profile in (profiles.EVENT, profiles.NOTARY, profiles.OFFICE_SEAL)
    }
    return {name: der(each) for name, each in {**made, "seal": certificate(office, SEAL)}.items()}


def certificate(office: RunningOffice, name: str) -> Certificate:
    return office.files.certificate(name)


def altered(encoded: bytes, at: int) -> bytes:
    return encoded[:at] + bytes([encoded[at] ^ 1]) + encoded[at + 1 :]


def put(folder: Path, name: str, contents: bytes) -> Path:
    path = folder / name
    path.write_bytes(contents)
    return path


def test_bouncycastle_accepts_every_chain_and_refuses_altered_ones(
    office: RunningOffice, bouncycastle: BouncyCastle, tmp_path: Path
) -> None:
    revocation = office.revocation(SM2)
    revoked = office.signatory(profiles.NOTARY, key=Sm2PrivateKey.generate()).certificate
    office.vault.revoke(office=OFFICE, serial=revoked.serial_number, algorithm=SM2)
    root = put(tmp_path, "root", der(revocation.trust.root))
    stranger = put(tmp_path, "p256-root", der(certificate(office, ROOT)))
    rest = [
        put(tmp_path, "authority", der(revocation.trust.authority)),
        put(tmp_path, "root.crl", revocation.trust.root_list),
        put(tmp_path, "office.crl", office.revocation(SM2).office_list),
    ]
    now, later = (int(at.timestamp() * 1000) for at in (AT, AT + timedelta(days=9000)))

    good = {name: put(tmp_path, name, each) for name, each in everybody(office).items()}
    questions = [["chain", now, root, path, *rest] for path in good.values()]
    assert bouncycastle.judge(questions) == ["valid"] * len(good)

    seal = good["seal"].read_bytes()
    # In the signature, in the subject's key, and in what the extensions say.
    spoilt = [put(tmp_path, f"bad{at}", altered(seal, at)) for at in (-1, -120, len(seal) // 2)]
    refused = bouncycastle.judge(
        [
            *(["chain", now, root, path, *rest] for path in spoilt),
            ["chain", now, stranger, good["seal"], *rest],
            ["chain", later, root, good["seal"], *rest],
            ["chain", now, root, put(tmp_path, "revoked", der(revoked)), *rest],
            ["chain", now, root, good["seal"], rest[0]],
            ["chain", now, root, good["seal"], put(tmp_path, "x", altered(seal, -1)), *rest[1:]],
        ]
    )
    assert [told.partition(":")[0] for told in refused] == ["refused"] * 8
    assert "revo" in refused[5].lower()


def test_bouncycastle_accepts_our_cms_and_refuses_altered_ones(
    office: RunningOffice, bouncycastle: BouncyCastle, tmp_path: Path
) -> None:
    signatory = office.signatory(profiles.NOTARY, key=Sm2PrivateKey.generate())
    stranger = office.signatory(profiles.NOTARY, key=Sm2PrivateKey.generate())
    cms = CadesSigner(
        signatory.certificate, signatory.sign, issuers=[], stamps=office.stamps.stamper()
    ).signature(sm3(CONTENT).digest())
    content, other = put(tmp_path, "deed", CONTENT), put(tmp_path, "other", b"another deed")
    assert bouncycastle.judge([["signed", content, put(tmp_path, "cms", cms)]]) == ["valid"]

    own, theirs = der(signatory.certificate), der(stranger.certificate)
    # The signature's last byte stands before the time-stamp, and the algorithm before it.
    signature = cms.index(bytes.fromhex("06082a811ccf55018375"), cms.rindex(own) + len(own))
    made = signature + 10
    spoilt = [
        altered(cms, made + 30),
        altered(cms, cms.index(sm3(CONTENT).digest())),
        altered(cms, cms.index(sm3(own).digest())),
        cms.replace(own, theirs) if len(own) == len(theirs) else altered(cms, made + 31),
    ]
    paths = [put(tmp_path, f"bad{n}", each) for n, each in enumerate(spoilt)]
    refused = bouncycastle.judge(
        [["signed", other, tmp_path / "cms"], *(["signed", content, path] for path in paths)]
    )
    assert [told.partition(":")[0] for told in refused] == ["refused"] * 5


def openssl_verifies(folder: Path, issuer: bytes, subject: bytes) -> bool:
    """Ask about one link: the tool gives the signer's identifier to the last certificate only."""
    put(folder, "issuer", issuer)
    put(folder, "subject", subject)
    asked = subprocess.run(
        [
            *("openssl", "verify", "-x509_strict", "-partial_chain"),
            *("-vfyopt", f"distid:{DEFAULT_ID.decode()}", "-attime", str(int(AT.timestamp()))),
            *("-CAfile", "issuer", "subject"),
        ],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    return asked.returncode == 0


def test_openssl_verifies_every_certificate_under_its_issuer(
    office: RunningOffice, tmp_path: Path
) -> None:
    trust = office.revocation(SM2).trust
    authority = trust.authority.public_bytes(Encoding.PEM)
    root = trust.root.public_bytes(Encoding.PEM)
    seal = certificate(office, SEAL).public_bytes(Encoding.PEM)
    assert openssl_verifies(tmp_path, root, authority)
    assert openssl_verifies(tmp_path, authority, seal)
    assert not openssl_verifies(tmp_path, root, seal)
    stranger = certificate(office, office_name(OFFICE, "authority")).public_bytes(Encoding.PEM)
    assert not openssl_verifies(tmp_path, stranger, seal)
