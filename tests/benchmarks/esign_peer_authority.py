"""An authority as others run them, for libraries that sign beside us.

Ours has object identifiers under the arc of UUIDs (X.667), whose numbers of 128 bits not
every library can read, and a list that only its office knows how to fetch. Here are short
numbers, one root, a list at the address that the certificates name, and OpenSSL's `ts`
behind HTTP, so that what a peer cannot do is the peer's own.
"""

from __future__ import annotations

import subprocess
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from esign.testing import PrivateKey

_DAY: Final = timedelta(days=1)
_SIGNS: Final = x509.KeyUsage(
    digital_signature=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)
_CERTIFIES: Final = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)
_CONFIGURATION: Final = """\
[tsa]
default_tsa = stamps
[stamps]
serial = serial
signer_cert = tsa.pem
certs = root.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
"""


@dataclass(frozen=True, slots=True)
class OrdinaryAuthority:
    """One root, its list and its time-stamper, answering at ``url``."""

    url: str
    root: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def certificate(
        self, name: str, subject: PrivateKey, purpose: x509.ObjectIdentifier | None = None
    ) -> x509.Certificate:
        of_root = self.key.public_key()
        builder = (
            _builder(name, self.root.subject)
            .public_key(subject.public_key())
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_SIGNS, critical=True)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(of_root), critical=False
            )
            .add_extension(
                x509.CRLDistributionPoints(
                    [
                        x509.DistributionPoint(
                            [x509.UniformResourceIdentifier(f"{self.url}list")], None, None, None
                        )
                    ]
                ),
                critical=False,
            )
        )
        if purpose is not None:
            builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=True)
        return builder.sign(self.key, hashes.SHA256())

    def keystore(self, key: PrivateKey, secret: str) -> bytes:
        """Return a signer's PKCS #12, in the old form, which all of them read."""
        locked = (
            PrivateFormat.PKCS12.encryption_builder()
            .kdf_rounds(2048)
            .key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
            .hmac_hash(hashes.SHA1())  # noqa: S303 - of this form
            .build(secret.encode())
        )
        own = self.certificate("Signer", key)
        return pkcs12.serialize_key_and_certificates(b"key", key, own, [self.root], locked)


@contextmanager
def ordinary_authority(folder: Path) -> Iterator[OrdinaryAuthority]:
    """Serve one from ``folder`` on a port of this machine; it goes by the machine's clock."""
    key, stamping = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = (
        _builder("Root", _named("Root"))
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_CERTIFIES, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    with ThreadingHTTPServer(("127.0.0.1", 0), _serving(folder, _list(root, key))) as server:
        made = OrdinaryAuthority(f"http://127.0.0.1:{server.server_port}/", root, key)
        own = made.certificate("Stamps", stamping, ExtendedKeyUsageOID.TIME_STAMPING)
        (folder / "root.pem").write_bytes(root.public_bytes(Encoding.PEM))
        (folder / "tsa.pem").write_bytes(own.public_bytes(Encoding.PEM))
        (folder / "tsa.key").write_bytes(
            stamping.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        (folder / "tsa.cnf").write_text(_CONFIGURATION)
        (folder / "serial").write_text("01\n")
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        try:
            yield made
        finally:
            server.shutdown()
            serving.join()


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _builder(name: str, issuer: x509.Name) -> x509.CertificateBuilder:
    at = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(issuer)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - _DAY)
        .not_valid_after(at + 30 * _DAY)
    )


def _list(root: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> bytes:
    at, of_root = datetime.now(UTC), key.public_key()
    return (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root.subject)
        .last_update(at - _DAY)
        .next_update(at + _DAY)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(of_root), critical=False)
        .add_extension(x509.CRLNumber(1), critical=False)
        .sign(key, hashes.SHA256())
        .public_bytes(Encoding.DER)
    )


def _serving(folder: Path, revoked: bytes) -> type[BaseHTTPRequestHandler]:
    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("application/pkix-crl", revoked)

        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            command = ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "/dev/stdin"]
            told = subprocess.run(
                command, input=asked, capture_output=True, check=True, cwd=folder, timeout=30
            )
            self._answer("application/timestamp-reply", told.stdout)

        def _answer(self, kind: str, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its name
            """Keep quiet: the table is what is read."""

    return Answering
