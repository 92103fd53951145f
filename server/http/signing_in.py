"""Signing in, refreshing and signing out over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from server.access.codes import CodeMaking, Redemption, SignInBooks, make_code, redeem_code
from server.access.refreshing import refresh
from server.access.staff_login import StaffBooks, StaffCredentials, sign_in_staff
from server.http.call import Answer, Binding, Call
from server.http.contacts import contact_from
from server.http.devices import add_device_of_sign_in
from server.http.scopes import scope_of
from server.http.shown.times import rfc3339

if TYPE_CHECKING:
    from server.access.codes import SendCode
    from server.access.grants import Grant, Minting
    from server.access.passwords import Passwords
    from server.transaction import OpenTransaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    open_transaction: OpenTransaction
    send: SendCode
    making: CodeMaking
    passwords: Passwords
    minting: Minting

    def send_code(self, call: Call) -> Answer:
        contact = contact_from(call.body)
        with self.open_transaction(scope_of(None)) as tx:
            code = make_code(
                contact, codes=tx.codes, making=self.making, code_id=call.new_id(), now=call.now
            )
        # After the commit: a message cannot be taken back, and the partner
        # that sends it may take its time.
        self.send(contact, code, call.language)
        life = self.making.terms.life
        return Answer(status=202, body={"expires_in_s": int(life.total_seconds())})

    def redeem_code(self, call: Call) -> Answer:
        books = SignInBooks(
            accounts=call.tx.accounts, codes=call.tx.codes, sessions=call.tx.sessions
        )
        given = Redemption(
            contact=contact_from(call.body), code=call.body["code"], device=call.body["device"]
        )
        grant = redeem_code(
            given, books=books, making=self.making, minting=self.minting, now=call.now
        )
        add_device_of_sign_in(call, grant, code=given.code)
        return Answer(status=201, body=grant_as_seen(grant))

    def sign_in_staff(self, call: Call) -> Answer:
        books = StaffBooks(
            accounts=call.tx.accounts, sessions=call.tx.sessions, tries=call.tx.login_tries
        )
        told = {name: call.body[name] for name in ("login", "password", "totp", "device")}
        given = StaffCredentials(**told)
        grant = sign_in_staff(
            given, books=books, passwords=self.passwords, minting=self.minting, now=call.now
        )
        add_device_of_sign_in(call, grant, code=given.totp)
        return Answer(status=201, body=grant_as_seen(grant))

    def refresh(self, call: Call) -> Answer:
        grant = refresh(
            call.body["refresh_token"],
            sessions=call.tx.sessions,
            accounts=call.tx.accounts,
            minting=self.minting,
            now=call.now,
        )
        return Answer(body=grant_as_seen(grant))


def grant_as_seen(grant: Grant) -> dict[str, Any]:
    return {
        "access_token": grant.access_token,
        "token_type": "Bearer",
        "expires_in_s": int(grant.access_life.total_seconds()),
        "refresh_token": grant.refresh_token,
        "refresh_before": rfc3339(grant.idle_until),
        "session_id": grant.session.id,
        "session_ends_at": rfc3339(grant.session.expires_at),
        "account_id": grant.principal.account,
        "roles": sorted(grant.principal.roles),
    }


def bindings(door: Door) -> list[Binding]:
    return [
        Binding(operation_id="send_code", handler=door.send_code, in_transaction=False),
        Binding(operation_id="redeem_code", handler=door.redeem_code),
        Binding(operation_id="sign_in_staff", handler=door.sign_in_staff),
        Binding(operation_id="refresh_session", handler=door.refresh),
    ]
