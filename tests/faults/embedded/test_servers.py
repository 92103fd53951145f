"""The bundled servers, started, killed and started again: nothing acknowledged is lost.

Waiting is done on the processes themselves and on the supervisor, never on time.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import psycopg
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from server.embedded import seaweedfs
from server.embedded.binaries import system_postgres, wheel_postgres
from server.embedded.errors import ClusterOfOtherVersion, StateInUse
from server.embedded.leftovers import processes_in
from server.embedded.servers import Wanted, start_embedded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_s3 import S3Client

    from server.embedded.binaries import PostgresPrograms
    from server.embedded.roles import DatabaseAccess
    from server.embedded.seaweedfs import ObjectStoreAccess

pytestmark = pytest.mark.faults
ROOT = Path(__file__).resolve().parents[3]
BUCKET = "evidence"
BACK_WITHIN_S = 40.0
ROLLBACK, WRITTEN_AHEAD = b"\1\1", b"\2\2"

# Starts both servers, says so, and stays until it is killed.
A_PLATFORM = """
import sys
from pathlib import Path
from server.embedded.servers import Wanted, start_embedded
with start_embedded(Wanted(state=Path(sys.argv[1]))):
    print("ready", flush=True)
    sys.stdin.read()
"""


def conninfo(url: str) -> str:
    return url.replace("+psycopg", "")


def as_owner(access: DatabaseAccess) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(conninfo(access.owner_url), autocommit=True)


def client(access: ObjectStoreAccess) -> S3Client:
    return boto3.client(
        "s3",
        endpoint_url=access.endpoint_url,
        aws_access_key_id=access.access_key,
        aws_secret_access_key=access.secret_key,
        region_name=access.region,
        config=Config(retries={"total_max_attempts": 8, "mode": "standard"}),
    )


def content(s3: S3Client, key: str) -> bytes:
    return s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()


def journal_of(database: Path) -> bytes:
    """Return the write and read version of a database: https://www.sqlite.org/fileformat.html."""
    return database.read_bytes()[18:20]


def user_of(pid: int) -> set[str]:
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("Uid:"))
    return set(line.split()[1:])


def wait_for_the_end_of(pids: Sequence[int], *, seconds: float = 15) -> None:
    for pid in pids:
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        ended, _, _ = select.select([handle], [], [], seconds)
        os.close(handle)
        assert ended, f"process {pid} is still there"


@pytest.mark.parametrize(
    "installed",
    [
        pytest.param(system_postgres(), id="system"),
        pytest.param(wheel_postgres(), id="wheel"),
    ],
)
def test_a_killed_database_is_back_with_all_its_rows(
    state_root: Path, installed: Sequence[PostgresPrograms], request: pytest.FixtureRequest
) -> None:
    if not installed:
        pytest.skip(f"the PostgreSQL of the {request.node.callspec.id} is not installed")
    wanted = Wanted(state=state_root, object_store=False, postgres=installed)
    with start_embedded(wanted) as embedded:
        assert embedded.database is not None
        server = embedded.processes["postgres"]
        with as_owner(embedded.database) as owner:
            owner.execute("CREATE TABLE deeds (number int)")
            owner.execute("INSERT INTO deeds SELECT generate_series(1, 1000)")

        killed = server.wait_until_ready()
        os.kill(killed, signal.SIGKILL)
        assert server.wait_until_ready(other_than=killed) != killed

        with as_owner(embedded.database) as owner:
            assert owner.execute("SELECT count(*) FROM deeds").fetchone() == (1000,)
    assert processes_in(state_root / "postgres" / "data") == []

    with start_embedded(wanted) as embedded:
        assert embedded.database is not None
        with as_owner(embedded.database) as owner:
            assert owner.execute("SELECT count(*) FROM deeds").fetchone() == (1000,)


def content_soon(s3: S3Client, key: str) -> bytes:
    """Read as callers do: the gateway answers before every volume is back with its master.

    Until then it says InternalError, which the platform takes for "try again".
    """
    until = time.monotonic() + BACK_WITHIN_S
    while True:
        try:
            return content(s3, key)
        except ClientError as error:
            if error.response["Error"]["Code"] != "InternalError" or time.monotonic() > until:
                raise
            time.sleep(0.2)


def test_a_killed_object_store_is_back_with_every_acknowledged_object(state_root: Path) -> None:
    wanted = Wanted(state=state_root, database=False)
    with start_embedded(wanted) as embedded:
        assert embedded.object_store is not None
        server = embedded.processes["seaweedfs"]
        s3 = client(embedded.object_store)
        s3.create_bucket(Bucket=BUCKET, ObjectLockEnabledForBucket=True)
        for number in range(20):
            s3.put_object(Bucket=BUCKET, Key=str(number), Body=b"%d" % number * 50_000)

        killed = server.wait_until_ready()
        os.kill(killed, signal.SIGKILL)
        server.wait_until_ready(other_than=killed)
        for number in range(20):
            assert content_soon(s3, str(number)) == b"%d" % number * 50_000


