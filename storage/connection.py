"""The one door to S3: how a client is made, and what its failures mean here.

A client costs half a second to make and is safe to share: one per process.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Literal

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import HTTPError

from storage.errors import (
    ContentMismatch,
    ObjectMissing,
    StorageError,
    StoreRefused,
    StoreUnavailable,
    UploadMissing,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3 import S3Client

_MEANINGS: Final[dict[str, type[StorageError]]] = {
    "404": ObjectMissing,  # a HEAD has no body that could name the code
    "NoSuchKey": ObjectMissing,
    "NoSuchVersion": ObjectMissing,
    "NoSuchUpload": UploadMissing,
    "BadDigest": ContentMismatch,
    "PreconditionFailed": ContentMismatch,  # it changed between two readings
}

TAKEN: Final = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "412", "409"})
"""How stores say that a create-only write came too late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    endpoint: str
    access_key: str
    secret_key: str = field(repr=False)
    region: str = "us-east-1"
    checksums: Literal["when_supported", "when_required"] = "when_required"
    """We send SHA-256 ourselves; some gateways choke on the extra CRC trailers."""

    max_connections: int = 32
    """At least as many as threads, or they wait for each other."""

    connect_timeout_s: float = 3.0
    read_timeout_s: float = 20.0
    """Between two bytes of an answer; a cluster that chooses a new leader pauses as long."""

    attempts: int = 2
    """The jobs try again by themselves; a person is told after two."""


def connect(connection: Connection) -> S3Client:
    return boto3.client(
        "s3",
        endpoint_url=connection.endpoint,
        aws_access_key_id=connection.access_key,
        aws_secret_access_key=connection.secret_key,
        region_name=connection.region,
        config=Config(
            signature_version="s3v4",  # or presigned URLs fall back to v2
            s3={"addressing_style": "path"},
            request_checksum_calculation=connection.checksums,
            response_checksum_validation=connection.checksums,
            max_pool_connections=connection.max_connections,
            tcp_keepalive=True,
            connect_timeout=connection.connect_timeout_s,
            read_timeout=connection.read_timeout_s,
            retries={"total_max_attempts": connection.attempts, "mode": "standard"},
            # A proxy from the environment must not see evidence.
            proxies={},
        ),
    )


def code_of(error: ClientError) -> str:
    return error.response["Error"]["Code"]


@contextmanager
def translated() -> Iterator[None]:
    """Turn what boto3 raises into what it means to us, without its words.

    S3 repeats keys and headers in its messages; none of that belongs in ours.
    """
    try:
        yield
    except ClientError as error:
        code = code_of(error)
        if code in _MEANINGS:
            raise _MEANINGS[code](code) from error
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        # "Not implemented" will not pass with time, as the other 5xx do.
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.NOT_IMPLEMENTED:
            raise StoreUnavailable(code) from error
        raise StoreRefused(code) from error
    except (BotoCoreError, HTTPError) as error:
        raise StoreUnavailable(type(error).__name__) from error
