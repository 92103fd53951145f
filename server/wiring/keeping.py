"""The commands that look after the records of the authorities."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from esign.authorities.directory import AuthorityDirectory
from esign.authorities.records import delete_records, look_through
from esign.errors import RecordMissing, RetentionRunning
from server.cli.authorities import AuthoritiesCommands, NotYet
from server.settings import Settings
from server.wiring.parts import now

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def authorities_commands() -> AuthoritiesCommands:
    return AuthoritiesCommands(records=_records, delete_records=_delete)


def _files() -> AuthorityDirectory:
    return AuthorityDirectory(Settings.from_environ(os.environ).authorities)


def _records() -> Mapping[str, Sequence[str]]:
    found = look_through(_files(), now=now())
    return {"kept": found.kept, "deletable": found.deletable, "unfinished": found.unfinished}


def _delete(serials: Sequence[str]) -> None:
    try:
        delete_records(_files(), serials, now=now())
    except (RecordMissing, RetentionRunning) as refusal:
        raise NotYet(str(refusal)) from refusal
