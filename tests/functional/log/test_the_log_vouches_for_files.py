"""A time-stamper's key was stolen: the log tells which files were there before."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from esign.authorities.directory import TSA
from esign.custody.log_signer import NAME_FILE, log_key
from esign.errors import StamperStolen
from esign.keyceremony.requests import Action
from esign.testing import running_office
from esign.transparency.errors import TransparencyError
from esign.verification.existence import Existed
from server.cases.ids import OfficeId
from server.register.log_proofs import existed_by_log
from server.settings import Settings
from server.wiring.parts import Parts, now
from tests.integration.db.filling import AT
from tests.servers.ceremony_room import Room

if TYPE_CHECKING:
    from pathlib import Path

    from tests.functional.log.a_log import ALog

HOUR = timedelta(hours=1)


def test_the_log_says_when_a_certificate_was_in_it_and_nothing_that_it_did_not_sign(
    log: ALog,
) -> None:
    (made,) = log.issue()
    key = log_key(log.files)
    with log.opened() as opened:
        assert existed_by_log(made, opened, key) == []
    log.publish()
    with log.opened() as opened:
        shown = opened.last_checkpoint()
        assert existed_by_log(made, opened, key) == [
            Existed(sha256=str(each), at=AT.replace(microsecond=0))
            for each in (made.sealed_sha256, made.deed_sha256)
        ]
    assert shown is not None
    # As checkpoints were before there were dates on them.
    undated = b"".join(shown.note.splitlines(keepends=True)[:-1]).hex()
    log.tamper(f"UPDATE log_checkpoints SET note = decode('{undated}', 'hex')")  # noqa: S608  # hexadecimal
    with log.opened() as opened:
        assert existed_by_log(made, opened, key) == []
    log.tamper(
        "UPDATE log_entries SET entry = entry || '\\x20'::bytea,"
        " hash = sha256('\\x00'::bytea || entry || '\\x20'::bytea)"
    )
    with log.opened() as opened, pytest.raises(TransparencyError):
        existed_by_log(made, opened, key)


def parts_on(log: ALog, secrets: Path, database_url: str) -> Parts:
    """Return the platform's own parts over the log's database; nothing else of it is up."""
    nowhere = ("S3_ENDPOINT", "S3_ACCESS_KEY", "S3_SECRET_KEY", "TSA_URL", "PUBLIC_URL")
    for name in ("field-key", "index-key"):
        (secrets / name).write_text("00" * 32)
    return Parts(
        Settings.from_environ(
            {
                **{f"FEIGUI_{name}": "http://127.0.0.1:1" for name in nowhere},
                "FEIGUI_DATABASE_URL": database_url,
                "FEIGUI_KEY_ENCRYPTION_KEYS": "memory:",
                "FEIGUI_SECRETS": str(secrets),
                "FEIGUI_TOKEN_KEYS": str(secrets),
                "FEIGUI_AUTHORITIES": str(log.files.path),
                "FEIGUI_SIGNER_SOCKET": str(secrets / "none"),
            }
        )
    )


def test_the_platform_asks_its_log_about_files_of_a_stolen_time_stamper(
    log: ALog, tmp_path: Path
) -> None:
    """Of two files of one making the log knows one; the other is what a thief makes."""
    began = now() - 4 * HOUR
    with running_office(log.files.path, at=began) as office:
        sealed, back_dated = office.sealed(), office.sealed()
        registered = log.issue_file(sealed)
        log.at = began + HOUR
        log.publish()
        office.now.at = began + 3 * HOUR
        room = Room(office.files.path, office.now).with_officers()
        room.done(Action.COMPROMISE, TSA, compromised_at=began + 2 * HOUR)
        parts = parts_on(log, tmp_path, log.database_url)

        def known() -> set[str]:
            found = parts.existed(OfficeId(registered.office), registered.case)
            return {each.sha256 for each in found}

        (stamp,) = parts.verify_document(sealed).archive_stamps
        assert stamp.stolen_since == (began + 2 * HOUR).replace(microsecond=0)
        with pytest.raises(StamperStolen):
            parts.verify_document(back_dated)
        # Without a log that can be believed there is nothing to go by.
        assert known() == {registered.sealed_sha256, registered.deed_sha256}
        (office.files.public / NAME_FILE).unlink()
        assert known() == set()
        parts.engine.dispose()
