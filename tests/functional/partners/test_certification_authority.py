"""A licensed outside authority certifies a party's key over EST, or nobody signs.

The key and the signature of the request are made in custody; what comes back is held
against what was asked, and the signed deed is judged by our verifier and by pyHanko.
"""

from __future__ import annotations

import hashlib
import socket
import ssl
import threading
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

import pytest
import urllib3
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from werkzeug.serving import make_server

from esign import oids
from esign.algorithms import SigningAlgorithm
from esign.authorities import profiles
from esign.authorities.outside import IssuedOutside, OutsideEvents
from esign.errors import (
    CertificateNotHad,
    CertificateRevoked,
    CertificateUnfit,
    ChainInvalid,
    NotOurs,
    OutsideAuthorityRefused,
    OutsideAuthorityUnavailable,
    SignatureDoubtful,
    VerificationFailed,
)
from esign.evidence import EvidenceDigests
from esign.offline.parts.documents import check_document
from esign.offline.parts.faults import Fault
from esign.offline.parts.report import Asked, Found, Step
from esign.offline.parts.steps_of_the_package import step_trust
from esign.pdf.deeds import DeedSigner, PartySignature
from esign.pdf.fields import SignaturePlace, party_field, prepare_fields
from esign.pdf.levels import PadesLevel
from esign.pdf.signing import Act, Revocation, Signatory, sign_field
from esign.testing import OFFICE, RunningOffice, ThrowawayCA, archival_page, running_office
from esign.trust import office_trusts
from esign.verification import Role, verify
from esign.verification.limited import LimitedVerifier
from server.partners.certification_authority import (
    AuthorityAccount,
    AuthorityMisconfigured,
    EstAuthority,
)
from server.partners.certification_authority_simulator import (
    CertificationAuthoritySimulator,
    Misbehaviour,
)
from storage.errors import NotForProduction

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from esign.tsa.client import TimeStampSource

AT: Final = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
PREPARED: Final = prepare_fields(
    archival_page(),
    [SignaturePlace(field=party_field(1), page=0, box=(60, 50, 180, 95), label="签名")],
)
PARTY: Final = PartySignature(
    field=party_field(1),
    common_name="李雷",
    evidence=EvidenceDigests(
        identity_check="1" * 64,
        ceremony_segment="2" * 64,
        document=hashlib.sha256(PREPARED).hexdigest(),
    ),
)
USER, PASSWORD = "feigui", "an agreed password"
SHORT: Final = urllib3.Timeout(connect=2.0, read=2.0, total=4.0)


@dataclass(frozen=True, slots=True)
class Outside:
    simulator: CertificationAuthoritySimulator
    account: AuthorityAccount
    office: RunningOffice

    def client(self, **changes: object) -> EstAuthority:
        account = replace(self.account, **changes)  # type: ignore[arg-type]  # names of fields
        return EstAuthority(account, now=self.office.now, patience=SHORT)

    def events(self, client: EstAuthority | None = None) -> OutsideEvents:
        return OutsideEvents(
            client or self.client(), custody=self.office.vault, now=self.office.now
        )

    def signer(
        self,
        events: OutsideEvents | None = None,
        algorithms: Sequence[SigningAlgorithm] = (SigningAlgorithm.P256,),
    ) -> DeedSigner:
        return DeedSigner(
            office=OFFICE,
            custody=self.office.vault,
            trusts=office_trusts(self.office.files, OFFICE, algorithms),
            stamps=self.office.stamps,
            now=self.office.now,
            outside=events or self.events(),
        )


@contextmanager
def listening(
    office: RunningOffice,
    *,
    credentials: tuple[str, str] = (USER, PASSWORD),
    tls: ssl.SSLContext | None = None,
) -> Iterator[tuple[CertificationAuthoritySimulator, str]]:
    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True, ssl_context=tls)
    # Its lists are fetched without TLS, as RFC 5280 section 8 has it.
    lists = make_server("127.0.0.1", 0, lambda *_: [], threaded=True)
    with pytest.warns(NotForProduction):
        simulator = CertificationAuthoritySimulator(
            base_url=f"http://127.0.0.1:{lists.server_port}",
            user=credentials[0],
            password=credentials[1],
            now=office.now,
        )
    running = []
    for each in (server, lists):
        each.app = simulator
        running.append(threading.Thread(target=each.serve_forever))
        running[-1].start()
    try:
        scheme = "https" if tls else "http"
        yield simulator, f"{scheme}://127.0.0.1:{server.server_port}"
    finally:
        for each in (server, lists):
            each.shutdown()
            each.server_close()
        for thread in running:
            thread.join()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with running_office(tmp_path_factory.mktemp("office"), at=AT, sm2=True) as running:
        yield running


