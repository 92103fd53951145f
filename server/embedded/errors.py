"""What keeps a bundled server from serving, in words an operator can act on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class EmbeddedError(Exception):
    """Base of every failure of the bundled servers."""


class StateInUse(EmbeddedError):
    """Another process of the platform already runs servers on this state."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        super().__init__(f"the servers of {directory} are already running in another process")


class StateUnreachable(EmbeddedError):
    """The servers' user cannot get to the directory that is to hold its data."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        super().__init__(
            f"the servers' user cannot enter {directory}; name another one in FEIGUI_STATE"
        )


class ProgramMissing(EmbeddedError):
    """A program that we start is not installed."""


class ClusterOfOtherVersion(EmbeddedError):
    """The data were written by a PostgreSQL that is not installed here."""

    def __init__(self, major: int, directory: Path) -> None:
        self.major = major
        super().__init__(
            f"{directory} was made by PostgreSQL {major}, which is not installed; "
            f"install postgresql-{major} or move the directory away"
        )


class ProgramFailed(EmbeddedError):
    """A program that prepares a server ended with an error."""

    def __init__(self, name: str, code: int, log: Path) -> None:
        super().__init__(f"{name} ended with code {code}; see {log}")


class ServerDidNotStart(EmbeddedError):
    """A server did not answer in the time it is given."""

    def __init__(self, name: str, log: Path) -> None:
        super().__init__(f"{name} did not answer in time; see {log}")


class NotReady(EmbeddedError):
    """The server does not answer yet, or somebody else answers in its place."""
