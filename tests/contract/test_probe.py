"""The probe passes a store that keeps its promises, and names those it does not."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from storage.connection import Connection, connect
from storage.errors import StoreUnavailable, StoreUnfit
from storage.probe import Probe, Promise
from tests.contract.conftest import EVIDENCE, STAGING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mypy_boto3_s3 import S3Client


def clock() -> datetime:
    return datetime.now(UTC)


class ObligingGateway(BaseHTTPRequestHandler):
    """Says 200 to everything and looks at no header, as some gateways do."""

    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer(b"", {"ETag": '"0"', "x-amz-version-id": "1"})

    def do_POST(self) -> None:
        self.answer(
            b"<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>"
        )

    def do_DELETE(self) -> None:
        self.answer(b"")

    def do_GET(self) -> None:
        is_listing = "versions" in parse_qs(urlsplit(self.path).query, keep_blank_values=True)
        self.answer(b"<ListVersionsResult></ListVersionsResult>" if is_listing else b"body")

    def answer(self, body: bytes, headers: dict[str, str] | None = None, code: int = 200) -> None:
        self.send_response(code)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base's name
        pass


class GatewayWithoutLocks(ObligingGateway):
    """Knows neither locks nor multipart uploads, and says so."""

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if "x-amz-object-lock-mode" in self.headers:
            self.answer(b"<Error><Code>NotImplemented</Code></Error>", code=501)
        else:
            self.answer(b"", {"ETag": '"0"'})

    def do_POST(self) -> None:
        self.answer(b"<Error><Code>NotImplemented</Code></Error>", code=501)


class UnversionedGateway(ObligingGateway):
    """Takes a lock without keeping a version that it could lock."""

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer(b"", {"ETag": '"0"'})


class BrokenGateway(ObligingGateway):
    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer(b"<Error><Code>InternalError</Code></Error>", code=500)


@pytest.fixture
def serve() -> Iterator[Callable[[type[ObligingGateway]], S3Client]]:
    servers: list[ThreadingHTTPServer] = []

    def start(gateway: type[ObligingGateway]) -> S3Client:
        server = ThreadingHTTPServer(("127.0.0.1", 0), gateway)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        address = f"http://127.0.0.1:{server.server_port}"
        return connect(Connection(endpoint=address, access_key="a", secret_key="b", attempts=1))

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def require_all(s3: S3Client) -> None:
    Probe(s3, evidence=EVIDENCE, staging=STAGING, now=clock).require_all()


def test_seaweedfs_is_fit(s3: S3Client) -> None:
    require_all(s3)


def test_a_probe_leaves_nothing_but_what_is_locked(s3: S3Client) -> None:
    require_all(s3)
    versions = s3.list_object_versions(Bucket=EVIDENCE, Prefix="probe/").get("Versions", [])
    for version in versions:
        head = s3.head_object(Bucket=EVIDENCE, Key=version["Key"], VersionId=version["VersionId"])
        assert head["ObjectLockMode"] == "COMPLIANCE"
    assert s3.list_objects_v2(Bucket=STAGING, Prefix="probe/")["KeyCount"] == 0


@pytest.mark.parametrize(
    "gateway",
    [
        # Yes to everything is no to every promise.
        ObligingGateway,
        # An honest no to some and a silent yes to the others.
        GatewayWithoutLocks,
        # A lock on nothing.
        UnversionedGateway,
    ],
)
def test_a_store_that_ignores_headers_is_unfit(
    serve: Callable[[type[ObligingGateway]], S3Client], gateway: type[ObligingGateway]
) -> None:
    with pytest.raises(StoreUnfit) as refusal:
        require_all(serve(gateway))
    assert set(refusal.value.missing) == {str(promise) for promise in Promise}


def test_a_store_that_fails_is_not_called_unfit(
    serve: Callable[[type[ObligingGateway]], S3Client],
) -> None:
    """Its refusal of a wrong checksum proves nothing: it refuses everything."""
    with pytest.raises(StoreUnavailable):
        require_all(serve(BrokenGateway))


def test_no_store_at_all_is_unavailable() -> None:
    nobody = Connection(endpoint="http://127.0.0.1:9", access_key="a", secret_key="b", attempts=1)
    with pytest.raises(StoreUnavailable):
        require_all(connect(nobody))