@pytest.fixture
def outside(office: RunningOffice) -> Iterator[Outside]:
    with listening(office) as (simulator, url):
        account = AuthorityAccount(url=url, roots=[simulator.root], user=USER, password=PASSWORD)
        yield Outside(simulator, account, office)


def test_deed_is_signed_under_the_outside_authority_and_holds_years_later(
    outside: Outside,
) -> None:
    signed = outside.signer().sign(PREPARED, PARTY)
    roots, party_roots = outside.office.roots, [outside.simulator.root]
    for days in (0, 30, 900):
        at = AT + timedelta(days=days)
        report = verify(signed, roots=roots, party_roots=party_roots, at=at)
        (found,) = report.signatures
        assert (found.role, found.common_name, found.evidence, found.signed_at) == (
            Role.PARTY,
            "李雷",
            PARTY.evidence,
            AT,
        )
    (request,) = outside.simulator.control.requests
    asked = x509.load_der_x509_csr(request)
    assert asked.is_signature_valid
    evidence = asked.extensions.get_extension_for_oid(x509.ObjectIdentifier(oids.EVIDENCE))
    assert evidence.value.public_bytes() == PARTY.evidence.to_der()
    # Its authority is believed for a party, and only by whoever names it.
    with pytest.raises((ChainInvalid, SignatureDoubtful)):
        verify(signed, roots=roots, at=AT)


def test_the_offline_verifier_believes_the_outside_authority_for_a_party_alone(
    outside: Outside,
) -> None:
    signed = outside.signer().sign(PREPARED, PARTY)
    ours, theirs = outside.office.roots, [outside.simulator.root]
    document = check_document(signed, "deed.pdf", ours, AT, party_roots=theirs)
    assert [each.role for each in document.signatures] == ["party"]
    for roots, party_roots in ((ours, ()), (theirs, ours)):
        with pytest.raises(Fault, match="chain_broken"):
            check_document(signed, "deed.pdf", roots, AT, party_roots=party_roots)


def test_the_package_tells_the_offline_verifier_whose_root_a_partys_is(outside: Outside) -> None:
    root = outside.simulator.root.public_bytes(Encoding.PEM)
    found, step = Found(files={"trust/party-roots.pem": root}), Step(4, "", "")
    step_trust(step, Asked(b"", AT, outside.office.roots), found)
    assert found.party_roots == [outside.simulator.root]
    (note,) = step.notes
    assert "--party-root" in note[1]
    step = Step(4, "", "")
    step_trust(step, Asked(b"", AT, outside.office.roots, None, outside.office.roots), found)
    assert (found.party_roots, step.notes) == (outside.office.roots, [])


def test_a_deed_under_the_outside_authority_is_stamped_again(tmp_path: Path) -> None:
    """Long after its certificate ended; before, the renewal took it for a stranger's file."""
    with running_office(tmp_path, at=AT) as office, listening(office) as (simulator, url):
        office.new_stamper(valid_for=timedelta(days=730))
        account = AuthorityAccount(url=url, roots=[simulator.root], user=USER, password=PASSWORD)
        signed = Outside(simulator, account, office).signer().sign(PREPARED, PARTY)
        office.now.at = AT + timedelta(days=500)
        office.new_stamper(valid_for=timedelta(days=1500))
        renewed = replace(office.renewer(), party_roots=[simulator.root]).renew(signed)
        at = AT + timedelta(days=1500)
        report = verify(renewed.document, roots=office.roots, party_roots=[simulator.root], at=at)
        assert [found.role for found in report.signatures] == [Role.PARTY]
        with pytest.raises(VerificationFailed):
            office.renewer().renew(signed)


def test_stranger_gets_the_same_answer_from_the_limited_child(outside: Outside) -> None:
    signed = outside.signer().sign(PREPARED, PARTY)
    judge = LimitedVerifier(
        roots=outside.office.roots, party_roots=[outside.simulator.root], now=lambda: AT
    )
    assert [found.role for found in judge(signed).signatures] == [Role.PARTY]


