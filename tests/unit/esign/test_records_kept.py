"""电子签名法 Art. 24: the records of a certificate outlive it by five years, and no less."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from esign.authorities import profiles
from esign.authorities.creation import create_authorities
from esign.authorities.directory import ROOT, TSA, AuthorityDirectory
from esign.authorities.records import delete_records, kept_until, look_through
from esign.errors import RecordMissing, RetentionRunning
from esign.testing import BASE_URL, OFFICE, ThrowawayCA
from server.wiring import create_app

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 3, 1, tzinfo=UTC)
NEEDED = (
    *("DATABASE_URL", "S3_ENDPOINT", "S3_ACCESS_KEY", "S3_SECRET_KEY", "KEY_ENCRYPTION_KEYS"),
    *("SECRETS", "TOKEN_KEYS", "SIGNER_SOCKET", "TSA_URL", "PUBLIC_URL"),
)


@pytest.fixture
def files(tmp_path: Path) -> AuthorityDirectory:
    return create_authorities(tmp_path, now=AT, offices={OFFICE: "甲"}, base_url=BASE_URL)


def serial(files: AuthorityDirectory, name: str) -> str:
    return f"{files.certificate(name).serial_number:040x}"


def test_nothing_may_go_before_five_years_after_the_end(files: AuthorityDirectory) -> None:
    seal = files.certificate(f"office.{OFFICE}.seal")
    until = kept_until(seal)
    assert until == datetime(2034, 2, 28, tzinfo=UTC)
    before = look_through(files, now=until - timedelta(seconds=1))
    # The responders ended years before, and their five years have, too.
    assert serial(files, f"office.{OFFICE}.seal") in before.kept
    assert serial(files, f"office.{OFFICE}.authority.responder") in before.deletable
    after = look_through(files, now=until)
    assert serial(files, f"office.{OFFICE}.seal") in after.deletable
    assert serial(files, ROOT) in after.kept


def test_leap_day_counts_as_the_day_after() -> None:
    ca = ThrowawayCA.new(valid_from=AT)
    certificate = ca.issue(
        "x",
        valid_from=datetime(2028, 2, 28, tzinfo=UTC),
        valid_for=timedelta(days=1),
        profile=profiles.NOTARY,
    )
    assert kept_until(certificate) == datetime(2033, 3, 1, tzinfo=UTC)


def test_one_number_that_is_too_early_keeps_them_all(files: AuthorityDirectory) -> None:
    now = kept_until(files.certificate(f"office.{OFFICE}.seal"))
    due, early = serial(files, f"office.{OFFICE}.seal"), serial(files, ROOT)
    with pytest.raises(RetentionRunning, match="kept until 20"):
        delete_records(files, [due, early], now=now)
    with pytest.raises(RecordMissing):
        delete_records(files, [due, "0" * 40], now=now)
    assert files.issued(int(due, 16)) == files.certificate(f"office.{OFFICE}.seal")
    assert not (files.records / "deleted.jsonl").exists()


def test_what_is_deleted_is_gone_and_on_record(files: AuthorityDirectory) -> None:
    now = kept_until(files.certificate(f"office.{OFFICE}.seal"))
    due = serial(files, f"office.{OFFICE}.seal")
    delete_records(files, [due], now=now)
    assert files.issued(int(due, 16)) is None
    assert due not in look_through(files, now=now).deletable
    row = json.loads((files.records / "deleted.jsonl").read_text())
    assert row == {"at": now.isoformat(), "serial": due}


def test_what_was_intended_and_never_issued_is_reported(files: AuthorityDirectory) -> None:
    """And not while it may still be in the making."""
    (files.records / f"{serial(files, TSA)}.issued.der").unlink()
    assert look_through(files, now=AT + timedelta(seconds=30)).unfinished == ()
    found = look_through(files, now=AT + timedelta(minutes=2))
    assert found.unfinished == (serial(files, TSA),)
    assert serial(files, TSA) in found.kept


def test_operator_is_told_and_refused_by_command(
    files: AuthorityDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in NEEDED:
        monkeypatch.setenv(f"FEIGUI_{name}", "x")
    monkeypatch.setenv("FEIGUI_AUTHORITIES", str(files.path))
    group = create_app().cli.commands["notary"]
    told = CliRunner().invoke(group, ["authorities", "records"])
    assert told.output.startswith("6 kept, 0 may be deleted")
    refused = CliRunner().invoke(group, ["authorities", "delete-records", serial(files, ROOT)])
    assert refused.exit_code == 3
