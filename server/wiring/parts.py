"""The concrete parts of one process, made once out of its settings.

Nothing here is made before it is asked for: a command that only migrates needs
no signer, and a worker no HTTP.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Final

import psycopg
from psycopg.conninfo import make_conninfo

from esign.authorities.directory import AuthorityDirectory
from esign.custody.client import CustodyClient
from esign.custody.log_signer import log_key
from esign.errors import AuthorityMissing, StamperStolen
from esign.transparency.errors import TransparencyError
from esign.trust import trusted_roots
from esign.tsa.client import TimeStampSource
from esign.verification.limited import LimitedVerifier
from identity.checking import IdentityCheck
from identity.chips.folder import read_trust
from identity.chips.trust import Trust
from identity.liveness.policy import liveness_2026
from identity.policy import before_a_ceremony_2026
from identity.worker import LimitedWorker
from server.access.outbox import OutboxFile
from server.cases.dating import SHANGHAI
from server.catalogue.loading import load_catalogue
from server.db.engine import make_engine
from server.db.patience import LINK
from server.db.secrets import FieldCipher, FieldKeys
from server.db.work import open_transaction
from server.partners.identity_register import HttpIdentityRegister, RegisterAccount
from server.register.log_proofs import existed_by_log
from server.settings import SettingsError
from server.tasks.queue import queue_on
from server.transaction import NOBODY, Scope
from server.typesetting.typesetter import Typesetter
from server.wiring.identifying import Judging
from server.wiring.outside import OutsideAuthorities, read_roots
from server.wiring.printing import Printing
from server.wiring.signing import Signing
from storage.connection import Connection, connect
from storage.envelope import Envelope
from storage.keys.local import LOCAL_SCHEMES
from storage.keys.ring import open_ring
from storage.s3 import S3EvidenceStore
from storage.uploads import Uploads, UploadTerms

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from typing import BinaryIO

    from cryptography import x509
    from mypy_boto3_s3 import S3Client
    from sqlalchemy import Engine

    from esign.verification.existence import Existed
    from esign.verification.report import Report
    from identity.registers.questions import AskRegister
    from server.access.codes import SendCode
    from server.cases.ids import AccountId, OfficeId
    from server.catalogue.loading import Catalogue
    from server.catalogue.rule_packs import FaceTerms
    from server.ceremony.invitations import SendInvitation
    from server.register.certificates import Certificate
    from server.settings import Settings
    from server.transaction import OpenTransaction, Transaction
    from storage.objects import Digest

UPLOAD_TERMS: Final = UploadTerms(
    lifetime=timedelta(days=2), url_lifetime=timedelta(minutes=30), largest=512 << 20
)
# Evidence of a running case; archiving extends it to the term of its class.
RETAINED_AT_FIRST: Final = timedelta(days=365)


def now() -> datetime:
    """Read the clock: the only place of the platform's processes that does."""
    return datetime.now(UTC)


def new_id() -> str:
    """Return an id whose beginning is the time, so that new rows lie together."""
    moment = int(now().timestamp() * 1000).to_bytes(6, "big")
    rest = bytearray(secrets.token_bytes(10))
    rest[0] = rest[0] & 0x0F | 0x70
    rest[2] = rest[2] & 0x3F | 0x80
    return str(uuid.UUID(bytes=moment + bytes(rest)))


