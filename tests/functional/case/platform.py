"""The platform's HTTP edge on a real database, and people who call it.

Printing, signing and looking at faces are stood in for by plain bytes: these
tests are about the case. Everything else, tokens and jobs included, is real.
Whatever they ask for: the store is never waited for inside a transaction.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import secrets
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric import ec

from server.access.codes import CodeMaking
from server.access.devices import AuthenticatorKind, Device, DeviceId
from server.access.grants import Minting
from server.access.permissions import PERMISSIONS
from server.access.principals import (
    AccountKind,
    ApplicantAccount,
    Principal,
    RefreshToken,
    Session,
    SessionId,
    StaffAccount,
)
from server.app import create_app
from server.cases.ids import AccountId, CaseId, OfficeId
from server.cases.roles import Role
from server.catalogue.loading import load_catalogue
from server.catalogue.notices import read_notices
from server.ceremony.live import LiveTerms
from server.ceremony.relays import Relay
from server.ceremony.rooms import EngineName, MediaWorkerPlace
from server.contract.spec import Spec, read_spec
from server.contract.views import Edge
from server.demo.device import DeviceKey
from server.http import (
    act,
    case_actions,
    case_events,
    cases,
    ceremonies,
    certificates,
    composites,
    consents,
    deeds,
    deliveries,
    drafts,
    evidence_packages,
    fees,
    following,
    identity_challenges,
    identity_checks,
    identity_pictures,
    identity_routes,
    interviews,
    invitations,
    issuance,
    materials,
    media,
    operations,
    parties,
    registers,
    reviews,
    step_ups,
)
from server.http.cursors import Cursors
from server.http.languages import Messages
from server.http.token_keys import TokenKeys
from server.http.tokens import AccessTokens
from server.transaction import NOBODY, Scope, Upload
from server.typesetting.page_pictures import draw_page
from storage.memory import MemoryEvidenceStore
from tests.simulated.following import without_a_bell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from typing import BinaryIO

    from flask import Flask

    from server.http.call import Binding
    from server.transaction import OpenTransaction, Transaction
    from storage.objects import Digest

ROOT = Path(__file__).parents[3]
KUNMING, HEKOU = OfficeId("kunming-demo"), OfficeId("hekou-demo")
MORNING = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
TOKEN_LIFE = timedelta(minutes=5)
RELAY = Relay(urls=("turns:relay.feigui.example:443",), secret="told to the relay", only=True)
LIVE_VIDEO = LiveTerms(key=bytes(range(32)), office_engines={}, relay=RELAY)
# It lives as long as the tests do.
MEDIA_WORKER = MediaWorkerPlace(
    name="worker-1",
    url="https://media.feigui.example",
    engine=EngineName.EMBEDDED,
    rooms=0,
    seen_at=datetime(2100, 1, 1, tzinfo=UTC),
)


def new_id() -> str:
    return str(uuid.uuid4())


class Clock:
    """Stands still until a request comes in, then is a second later."""

    def __init__(self) -> None:
        self.at = MORNING

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: Any
    etag: str | None
    headers: dict[str, str]

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401  # JSON is of any type
        return self.body[name]

    @property
    def codes(self) -> list[str]:
        """What the ``errors`` of a refusal name."""
        return [each["code"] for each in self.body.get("errors", [])]


@dataclass(slots=True, kw_only=True)
class Platform:
    open_transaction: OpenTransaction
    clock: Clock = field(default_factory=Clock)
    store: MemoryEvidenceStore = field(init=False)
    app: Flask = field(init=False)
    tokens: AccessTokens = field(init=False)
    index_contact: Callable[[str], str] = str
    """As the books index contacts; asked for where this edge itself sends codes."""

    making: CodeMaking = field(init=False)
    minting: Minting = field(init=False)
    _open: list[Scope] = field(default_factory=list)
    _phones: itertools.count[int] = field(default_factory=lambda: itertools.count(10_000_000))

    def __post_init__(self) -> None:
        self.store = MemoryEvidenceStore(now=self.clock)
        self.open_transaction = self._noted(self.open_transaction)
        with self.open_transaction(NOBODY) as tx:
            tx.media_workers.announce(MEDIA_WORKER)
        spec = read_spec(ROOT / "mobile_api_spec" / "openapi.bundled.json")
        key = ec.generate_private_key(ec.SECP256R1())
        self.tokens = AccessTokens(
            keys=TokenKeys(active="k", keys={"k": key}), issuer="feigui", audience="feigui"
        )
        self.making = CodeMaking(
            key=b"c" * 32,
            new_code=lambda: f"{secrets.randbelow(10**6):06}",
            index_contact=self.index_contact,
        )
        self.minting = Minting(
            sign=self.tokens.sign, new_secret=lambda: secrets.token_urlsafe(32), new_id=new_id
        )
        bindings = self._bindings()
        self.app = create_app(
            _only(spec, bindings),
            bindings,
            gates=PERMISSIONS,
            edge=Edge(
                open_transaction=self.open_transaction,
                authenticate=self.tokens.authenticate,
                now=self.clock,
                new_id=new_id,
                validate_answers=True,
            ),
            tokens=self.tokens,
            messages=Messages.load(),
            new_trace_id=lambda: secrets.token_hex(16),
        )

    def _bindings(self) -> list[Binding]:
        catalogue = load_catalogue()
        return [
            *cases.bindings(catalogue=catalogue, cursors=Cursors(b"c" * 32)),
            *case_actions.bindings(catalogue=catalogue),
            *case_events.bindings(),
            *parties.bindings(),
            *consents.bindings(notices=read_notices()),
            *materials.bindings(fetch=self.fetch),
            *identity_challenges.bindings(new_nonce=lambda: secrets.token_bytes(32)),
            *identity_checks.bindings(),
            *identity_routes.bindings(),
            *identity_pictures.bindings(fetch=self.fetch),
            *reviews.bindings(),
            *fees.bindings(catalogue=catalogue),
            *step_ups.bindings(new_nonce=lambda: secrets.token_bytes(32)),
            *deeds.bindings(fetch=self.fetch, draw_page=draw_page),
            *interviews.bindings(),
            *ceremonies.bindings(notices=read_notices()),
            *act.bindings(
                catalogue=catalogue,
                notices=read_notices(),
                new_nonce=lambda: secrets.token_bytes(32),
            ),
            *invitations.bindings(catalogue=catalogue, making=self.making, minting=self.minting),
            *following.bindings(without_a_bell(self.open_transaction, self.clock)),
            *media.bindings(LIVE_VIDEO),
            *composites.bindings(fetch=self.fetch),
            *drafts.bindings(catalogue=catalogue, fetch=self.fetch),
            *issuance.bindings(),
            *certificates.bindings(fetch=self.fetch, open_transaction=self.open_transaction),
            *evidence_packages.bindings(stream=self.stream),
            *deliveries.bindings(),
            *registers.bindings(),
            *operations.bindings(open_transaction=self.open_transaction),
        ]

    def _noted(self, open_transaction: OpenTransaction) -> OpenTransaction:
        @contextmanager
        def opened(scope: Scope) -> Iterator[Transaction]:
            self._open.append(scope)
            try:
                with open_transaction(scope) as tx:
                    yield tx
            finally:
                self._open.pop()

        return opened

    def fetch(self, office: OfficeId, digest: Digest) -> bytes:
        assert not self._open, "a transaction waits for the store"
        return self.store.get(office, digest)

    def stream(self, office: OfficeId, digest: Digest) -> AbstractContextManager[BinaryIO]:
        assert not self._open, "a transaction waits for the store"
        return self.store.open(office, digest)

    def put(self, office: OfficeId, content: bytes) -> Digest:
        assert not self._open, "a transaction waits for the store"
        until = self.clock.at + timedelta(days=1)
        return self.store.put(office, content, retain_until=until).digest

    def again(self, person: Person) -> Person:
        """Let ``person`` sign in once more, on another device."""
        who = person.principal
        return self._signed_in(who.account, who.kind, who.office, who.roles)

    def applicant(self) -> Person:
        account = AccountId(new_id())
        phone = f"+336{next(self._phones)}"
        with self.open_transaction(NOBODY) as tx:
            tx.accounts.add_applicant(
                ApplicantAccount(id=account, contact=phone, created_at=self.clock.at)
            )
        person = self._signed_in(account, AccountKind.APPLICANT, None, frozenset({Role.APPLICANT}))
        person.phone = phone
        return person

    def staff(self, *roles: Role, office: OfficeId = KUNMING) -> Person:
        account = AccountId(new_id())
        with self.open_transaction(Scope(office=office)) as tx:
            tx.accounts.add_staff(
                StaffAccount(
                    id=account,
                    office=office,
                    login=f"login-{account}",
                    display_name=" ".join(roles),
                    password_hash="not used here",
                    totp_secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
                    totp_last_step=0,
                    roles=frozenset(roles),
                    is_active=True,
                )
            )
        return self._signed_in(account, AccountKind.STAFF, office, frozenset(roles))

    def _signed_in(
        self,
        account: AccountId,
        kind: AccountKind,
        office: OfficeId | None,
        roles: frozenset[Role],
    ) -> Person:
        session = Session(
            id=SessionId(new_id()),
            account=account,
            kind=kind,
            office=office,
            started_at=self.clock.at,
            expires_at=self.clock.at + timedelta(days=1),
            device="test",
        )
        refresh = RefreshToken(
            sha256=hashlib.sha256(session.id.encode()).hexdigest(),
            session=session.id,
            issued_at=self.clock.at,
            idle_until=session.expires_at,
        )
        with self.open_transaction(NOBODY) as tx:
            tx.sessions.start(session, refresh)
        principal = Principal(
            account=account, kind=kind, office=office, roles=roles, session=session.id
        )
        return Person(platform=self, principal=principal)


@dataclass(slots=True, kw_only=True)
class Person:
    platform: Platform
    principal: Principal
    phone: str = ""
    _device: DeviceKey | None = None

    @property
    def device(self) -> DeviceKey:
        """The person's telephone, known to the platform from its first use on."""
        if self._device is None:
            self._device = self.another_device()
        return self._device

    def another_device(self) -> DeviceKey:
        """Leave what adding a device leaves: its row."""
        key = DeviceKey(id=new_id())
        device = Device(
            id=DeviceId(key.id),
            account=self.account,
            kind=AuthenticatorKind.DEVICE_KEY,
            public_key=key.public,
            name="telephone",
            added_at=self.platform.clock.at,
            added_in=self.principal.session,
        )
        with self.platform.open_transaction(NOBODY) as tx:
            assert tx.devices.add(device)
        return key

    def asked(self, case: str, action: str, document: str) -> Reply:
        """Ask for a challenge to ``action`` on the document with this SHA-256."""
        wanted = {"action": action, "document_sha256": document}
        return self.post(f"/cases/{case}/step-ups", wanted)

    @property
    def account(self) -> AccountId:
        return self.principal.account

    @property
    def token(self) -> str:
        """A fresh one each time: tokens live by the real clock, and runs can be slow."""
        with self.platform.app.test_request_context():
            return self.platform.tokens.sign(self.principal, TOKEN_LIFE)

    def get(self, path: str) -> Reply:
        return self.send("GET", path)

    def post(
        self, path: str, body: object = None, *, etag: str | None = None, key: str | None = None
    ) -> Reply:
        return self.send("POST", path, body, etag=etag, key=key or new_id())

    def put(self, path: str, body: object, *, etag: str | None = None) -> Reply:
        return self.send("PUT", path, body, etag=etag)

    def patch(self, path: str, body: object, *, etag: str | None = None) -> Reply:
        return self.send("PATCH", path, body, etag=etag)

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        etag: str | None = None,
        key: str | None = None,
    ) -> Reply:
        headers = {"Authorization": f"Bearer {self.token}", "Accept-Language": "en"}
        headers |= {"If-Match": etag} if etag else {}
        headers |= {"Idempotency-Key": key} if key else {}
        content = None if body is None else json.dumps(body)
        if content is not None:
            headers["Content-Type"] = "application/json"
        response = self.platform.app.test_client().open(
            f"/v1{path}", method=method, headers=headers, data=content
        )
        is_json = (response.mimetype or "").endswith("json")
        return Reply(
            response.status_code,
            response.get_json() if is_json else response.data,
            response.headers.get("ETag"),
            dict(response.headers),
        )

    def upload(self, case_id: str, content: bytes, *, purpose: str, state: str = "stored") -> str:
        """Leave what the upload job leaves: an object in the store and its row."""
        office = KUNMING
        digest = self.platform.put(office, content)
        upload = Upload(
            id=new_id(),
            office=office,
            case=CaseId(case_id),
            account=self.account,
            purpose=purpose,
            media_type="image/jpeg",
            size=len(content),
            sha256=digest.hex,
            part_size=8 << 20,
            s3_upload_id="staged",
            state=state,
            created_at=self.platform.clock.at,
            expires_at=self.platform.clock.at + timedelta(days=1),
        )
        with self.platform.open_transaction(Scope(office=office)) as tx:
            tx.uploads.add(upload)
        return upload.id


def _only(spec: Spec, bindings: list[Binding]) -> Spec:
    """Leave the operations that other suites serve out of the contract."""
    bound = {binding.operation_id for binding in bindings}
    return Spec(
        document=spec.document,
        operations=tuple(o for o in spec.operations if o.id in bound),
    )
