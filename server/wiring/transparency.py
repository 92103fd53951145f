"""The transparency log out of the parts: what publishes, serves, checks and watches it."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import urllib3

from esign.custody.log_signer import log_key
from esign.transparency.checkpoints import head_of
from esign.transparency.errors import NoteMalformed, TransparencyError
from esign.transparency.merkle import inclusion_proof
from esign.transparency.monitor import LogMisbehaved, Watched, look, unwatched
from esign.transparency.notes import Note, VerifierKey, encode64
from esign.transparency.tiles import tile_at
from server.cli.log import LogCommands, LogUnbelieved, LogUnreachable
from server.register.log_checking import check_log
from server.register.log_faults import LogFiles
from server.register.log_publishing import LogPress, bundle_of, tile_of
from server.settings import Settings
from server.transaction import NOBODY, Scope
from server.wiring.parts import Parts, now
from storage.shelves import FolderShelf, LockedShelf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from esign.transparency.tiles import Tile
    from server.cli.log import Report, Tell, Watch
    from server.register.certificates import Certificate
    from server.register.ports import TransparencyLog
    from storage.shelves import Shelf

PREFIX: Final = "transparency-log"
LOCKED_FOR: Final = timedelta(days=30 * 365)
"""The register is kept for ever; a lock has to name an end."""

ATTEMPTS: Final = urllib3.Retry(total=3, backoff_factor=0.5, status_forcelist=(429, 502, 503, 504))
LARGEST_ANSWER: Final = 32 << 20
OK, NOT_FOUND = 200, 404
_SCHEME: Final = re.compile(r"https?://")


def origin_of(public_url: str) -> str:
    """Return the name of the log below ``public_url``: its address without the scheme."""
    return _SCHEME.sub("", public_url) + "/log"


def shelves_of(parts: Parts) -> tuple[Shelf, ...]:
    def until() -> datetime:
        return now() + LOCKED_FOR

    bucket, folder = parts.settings.evidence_bucket, parts.settings.log_folder
    locked = LockedShelf(parts.s3, bucket=bucket, prefix=PREFIX, until=until)
    return (locked,) if folder is None else (locked, FolderShelf(folder))


def log_press(parts: Parts) -> LogPress:
    return LogPress(
        open_log=lambda: opened_log(parts),
        signer=parts.custody,
        key=lambda: log_key(parts.authorities),
        shelves=shelves_of(parts),
        now=now,
    )


@contextmanager
def opened_log(parts: Parts) -> Iterator[TransparencyLog]:
    with parts.open_transaction(NOBODY) as tx:
        yield tx.transparency_log


class ServedLog:
    """What the web process shows: published things, and nothing before it is."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def key(self) -> str:
        return str(log_key(self._parts.authorities))

    def checkpoint(self) -> bytes | None:
        with opened_log(self._parts) as log:
            shown = log.last_checkpoint()
        return None if shown is None else shown.note

    def tile(self, tile: Tile, *, entries: bool) -> bytes | None:
        with opened_log(self._parts) as log:
            shown = log.last_checkpoint()
            if shown is None:
                return None
            try:
                there = tile_at(tile.level, tile.index, size=shown.size)
            except TransparencyError:
                return None
            if tile.width > there.width:
                return None
            return bundle_of(log, tile) if entries else tile_of(log, tile)


def log_commands() -> LogCommands:
    def check(tell: Tell) -> Report:
        with _own_parts() as parts:
            return _check(parts, tell)

    def show(index: int) -> Report:
        with _own_parts() as parts:
            return _show(parts, index)

    return LogCommands(check=check, show=show, watch=_watch)


@contextmanager
def _own_parts() -> Iterator[Parts]:
    parts = Parts(Settings.from_environ(os.environ))
    try:
        yield parts
    finally:
        parts.engine.dispose()


