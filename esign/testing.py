"""Real keys, real X.509, real sockets on loopback, and nothing that outlives a test."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import TYPE_CHECKING, Final, cast

import pikepdf
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from esign.algorithms import SigningAlgorithm
from esign.authorities import profiles
from esign.authorities.creation import create_authorities, issuer_of
from esign.authorities.directory import ROOT, TSA, office_name
from esign.authorities.issuing import CertificateOrder, Issuer, Subject, issue
from esign.custody.keyring import Keyring
from esign.custody.private_keys import make_key
from esign.custody.vault import Vault
from esign.errors import ClockUnproven
from esign.pdf.certificate_sealer import Sealing, certificate_sealer, expected_signers
from esign.pdf.deeds import DeedSigner
from esign.pdf.drawings import RoundSeal
from esign.pdf.fields import NOTARY_FIELD, OFFICE_FIELD, SignaturePlace
from esign.pdf.signing import Revocation, Signatory
from esign.renewing import StampRenewer
from esign.sm.sm2 import Sm2PrivateKey
from esign.trust import office_trust, office_trusts, root_lists, trusted_roots
from esign.tsa.authority import TimeStampingAuthority
from esign.tsa.client import TimeStampSource
from esign.tsa.daemon import TimeStampServer
from esign.verification.own_seal import Wanted

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from cryptography import x509

    from esign.authorities.directory import AuthorityDirectory
    from esign.authorities.profiles import Profile
    from esign.clock import Clock
    from esign.clock_proof import ClockProof
    from esign.custody.ports import Custody
    from esign.evidence import EvidenceDigests
    from esign.sealing import DocumentSealer

    PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    AnyPrivateKey = PrivateKey | Sm2PrivateKey

P256: Final = SigningAlgorithm.P256
OFFICE: Final = "kunming-a"
NOTARY: Final = "n-1"
BASE_URL: Final = "http://127.0.0.1/authorities"

_ARCHIVAL: Final = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    b'xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"><pdfaid:part>2</pdfaid:part>'
    b"<pdfaid:conformance>B</pdfaid:conformance></rdf:Description></rdf:RDF></x:xmpmeta>"
)


@dataclass(frozen=True, slots=True)
class ThrowawayCA:
    root: x509.Certificate
    _key: ec.EllipticCurvePrivateKey

    @classmethod
    def new(cls, *, valid_from: dt.datetime) -> ThrowawayCA:
        key = ec.generate_private_key(ec.SECP256R1())
        order = CertificateOrder(
            profile=profiles.ROOT,
            subject=Subject(common_name="Throwaway Root"),
            public_key=key.public_key(),
        )
        return cls(issue(order, Issuer(certificate=None, key=key), now=valid_from), key)

    def issue(
        self,
        common_name: str,
        *,
        valid_from: dt.datetime,
        valid_for: dt.timedelta,
        profile: Profile = profiles.NOTARY,
    ) -> x509.Certificate:
        """Issue a signing certificate; the key behind it is thrown away."""
        order = CertificateOrder(
            profile=replace(profile, valid_for=valid_for),
            subject=Subject(common_name=common_name),
            public_key=ec.generate_private_key(ec.SECP256R1()).public_key(),
        )
        issuer = Issuer(
            certificate=self.root,
            key=self._key,
            crl_url=f"{BASE_URL}/root.crl",
            ocsp_url=f"{BASE_URL}/root.ocsp",
            certificate_url=f"{BASE_URL}/root.cer",
        )
        return issue(order, issuer, now=valid_from)


@dataclass(slots=True)
class SetClock:
    """A clock that somebody sets."""

    at: dt.datetime

    def __call__(self) -> dt.datetime:
        return self.at


@dataclass(slots=True)
class ClockDoubt:
    """A proof of the clock that somebody can take away."""

    stamps_left: int = 1_000_000

    def __call__(self) -> None:
        self.stamps_left -= 1
        if not self.stamps_left >= 0:
            raise ClockUnproven("taken away by a test")


@dataclass(frozen=True, slots=True)
class _OneKey:
    """Custody of the one key that a new time-stamper has."""

    key: ec.EllipticCurvePrivateKey

    def sign_digest(self, _: str, digest: bytes) -> bytes:
        return key_signature(self.key, digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningOffice:
    """One office with its authorities, its vault and a time-stamping server."""

    files: AuthorityDirectory
    vault: Vault
    stamps: TimeStampSource
    tsa_url: str
    server: TimeStampServer
    now: SetClock
    proof: ClockDoubt = field(default_factory=ClockDoubt)

    @property
    def roots(self) -> list[x509.Certificate]:
        return trusted_roots(self.files)

    def sealer(self, algorithms: Sequence[SigningAlgorithm] = (P256,)) -> DocumentSealer:
        """Return a sealer whose notary is enrolled."""
        for algorithm in algorithms:
            self.vault.enrol_notary(
                office=OFFICE, notary=NOTARY, common_name="王公证", algorithm=algorithm
            )
        sealing = Sealing(
            office=OFFICE, notary=NOTARY, places=sealing_places(), algorithms=algorithms
        )
        return certificate_sealer(
            sealing, files=self.files, custody=self.vault, stamps=self.stamps, now=self.now
        )

    def wanted(self, prepared: bytes, algorithms: Sequence[SigningAlgorithm] = (P256,)) -> Wanted:
        """Return what `sealer` is to leave of a paper with its fields drawn."""
        sealing = Sealing(office=OFFICE, notary=NOTARY, algorithms=algorithms)
        return Wanted(
            prepared=prepared,
            signers=expected_signers(sealing, self.files),
            roots=self.roots,
            links=self.files.links(),
        )

    def deed_signer(self, algorithms: Sequence[SigningAlgorithm] = (P256,)) -> DeedSigner:
        return DeedSigner(
            office=OFFICE,
            custody=self.vault,
            trusts=office_trusts(self.files, OFFICE, algorithms),
            stamps=self.stamps,
            now=self.now,
        )

    def signatory(
        self,
        profile: Profile,
        *,
        key: AnyPrivateKey | None = None,
        evidence: EvidenceDigests | None = None,
    ) -> Signatory:
        """Return somebody with a certificate of ``profile`` under the office's authority."""
        own = key or make_key(SigningAlgorithm.P256)
        authority = algorithm_of(own).named(office_name(OFFICE, "authority"))
        issuer = issuer_of(self.files, Keyring(self.files.keys), authority, BASE_URL)
        order = CertificateOrder(
            profile=profile,
            subject=Subject(common_name="某人"),
            public_key=own.public_key(),
            evidence=evidence.to_der() if evidence else None,
        )
        certificate = issue(order, issuer, now=self.now())
        return Signatory(certificate=certificate, sign=lambda digest: key_signature(own, digest))

    def revocation(self, algorithm: SigningAlgorithm = P256) -> Revocation:
        """Return the lists of now."""
        return Revocation(
            trust=office_trust(self.files, OFFICE, algorithm),
            office_list=self.vault.revocation_list(office=OFFICE, algorithm=algorithm),
        )

    def sealed(self) -> bytes:
        """Return a sealed one-page certificate."""
        sealer = self.sealer()
        return sealer.seal(sealer.prepare(archival_page()))

    def new_stamper(self, *, valid_for: dt.timedelta) -> None:
        """Give the time-stamping authority another key and certificate, from now on."""
        own = ec.generate_private_key(ec.SECP256R1())
        order = CertificateOrder(
            profile=replace(profiles.TIME_STAMPER, valid_for=valid_for),
            subject=Subject(common_name="Feigui Time-Stamping"),
            public_key=own.public_key(),
        )
        root = self.files.current(ROOT)
        issuer = issuer_of(self.files, Keyring(self.files.keys), root, BASE_URL)
        certificate = issue(order, issuer, now=self.now())
        self.files.keep_certificate(TSA, certificate)
        self.server.authority = time_stamper(certificate, own, now=self.now, proof=self.proof)

    def renewer(self) -> StampRenewer:
        """Return what renews stamps, with the root's list of now."""
        create_authorities(self.files.path, now=self.now(), offices={}, base_url=BASE_URL)
        root = self.files.authority_of(ROOT, self.files.signing(TSA)[1])
        return StampRenewer(
            roots=self.roots,
            root_list=self.files.revocation_list(root),
            links=self.files.links(),
            root_lists=root_lists(self.files),
            stamps=self.stamps,
            now=self.now,
        )


