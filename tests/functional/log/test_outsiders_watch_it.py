"""`notary log monitor` against static files over HTTP: what it proves, and what it shouts about."""

from __future__ import annotations

import functools
import json
import shutil
import threading
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from esign.transparency.checkpoints import Head
from esign.transparency.frontier import Frontier
from esign.transparency.merkle import leaf_hash
from esign.transparency.notes import VerifierKey, signed_note
from esign.transparency.tiles import HEIGHT, make_bundle, tiles_between
from server.cli import notary_group
from server.cli.codes import DEPENDENCY_DOWN, INCONSISTENT, REFUSED
from server.wiring.commands import commands

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from click.testing import Result

    from tests.functional.log.a_log import ALog

USAGE = 2


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@dataclass(slots=True)
class Site:
    """Any log of the specification, as files; it lies when it is told to."""

    root: Path
    url: str
    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def key(self) -> VerifierKey:
        public = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return VerifierKey("other.example/log", public)

    def show(self, entries: Sequence[bytes], *, rows: Sequence[bytes] | None = None) -> None:
        """Sign and serve a tree of ``entries``; with ``rows``, tiles of other leaf hashes."""
        leaves = [leaf_hash(entry) for entry in entries]
        head = Head(self.key.name, len(leaves), Frontier().grown(leaves).root)
        self.write("checkpoint", signed_note(head.text, self.key, self.private.sign))
        shown = [list(rows or leaves)]
        for tile in tiles_between(0, len(leaves)):
            if tile.level == len(shown):
                full = range(0, len(shown[-1]) - 255, 256)
                shown.append([Frontier().grown(shown[-1][at : at + 256]).root for at in full])
            at = tile.index << HEIGHT
            self.write(tile.path, b"".join(shown[tile.level][at : at + tile.width]))
            if tile.level == 0:
                self.write(tile.entries_path, make_bundle(entries[at : at + tile.width]))

    def write(self, path: str, content: bytes) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    root = tmp_path / "site"
    root.mkdir()
    handler = functools.partial(Quiet, directory=str(root))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield Site(root, f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
        thread.join()


@dataclass(frozen=True, slots=True)
class Outsider:
    state: Path

    def look(self, url: str, *options: str) -> Result:
        asked = ["log", "monitor", url, "--state", str(self.state), *options]
        return CliRunner().invoke(notary_group(commands()), asked)


@pytest.fixture
def outsider(tmp_path: Path) -> Outsider:
    return Outsider(tmp_path / "seen.json")


def entries(number: int) -> list[bytes]:
    return [f"entry {n}".encode() for n in range(number)]


def test_our_own_log_is_followed_from_its_files_alone(
    log: ALog, site: Site, outsider: Outsider
) -> None:
    def mirror() -> None:
        shutil.copytree(log.folder, site.root, dirs_exist_ok=True)
        shutil.copy(log.files.public / "log.vkey", site.root / "vkey")

    log.issue_many(300)
    log.publish()
    mirror()
    first = outsider.look(site.url)
    assert (first.exit_code, len(first.stdout.splitlines())) == (0, 300)
    assert "taken from the log itself" in first.stderr
    log.revoke(log.certificates[7])
    log.publish()
    mirror()
    second = outsider.look(site.url, "--json")
    (entry,) = json.loads(second.stdout)["entries"]
    assert (entry["index"], json.loads(entry["entry"])["kind"]) == (300, "revocation")
    third = outsider.look(site.url)
    assert (third.exit_code, third.stdout) == (0, "")


def test_a_log_of_somebody_else_is_followed_with_its_printed_key(
    site: Site, outsider: Outsider
) -> None:
    for size in (3, 255, 256, 700):
        site.show(entries(size))
        told = outsider.look(site.url, "--key", str(site.key))
        assert told.exit_code == 0
        assert told.stdout.splitlines()[-1] == f"{size - 1}  entry {size - 1}"


def test_a_partial_bundle_that_the_log_dropped_is_read_from_the_full_one(
    site: Site, outsider: Outsider
) -> None:
    site.show(entries(300))
    older = (site.root / "checkpoint").read_bytes()
    site.show(entries(600))
    (site.root / "tile/entries/001.p/44").unlink()
    site.write("checkpoint", older)
    told = outsider.look(site.url, "--key", str(site.key))
    assert (told.exit_code, len(told.stdout.splitlines())) == (0, 300)


def test_a_rewritten_log_is_called_a_fork_and_the_evidence_is_kept(
    site: Site, outsider: Outsider
) -> None:
    site.show(entries(5))
    outsider.look(site.url, "--key", str(site.key))
    before = outsider.state.read_bytes()
    for rewritten in (
        [*entries(4), b"another"],
        [*entries(2), b"another", *entries(7)],
    ):
        site.show(rewritten)
        told = outsider.look(site.url)
        assert told.exit_code == INCONSISTENT
        assert "!!! LogForked" in told.stderr
        evidence = outsider.state.with_name("seen.json.evidence")
        assert evidence.read_bytes() == (site.root / "checkpoint").read_bytes()
        assert outsider.state.read_bytes() == before


def test_a_log_that_goes_back_is_called_rolled_back(site: Site, outsider: Outsider) -> None:
    site.show(entries(5))
    outsider.look(site.url, "--key", str(site.key))
    site.show(entries(4))
    told = outsider.look(site.url)
    assert told.exit_code == INCONSISTENT
    assert "!!! LogRolledBack: 5 entries before, 4 now" in told.stderr


@pytest.mark.parametrize(
    ("path", "content"),
    [
        # Entries that are not those of the tree.
        ("tile/entries/000.p/5", make_bundle([*entries(4), b"another"])),
        # One too few, and none at all.
        ("tile/entries/000.p/5", make_bundle(entries(4))),
        ("tile/entries/000.p/5", None),
    ],
)
def test_a_log_that_hides_entries_is_called_incomplete(
    path: str, content: bytes | None, site: Site, outsider: Outsider
) -> None:
    site.show(entries(5))
    (site.root / path).unlink()
    if content is not None:
        site.write(path, content)
    told = outsider.look(site.url, "--key", str(site.key))
    assert told.exit_code == INCONSISTENT
    assert "!!! LogIncomplete" in told.stderr
    assert not outsider.state.exists()


@pytest.mark.parametrize("tiles", ["altered", "gone"])
def test_tiles_that_are_not_those_of_the_tree_are_no_excuse(
    tiles: str, site: Site, outsider: Outsider
) -> None:
    site.show(entries(5), rows=[leaf_hash(b"another")] * 5)
    site.write("tile/entries/000.p/5", make_bundle([b"another"] * 5))
    if tiles == "gone":
        (site.root / "tile/0/000.p/5").unlink()
    told = outsider.look(site.url, "--key", str(site.key))
    assert told.exit_code == INCONSISTENT
    assert "!!! LogIncomplete" in told.stderr


def test_a_log_that_another_key_signed_is_refused(site: Site, outsider: Outsider) -> None:
    site.show(entries(5))
    outsider.look(site.url, "--key", str(site.key))
    stranger = Site(site.root, site.url)
    stranger.show(entries(6))
    told = outsider.look(site.url)
    assert told.exit_code == REFUSED
    assert "not that of" in told.stderr or "no known key" in told.stderr
    assert outsider.look(site.url, "--key", str(stranger.key)).exit_code == REFUSED


@pytest.mark.parametrize(
    "kept",
    ["", "{}", "[]", '{"key": 1}', '{"key": "a", "checkpoint": "", "size": 0, "edge": []}'],
)
def test_a_state_that_cannot_be_read_is_not_begun_anew(
    kept: str, site: Site, outsider: Outsider
) -> None:
    site.show(entries(5))
    outsider.state.write_text(kept)
    assert outsider.look(site.url, "--key", str(site.key)).exit_code == REFUSED


def test_a_state_that_was_altered_is_refused(site: Site, outsider: Outsider) -> None:
    site.show(entries(5))
    outsider.look(site.url, "--key", str(site.key))
    said = json.loads(outsider.state.read_text())
    outsider.state.write_text(json.dumps({**said, "size": 4, "edge": said["edge"][:1]}))
    assert outsider.look(site.url).exit_code == REFUSED


def test_a_log_without_key_or_checkpoint_is_refused(site: Site, outsider: Outsider) -> None:
    told = outsider.look(site.url)
    assert (told.exit_code, "--key" in told.stderr) == (REFUSED, True)
    told = outsider.look(site.url, "--key", str(site.key))
    assert (told.exit_code, "no checkpoint" in told.stderr) == (REFUSED, True)
    assert outsider.look(site.url, "--key", "nonsense").exit_code == REFUSED


def test_a_log_that_does_not_answer_is_down(outsider: Outsider) -> None:
    told = outsider.look("http://127.0.0.1:9", "--key", "a")
    assert told.exit_code == REFUSED  # What was typed is looked at first.
    key = Site(outsider.state, "").key
    told = outsider.look("http://127.0.0.1:9", "--key", str(key))
    assert told.exit_code == DEPENDENCY_DOWN


def test_an_address_and_a_state_are_asked_for() -> None:
    told = CliRunner().invoke(notary_group(commands()), ["log", "monitor", "http://a"])
    assert told.exit_code == USAGE
