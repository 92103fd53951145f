"""The time-stamping authority, with OpenSSL as the oracle, and its suspicious client."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any, cast

import pytest
import urllib3
from asn1crypto import tsp
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from esign import oids
from esign.authorities import profiles
from esign.authorities.creation import create_authorities
from esign.authorities.directory import ROOT, TSA
from esign.clock_proof import (
    LONGEST_MAKING,
    SteadyClock,
    judge_kernel_clock,
    kernel_clock,
)
from esign.cms import der, signed_data
from esign.cms.algorithms import ECDSA_P256, SHA256_FORMS
from esign.custody.client import CustodyClient
from esign.errors import ClockUnproven, NotForProduction, TimeStampUnavailable
from esign.testing import BASE_URL, OFFICE, RunningOffice, SetClock, running_office
from esign.tsa.answers import TimeStampAnswer
from esign.tsa.authority import TimeStampingAuthority
from esign.tsa.client import LARGEST_ANSWER, TimeStampSource
from esign.tsa.reading import Token, _time, read_token
from esign.tsa.responses import check_token, read_response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from esign.custody.ports import Custody

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
DIGEST = hashlib.sha256(b"deed").digest()
SHA512 = der.sequence(der.oid("2.16.840.1.101.3.4.2.3"), der.NULL)
BY_SHA512 = der.sequence(der.oid("1.2.840.10045.4.3.4"))
QUERY = {"Content-Type": "application/timestamp-query"}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with running_office(tmp_path_factory.mktemp("office"), at=AT) as running:
        yield running


def authority(office: RunningOffice, *, key: str = f"file:{TSA}") -> TimeStampingAuthority:
    return TimeStampingAuthority(
        certificate=office.files.certificate(TSA),
        key=key,
        custody=office.vault,
        now=office.now,
        proof=lambda: None,
    )


def request(**changes: Any) -> bytes:  # noqa: ANN401 - fields of an untyped library
    fields = {
        "version": "v1",
        "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": DIGEST},
        "nonce": 7,
        "cert_req": True,
        **changes,
    }
    encoded: bytes = tsp.TimeStampReq(fields).dump()
    return encoded


def failure(response: bytes) -> str:
    status = TimeStampAnswer.load(response)["status"]
    assert status["status"].native == "rejection"
    (word,) = status["fail_info"].native
    return str(word)


@contextmanager
def daemons(directory: Path) -> Iterator[str]:
    """Start the signer and the time-stamper as they are run, and yield the address."""
    path = directory / "signer.sock"
    python = [sys.executable, "-W", "ignore", "-m"]
    signer = [*python, "esign.custody.daemon", "--keys", str(directory), "--socket", str(path)]
    stamper = [*python, "esign.tsa.daemon", "--authorities", str(directory)]
    stamper += ["--custody", str(path), "--clock-proof", "steady"]
    with (
        subprocess.Popen(signer, stdout=subprocess.PIPE, text=True) as one,
        subprocess.Popen(stamper, stdout=subprocess.PIPE, text=True) as two,
    ):
        assert one.stdout
        assert two.stdout
        assert one.stdout.readline() == "ready\n"
        ready = two.stdout.readline().split()
        assert ready[0] == "ready"
        try:
            yield f"http://127.0.0.1:{ready[1]}/"
        finally:
            one.terminate()
            two.terminate()
            assert (one.wait(20), two.wait(20)) == (0, 0)


@pytest.fixture(scope="module")
def running_daemons(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Address of a time-stamper as it is run, and the file of the root above it."""
    directory = tmp_path_factory.mktemp("authorities")
    create_authorities(directory, now=datetime.now(UTC), offices={}, base_url=BASE_URL)
    with daemons(directory) as url:
        CustodyClient(directory / "signer.sock").ping()
        yield url, directory / "public" / "root.pem"


