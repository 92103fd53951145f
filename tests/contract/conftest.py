"""The real store that every suite of this folder may ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from storage.buckets import prepare
from storage.connection import connect
from tests.servers import seaweedfs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3 import S3Client

EVIDENCE = "evidence"
STAGING = "staging"


@pytest.fixture(scope="session")
def object_server() -> Iterator[seaweedfs.SeaweedFS]:
    with seaweedfs.running() as server:
        prepare(connect(server.connection), evidence=EVIDENCE, staging=STAGING)
        yield server


@pytest.fixture(scope="session")
def s3(object_server: seaweedfs.SeaweedFS) -> S3Client:
    return connect(object_server.connection)
