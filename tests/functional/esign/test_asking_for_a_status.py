"""OCSP over real HTTP: what openssl asks, and what a stranger makes of our answers.

Answers are signed in the signer process by a responder that each authority appointed;
the keys of the authorities themselves are not needed for it.
"""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

import pytest
import urllib3
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.serving import make_server

from esign.authorities.creation import create_authorities
from esign.authorities.directory import ROOT, TSA, notary_name, office_name, responder_name
from esign.authorities.profiles import RESPONDER
from esign.cms import der
from esign.cms.reading import inside, only
from esign.custody.client import CustodyClient
from esign.errors import KeyMisused
from esign.evidence import EvidenceDigests
from esign.keyceremony.requests import Action
from esign.testing import BASE_URL, NOTARY, OFFICE, RunningOffice, SetClock, running_office
from server.web.certificate_status import ANSWER_TYPE, REQUEST_TYPE, status_page
from tests.servers.ceremony_room import Room

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from hypothesis.strategies import DataObject as Data

    from esign.custody.vault import Vault

AUTHORITY: Final = office_name(OFFICE, "authority")
POST: Final = {"Content-Type": REQUEST_TYPE}
SHA1: Final = hashes.SHA1()  # noqa: S303 - RFC 5019 2.1.1 asks for it; it names an issuer
NONCE: Final = b"n" * 32


@pytest.fixture(scope="module")
def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, now: datetime) -> Iterator[RunningOffice]:
    with running_office(tmp_path_factory.mktemp("office"), at=now) as running:
        running.vault.enrol_notary(office=OFFICE, notary=NOTARY, common_name="王公证")
        yield running


@pytest.fixture(scope="module")
def url(office: RunningOffice) -> Iterator[str]:
    """Where the answers are, of a server that listens."""
    with served(office.vault.certificate_status, office.now) as address:
        yield address


class served:  # noqa: N801 - used like a function
    def __init__(self, ask: Callable[[str, bytes], bytes], now: SetClock) -> None:
        app = Flask("server")
        app.register_blueprint(status_page(ask, now=now))
        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        self._serving = threading.Thread(target=self._server.serve_forever)

    def __enter__(self) -> str:
        self._serving.start()
        return f"http://127.0.0.1:{self._server.server_port}/authorities"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._serving.join()
        self._server.server_close()


def question(
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    *,
    by: hashes.HashAlgorithm | None = None,
    nonce: bytes | None = None,
) -> bytes:
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, by or hashes.SHA256())
    if nonce is not None:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    return builder.build().public_bytes(Encoding.DER)


def posted(url: str, authority: str, body: bytes) -> ocsp.OCSPResponse:
    got = urllib3.request("POST", f"{url}/{authority}.ocsp", body=body, headers=POST)
    assert (got.status, got.headers["Content-Type"]) == (200, ANSWER_TYPE)
    return ocsp.load_der_ocsp_response(got.data)


def notary_of(office: RunningOffice) -> x509.Certificate:
    return office.files.certificate(notary_name(OFFICE, NOTARY))