@dataclass(frozen=True)
class Parts:
    settings: Settings

    @cached_property
    def catalogue(self) -> Catalogue:
        return load_catalogue()

    @cached_property
    def engine(self) -> Engine:
        return make_engine(self.settings.database_url)

    def listening(self) -> psycopg.Connection:
        """Open a connection beside the pool, for one that only listens."""
        url = self.engine.url.set(drivername="postgresql")
        return psycopg.connect(
            make_conninfo(url.render_as_string(hide_password=False), **LINK),
            autocommit=True,
            application_name="feigui-bell",
        )

    @cached_property
    def cipher(self) -> FieldCipher:
        key = self.secret("field-key")
        return FieldCipher(
            FieldKeys(current="1", keys={"1": key}, index_key=self.secret("index-key"))
        )

    def secret(self, name: str) -> bytes:
        """Return 32 secret bytes by the name of their file."""
        return bytes.fromhex((self.settings.secrets / name).read_text().strip())

    @cached_property
    def open_transaction(self) -> OpenTransaction:
        return open_transaction(self.engine, cipher=self.cipher, now=now, queue_on=queue_on())

    @cached_property
    def s3(self) -> S3Client:
        s = self.settings
        return connect(
            Connection(
                endpoint=s.s3_endpoint,
                access_key=s.s3_access_key,
                secret_key=s.s3_secret_key,
                region=s.s3_region,
            )
        )

    @cached_property
    def store(self) -> S3EvidenceStore:
        bucket = self.settings.evidence_bucket
        ring = open_ring(self.settings.key_encryption_keys, schemes=LOCAL_SCHEMES)
        return S3EvidenceStore(self.s3, bucket=bucket, envelope=Envelope(ring))

    def put(self, office: OfficeId, content: bytes) -> Digest:
        kept = self.store.put(office, content, retain_until=now() + RETAINED_AT_FIRST)
        return kept.digest

    def put_face(self, office: OfficeId, content: bytes) -> Digest:
        """Store a picture of a face: locked for days, and longer only once it is filed."""
        kept = self.store.put(office, content, retain_until=now() + self.face_lock(office))
        return kept.digest

    def face_terms(self, office: OfficeId) -> FaceTerms:
        """Return those in force today."""
        return self.catalogue.rule_packs.at(office, now().astimezone(SHANGHAI).date()).faces

    def face_lock(self, office: OfficeId) -> timedelta:
        return timedelta(days=self.face_terms(office).lock_days)

    def put_package(self, office: OfficeId, content: bytes) -> Digest:
        """Store an evidence package: locked for the days of the rule pack, then it goes."""
        kept = self.store.put(office, content, retain_until=now() + self.package_days(office))
        return kept.digest

    def package_days(self, office: OfficeId) -> timedelta:
        today = now().astimezone(SHANGHAI).date()
        return timedelta(days=self.catalogue.rule_packs.at(office, today).packages.days)

    def get(self, office: OfficeId, digest: Digest) -> bytes:
        return self.store.get(office, digest)

    def open(self, office: OfficeId, digest: Digest) -> AbstractContextManager[BinaryIO]:
        return self.store.open(office, digest)

    @cached_property
    def uploads(self) -> Uploads:
        return Uploads(
            self.s3,
            signer=self.s3,
            bucket=self.settings.staging_bucket,
            terms=UPLOAD_TERMS,
            now=now,
            new_id=new_id,
        )

    @cached_property
    def typesetter(self) -> Typesetter:
        return Typesetter(fonts=self.settings.fonts)

    @cached_property
    def printing(self) -> Printing:
        return Printing(
            typesetter=self.typesetter,
            packs=self.catalogue.rule_packs,
            matters=self.catalogue.matters,
            verification_url=f"{self.settings.public_url}/verify",
            now=now,
            name_of=self._name_of,
        )

    def _name_of(self, office: OfficeId, person: AccountId) -> str:
        with self.open_transaction(Scope(office=office)) as tx:
            return tx.accounts.staff(person).display_name

    @cached_property
    def authorities(self) -> AuthorityDirectory:
        return AuthorityDirectory(self.settings.authorities)

    @cached_property
    def custody(self) -> CustodyClient:
        return CustodyClient(self.settings.signer_socket)

    @cached_property
    def signing(self) -> Signing:
        # Time is stamped under this root, whatever an office signs by.
        def roots() -> Sequence[x509.Certificate]:
            """Ask each time: a ceremony may give the root another key while we run."""
            return trusted_roots(self.authorities)

        return Signing(
            files=self.authorities,
            custody=self.custody,
            stamps=TimeStampSource(self.settings.tsa_url, roots=roots, now=now),
            now=now,
            packs=self.catalogue.rule_packs,
            outside=OutsideAuthorities(
                folder=self.settings.outside_authorities,
                packs=self.catalogue.rule_packs,
                custody=self.custody,
                now=now,
            ).of,
            party_roots=read_roots(self.settings.outside_authorities),
        )

    @cached_property
    def verify_document(self) -> Callable[[bytes], Report]:
        """Judge strangers' files; our own are checked where they are sealed.

        By the lists of today, too: a file with a stolen key's signature carries the
        lists of a day on which nobody knew. Where a time-stamper's key was stolen, the log
        is asked whether the file was there before.
        """
        verify = LimitedVerifier(
            roots=lambda: trusted_roots(self.authorities),
            party_roots=read_roots(self.settings.outside_authorities),
            now=now,
        )

        def judge(document: bytes) -> Report:
            lists = self.authorities.published_lists()
            try:
                return verify(document, fresh_lists=lists)
            except StamperStolen:
                existed = self._existed_of_certificate(document)
                if not existed:
                    raise
                return verify(document, fresh_lists=lists, existed=existed)

        return judge

    def existed(self, office: OfficeId, case: str) -> Sequence[Existed]:
        """Return what the log proves of a case's certificates and its deed."""
        with self.open_transaction(Scope(office=office)) as tx:
            found = tx.certificates.of_case(case)
            return [each for one in found for each in self._existed_by_log(one, tx)]

    def _existed_of_certificate(self, document: bytes) -> Sequence[Existed]:
        """Return what the log proves of a certificate's file, whichever generation it is."""
        with self.open_transaction(NOBODY) as tx:
            found = tx.public_register.by_sealed_digest(hashlib.sha256(document).hexdigest())
            return [] if found is None else self._existed_by_log(found, tx)

    def _existed_by_log(self, certificate: Certificate, tx: Transaction) -> Sequence[Existed]:
        try:
            return existed_by_log(certificate, tx.transparency_log, log_key(self.authorities))
        except (AuthorityMissing, TransparencyError):
            return []  # A log that cannot be believed proves nothing; `log fsck` says why.

    @property
    def send_code(self) -> SendCode:
        return self._messages

    @property
    def send_invitation(self) -> SendInvitation:
        return self._messages.invite

    @cached_property
    def _messages(self) -> OutboxFile:
        if self.settings.code_outbox is None:
            # Sending by SMS comes with the partners; without a way to send there is
            # no way to sign in, and that is better said at the start.
            raise SettingsError("FEIGUI_CODE_OUTBOX is not set")
        return OutboxFile(self.settings.code_outbox)

    @cached_property
    def decoder(self) -> LimitedWorker:
        return LimitedWorker("decoder")

    @cached_property
    def judging(self) -> Judging:
        return Judging(
            check=IdentityCheck(decoder=self.decoder, engine=self.engine_child),
            policy=before_a_ceremony_2026,
            liveness_policy=liveness_2026,
            trust=lambda: self.chip_trust,
            ask_register=self.identity_register,
            now=now,
        )

    @cached_property
    def engine_child(self) -> LimitedWorker:
        return LimitedWorker("engine", models=self.settings.models)

    @cached_property
    def chip_trust(self) -> Trust:
        path = self.settings.master_list
        return Trust() if path is None else read_trust(path)

    @cached_property
    def identity_register(self) -> AskRegister | None:
        url = self.settings.register_url
        if url is None:
            return None
        account = RegisterAccount(
            register="register", url=url, client="feigui", key=self.secret("register-key")
        )
        return HttpIdentityRegister(account, now=now, new_nonce=lambda: secrets.token_hex(16))