def test_the_object_store_goes_on_with_what_an_earlier_release_left(
    state_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted, directory = Wanted(state=state_root, database=False), "seaweedfs/data/filer.db"
    plain = seaweedfs.FILER.replace("?_pragma=journal_mode(wal)&_pragma=synchronous(full)", "")
    with monkeypatch.context() as earlier:
        earlier.setattr(seaweedfs, "FILER", plain)
        with start_embedded(wanted) as embedded:
            assert embedded.object_store is not None
            client(embedded.object_store).create_bucket(Bucket=BUCKET)
            client(embedded.object_store).put_object(Bucket=BUCKET, Key="deed", Body=b"deed")
    assert journal_of(state_root / directory) == ROLLBACK

    with start_embedded(wanted) as embedded:
        assert embedded.object_store is not None
        assert content(client(embedded.object_store), "deed") == b"deed"
        client(embedded.object_store).put_object(Bucket=BUCKET, Key="second", Body=b"second")
    assert journal_of(state_root / directory) == WRITTEN_AHEAD
    with start_embedded(wanted) as embedded:
        assert embedded.object_store is not None
        s3 = client(embedded.object_store)
        assert content(s3, "deed") + content(s3, "second") == b"deedsecond"


def test_the_object_store_keeps_its_objects_when_its_ports_are_taken(state_root: Path) -> None:
    wanted = Wanted(state=state_root, database=False)
    with start_embedded(wanted) as embedded:
        assert embedded.object_store is not None
        first = embedded.object_store
        client(first).create_bucket(Bucket=BUCKET)
        client(first).put_object(Bucket=BUCKET, Key="deed", Body=b"deed")

    (state_root / "seaweedfs-ports.json").unlink()
    with start_embedded(wanted) as embedded:
        assert embedded.object_store is not None
        assert embedded.object_store.endpoint_url != first.endpoint_url  # or it proves nothing
        s3 = client(embedded.object_store)
        assert content(s3, "deed") == b"deed"
        s3.put_object(Bucket=BUCKET, Key="second", Body=b"second")
        assert content(s3, "deed") + content(s3, "second") == b"deedsecond"


def test_nothing_is_left_when_the_platform_is_killed(state_root: Path) -> None:
    places = [state_root / "postgres" / "data", state_root / "seaweedfs" / "work"]
    with subprocess.Popen(
        [sys.executable, "-c", A_PLATFORM, str(state_root)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as platform:
        assert platform.stdout is not None
        assert platform.stdout.readline() == b"ready\n"
        children = [pid for place in places for pid in processes_in(place)]
        assert len(children) > len(places)  # PostgreSQL works with several processes

        platform.kill()
        wait_for_the_end_of([platform.pid, *children])
    assert [pid for place in places for pid in processes_in(place)] == []

    # What the kill left behind does not keep the next start from the same state.
    with start_embedded(Wanted(state=state_root)) as embedded:
        assert set(embedded.processes) == {"postgres", "seaweedfs"}


def test_two_platforms_do_not_share_one_state(state_root: Path) -> None:
    wanted = Wanted(state=state_root, object_store=False)
    with start_embedded(wanted), pytest.raises(StateInUse), start_embedded(wanted):
        pass


def test_servers_do_not_run_as_root_and_do_not_see_our_environment(
    state_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEIGUI_CANARY", "canary")
    with start_embedded(Wanted(state=state_root)) as embedded:
        for server in embedded.processes.values():
            pid = server.wait_until_ready()
            assert "0" not in user_of(pid)
            assert b"canary" not in Path(f"/proc/{pid}/environ").read_bytes()


def test_a_newer_postgresql_does_not_hide_the_data_of_an_older_one(state_root: Path) -> None:
    older, newer = system_postgres(), wheel_postgres()
    if not older or not newer:
        pytest.skip("needs the system's PostgreSQL beside the wheel's")
    assert older[0].major != newer[0].major  # or this test proves nothing
    with start_embedded(Wanted(state=state_root, object_store=False, postgres=older)):
        pass

    both = Wanted(state=state_root, object_store=False, postgres=[*newer, *older])
    with start_embedded(both) as embedded:
        assert embedded.database is not None
        with as_owner(embedded.database) as owner:
            assert owner.info.server_version // 10_000 == older[0].major

    only_newer = Wanted(state=state_root, object_store=False, postgres=newer[:1])
    with pytest.raises(ClusterOfOtherVersion), start_embedded(only_newer):
        pass


def test_a_stale_pid_file_that_names_a_living_stranger_is_no_obstacle(state_root: Path) -> None:
    wanted = Wanted(state=state_root, object_store=False)
    with start_embedded(wanted):
        pass
    pid_file = state_root / "postgres" / "data" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{pid_file.parent}\n0\n")
    with start_embedded(wanted) as embedded:
        assert embedded.processes["postgres"].wait_until_ready() != os.getpid()
