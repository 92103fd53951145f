"""Where segments lie from their first frame until the evidence store has them.

A folder per room. A file that grows is called ``.part``; one that is whole has its
entry in the journal, which is on disk before anybody is told. Whatever the process
died at, `recover` goes on from the journal and saves what a ``.part`` still holds.

A disk may take seconds to say that it has something, and packets do not wait: what is
whole gets its place in the chain at once (`close`), and its name and its line in the
journal when the disk has it (`settle`, in a thread).
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import threading
from collections import OrderedDict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from server.media.remuxing import copy_readable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from io import FileIO
    from pathlib import Path

GENESIS: Final = "0" * 64
_PART: Final = re.compile(r"(?P<participant>[\w-]+)\.(?P<starts>\d+)\.[0-9a-f]+\.part")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A segment that is whole. Times are milliseconds since 1970, on the worker's steady clock."""

    participant: str
    index: int
    starts_ms: int
    ends_ms: int
    sha256: str
    size: int
    prev_sha256: str
    boot: str
    """The run of the worker that recorded it."""

    @property
    def name(self) -> str:
        return f"{self.participant}.{self.index:05d}.webm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a participant's segments stand, for whoever records the next one."""

    index: int
    """Of the next one."""

    prev_sha256: str = GENESIS
    ends_ms: int = 0
    """Nothing begins before it."""


class Spool:
    """One room's folder."""

    def __init__(
        self, folder: Path, *, boot: str, follows: Mapping[str, Place] | None = None
    ) -> None:
        """``follows``: where another worker left off."""
        self.folder = folder
        self._boot = boot
        self._follows = follows or {}
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._journal = folder / "journal.jsonl"
        self.entries = _entries(self._journal)
        self._closed: OrderedDict[Path, Entry] = OrderedDict()
        """What is whole, and not yet on the disk for good."""

        self._settling = threading.Lock()

    def part(self, participant: str, starts_ms: int) -> Path:
        return self.folder / f"{participant}.{starts_ms}.{self._boot}.part"

    def keep(self, path: Path, participant: str, starts_ms: int, ends_ms: int) -> Entry:
        """Put a whole file on record, and wait until the disk has it."""
        entry = self.close(path, participant, starts_ms, ends_ms)
        self.settle()
        return entry

    def close(self, path: Path, participant: str, starts_ms: int, ends_ms: int) -> Entry:
        """Give a whole file its place after the participant's one before."""
        place, content = self._place(participant), path.read_bytes()
        begins = max(starts_ms, place.ends_ms)
        entry = Entry(
            participant=participant,
            index=place.index,
            starts_ms=begins,
            ends_ms=max(ends_ms, begins + 1),
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            prev_sha256=place.prev_sha256,
            boot=self._boot,
        )
        self._closed[path] = entry
        self.entries.append(entry)
        return entry

    def settle(self) -> None:
        """Put what was closed on the disk for good, in order; raises `OSError` if it cannot be."""
        with self._settling:
            while self._closed:
                path, entry = next(iter(self._closed.items()))
                _sync(path)
                # On record first: a file without its name is found again by its digest.
                _append(self._journal, asdict(entry))
                path.rename(self.folder / entry.name)
                del self._closed[path]

    def _place(self, participant: str) -> Place:
        own = [each for each in self.entries if each.participant == participant]
        known = self._follows.get(participant, Place(index=0))
        if not own or own[-1].index < known.index - 1:
            # Another worker recorded since.
            return known
        last = own[-1]
        return Place(index=last.index + 1, prev_sha256=last.sha256, ends_ms=last.ends_ms)

    def content(self, entry: Entry) -> bytes:
        return (self.folder / entry.name).read_bytes()

    def undelivered(self) -> Iterator[Entry]:
        """Yield, in order, what the evidence store does not have yet."""
        for entry in self.entries:
            if (self.folder / entry.name).exists():
                yield entry

    def delivered(self, entry: Entry) -> None:
        """The store has it, and the chain: the copy here may go."""
        (self.folder / entry.name).unlink(missing_ok=True)

    def clear(self) -> None:
        """Leave nothing of a room whose recording is somewhere else, and which opens no more."""
        if any(self.undelivered()) or any(self.folder.glob("*.part")):
            raise OSError("something of the room is not delivered")
        shutil.rmtree(self.folder)

    def recover(self, *, only: str | None = None) -> list[Entry]:
        """Keep what a killed worker left: whole files without their name, and parts of files.

        ``only``: the participant whose files they are, while others' are still growing.
        """
        saved, parts = [], "*.part" if only is None else f"{only}.*.part"
        on_record = {each.sha256: each for each in self.entries}
        # Before the folder is read: what is settled meanwhile has another name by then.
        closed = set(self._closed)
        for path in sorted(set(self.folder.glob(parts)) - closed):
            known = on_record.get(hashlib.sha256(path.read_bytes()).hexdigest())
            if known is not None:
                path.rename(self.folder / known.name)
                continue
            named = _PART.fullmatch(path.name)
            whole = path.with_suffix(".saved")
            length_ms = copy_readable(path, whole) if named else None
            if named is not None and length_ms:
                starts = int(named["starts"])
                saved.append(self.keep(whole, named["participant"], starts, starts + length_ms))
            whole.unlink(missing_ok=True)
            path.unlink()
        return saved


def spend(folder: Path, ticket: str) -> bool:
    """Use a ticket up; false when it was used before, by whichever run of the worker."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = hashlib.sha256(ticket.encode()).hexdigest()
    try:
        os.close(os.open(folder / f"{name}.spent", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return False
    return True


def _entries(journal: Path) -> list[Entry]:
    """Read the journal, and cut off what was being written when the power failed."""
    found: dict[str, Entry] = {}
    content = journal.read_bytes() if journal.exists() else b""
    whole = 0
    # Whatever is behind the last end of a line was not yet a line.
    for line in content[: content.rfind(b"\n") + 1].splitlines(keepends=True):
        try:
            entry = Entry(**json.loads(line))
        except (ValueError, TypeError):
            break
        # Once, however often its file was to be given its name.
        found[entry.name] = entry
        whole += len(line)
    if whole < len(content):
        os.truncate(journal, whole)
    return list(found.values())


def _append(path: Path, line: dict[str, str | int]) -> None:
    content = json.dumps(line, sort_keys=True).encode() + b"\n"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "ab", buffering=0) as file:
        before = os.fstat(descriptor).st_size
        try:
            _write(file, content)
            os.fsync(descriptor)
        except OSError:
            # Half a line would make everything after it unreadable.
            file.truncate(before)
            raise


def _write(file: FileIO, content: bytes) -> None:
    if file.write(content) != len(content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