def time_stamper(
    certificate: x509.Certificate,
    key: ec.EllipticCurvePrivateKey,
    *,
    now: Clock,
    proof: ClockProof = lambda: None,
) -> TimeStampingAuthority:
    """Return an authority with its key in this process."""
    return TimeStampingAuthority(
        certificate=certificate,
        key=f"file:{TSA}",
        custody=cast("Custody", _OneKey(key)),
        now=now,
        proof=proof,
    )


@contextmanager
def running_office(
    directory: Path, *, at: dt.datetime, base_url: str = BASE_URL, sm2: bool = False
) -> Iterator[RunningOffice]:
    now, proof = SetClock(at), ClockDoubt()
    files = create_authorities(
        directory,
        now=at,
        offices={OFFICE: "昆明市甲公证处"},
        base_url=base_url,
        sm2_offices=[OFFICE] if sm2 else [],
    )
    vault = Vault(files, now=now, base_url=base_url, proof=proof)
    authority = TimeStampingAuthority(
        certificate=files.certificate(TSA), key=f"file:{TSA}", custody=vault, now=now, proof=proof
    )
    with TimeStampServer(("127.0.0.1", 0), authority) as server:
        url = f"http://127.0.0.1:{server.server_port}/"
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        try:
            yield RunningOffice(
                files=files,
                vault=vault,
                stamps=TimeStampSource(url, roots=lambda: trusted_roots(files), now=now),
                tsa_url=url,
                server=server,
                now=now,
                proof=proof,
            )
        finally:
            server.shutdown()
            serving.join()


def algorithm_of(key: AnyPrivateKey) -> SigningAlgorithm:
    """Return whose authority certifies such a key."""
    return SigningAlgorithm.SM2 if isinstance(key, Sm2PrivateKey) else SigningAlgorithm.P256


def key_signature(key: AnyPrivateKey, digest: bytes) -> bytes:
    """Sign a digest as custody does."""
    if isinstance(key, Sm2PrivateKey):
        return key.sign(digest)
    sha256 = Prehashed(hashes.SHA256())
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(digest, padding.PKCS1v15(), sha256)
    return key.sign(digest, ec.ECDSA(sha256))


def sealing_places() -> tuple[SignaturePlace, SignaturePlace]:
    return (
        SignaturePlace(field=NOTARY_FIELD, page=-1, box=(90, 90, 210, 140), label="公证员"),
        SignaturePlace(
            field=OFFICE_FIELD,
            page=-1,
            box=(350, 80, 470, 200),
            label="公证处",
            drawing=RoundSeal(),
        ),
    )


def archival_page() -> bytes:
    """Return a page that says it is PDF/A-2b, without fonts."""
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(595, 842))
        page.contents_add(b"0.2 w 72 700 m 520 700 l S")
        pdf.Root.Metadata = pikepdf.Stream(
            pdf, _ARCHIVAL, Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML
        )
        saved = BytesIO()
        pdf.save(saved, deterministic_id=True)
    return saved.getvalue()
