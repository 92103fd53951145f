"""One transaction on PostgreSQL, with every book in it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from server.db.audit import AuditTrail, PostgresSensitiveReads
from server.db.books.accounts import PostgresAccountBook
from server.db.books.attendances import PostgresAttendanceBook
from server.db.books.cases import PostgresCaseBook, PostgresCaseLists
from server.db.books.ceremonies import PostgresCeremonyBook
from server.db.books.codes import PostgresCodeBook, PostgresLoginTries
from server.db.books.composites import PostgresCompositeBook
from server.db.books.deliveries import PostgresDeliveryBook
from server.db.books.devices import PostgresDeviceBook
from server.db.books.generations import PostgresGenerationBook
from server.db.books.idempotency import PostgresIdempotencyBook
from server.db.books.identity_challenges import PostgresIdentityChallengeBook
from server.db.books.identity_checks import PostgresIdentityCheckBook
from server.db.books.invitations import PostgresInvitationBook
from server.db.books.media_rooms import PostgresRoomBook, PostgresWorkerBook
from server.db.books.package_requests import PostgresPackageRequestBook
from server.db.books.package_seals import PostgresPackageSealBook
from server.db.books.register import (
    PostgresCertificateBook,
    PostgresNumberBook,
    PostgresPublicRegister,
    PostgresRegisterView,
)
from server.db.books.requests import PostgresOperationBook, PostgresUploadBook
from server.db.books.sessions import PostgresSessionBook
from server.db.books.step_ups import PostgresStepUpBook
from server.db.books.transparency import PostgresTransparencyLog
from server.db.scoped import ScopedConnection
from server.transaction import BooksUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import psycopg
    from sqlalchemy import Connection, Engine

    from server.cases.ids import Clock
    from server.db.secrets import FieldCipher
    from server.transaction import JobQueue, OpenTransaction, Scope, Transaction

    QueueOn = Callable[[psycopg.Connection], JobQueue]
    """Returns the queue that enqueues on exactly this connection."""


class Work:
    """The `Transaction` of server/transaction.py."""

    def __init__(self, scoped: ScopedConnection, jobs: JobQueue) -> None:
        self._scoped = scoped
        self._trail = AuditTrail(scoped)
        self.accounts = PostgresAccountBook(scoped)
        self.sessions = PostgresSessionBook(scoped)
        self.codes = PostgresCodeBook(scoped)
        self.devices = PostgresDeviceBook(scoped)
        self.login_tries = PostgresLoginTries(scoped)
        self.cases = PostgresCaseBook(scoped, self._trail)
        self.case_lists = PostgresCaseLists(scoped)
        self.identity_checks = PostgresIdentityCheckBook(scoped)
        self.identity_challenges = PostgresIdentityChallengeBook(scoped)
        self.step_ups = PostgresStepUpBook(scoped)
        self.sensitive_reads = PostgresSensitiveReads(scoped, self._trail)
        self.ceremonies = PostgresCeremonyBook(scoped)
        self.invitations = PostgresInvitationBook(scoped)
        self.rooms = PostgresRoomBook(scoped)
        self.composites = PostgresCompositeBook(scoped)
        self.media_workers = PostgresWorkerBook(scoped)
        self.attendances = PostgresAttendanceBook(scoped)
        self.numbers = PostgresNumberBook(scoped)
        self.transparency_log = PostgresTransparencyLog(scoped)
        self.certificates = PostgresCertificateBook(scoped, self.transparency_log)
        self.generations = PostgresGenerationBook(scoped)
        self.public_register = PostgresPublicRegister(scoped)
        self.register_view = PostgresRegisterView(scoped)
        self.package_seals = PostgresPackageSealBook(scoped)
        self.package_requests = PostgresPackageRequestBook(scoped)
        self.deliveries = PostgresDeliveryBook(scoped)
        self.idempotency = PostgresIdempotencyBook(scoped)
        self.operations = PostgresOperationBook(scoped)
        self.uploads = PostgresUploadBook(scoped)
        self.jobs = jobs

    def narrow(self, scope: Scope) -> None:
        # What waits for the trail was noted under the scope that still holds.
        self.finish()
        self._scoped.narrow(scope)

    def finish(self) -> None:
        """Write what waits for the end of the transaction."""
        self._trail.write()
        # Last: whoever holds the log's head lets every other office wait.
        self.transparency_log.write()


def open_transaction(
    engine: Engine, *, cipher: FieldCipher, now: Clock, queue_on: QueueOn
) -> OpenTransaction:
    """Return what opens one transaction: committed when left, undone by any error.

    Opening or leaving it raises `BooksUnavailable` where the database does not answer.
    """

    @contextmanager
    def opened(scope: Scope) -> Iterator[Transaction]:
        with _answered(), engine.begin() as connection:
            scoped = ScopedConnection(connection=connection, cipher=cipher, now=now)
            scoped.narrow(scope)
            work = Work(scoped, queue_on(driver_connection(connection)))
            yield work
            work.finish()

    return opened


@contextmanager
def _answered() -> Iterator[None]:
    """Turn what the driver says of silence into what it means to who opened the books."""
    try:
        yield
    except (OperationalError, PoolExhausted) as error:
        raise BooksUnavailable(type(error).__name__) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise BooksUnavailable(type(error).__name__) from error
        raise


def driver_connection(connection: Connection) -> psycopg.Connection:
    """Return the psycopg connection below, on which the same transaction runs."""
    driver: psycopg.Connection = connection.connection.driver_connection  # type: ignore[assignment]  # SQLAlchemy types it as any driver's
    return driver