@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
@pytest.mark.parametrize(
    "wish", [(), ("-tspolicy", oids.TIME_STAMP_POLICY), ("-no_nonce",)], ids=["", "policy", "once"]
)
def test_openssl_accepts_our_stamps_over_http(
    running_daemons: tuple[str, Path], tmp_path: Path, digest: str, wish: tuple[str, ...]
) -> None:
    if not shutil.which("openssl"):
        pytest.skip("needs Debian's openssl")
    url, root = running_daemons
    (tmp_path / "deed").write_bytes(b"deed")
    query, answer = tmp_path / "q.tsq", tmp_path / "a.tsr"
    asked = ["openssl", "ts", "-query", "-data", str(tmp_path / "deed"), f"-{digest}", "-cert"]
    subprocess.run([*asked, *wish, "-out", str(query)], check=True, capture_output=True)
    got = urllib3.request("POST", url, body=query.read_bytes(), headers=QUERY)
    assert got.headers["Content-Type"] == "application/timestamp-reply"
    answer.write_bytes(got.data)
    verify = ["openssl", "ts", "-verify", "-queryfile", str(query), "-in", str(answer)]
    verify += ["-CAfile", str(root)]
    told = subprocess.run(verify, capture_output=True, text=True, check=True)
    assert "Verification: OK" in told.stdout + told.stderr
    text = ["openssl", "ts", "-reply", "-in", str(answer), "-text"]
    shown = subprocess.run(text, capture_output=True, text=True, check=True).stdout
    assert re.search(r"Accuracy: (0x01|1) seconds", shown)
    assert oids.TIME_STAMP_POLICY in shown
    assert f"Hash Algorithm: {digest}" in shown


@pytest.mark.parametrize(
    ("microseconds", "written"),
    [
        # Whole seconds have no point, and a fraction no zeros at its end (RFC 3161 2.4.2).
        (0, b"20260301093000Z"),
        (999, b"20260301093000Z"),
        (120_999, b"20260301093000.12Z"),
        (987_654, b"20260301093000.987Z"),
    ],
)
def test_time_is_stamped_to_the_millisecond(
    office: RunningOffice, microseconds: int, written: bytes
) -> None:
    """To the second it would be off by up to one, beside all that the clock is off."""
    office.now.at = AT.replace(microsecond=microseconds)
    try:
        assert der.value(0x18, written) in token(office).info
        openssl_reads = TimeStampAnswer.load(authority(office).answer(request()))
    finally:
        office.now.at = AT
    assert openssl_reads["status"]["status"].native == "granted"


class BusyCustody:
    """A signer that takes its time, as often as it is told to."""

    def __init__(self, office: RunningOffice, *, slow: int, takes: timedelta) -> None:
        self._office, self._slow, self._takes = office, slow, takes
        self.asked = 0

    def sign_digest(self, key: str, digest: bytes) -> bytes:
        self.asked += 1
        if self.asked <= self._slow:
            self._office.now.at += self._takes
        return self._office.vault.sign_digest(key, digest)


@pytest.mark.parametrize(
    ("slow", "takes", "granted"),
    [
        # Just in time; once too slow, and then in time; too slow each time.
        (9, LONGEST_MAKING, True),
        (1, timedelta(milliseconds=500), True),
        (9, timedelta(milliseconds=500), False),
    ],
)
def test_stamp_whose_making_uses_its_accuracy_up_is_not_given(
    office: RunningOffice, slow: int, takes: timedelta, *, granted: bool
) -> None:
    busy = BusyCustody(office, slow=slow, takes=takes)
    asked = TimeStampingAuthority(
        certificate=office.files.certificate(TSA),
        key=f"file:{TSA}",
        custody=cast("Custody", busy),
        now=office.now,
        proof=lambda: None,
    )
    try:
        answer = TimeStampAnswer.load(asked.answer(request()))
    finally:
        office.now.at = AT
    assert (answer["status"]["status"].native == "granted") is granted
    assert busy.asked <= 2


def test_jump_of_the_clock_while_it_is_read_is_noticed(office: RunningOffice) -> None:
    """The proof comes after the reading: what was proven is what will be stamped."""
    read: list[datetime] = []

    def reading() -> datetime:
        read.append(AT)
        return AT

    def proof() -> None:
        if read:
            raise ClockUnproven("jumped when it was read")

    asked = TimeStampingAuthority(
        certificate=office.files.certificate(TSA),
        key=f"file:{TSA}",
        custody=office.vault,
        now=reading,
        proof=proof,
    )
    assert failure(asked.answer(request())) == "time_not_available"