def asked_by_openssl(
    office: RunningOffice, url: str, issuer: str, *, certificate: x509.Certificate, place: Path
) -> str:
    """Ask as anybody would who trusts our root and nothing else."""
    public = office.files.public
    (place / "asked.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    command = ["openssl", "ocsp", "-issuer", str(public / f"{issuer}.pem")]
    command += ["-cert", str(place / "asked.pem"), "-url", f"{url}/{issuer}.ocsp"]
    command += ["-CAfile", str(public / "root.pem"), "-verify_other"]
    command += [str(public / f"{issuer}.pem")]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    # openssl says on stderr that it checked the signature; anything else would be a doubt.
    assert told.stderr == "Response verify OK\n", told.stderr
    return told.stdout


def test_openssl_accepts_that_a_notary_is_good_and_later_is_not(tmp_path: Path) -> None:
    with (
        running_office(tmp_path / "o", at=datetime.now(UTC)) as office,
        served(office.vault.certificate_status, office.now) as url,
    ):
        office.vault.enrol_notary(office=OFFICE, notary=NOTARY, common_name="王公证")
        notary = notary_of(office)
        assert "asked.pem: good" in asked_by_openssl(
            office, url, AUTHORITY, certificate=notary, place=tmp_path
        )
        office.vault.revoke(
            office=OFFICE,
            serial=notary.serial_number,
            reason=x509.ReasonFlags.key_compromise,
        )
        told = asked_by_openssl(office, url, AUTHORITY, certificate=notary, place=tmp_path)
        assert "asked.pem: revoked" in told
        assert "Reason: keyCompromise" in told


def test_pdf_reader_follows_the_address_and_sees_a_revocation(tmp_path: Path) -> None:
    """NSS by way of poppler: it asks for each signer, at the address in the certificate."""
    if not shutil.which("certutil") or not shutil.which("pdfsig"):
        pytest.skip("needs pdfsig (poppler-utils) and certutil (libnss3-tools) from Debian")
    now = SetClock(datetime.now(UTC))
    asked: list[str] = []
    vaults: list[Vault] = []

    def ask(authority: str, request: bytes) -> bytes:
        asked.append(authority)
        return vaults[0].certificate_status(authority, request)

    with served(ask, now) as url, running_office(tmp_path, at=now.at, base_url=url) as office:
        vaults.append(office.vault)
        (tmp_path / "sealed.pdf").write_bytes(office.sealed())
        database = f"sql:{tmp_path}"
        root = office.files.public / "root.pem"
        subprocess.run(["certutil", "-d", database, "-N", "--empty-password"], check=True)
        trusting = ["certutil", "-d", database, "-A", "-n", "root", "-t", "C,C,C", "-i", str(root)]
        subprocess.run(trusting, check=True)
        assert judged_by_pdfsig(tmp_path) == ["Certificate is Trusted."] * 2
        assert asked == [AUTHORITY] * 2
        office.vault.revoke(office=OFFICE, serial=notary_of(office).serial_number)
        assert judged_by_pdfsig(tmp_path)[0] == "Certificate has been Revoked."


def judged_by_pdfsig(place: Path) -> list[str]:
    command = ["pdfsig", "-nssdir", f"sql:{place}", str(place / "sealed.pdf")]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return re.findall(r"Certificate Validation: (.*)", told)


@pytest.mark.parametrize("name", [AUTHORITY, TSA])
def test_openssl_accepts_that_an_authority_is_good_without_the_roots_key(
    office: RunningOffice, url: str, tmp_path: Path, name: str
) -> None:
    key = office.files.keys / "root.pem"
    aside = key.rename(tmp_path / "offline")
    try:
        told = asked_by_openssl(
            office, url, ROOT, certificate=office.files.certificate(name), place=tmp_path
        )
    finally:
        aside.rename(key)
    assert "asked.pem: good" in told


def test_openssl_is_told_that_nothing_is_known_of_a_forgery(
    office: RunningOffice, url: str, tmp_path: Path
) -> None:
    """Signed with the authority's own key, but on no record."""
    real = notary_of(office)
    forged = (
        x509.CertificateBuilder()
        .subject_name(real.subject)
        .issuer_name(real.issuer)
        .public_key(real.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(real.not_valid_before_utc)
        .not_valid_after(real.not_valid_after_utc)
        .sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    )
    assert "asked.pem: unknown" in asked_by_openssl(
        office, url, AUTHORITY, certificate=forged, place=tmp_path
    )


@pytest.mark.parametrize(
    "by", [SHA1, hashes.SHA256(), hashes.SHA384(), hashes.SHA512()], ids=lambda h: h.name
)
def test_issuer_is_named_by_any_usual_digest(
    office: RunningOffice, url: str, by: hashes.HashAlgorithm
) -> None:
    issuer = office.files.certificate(AUTHORITY)
    answer = posted(url, AUTHORITY, question(notary_of(office), issuer, by=by))
    assert answer.certificate_status is ocsp.OCSPCertStatus.GOOD


def test_nonce_comes_back_and_nobody_may_keep_such_an_answer(
    office: RunningOffice, url: str
) -> None:
    body = question(notary_of(office), office.files.certificate(AUTHORITY), nonce=NONCE)
    answer = posted(url, AUTHORITY, body)
    assert answer.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == NONCE
    got = urllib3.request("GET", f"{url}/{AUTHORITY}.ocsp/{in_path(body)}")
    assert got.headers["Cache-Control"] == "no-store"


def in_path(body: bytes) -> str:
    return quote(base64.b64encode(body), safe="")


def test_answer_is_had_by_get_and_may_be_kept_until_it_ends(
    office: RunningOffice, url: str, now: datetime
) -> None:
    """RFC 5019 section 6."""
    body = question(notary_of(office), office.files.certificate(AUTHORITY))
    address = f"{url}/{AUTHORITY}.ocsp/{in_path(body)}"
    got = urllib3.request("GET", address)
    answer = ocsp.load_der_ocsp_response(got.data)
    assert answer.certificate_status is ocsp.OCSPCertStatus.GOOD
    assert answer.next_update_utc == now + timedelta(minutes=5)
    assert "max-age=300" in got.headers["Cache-Control"]
    assert {"public", "no-transform", "must-revalidate"} <= {
        each.strip() for each in got.headers["Cache-Control"].split(",")
    }
    assert got.headers["Expires"] > ""
    head = urllib3.request("HEAD", address)
    assert (head.status, head.data, head.headers["Content-Type"]) == (200, b"", ANSWER_TYPE)


def test_request_with_slashes_in_its_base64_is_understood(office: RunningOffice, url: str) -> None:
    """Two of them in a row would be one to a server that tidies paths up."""
    issuer = office.files.certificate(AUTHORITY)
    certificate = notary_of(office)
    nonces = (bytes((n,)) * 3 + b"\xff" * 12 for n in range(256))
    body = next(
        each
        for nonce in nonces
        if b"//" in base64.b64encode(each := question(certificate, issuer, nonce=nonce))
    )
    for path in (in_path(body), quote(base64.b64encode(body), safe="/")):
        got = urllib3.request("GET", f"{url}/{AUTHORITY}.ocsp/{path}", redirect=False)
        answer = ocsp.load_der_ocsp_response(got.data)
        assert answer.certificate_status is ocsp.OCSPCertStatus.GOOD


def altered(body: bytes, old: bytes, new: bytes) -> bytes:
    assert old in body
    return body.replace(old, new, 1)


def test_what_is_no_question_is_called_malformed(office: RunningOffice, url: str) -> None:
    good = question(notary_of(office), office.files.certificate(AUTHORITY), nonce=NONCE)
    single = der.sequence(good[4:])
    wrong = [
        # Nothing, nonsense, something after the end, and a list in place of a question.
        b"",
        b"\x30\x80",
        good + b"\x00",
        der.sequence(der.sequence(der.sequence())),
        der.sequence(),
        single,
        # Extensions that are empty, and one that is cut off.
        with_extensions(good, der.sequence()),
        with_extensions(good, der.sequence(der.oid("1.2.3.4"))),
        with_extensions(good, b"\x30\x05"),
        # Fields that a question does not have, or not in this order.
        der.sequence(der.sequence(der.tagged(2, der.sequence()), listed(good))),
        # Another version.
        der.sequence(der.sequence(der.tagged(0, der.integer(1)))),
        # Nonces that RFC 8954 has refused, and one that comes twice.
        with_extensions(good, nonce(b"")),
        with_extensions(good, nonce(b"x" * 33)),
        with_extensions(good, nonce(b"x"), nonce(b"x")),
        # What must be understood, and is not.
        with_extensions(good, der.sequence(der.oid("1.2.3.4"), der.TRUE, der.octets(b"\x05\x00"))),
        # Two certificates at once (RFC 5019 2.1.1).
        twice(good),
    ]
    for body in wrong:
        answer = posted(url, AUTHORITY, body)
        assert answer.response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST
    unknown = der.sequence(der.oid("1.2.3.4"), der.octets(b"\x05\x00"))
    answer = posted(url, AUTHORITY, with_extensions(good, unknown))
    assert answer.certificate_status is ocsp.OCSPCertStatus.GOOD


@pytest.mark.parametrize("path", ["x", "MA%3D%3D%20", "MAA", "%00"])
def test_path_that_is_no_question_is_called_malformed(url: str, path: str) -> None:
    got = urllib3.request("GET", f"{url}/{AUTHORITY}.ocsp/{path}")
    answer = ocsp.load_der_ocsp_response(got.data)
    assert answer.response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST
    assert got.headers["Cache-Control"] == "no-store"


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_bytes_are_answered_or_called_malformed(office: RunningOffice, data: Data) -> None:
    """Also those that are nearly a question: one byte of it is another, or it ends early."""
    good = question(notary_of(office), office.files.certificate(AUTHORITY), nonce=NONCE)
    place = data.draw(st.integers(0, len(good) - 1))
    asked = data.draw(
        st.binary(max_size=80)
        | st.binary(min_size=1, max_size=3).map(lambda b: good[:place] + b + good[place + 1 :])
        | st.just(good[:place])
    )
    answer = ocsp.load_der_ocsp_response(office.vault.certificate_status(AUTHORITY, asked))
    assert answer.response_status in {
        ocsp.OCSPResponseStatus.SUCCESSFUL,
        ocsp.OCSPResponseStatus.MALFORMED_REQUEST,
        ocsp.OCSPResponseStatus.UNAUTHORIZED,
    }


def nonce(value: bytes) -> bytes:
    return der.sequence(der.oid("1.3.6.1.5.5.7.48.1.2"), der.octets(der.octets(value)))


def listed(good: bytes) -> bytes:
    """Return the list of questions in a request."""
    return inside(inside(only(good, der.SEQUENCE))[0])[0]


def with_extensions(good: bytes, *extensions: bytes) -> bytes:
    return der.sequence(der.sequence(listed(good), der.tagged(2, der.sequence(*extensions))))


def twice(good: bytes) -> bytes:
    (one,) = inside(listed(good))
    return der.sequence(der.sequence(der.sequence(one, one)))


def test_question_about_others_is_not_answered(office: RunningOffice, url: str) -> None:
    """RFC 5019 2.2.3: unauthorized, and unsigned; an empty name leads nowhere either."""
    issuer = office.files.certificate(AUTHORITY)
    body = question(notary_of(office), issuer)
    for authority in (ROOT, "office.nowhere.authority", "tsa", "..root", "root.responder"):
        answer = posted(url, authority, body)
        assert answer.response_status is ocsp.OCSPResponseStatus.UNAUTHORIZED
    strange = question(notary_of(office), issuer, by=hashes.SHA224())
    assert posted(url, AUTHORITY, strange).response_status is (ocsp.OCSPResponseStatus.UNAUTHORIZED)


def about(office: RunningOffice, serial: int) -> bytes:
    """Return a question about any number of the office's authority."""
    good = question(notary_of(office), office.files.certificate(AUTHORITY))
    known = ocsp.load_der_ocsp_request(good)
    builder = ocsp.OCSPRequestBuilder().add_certificate_by_hash(
        known.issuer_name_hash, known.issuer_key_hash, serial, hashes.SHA256()
    )
    return builder.build().public_bytes(Encoding.DER)


def test_certificate_of_another_authority_is_unknown_under_this_one(
    office: RunningOffice, url: str
) -> None:
    """On record, but not of this issuer: a number alone is not a certificate."""
    body = about(office, office.files.certificate(TSA).serial_number)
    assert posted(url, AUTHORITY, body).certificate_status is ocsp.OCSPCertStatus.UNKNOWN


def test_number_that_no_certificate_can_have_is_not_good(office: RunningOffice, url: str) -> None:
    good = about(office, notary_of(office).serial_number)
    assert posted(url, AUTHORITY, good).certificate_status is ocsp.OCSPCertStatus.GOOD
    longest = about(office, (1 << 159) - 1)
    assert posted(url, AUTHORITY, longest).certificate_status is ocsp.OCSPCertStatus.UNKNOWN
    serial = der.integer(notary_of(office).serial_number)
    for strange in (b"\xff" * 20, bytes(20)):
        answer = posted(url, AUTHORITY, altered(good, serial, der.value(der.INTEGER, strange)))
        assert answer.response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST


@pytest.mark.parametrize(
    ("headers", "length", "status"),
    [
        # Another kind of body, and one larger than any question.
        ({"Content-Type": "application/json"}, 10, 415),
        (POST, 5000, 413),
    ],
)
def test_http_request_that_is_no_question_is_refused(
    url: str, headers: dict[str, str], length: int, status: int
) -> None:
    got = urllib3.request("POST", f"{url}/root.ocsp", body=bytes(length), headers=headers)
    assert got.status == status


def test_body_of_unknown_length_is_refused(url: str) -> None:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port)
    connection.putrequest("POST", f"{parts.path}/root.ocsp")
    connection.putheader("Content-Type", REQUEST_TYPE)
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()


def test_signer_that_is_down_is_told_as_such(office: RunningOffice, tmp_path: Path) -> None:
    absent = CustodyClient(tmp_path / "nobody.sock")
    body = question(notary_of(office), office.files.certificate(AUTHORITY))
    with served(absent.certificate_status, office.now) as url:
        answer = posted(url, AUTHORITY, body)
    assert answer.response_status is ocsp.OCSPResponseStatus.TRY_LATER


def test_responder_that_has_ended_answers_nothing_and_is_renewed_before(tmp_path: Path) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    with running_office(tmp_path, at=at) as office:
        body = question(office.files.certificate(TSA), office.files.certificate(ROOT))
        office.now.at = at + RESPONDER.valid_for
        der_answer = office.vault.certificate_status(ROOT, body)
        answer = ocsp.load_der_ocsp_response(der_answer)
        assert answer.response_status is ocsp.OCSPResponseStatus.INTERNAL_ERROR
        first = office.files.certificate(responder_name(ROOT))
        for days, renewed in ((182, False), (184, True)):
            create_authorities(
                tmp_path,
                now=at + timedelta(days=days),
                offices={OFFICE: "昆明市甲公证处"},
                base_url=BASE_URL,
            )
            assert (office.files.certificate(responder_name(ROOT)) != first) is renewed
        answer = ocsp.load_der_ocsp_response(office.vault.certificate_status(ROOT, body))
        assert answer.certificate_status is ocsp.OCSPCertStatus.GOOD


def test_under_dual_control_the_signer_renews_who_answers_for_an_office(tmp_path: Path) -> None:
    """Nobody holds a ceremony for it: the office's authority is at work in the signer."""
    at = datetime(2026, 3, 1, tzinfo=UTC)
    with running_office(tmp_path, at=at) as office:
        files = office.files
        Room(files.path, office.now).with_officers()
        body = question(
            files.certificate(office_name(OFFICE, "seal")), files.certificate(AUTHORITY)
        )
        name = responder_name(AUTHORITY)
        first = files.certificate(name)
        for days, renewed in ((182, False), (184, True), (500, True)):
            office.now.at = at + timedelta(days=days)
            answer = ocsp.load_der_ocsp_response(office.vault.certificate_status(AUTHORITY, body))
            assert answer.certificate_status is ocsp.OCSPCertStatus.GOOD
            newest = files.certificate(name)
            assert (newest != first) is renewed
            assert newest.public_key() == first.public_key()
            assert newest.not_valid_before_utc <= office.now.at < newest.not_valid_after_utc


def test_who_answers_for_the_root_lasts_until_its_next_list(tmp_path: Path) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    with running_office(tmp_path, at=at) as office:
        room = Room(office.files.path, office.now).with_officers()
        office.now.at = at + timedelta(days=100)
        room.done(Action.PUBLISH, ROOT)
        responder = office.files.certificate(responder_name(ROOT))
        assert responder.not_valid_after_utc == office.now.at + RESPONDER.valid_for


def test_a_stopped_authority_is_answered_for_until_its_responder_ends(tmp_path: Path) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    with running_office(tmp_path, at=at) as office:
        office.files.stop(AUTHORITY)
        seal = office.files.certificate(office_name(OFFICE, "seal"))
        body = question(seal, office.files.certificate(AUTHORITY))
        office.now.at = at + timedelta(days=200)
        answer = ocsp.load_der_ocsp_response(office.vault.certificate_status(AUTHORITY, body))
        assert answer.certificate_status is ocsp.OCSPCertStatus.GOOD


def test_next_key_of_an_authority_has_its_own_responder(tmp_path: Path) -> None:
    """Made in the ceremony that makes the key; the old one's answers go on."""
    with running_office(tmp_path, at=datetime(2026, 3, 1, tzinfo=UTC)) as office:
        old = office.files.certificate(office_name(OFFICE, "seal"))
        room = Room(office.files.path, office.now).with_officers()
        room.done(Action.ROTATE, AUTHORITY)
        evidence = EvidenceDigests(
            identity_check="1" * 64, ceremony_segment="2" * 64, document="3" * 64
        )
        made = office.vault.make_event_key(office=OFFICE, common_name="李雷", evidence=evidence)
        new = x509.load_der_x509_certificate(made.certificate)
        for name, certificate in ((AUTHORITY, old), (f"{AUTHORITY}.2", new)):
            body = question(certificate, office.files.certificate(name))
            answer = ocsp.load_der_ocsp_response(office.vault.certificate_status(name, body))
            assert answer.certificate_status is ocsp.OCSPCertStatus.GOOD


def test_responders_key_signs_no_digest_from_outside(office: RunningOffice) -> None:
    with pytest.raises(KeyMisused):
        office.vault.sign_digest(f"file:{responder_name(AUTHORITY)}", bytes(32))


def test_every_answer_is_on_record(office: RunningOffice) -> None:
    body = question(notary_of(office), office.files.certificate(AUTHORITY))
    office.vault.certificate_status(AUTHORITY, body)
    last = (office.files.records / "audit.jsonl").read_text().splitlines()[-1]
    entry = json.loads(last)
    assert entry["operation"] == "certificate_status"
    assert entry["key"] == f"file:{responder_name(AUTHORITY)}"


def test_new_certificates_say_where_to_ask(office: RunningOffice) -> None:
    access = notary_of(office).extensions.get_extension_for_class(x509.AuthorityInformationAccess)
    stated = {each.access_method: each.access_location.value for each in access.value}
    assert stated == {
        AuthorityInformationAccessOID.OCSP: f"{BASE_URL}/{AUTHORITY}.ocsp",
        AuthorityInformationAccessOID.CA_ISSUERS: f"{BASE_URL}/{AUTHORITY}.cer",
    }
