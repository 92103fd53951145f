"""Who is on stage: every person with a device of their own, and the case they share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from server.demo.api import Api, Reply
    from server.demo.timeline import Timeline


@dataclass(slots=True, kw_only=True)
class Stage:
    timeline: Timeline
    applicant: Api
    staff: Mapping[str, Api]
    """By the part of the login after the dot: notary, assistant ..."""

    specimens: Specimens
    guests: list[Guest] = field(default_factory=list)
    """Who sits in the ceremony beside the party and the notary."""

    case: str = ""
    party: str = ""
    ceremony: str = ""
    certificate: str = ""
    made: dict[str, bytes] = field(default_factory=dict)
    """Files by the name under which the run leaves them."""

    refusals: list[dict[str, Any]] = field(default_factory=list)

    def path(self, rest: str = "") -> str:
        return f"/v1/cases/{self.case}{rest}"

    def read(self, api: Api | None = None) -> Reply:
        return (api or self.applicant).get(self.path())

    def change(self, api: Api, send: Callable[..., Reply], rest: str, body: object = None) -> Reply:
        """Change something of the case as it stands now."""
        etag = api.get(self.path()).etag
        return send(self.path(rest), body, etag=etag)

    def act(self, api: Api, action: str, **particulars: object) -> Reply:
        return self.change(api, api.post, "/actions", {"action": action, **particulars})


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    party: str
    seat: str
    api: Api


@dataclass(frozen=True, slots=True, kw_only=True)
class Specimens:
    """Real photographs of two people; everything else is drawn around them."""

    portrait: bytes
    """The one on the card."""

    live: bytes
    """Another photograph of the same person."""

    stranger: bytes
    """Somebody else."""

    @classmethod
    def of(cls, folder: Path) -> Specimens:
        """Read the three of face_recognition's test data in ``folder``."""
        return cls(
            portrait=(folder / "obama.jpg").read_bytes(),
            live=(folder / "obama2.jpg").read_bytes(),
            stranger=(folder / "biden.jpg").read_bytes(),
        )