def test_time_of_an_outside_authority_is_not_believed(outside: Outside) -> None:
    """Our own root as a party's root: then nobody vouches for the time-stamp."""
    signed = outside.office.deed_signer().sign(PREPARED, PARTY)
    with pytest.raises((SignatureDoubtful, ChainInvalid, NotOurs)):
        verify(signed, roots=[outside.simulator.root], party_roots=outside.office.roots, at=AT)


@pytest.mark.parametrize(
    ("how", "refusal"),
    [
        # It is down, busy, or has not decided: all of it passes.
        (Misbehaviour.DECIDES_LATER, OutsideAuthorityUnavailable),
        (Misbehaviour.FAILS, OutsideAuthorityUnavailable),
        (Misbehaviour.IS_BUSY, OutsideAuthorityUnavailable),
        (Misbehaviour.TALKS_ENDLESSLY, OutsideAuthorityUnavailable),
        # Nothing is followed to where the credentials were not agreed for.
        (Misbehaviour.REDIRECTS, OutsideAuthorityUnavailable),
        (Misbehaviour.REFUSES, OutsideAuthorityRefused),
        # What comes back is no certificate, not one, or not the one that was asked for.
        (Misbehaviour.TALKS_GARBAGE, CertificateUnfit),
        (Misbehaviour.GIVES_TWO, CertificateUnfit),
        (Misbehaviour.CERTIFIES_ANOTHER_KEY, CertificateUnfit),
        (Misbehaviour.CERTIFIES_ANOTHER_NAME, CertificateUnfit),
        (Misbehaviour.LEAVES_EVIDENCE_OUT, CertificateUnfit),
        # The name of the authority, and not its key.
        (Misbehaviour.ISSUES_UNDER_A_STRANGER, CertificateUnfit),
        # A list that nobody can find, and one that outlives the certificate.
        (Misbehaviour.SAYS_NO_ADDRESS, CertificateUnfit),
        (Misbehaviour.SAYS_A_STRANGE_ADDRESS, CertificateUnfit),
        (Misbehaviour.IS_SHORT_LIVED, CertificateUnfit),
        # Revoked in the moment of being issued.
        (Misbehaviour.REVOKES_AT_ONCE, CertificateRevoked),
    ],
)
def test_nothing_is_signed_unless_it_gives_what_was_asked_for(
    outside: Outside, how: Misbehaviour, refusal: type[Exception]
) -> None:
    before = uses_of_event_keys(outside.office)
    outside.simulator.control.next_ones = [how]
    with pytest.raises(refusal):
        outside.signer().sign(PREPARED, PARTY)
    assert uses_of_event_keys(outside.office) == before
    # The next one is none the worse for it.
    outside.signer().sign(PREPARED, PARTY)


@dataclass(frozen=True, slots=True)
class Garbling:
    """An outside authority whose answer is not of the form in which it left."""

    client: EstAuthority
    garbled: str

    def certify(self, request: bytes) -> IssuedOutside:
        issued = self.client.certify(request)
        if self.garbled == "certificate":
            # Where its list is, to a second key usage (RFC 5280 4.2: no extension twice).
            encoded = issued.certificate.public_bytes(Encoding.DER)
            twice = encoded.replace(b"\x06\x03\x55\x1d\x1f", b"\x06\x03\x55\x1d\x0f")
            return replace(issued, certificate=x509.load_der_x509_certificate(twice))
        # The version of the list, to one that there is not (RFC 5280 5.1.2.1).
        listed = issued.authority_list.replace(b"\x02\x01\x01", b"\x02\x01\x07", 1)
        return replace(issued, authority_list=listed)


@pytest.mark.parametrize("garbled", ["certificate", "list"])
def test_what_no_library_takes_is_unfit_and_signs_nothing(outside: Outside, garbled: str) -> None:
    events = OutsideEvents(
        Garbling(outside.client(), garbled), custody=outside.office.vault, now=outside.office.now
    )
    before = uses_of_event_keys(outside.office)
    with pytest.raises(CertificateUnfit, match="cannot be read"):
        outside.signer(events).sign(PREPARED, PARTY)
    assert uses_of_event_keys(outside.office) == before


