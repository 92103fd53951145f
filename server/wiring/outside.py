"""The outside certification authorities that offices may name, read from their folder.

``FEIGUI_OUTSIDE_AUTHORITIES`` has a folder for each, called as the offices' packs call
it: ``url``, ``roots.pem``, then ``user`` and ``password`` or ``client.pem``, and
``tls.pem`` where its TLS certificate is not from an authority that the system knows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography import x509

from esign.authorities.outside import OutsideEvents
from esign.errors import OutsideAuthorityUnavailable
from esign.unreadable import UNREADABLE
from server.partners.certification_authority import AuthorityAccount, EstAuthority

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from esign.custody.ports import Custody
    from server.cases.ids import OfficeId
    from server.catalogue.rule_packs import RulePacks


def read_account(folder: Path) -> AuthorityAccount:
    """Return the account in ``folder``; raises `OSError` or one of `UNREADABLE` for a bad one."""
    return AuthorityAccount(
        url=(folder / "url").read_text().strip(),
        roots=x509.load_pem_x509_certificates((folder / "roots.pem").read_bytes()),
        user=_line(folder / "user"),
        password=_line(folder / "password"),
        client_certificate=_there(folder / "client.pem"),
        tls_authorities=_there(folder / "tls.pem"),
    )


def read_roots(folder: Path | None) -> list[x509.Certificate]:
    """Return every root that vouches for parties, of authorities old and new."""
    files = [] if folder is None else sorted(folder.glob("*/roots.pem"))
    return [root for file in files for root in x509.load_pem_x509_certificates(file.read_bytes())]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideAuthorities:
    """Which authority certifies the parties of an office today: a rule of the office's pack."""

    folder: Path | None
    packs: RulePacks
    custody: Custody
    now: Callable[[], datetime]
    _open: dict[str, OutsideEvents] = field(default_factory=dict)

    def of(self, office: OfficeId) -> OutsideEvents | None:
        """Return ``None`` for an office whose own authority certifies.

        Raises `OutsideAuthorityUnavailable` for one that is named and not configured: the
        office's own authority never stands in for it.
        """
        name = self.packs.at(office, self.now().date()).event_authority
        if name is None:
            return None
        if name not in self._open:
            self._open[name] = self._opened(name)
        return self._open[name]

    def _opened(self, name: str) -> OutsideEvents:
        if self.folder is None:
            raise OutsideAuthorityUnavailable("FEIGUI_OUTSIDE_AUTHORITIES is not set")
        try:
            authority = EstAuthority(read_account(self.folder / name), now=self.now)
        except (OSError, *UNREADABLE) as error:
            raise OutsideAuthorityUnavailable("the authority is not configured") from error
        return OutsideEvents(authority, custody=self.custody, now=self.now)


def _line(path: Path) -> str | None:
    return path.read_text().strip() if path.exists() else None


def _there(path: Path) -> Path | None:
    return path if path.exists() else None