def _check(parts: Parts, tell: Tell) -> Report:
    checked = check_log(
        LogFiles(
            open_log=lambda: opened_log(parts),
            register=lambda: _register(parts),
            signed_last=parts.custody.last_checkpoint,
            key=log_key(parts.authorities),
            shelves=shelves_of(parts),
        ),
        tell,
    )
    return {**asdict(checked), "faults": [asdict(fault) for fault in checked.faults]}


def _register(parts: Parts) -> Iterator[Certificate]:
    for office in parts.catalogue.rule_packs.offices:
        with parts.open_transaction(Scope(office=office)) as tx:
            yield from tx.certificates.logged()


def _show(parts: Parts, index: int) -> Report:
    with opened_log(parts) as log:
        found, shown = log.entries(index, index + 1), log.last_checkpoint()
        if not found:
            raise LookupError(index)
        report: dict[str, Any] = {
            "index": index,
            "entry": found[0].content.decode(),
            "leaf_hash": encode64(found[0].hash),
            "published": shown is not None and index < shown.size,
        }
        if shown is not None and index < shown.size:
            head = head_of(Note.read(shown.note).text)
            path = inclusion_proof(index, head.size, log.node)
            report |= {
                "checkpoint": shown.note.decode(),
                "path": [encode64(each) for each in path],
            }
    return report


def _watch(watch: Watch, tell: Tell) -> Report:
    fetch = fetching(watch.url)
    try:
        known = Watched.from_json(watch.state.read_text()) if watch.state.exists() else None
        watched, first_key = _watched(watch, known, fetch)
        seen = look(fetch, watched, tell)
    except LogMisbehaved as trouble:
        return _evidence(watch, trouble)
    except TransparencyError as trouble:
        raise LogUnbelieved(str(trouble)) from trouble
    _keep(watch.state, seen.watched.to_json())
    return {
        "key": str(seen.watched.key),
        "first_key": first_key,
        "size": seen.head.size,
        "root": encode64(seen.head.root),
        "entries": [
            {"index": index, "entry": entry.decode("utf-8", "backslashreplace")}
            for index, entry in enumerate(seen.entries, start=seen.first)
        ],
        "trouble": None,
    }


def _watched(
    watch: Watch, known: Watched | None, fetch: Callable[[str], bytes | None]
) -> tuple[Watched, bool]:
    """Return what to go on from, and whether the log's word for its own key was taken."""
    key = None if watch.key is None else VerifierKey.read(watch.key)
    if known is not None:
        if key not in {None, known.key}:
            raise NoteMalformed("the state is of a log with another key")
        return known, False
    if key is not None:
        return unwatched(key), False
    told = fetch("vkey")
    if told is None:
        raise NoteMalformed("the log does not say its key: give it with --key")
    return unwatched(VerifierKey.read(told.decode("utf-8", "replace"))), True


def _evidence(watch: Watch, trouble: LogMisbehaved) -> Report:
    evidence = watch.state.with_name(f"{watch.state.name}.evidence")
    _keep(evidence, trouble.checkpoint.decode())
    told = {"kind": type(trouble).__name__, "why": str(trouble), "evidence": str(evidence)}
    return {"entries": [], "trouble": told}


def _keep(path: Path, content: str) -> None:
    draft = path.with_name(f".{path.name}.partial")
    with draft.open("w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def fetching(url: str) -> Callable[[str], bytes | None]:
    """Return what fetches from below ``url``; raises `LogUnreachable`."""
    pool = urllib3.PoolManager(retries=ATTEMPTS, timeout=urllib3.Timeout(20))
    base = url.rstrip("/")

    def fetch(path: str) -> bytes | None:
        try:
            answer = pool.request(
                "GET",
                f"{base}/{path}",
                headers={"Accept-Encoding": "gzip, identity"},
                preload_content=False,
            )
            content = answer.read(LARGEST_ANSWER, decode_content=True)
            answer.release_conn()
        except urllib3.exceptions.HTTPError as error:
            raise LogUnreachable(f"{base}: {type(error).__name__}") from error
        if answer.status == NOT_FOUND:
            return None
        if answer.status != OK:
            raise LogUnreachable(f"{base} answers {answer.status}")
        return content

    return fetch