def uses_of_event_keys(office: RunningOffice) -> int:
    trail = office.files.records / "audit.jsonl"
    return trail.read_text().count('"sign_once"') if trail.exists() else 0


@pytest.mark.parametrize(
    "policy",
    [oids.POLICY_PARTY, oids.POLICY_NOTARY, oids.POLICY_OFFICE_SEAL, oids.POLICY_RESPONDER],
)
def test_outside_authority_makes_no_notary(outside: Outside, policy: str) -> None:
    outside.simulator.control.next_ones = [Misbehaviour.CLAIMS_A_POLICY]
    outside.simulator.control.stranger_policy = policy
    with pytest.raises(CertificateUnfit, match="policy of ours"):
        outside.signer().sign(PREPARED, PARTY)


def test_authority_that_decides_later_is_sent_the_same_request_again(outside: Outside) -> None:
    """RFC 7030 4.2.3. After ten minutes the key is gone, and it is a new one."""
    events, control = outside.events(), outside.simulator.control
    control.next_ones = [Misbehaviour.DECIDES_LATER] * 2
    for _ in range(2):
        with pytest.raises(OutsideAuthorityUnavailable, match="not decided"):
            outside.signer(events).sign(PREPARED, PARTY)
    outside.signer(events).sign(PREPARED, PARTY)
    assert len(control.requests) == 3
    assert len(set(control.requests)) == 1
    control.next_ones = [Misbehaviour.DECIDES_LATER]
    with pytest.raises(OutsideAuthorityUnavailable):
        outside.signer(events).sign(PREPARED, PARTY)
    outside.office.now.at = AT + timedelta(minutes=11)
    try:
        outside.signer(events).sign(PREPARED, PARTY)
    finally:
        outside.office.now.at = AT
    assert len(set(control.requests)) == 3


def test_what_waits_too_long_is_forgotten(outside: Outside) -> None:
    events, control = outside.events(), outside.simulator.control
    control.next_ones = [Misbehaviour.DECIDES_LATER]
    with pytest.raises(OutsideAuthorityUnavailable):
        outside.signer(events).sign(PREPARED, PARTY)
    outside.office.now.at = AT + timedelta(minutes=11)
    try:
        outside.signer(events).sign(PREPARED, replace(PARTY, common_name="韩梅梅"))
    finally:
        outside.office.now.at = AT
    assert events._waiting == {}


def test_wrong_password_is_a_refusal(outside: Outside) -> None:
    client = outside.client(password="another")
    with pytest.raises(OutsideAuthorityRefused):
        outside.signer(outside.events(client)).sign(PREPARED, PARTY)
    assert outside.simulator.control.requests == []


def test_root_of_somebody_else_vouches_for_nothing(outside: Outside) -> None:
    """The authority's own word for its root is not taken."""
    client = outside.client(roots=[ThrowawayCA.new(valid_from=AT).root])
    with pytest.raises(CertificateUnfit, match="nobody vouches"):
        outside.signer(outside.events(client)).sign(PREPARED, PARTY)


def test_authority_that_is_not_there_is_told_as_such(outside: Outside) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        client = outside.client(url=f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(OutsideAuthorityUnavailable):
            outside.signer(outside.events(client)).sign(PREPARED, PARTY)


def test_simulator_takes_no_request_that_does_not_prove_its_key(outside: Outside) -> None:
    """Or what it accepts would prove nothing of ours."""
    request = outside.office.vault.make_event_request(
        office=OFFICE, common_name="李雷", evidence=PARTY.evidence
    ).request
    outside.client().certify(request)
    for wrong in (request[:-1] + bytes((request[-1] ^ 1,)), b"", b"\x30\x00"):
        with pytest.raises(OutsideAuthorityRefused):
            outside.client().certify(wrong)
    basic = urllib3.make_headers(basic_auth=f"{USER}:{PASSWORD}")
    url = outside.account.url + "/.well-known/est/"
    for method, path, kind, status in (
        ("POST", "simpleenroll", "text/plain", 400),
        ("POST", "serverkeygen", "application/pkcs10", 404),
    ):
        headers = {**basic, "Content-Type": kind}
        got = urllib3.request(method, url + path, body=b"x", headers=headers, retries=False)
        assert got.status == status


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        # Certificates are not asked for over a line that others can read, ...
        ({"url": "http://ca.example.cn"}, "HTTPS"),
        ({"url": "ftp://127.0.0.1"}, "HTTPS"),
        # ... not without saying who asks, ...
        ({"password": ""}, "password"),
        ({"user": None}, "password"),
        # ... and not believed under no root.
        ({"roots": []}, "root"),
    ],
)
def test_account_that_is_not_safe_is_refused(
    outside: Outside, changes: dict[str, object], words: str
) -> None:
    with pytest.raises(AuthorityMisconfigured, match=words):
        outside.client(**changes)


