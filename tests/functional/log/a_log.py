"""A log of real certificates in a real database, signed by a real vault, kept in a folder."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sqlalchemy import text

from esign.custody.log_signer import create_log, log_key
from esign.custody.vault import Vault
from esign.testing import ClockDoubt
from server.cases.ids import OfficeId
from server.register.certificates import CertificateStatus
from server.register.log_checking import check_log
from server.register.log_faults import LogFiles
from server.register.log_publishing import LogPress, publish_log
from server.transaction import NOBODY, Scope
from storage.shelves import FolderShelf
from tests.integration.db.filling import AT, certificate, fresh, new_case

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Engine

    from esign.authorities.directory import AuthorityDirectory
    from esign.transparency.checkpoints import Head
    from server.register.certificates import Certificate
    from server.register.log_checking import Checked
    from server.register.ports import TransparencyLog
    from server.transaction import OpenTransaction
    from storage.shelves import Shelf

OFFICES = ("kunming-a", "chengdu-b")
ORIGIN = "log.example/a"


@dataclass(slots=True, kw_only=True)
class ALog:
    open_transaction: OpenTransaction
    owner: Engine
    files: AuthorityDirectory
    folder: Path
    shelves: tuple[Shelf, ...] = ()
    certificates: list[Certificate] = field(default_factory=list)
    at: datetime = AT
    """By the signer's clock."""

    doubt: ClockDoubt = field(default_factory=ClockDoubt)

    database_url: str = ""
    """For the application."""

    def __post_init__(self) -> None:
        create_log(self.files, origin=ORIGIN)
        self.shelves = (FolderShelf(self.folder),)

    @property
    def vault(self) -> Vault:
        """The signer as it is after a restart: all it knows is on its disk."""
        return Vault(self.files, now=lambda: self.at, base_url="http://127.0.0.1", proof=self.doubt)

    @contextmanager
    def opened(self) -> Iterator[TransparencyLog]:
        with self.open_transaction(NOBODY) as tx:
            yield tx.transparency_log

    def issue(self, number: int = 1) -> list[Certificate]:
        made = []
        for each in range(number):
            office = OfficeId(OFFICES[each % 2])
            case = new_case(office, fresh("account"))
            with self.open_transaction(Scope(office=office)) as tx:
                tx.cases.add(case)
                made.append(certificate(case, tx.numbers.allot(year=2026, series="外")))
                tx.certificates.add(made[-1])
        self.certificates += made
        return made

    def issue_file(self, sealed: bytes) -> Certificate:
        office = OfficeId(OFFICES[0])
        case = new_case(office, fresh("account"))
        with self.open_transaction(Scope(office=office)) as tx:
            tx.cases.add(case)
            number = tx.numbers.allot(year=2026, series="外")
            sha256 = hashlib.sha256(sealed).hexdigest()
            made = certificate(case, number, sealed_sha256=sha256)
            tx.certificates.add(made)
        self.certificates.append(made)
        return made

    def issue_many(self, number: int) -> None:
        """Issue in one transaction."""
        office = OfficeId(OFFICES[0])
        case = new_case(office, fresh("account"))
        with self.open_transaction(Scope(office=office)) as tx:
            tx.cases.add(case)
            for _ in range(number):
                made = certificate(case, tx.numbers.allot(year=2026, series="外"))
                tx.certificates.add(made)
                self.certificates.append(made)

    def revoke(self, made: Certificate) -> None:
        with self.open_transaction(Scope(office=OfficeId(made.office))) as tx:
            tx.certificates.save(replace(made, status=CertificateStatus.REVOKED, ended_at=AT))

    @property
    def press(self) -> LogPress:
        return LogPress(
            open_log=self.opened,
            signer=self.vault,
            key=lambda: log_key(self.files),
            shelves=self.shelves,
            now=lambda: AT,
        )

    def publish(self) -> Head | None:
        return publish_log(self.press)

    def registered(self) -> Iterator[Certificate]:
        for office in OFFICES:
            with self.open_transaction(Scope(office=OfficeId(office))) as tx:
                yield from tx.certificates.logged()

    def check(self) -> Checked:
        return check_log(
            LogFiles(
                open_log=self.opened,
                register=self.registered,
                signed_last=self.vault.last_checkpoint,
                key=log_key(self.files),
                shelves=self.shelves,
            ),
            lambda _, __: None,
        )

    def faults(self) -> set[tuple[str, str]]:
        return {(fault.kind.value, fault.where) for fault in self.check().faults}

    def tamper(self, *statements: str) -> None:
        """Do to the tables what their owner can do who takes the walls down."""
        with self.owner.begin() as connection:
            for table in ("certificates", "log_entries", "log_heads", "log_nodes"):
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
                connection.execute(text(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"))
            connection.execute(text("ALTER TABLE log_checkpoints DISABLE TRIGGER USER"))
            connection.execute(text("ALTER TABLE log_checkpoints NO FORCE ROW LEVEL SECURITY"))
            for statement in statements:
                connection.execute(text(statement))
            for table in ("certificates", "log_entries", "log_heads", "log_nodes"):
                connection.execute(text(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"))
            connection.execute(text("ALTER TABLE log_checkpoints FORCE ROW LEVEL SECURITY"))
