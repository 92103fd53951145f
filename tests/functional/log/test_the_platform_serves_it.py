"""The whole way: signer process, object store, HTTP, the operator's commands."""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from esign.transparency.monitor import look, unwatched
from esign.transparency.notes import VerifierKey
from esign.transparency.proofs import LogProof
from esign.transparency.tiles import Tile, split_bundle
from server.cases.ids import CaseId, OfficeId
from server.catalogue.matters import MatterCode
from server.cli import notary_group
from server.register.certificates import CertificateStatus
from server.register.log_entries import mark_of, read_entry
from server.register.log_proofs import proof_for
from server.transaction import Scope
from server.wiring.commands import commands
from server.wiring.parts import new_id
from server.wiring.transparency import log_press, opened_log, shelves_of
from server.wiring.work import registry
from storage.errors import ContentMismatch
from tests.integration.db.filling import AT, certificate, fresh, new_case

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from server.register.certificates import Certificate
    from server.wiring.parts import Parts
    from tests.servers.whole import Whole

OFFICE = OfficeId("kunming-demo")


def issued(parts: Parts) -> Certificate:
    # Everybody who lists cases meets this one, so that it has to look like one.
    case = new_case(OFFICE, fresh("account"), id=CaseId(new_id()), matter=MatterCode("WT01"))
    with parts.open_transaction(Scope(office=OFFICE)) as tx:
        tx.cases.add(case)
        number = tx.numbers.allot(year=2026, series="外")
        made = certificate(
            case,
            number,
            public_id=f"{fresh('p'):a>20}".replace("-", ""),
            matter="WT01",
            sealed_sha256=hashlib.sha256(fresh("file").encode()).hexdigest(),
        )
        tx.certificates.add(made)
    return made


def publish(parts: Parts) -> None:
    """Do what the worker does every few seconds."""
    registry(parts)["log.publish"].run()


def fetching(client: FlaskClient) -> Callable[[str], bytes | None]:
    def fetch(path: str) -> bytes | None:
        answer = client.get(f"/log/{path}")
        return answer.data if answer.status_code == 200 else None

    return fetch


@pytest.fixture
def parts(whole: Whole) -> Parts:
    return whole.platform.parts


@pytest.fixture
def client(whole: Whole) -> FlaskClient:
    return whole.platform.app.test_client()


def test_a_stranger_follows_the_log_over_http(parts: Parts, client: FlaskClient) -> None:
    made = issued(parts)
    publish(parts)
    key = VerifierKey.read(client.get("/log/vkey").text)
    seen = look(fetching(client), unwatched(key), lambda _, __: None)
    assert read_entry(seen.entries[-1]).certificate == mark_of(made.public_id)
    assert key.name == parts.settings.public_url.removeprefix("http://") + "/log"
    issued(parts)
    publish(parts)
    again = look(fetching(client), seen.watched, lambda _, __: None)
    assert (again.first, len(again.entries)) == (seen.head.size, 1)