@dataclass(frozen=True, slots=True)
class Tls:
    """Certificates for both ends of a connection, under an authority of the test."""

    server: ssl.SSLContext
    authorities: Path
    client: Path


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    place, key = tmp_path_factory.mktemp("tls"), ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    both = place / "both.pem"
    pem = certificate.public_bytes(Encoding.PEM)
    both.write_bytes(pem + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (place / "ca.pem").write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    context.load_verify_locations(place / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    return Tls(context, place / "ca.pem", both)


def test_client_certificate_takes_the_place_of_a_password(office: RunningOffice, tls: Tls) -> None:
    with listening(office, credentials=("", ""), tls=tls.server) as (simulator, url):
        account = AuthorityAccount(
            url=url,
            roots=[simulator.root],
            client_certificate=tls.client,
            tls_authorities=tls.authorities,
        )
        outside = Outside(simulator, account, office)
        signed = outside.signer().sign(PREPARED, PARTY)
        verify(signed, roots=office.roots, party_roots=[simulator.root], at=AT)
        # Without it the connection is not even made; nor to a server nobody vouches for.
        for changes in (
            {"client_certificate": None, "user": USER, "password": PASSWORD},
            {"tls_authorities": None},
        ):
            with pytest.raises(CertificateNotHad):
                outside.signer(outside.events(outside.client(**changes))).sign(PREPARED, PARTY)


@pytest.fixture(scope="module")
def another(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    """A whole platform of somebody else, with authority and time-stamper."""
    with running_office(tmp_path_factory.mktemp("another"), at=AT) as running:
        yield running


def signed_by(signatory: Signatory, revocation: Revocation, stamps: TimeStampSource) -> bytes:
    act = Act(field=PARTY.field, level=PadesLevel.B_LT, certifies=True, at=AT)
    return sign_field(PREPARED, act, signatory, revocation=revocation, stamper=stamps.stamper())


def test_outside_root_vouches_for_no_time_even_where_it_vouches_for_a_party(
    office: RunningOffice, another: RunningOffice
) -> None:
    """Seen to pass before the time-stamp inside the signature was held against our root."""
    party = another.signatory(profiles.EVENT, evidence=PARTY.evidence)
    signed = signed_by(party, another.revocation(), another.stamps)
    with pytest.raises(SignatureDoubtful, match="time-stamp is not ours"):
        verify(signed, roots=office.roots, party_roots=another.roots, at=AT)


@pytest.mark.parametrize(
    "algorithms",
    [[SigningAlgorithm.SM2], [SigningAlgorithm.P256, SigningAlgorithm.SM2], []],
)
def test_outside_authority_is_asked_for_p256_alone(
    outside: Outside, algorithms: list[SigningAlgorithm]
) -> None:
    with pytest.raises(OutsideAuthorityRefused, match="P-256 alone"):
        outside.signer(algorithms=algorithms)


def test_outside_root_vouches_for_no_notary(office: RunningOffice, another: RunningOffice) -> None:
    """With our own time-stamp, and the policy of a notary copied into the certificate."""
    theirs, ours = another.revocation(), office.revocation().trust
    trust = replace(
        theirs.trust,
        stamping_root=ours.root,
        stamping_root_list=ours.root_list,
        time_stamper=ours.time_stamper,
    )
    revocation = replace(theirs, trust=trust)
    notary = another.signatory(profiles.NOTARY)
    signed = signed_by(notary, revocation, office.stamps)
    with pytest.raises(NotOurs, match="names no evidence"):
        verify(signed, roots=office.roots, party_roots=another.roots, at=AT)
    party = another.signatory(profiles.EVENT, evidence=PARTY.evidence)
    signed = signed_by(party, revocation, office.stamps)
    report = verify(signed, roots=office.roots, party_roots=another.roots, at=AT)
    assert [found.role for found in report.signatures] == [Role.PARTY]