@pytest.mark.parametrize("days", [-1, 3286])
def test_nothing_is_stamped_outside_the_life_of_the_certificate(
    office: RunningOffice, days: int
) -> None:
    office.now.at = AT + timedelta(days=days)
    try:
        assert failure(authority(office).answer(request())) == "system_failure"
    finally:
        office.now.at = AT


def test_stamp_names_its_certificate_by_sha256(office: RunningOffice) -> None:
    """RFC 5816: ESSCertIDv2."""
    answer = TimeStampAnswer.load(authority(office).answer(request()))
    signer = answer["time_stamp_token"]["content"]["signer_infos"][0]
    kinds = [a["type"].native for a in signer["signed_attrs"]]
    assert "signing_certificate_v2" in kinds
    assert "cms_algorithm_protection" in kinds


def test_certificate_is_left_out_when_it_is_not_asked_for(office: RunningOffice) -> None:
    answer = TimeStampAnswer.load(authority(office).answer(request(cert_req=False)))
    assert not len(answer["time_stamp_token"]["content"]["certificates"])


def test_nonce_is_left_out_when_none_was_sent(office: RunningOffice) -> None:
    plain = {
        "version": "v1",
        "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": DIGEST},
        "cert_req": True,
    }
    response = authority(office).answer(tsp.TimeStampReq(plain).dump())
    read_response(response, digest=DIGEST, nonce=None)


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        # Bytes that are no request, and bytes after one.
        (b"", "bad_data_format"),
        (b"\x30\x80", "bad_data_format"),
        (request() + b"\x00", "bad_data_format"),
        # A digest of another length than its algorithm has.
        (
            request(
                message_imprint={
                    "hash_algorithm": {"algorithm": "sha256"},
                    "hashed_message": b"short",
                }
            ),
            "bad_data_format",
        ),
        # The digest of one algorithm under the name of another.
        (
            request(
                message_imprint={
                    "hash_algorithm": {"algorithm": "sha512"},
                    "hashed_message": DIGEST,
                }
            ),
            "bad_data_format",
        ),
        # An algorithm that is broken.
        (
            request(
                message_imprint={
                    "hash_algorithm": {"algorithm": "sha1"},
                    "hashed_message": DIGEST[:20],
                }
            ),
            "bad_alg",
        ),
        # Another version, a second nonce, and one that is negative.
        (request().replace(b"\x02\x01\x01", b"\x02\x01\x02", 1), "bad_request"),
        (request().replace(b"\x01\x01\xff", b"\x02\x01\x07"), "bad_data_format"),
        (request(nonce=-7), "bad_data_format"),
        # Somebody else's promise.
        (request(req_policy="1.2.3"), "unaccepted_policy"),
        # Extensions that we do not know, critical or not.
        (
            request(extensions=[{"extn_id": "1.2.3.4", "critical": False, "extn_value": b"x"}]),
            "unaccepted_extensions",
        ),
    ],
)
def test_request_that_cannot_be_served_is_rejected_with_its_reason(
    office: RunningOffice, asked: bytes, word: str
) -> None:
    assert failure(authority(office).answer(asked)) == word


def test_our_own_policy_may_be_asked_for(office: RunningOffice) -> None:
    response = authority(office).answer(request(req_policy=oids.TIME_STAMP_POLICY))
    read_response(response, digest=DIGEST, nonce=7)


def test_unproven_clock_stamps_nothing(office: RunningOffice) -> None:
    office.proof.stamps_left = 0
    try:
        got = urllib3.request("POST", office.tsa_url, body=request(), headers=QUERY)
    finally:
        office.proof.stamps_left = 1_000_000
    assert failure(got.data) == "time_not_available"


def test_key_that_cannot_be_used_is_a_failure_of_ours(office: RunningOffice) -> None:
    assert failure(authority(office, key="file:root").answer(request())) == "system_failure"


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        # Not a time-stamp query at all.
        ({"Content-Type": "application/json"}, b"{}", 415),
        # More than any query needs.
        (QUERY, bytes(4097), 413),
        # A length that is no number.
        ({**QUERY, "Content-Length": "x"}, b"", 411),
    ],
)
def test_http_request_that_is_no_query_is_refused(
    office: RunningOffice, headers: dict[str, str], body: bytes, status: int
) -> None:
    got = urllib3.request("POST", office.tsa_url, body=body, headers=headers, retries=False)
    assert got.status == status