def test_files_that_never_change_say_so_and_the_one_that_does_too(
    parts: Parts, client: FlaskClient
) -> None:
    issued(parts)
    publish(parts)
    with opened_log(parts) as log:
        shown = log.last_checkpoint()
    assert shown is not None
    tile = Tile(0, (shown.size - 1) // 256, (shown.size - 1) % 256 + 1)
    checkpoint, hashes = client.get("/log/checkpoint"), client.get(f"/log/{tile.path}")
    assert checkpoint.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert checkpoint.headers["Cache-Control"] == "no-cache"
    assert hashes.headers["Content-Type"] == "application/octet-stream"
    assert hashes.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    plain = client.get(f"/log/{tile.entries_path}").data
    packed = client.get(f"/log/{tile.entries_path}", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain
    assert len(split_bundle(plain, width=tile.width)) == tile.width


def test_what_is_not_published_is_not_there(parts: Parts, client: FlaskClient) -> None:
    issued(parts)
    publish(parts)
    with opened_log(parts) as log:
        shown = log.last_checkpoint()
    assert shown is not None
    issued(parts)
    next_width = Tile(0, shown.size // 256, shown.size % 256 + 1)
    for path in (next_width.path, next_width.entries_path, "tile/0/x001/000", "tile/0/1"):
        assert client.get(f"/log/{path}").status_code == 404


def test_the_object_store_keeps_what_was_published_and_lets_nobody_replace_it(
    parts: Parts,
) -> None:
    issued(parts)
    publish(parts)
    locked, folder = shelves_of(parts)
    note = locked.read("checkpoint")
    assert note is not None
    assert note == folder.read("checkpoint")
    size = note.split(b"\n")[1].decode()
    assert {size} <= set(locked.names("checkpoints"))
    for shelf in (locked, folder):
        shelf.keep(f"checkpoints/{size}", note)
        with pytest.raises(ContentMismatch):
            shelf.keep(f"checkpoints/{size}", b"another")
        assert shelf.read("nothing") is None
        assert list(shelf.names("nothing")) == []
    kept = parts.s3.head_object(
        Bucket=parts.settings.evidence_bucket, Key=f"transparency-log/checkpoints/{size}"
    )
    assert kept["ObjectLockMode"] == "COMPLIANCE"


def test_a_certificate_says_where_it_is_published_and_admits_when_it_is_not(
    parts: Parts, client: FlaskClient
) -> None:
    made = issued(parts)
    address = f"/v1/verification/certificates/{made.public_id}"
    page = f"/verify/{made.public_id}?lang=en"
    assert json.loads(client.get(address).data)["certificate"]["log"] is None
    assert "will be published within a minute" in client.get(page).text
    publish(parts)
    told = json.loads(client.get(address).data)["certificate"]["log"]
    assert told["index"] == told["tree_size"] - 1
    assert f"Entry {told['index']} of {told['tree_size']}" in client.get(page).text
    with opened_log(parts) as log:
        proof = LogProof.read(proof_for(made, log))
    key = VerifierKey.read(client.get("/log/vkey").text)
    assert read_entry(proof.opened(key)[0]).sealed_sha256 == made.sealed_sha256


def told(whole: Whole, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, str]:
    for name, value in whole.platform.running.environment.items():
        monkeypatch.setenv(name, value)
    ended = CliRunner().invoke(notary_group(commands()), ["log", *arguments])
    return ended.exit_code, ended.stdout


def test_the_operator_checks_the_log_and_shows_an_entry(
    whole: Whole, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = issued(parts)
    publish(parts)
    with opened_log(parts) as log:
        (entry,) = log.of_certificate(made.id)
    code, output = told(whole, monkeypatch, "fsck", "--json")
    assert (code, json.loads(output)["faults"]) == (0, [])
    code, output = told(whole, monkeypatch, "show", str(entry.index))
    shown = json.loads(output)
    assert (code, shown["published"], shown["entry"]) == (0, True, entry.content.decode())
    with parts.open_transaction(Scope(office=OFFICE)) as tx:
        tx.certificates.save(replace(made, status=CertificateStatus.REVOKED, ended_at=AT))
    code, output = told(whole, monkeypatch, "show", str(entry.index + 1))
    assert (code, json.loads(output)["published"]) == (0, False)
    assert told(whole, monkeypatch, "show", "999999")[0] == 2


def test_damage_and_outages_end_with_the_run_and_are_tried_again(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    issued(parts)
    press = log_press(parts)
    with opened_log(parts) as log:
        before = log.last_checkpoint()
    monkeypatch.setattr(parts.custody, "_path", parts.settings.signer_socket.with_name("gone"))
    publish(parts)
    with opened_log(parts) as log:
        assert log.last_checkpoint() == before
    monkeypatch.undo()
    publish(parts)
    with opened_log(parts) as log:
        after = log.last_checkpoint()
    assert after is not None
    assert after.note == press.signer.last_checkpoint()
