"""The whole HTTP edge on a real database, and people who sign in to it."""

from __future__ import annotations

import io
import itertools
import secrets
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pyotp
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric import ec

from esign.errors import NotOurs
from server.access.codes import CodeMaking
from server.access.grants import Minting
from server.access.passwords import Passwords
from server.access.permissions import PERMISSIONS
from server.access.principals import StaffAccount
from server.app import create_app
from server.cases.ids import AccountId, OfficeId
from server.catalogue.loading import load_catalogue
from server.catalogue.notices import read_notices
from server.ceremony.live import LiveTerms
from server.contract.spec import read_spec
from server.contract.views import Edge
from server.db.books.accounts import contact_index
from server.http.cursors import Cursors
from server.http.languages import Messages
from server.http.resources import Needs, every_binding
from server.http.signing_in import Door
from server.http.token_keys import TokenKeys
from server.http.tokens import AccessTokens
from server.transaction import Scope
from storage.connection import Connection, connect
from storage.uploads import Uploads, UploadTerms
from tests.simulated.following import without_a_bell

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flask import Blueprint, Flask
    from werkzeug.test import TestResponse

    from esign.verification.report import Report
    from server.cases.roles import Role
    from server.db.secrets import FieldCipher
    from server.http.call import Binding
    from server.transaction import OpenTransaction

ROOT = Path(__file__).parents[2]
BUNDLE = ROOT / "mobile_api_spec" / "openapi.bundled.json"
ISSUER = "https://feigui.test"
AUDIENCE = "feigui-api"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "correct horse battery staple"
# Quick parameters: what is tested here is not how slow Argon2 is.
PASSWORDS = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
HASHED = PASSWORDS.hash(PASSWORD)


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


_COUNTER = itertools.count(1)


def new_id() -> str:
    return str(UUID(int=next(_COUNTER) + (0x7000 << 64) + (0x8000 << 48)))


def refuse_document(_: bytes) -> Report:
    raise NotOurs


def unreachable_uploads(now: Callable[[], datetime]) -> Uploads:
    """A store that nobody listens for: what the edge says when it is down."""
    client = connect(
        Connection(
            endpoint="http://127.0.0.1:9", access_key="a", secret_key="s", region="us-east-1"
        )
    )
    terms = UploadTerms(
        lifetime=timedelta(days=1), url_lifetime=timedelta(minutes=30), largest=1 << 30
    )
    return Uploads(client, signer=client, bucket="b", terms=terms, now=now, new_id=new_id)


@dataclass
class Standing:
    open_transaction: OpenTransaction
    cipher: FieldCipher
    clock: Clock = field(default_factory=Clock)
    sent: list[tuple[str, str, str]] = field(default_factory=list)
    keys: TokenKeys = field(
        default_factory=lambda: TokenKeys(
            active="k1",
            keys={
                "k1": ec.generate_private_key(ec.SECP256R1()),
                "k2": ec.generate_private_key(ec.SECP256R1()),
            },
        )
    )

    def __post_init__(self) -> None:
        self.tokens = AccessTokens(keys=self.keys, issuer=ISSUER, audience=AUDIENCE)
        self.messages = Messages.load()
        self.app = self.build(self.bindings())
        self.client = self.app.test_client()

    def bindings(self) -> list[Binding]:
        door = Door(
            open_transaction=self.open_transaction,
            send=lambda phone, code, language: self.sent.append((phone, code, language)),
            making=CodeMaking(
                key=b"c" * 32,
                new_code=lambda: f"{secrets.randbelow(10**6):06}",
                index_contact=lambda contact: contact_index(self.cipher, contact),
            ),
            passwords=PASSWORDS,
            minting=Minting(
                sign=self.tokens.sign, new_secret=lambda: secrets.token_urlsafe(32), new_id=new_id
            ),
        )
        return every_binding(
            Needs(
                open_transaction=self.open_transaction,
                catalogue=load_catalogue(),
                notices=read_notices(),
                messages=self.messages,
                cursors=Cursors(b"x" * 32),
                door=door,
                token_keys=self.keys,
                uploads=unreachable_uploads(self.clock),
                fetch=lambda office, digest: b"",
                draw_page=lambda content, page: None,
                stream=lambda office, digest: nullcontext(io.BytesIO()),
                verify_document=refuse_document,
                new_nonce=lambda: secrets.token_bytes(32),
                live_video=LiveTerms(key=bytes(32), office_engines={}),
                following=without_a_bell(self.open_transaction, self.clock),
                probes={"database": lambda: True},
            )
        )

    def build(
        self, bindings: list[Binding], spec: Path = BUNDLE, pages: Sequence[Blueprint] = ()
    ) -> Flask:
        return create_app(
            read_spec(spec),
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
            messages=self.messages,
            new_trace_id=lambda: secrets.token_hex(16),
            pages=pages,
        )

    def post(
        self, path: str, body: object = None, *, token: str = "", **headers: str
    ) -> TestResponse:
        return self.client.post(path, json=body, headers=_headers(token, headers))

    def get(self, path: str, *, token: str = "", **headers: str) -> TestResponse:
        return self.client.get(path, headers=_headers(token, headers))

    def applicant(self, phone: str = "+33639980001") -> dict[str, Any]:
        """Sign in with a code and return the grant."""
        self.clock.move(minutes=61)
        assert self.post("/v1/auth/codes", {"phone": phone}).status_code == 202
        answer = self.post(
            "/v1/auth/codes/redemption",
            {"phone": phone, "code": self.sent[-1][1], "device": "phone"},
        )
        assert answer.status_code == 201, answer.get_json()
        return dict(answer.get_json())

    def hire(self, login: str, *roles: Role, office: str = "kunming-demo") -> AccountId:
        account = AccountId(new_id())
        with self.open_transaction(Scope(office=OfficeId(office))) as tx:
            tx.accounts.add_staff(
                StaffAccount(
                    id=account,
                    office=OfficeId(office),
                    login=login,
                    display_name=login,
                    password_hash=HASHED,
                    totp_secret=SECRET,
                    totp_last_step=0,
                    roles=frozenset(roles),
                    is_active=True,
                )
            )
        return account

    def sign_in(self, login: str, /, **other: str) -> TestResponse:
        """Try to sign in as staff, with the right credentials unless told otherwise."""
        self.clock.move(seconds=30)
        given = {
            "login": login,
            "password": PASSWORD,
            "totp": pyotp.TOTP(SECRET).at(self.clock.at),
            "device": "desk",
        }
        return self.post("/v1/auth/staff/sign-in", given | other)

    def staff(self, login: str, *roles: Role, office: str = "kunming-demo") -> str:
        """Hire somebody, sign in and return the access token."""
        self.hire(login, *roles, office=office)
        answer = self.sign_in(login)
        assert answer.status_code == 201, answer.get_json()
        return str(answer.get_json()["access_token"])


def _headers(token: str, headers: dict[str, str]) -> dict[str, str]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    named.setdefault("Accept-Language", "en")
    return named | ({"Authorization": f"Bearer {token}"} if token else {})