@contextmanager
def impostor(status: int, kind: str, body: bytes) -> Iterator[str]:
    """Serve one made-up answer to everybody."""

    class Exchange(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited
            return

    with HTTPServer(("127.0.0.1", 0), Exchange) as server:
        serving = Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        serving.join()


@pytest.mark.parametrize(
    ("status", "kind", "body"),
    [
        # A proxy's error page.
        (502, "text/html", b"<html>"),
        # The right status with the wrong kind.
        (200, "text/html", b"<html>"),
        # Not DER.
        (200, "application/timestamp-reply", b"junk"),
        # Larger than any stamp.
        (200, "application/timestamp-reply", bytes(LARGEST_ANSWER + 1)),
    ],
)
def test_answer_that_is_no_stamp_is_not_taken(
    office: RunningOffice, status: int, kind: str, body: bytes
) -> None:
    with impostor(status, kind, body) as url:
        source = TimeStampSource(url, roots=office.roots, now=office.now)
        with pytest.raises(TimeStampUnavailable):
            source.stamper()


def test_absent_authority_is_told_as_such(office: RunningOffice) -> None:
    source = TimeStampSource("http://127.0.0.1:9/", roots=office.roots, now=office.now)
    with pytest.raises(TimeStampUnavailable):
        source.stamper()


def test_stamp_that_was_played_back_is_not_taken(office: RunningOffice) -> None:
    old = authority(office).answer(request())
    with impostor(200, "application/timestamp-reply", old) as url:
        source = TimeStampSource(url, roots=office.roots, now=office.now)
        with pytest.raises(TimeStampUnavailable, match="another question"):
            source.stamper()


def test_stamp_for_another_document_is_not_taken(office: RunningOffice) -> None:
    with pytest.raises(TimeStampUnavailable, match="another document"):
        read_response(authority(office).answer(request()), digest=bytes(32), nonce=7)


def test_granted_answer_without_a_token_is_not_taken() -> None:
    empty = TimeStampAnswer({"status": {"status": "granted"}}).dump()
    with pytest.raises(TimeStampUnavailable):
        read_response(empty, digest=DIGEST, nonce=7)


def token(office: RunningOffice) -> Token:
    return read_response(authority(office).answer(request()), digest=DIGEST, nonce=7)


def test_stamp_of_another_time_is_not_taken(office: RunningOffice) -> None:
    with pytest.raises(TimeStampUnavailable, match="not of this time"):
        check_token(
            token(office),
            roots=office.roots,
            now=AT + timedelta(minutes=1),
            tolerance=timedelta(seconds=30),
        )


def test_stamp_of_a_stranger_is_not_taken(office: RunningOffice, tmp_path: Path) -> None:
    strangers = create_authorities(tmp_path, now=AT, offices={}, base_url=BASE_URL)
    with pytest.raises(TimeStampUnavailable, match="stranger"):
        check_token(
            token(office),
            roots=[strangers.certificate(ROOT)],
            now=AT,
            tolerance=timedelta(seconds=30),
        )


def test_every_altered_byte_of_a_stamp_is_noticed(office: RunningOffice) -> None:
    """Within the signed content, the signed attributes and the signature."""
    whole = token(office).whole
    info = whole.index(DIGEST)
    for position in range(info, info + 32, 5):
        altered = bytearray(whole)
        altered[position] ^= 1
        with pytest.raises(TimeStampUnavailable):
            check_token(
                read_token(bytes(altered)),
                roots=office.roots,
                now=AT,
                tolerance=timedelta(seconds=30),
            )
    altered = bytearray(whole)
    altered[-1] ^= 1
    with pytest.raises(TimeStampUnavailable, match="signature is wrong"):
        check_token(
            read_token(bytes(altered)),
            roots=office.roots,
            now=AT,
            tolerance=timedelta(seconds=30),
        )


def changed(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    """Return what puts ``new`` in the first place of ``old``, which is as long."""

    def change(whole: bytes) -> bytes:
        assert old in whole
        assert len(old) == len(new)
        return whole.replace(old, new, 1)

    return change


@pytest.mark.parametrize(
    "change",
    [
        # Not signed data, and signed data that is no time-stamp.
        changed(signed_data.SIGNED_DATA, der.oid("1.2.840.113549.1.7.6")),
        changed(signed_data.TST_INFO, der.oid("1.2.840.113549.1.9.16.1.5")),
        # Signed by another algorithm.
        lambda whole: BY_SHA512.join(whole.rsplit(ECDSA_P256.signature, 1)),
        # A signed attribute twice.
        changed(signed_data.ALGORITHM_PROTECTION, signed_data.MESSAGE_DIGEST),
        # A digest by SHA-512, or so it says.
        changed(SHA256_FORMS[1] + der.octets(DIGEST), SHA512 + der.octets(DIGEST)),
        # Times that are none, or not in UTC.
        changed(b"20260301093000Z", b"20261301093000Z"),
        changed(b"20260301093000Z", b"20260301093000+"),
    ],
)
def test_token_of_another_form_is_not_read(
    office: RunningOffice, change: Callable[[bytes], bytes]
) -> None:
    with pytest.raises(TimeStampUnavailable, match="not a time-stamp"):
        read_token(change(token(office).whole))


def test_fraction_of_a_second_is_read() -> None:
    """RFC 3161 2.4.2 lets an authority be finer than ours is."""
    assert _time(b"20260301093000.25Z") == AT.replace(microsecond=250_000)


def test_token_is_believed_only_with_the_certificate_that_it_names(office: RunningOffice) -> None:
    by_rsa = office.signatory(
        profiles.TIME_STAMPER, key=rsa.generate_private_key(65537, 3072)
    ).certificate
    good = token(office)
    for altered, words in (
        (replace(good, names=bytes(32)), "names another"),
        (replace(good, info=good.info + b"\x00"), "altered"),
        (replace(good, certificate=b"\x30\x00"), "may not stamp"),
        (replace(good, certificate=office.roots[0].public_bytes(Encoding.DER)), "may not stamp"),
        (replace(good, certificate=by_rsa.public_bytes(Encoding.DER)), "elliptic curve"),
    ):
        with pytest.raises(TimeStampUnavailable, match=words):
            check_token(altered, roots=office.roots, now=AT, tolerance=timedelta(seconds=30))


def test_seal_certificate_cannot_stamp_time(office: RunningOffice) -> None:
    posing = TimeStampingAuthority(
        certificate=office.files.certificate(f"office.{OFFICE}.seal"),
        key=f"file:office.{OFFICE}.seal",
        custody=office.vault,
        now=office.now,
        proof=lambda: None,
    )
    posed = read_response(posing.answer(request()), digest=DIGEST, nonce=7)
    with pytest.raises(TimeStampUnavailable, match="may not stamp"):
        check_token(posed, roots=office.roots, now=AT, tolerance=timedelta(seconds=30))


@pytest.mark.parametrize("jump", [timedelta(seconds=-3600), timedelta(seconds=2)])
def test_jump_of_the_clock_is_noticed(jump: timedelta) -> None:
    now, seconds = SetClock(AT), [100.0]
    with pytest.warns(NotForProduction):
        proof = SteadyClock(now=now, monotonic=lambda: seconds[0])
    proof()
    now.at, seconds[0] = AT + timedelta(seconds=5), 105.0
    proof()
    now.at += jump
    with pytest.raises(ClockUnproven):
        proof()


@pytest.mark.parametrize(
    ("state", "max_error_us", "proven"),
    [
        # Synchronised, and within half a second: the other half is for making the token.
        (0, 500_000, True),
        # Synchronised once, but the bound has grown.
        (0, 500_001, False),
        # The kernel itself says no.
        (5, 0, False),
        # The call failed.
        (-1, 0, False),
        # A bound that cannot be.
        (0, -1, False),
    ],
)
def test_kernel_clock_is_believed_only_within_half_a_second(
    state: int, max_error_us: int, *, proven: bool
) -> None:
    if proven:
        judge_kernel_clock(state, max_error_us)
    else:
        with pytest.raises(ClockUnproven):
            judge_kernel_clock(state, max_error_us)


def test_kernel_is_really_asked() -> None:
    """Whether it is synchronised depends on the machine; either answer is clear."""
    try:
        kernel_clock()
    except ClockUnproven as doubt:
        told = str(doubt)
    else:
        told = "the kernel agrees"
    assert told.startswith("the kernel")
