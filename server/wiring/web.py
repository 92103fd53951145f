"""The web process: the contract bound to its handlers, and the pages beside it."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING, Final

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from server.access.codes import CodeMaking
from server.access.grants import Minting
from server.access.outbox import OutboxFile
from server.access.passwords import Passwords
from server.access.permissions import PERMISSIONS
from server.app import create_app
from server.catalogue.notices import read_notices
from server.contract.spec import read_spec
from server.contract.views import Edge
from server.embedded.state import CLONE
from server.http import (
    case_actions,
    case_events,
    cases,
    catalogue,
    ceremonies,
    certificates,
    consents,
    deeds,
    deliveries,
    drafts,
    eligibility,
    fees,
    identity_checks,
    interviews,
    issuance,
    materials,
    operations,
    parties,
    platform,
    registers,
    reviews,
    sessions,
    signing_in,
    uploads,
    verification,
)
from server.http.cursors import Cursors
from server.http.languages import Messages
from server.http.token_keys import TokenKeys
from server.http.tokens import AccessTokens
from server.settings import Settings, SettingsError
from server.wiring.evidence import packaging
from server.wiring.logs import configure_logs
from server.wiring.parts import Parts, new_id, now

if TYPE_CHECKING:
    from flask import Flask

    from server.access.codes import SendCode
    from server.http.call import Binding

BUNDLE: Final = CLONE / "mobile_api_spec" / "openapi.bundled.json"
AUDIENCE: Final = "feigui-api"
DIGITS: Final = 10**6


def build() -> Flask:
    """Return the application of the settings in the environment."""
    configure_logs()
    return build_web(Parts(Settings.from_environ(os.environ)))


def build_web(parts: Parts) -> Flask:
    settings, messages = parts.settings, Messages.load()
    tokens = AccessTokens(
        keys=TokenKeys.read(settings.token_keys), issuer=settings.public_url, audience=AUDIENCE
    )
    return create_app(
        read_spec(BUNDLE),
        [
            *_platform(parts, messages, tokens),
            *_access(parts, tokens),
            *_of_everybody(parts),
            *_of_a_case(parts),
        ],
        gates=PERMISSIONS,
        edge=Edge(
            open_transaction=parts.open_transaction,
            authenticate=tokens.authenticate,
            now=now,
            new_id=new_id,
            validate_answers=settings.validate_responses,
        ),
        messages=messages,
        new_trace_id=lambda: secrets.token_hex(16),
        tokens=tokens,
    )


def _platform(parts: Parts, messages: Messages, tokens: AccessTokens) -> list[Binding]:
    probes = {"database": lambda: _answers(parts)}
    return platform.bindings(messages=messages, token_keys=tokens.keys.published, probes=probes)


def _answers(parts: Parts) -> bool:
    try:
        with parts.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True


def _access(parts: Parts, tokens: AccessTokens) -> list[Binding]:
    door = signing_in.Door(
        open_transaction=parts.open_transaction,
        send=_sender(parts.settings),
        making=CodeMaking(
            key=parts.secret("code-key"),
            new_code=lambda: f"{secrets.randbelow(DIGITS):06}",
            index_phone=lambda phone: parts.cipher.blind_index("phone", phone),
        ),
        passwords=Passwords(),
        minting=Minting(
            sign=tokens.sign, new_secret=lambda: secrets.token_urlsafe(32), new_id=new_id
        ),
    )
    return [*signing_in.bindings(door), *sessions.bindings()]


def _sender(settings: Settings) -> SendCode:
    if settings.code_outbox is None:
        # Sending by SMS comes with the partners; without a way to send there is
        # no way to sign in, and that is better said at the start.
        raise SettingsError("FEIGUI_CODE_OUTBOX is not set")
    return OutboxFile(settings.code_outbox)


def _of_everybody(parts: Parts) -> list[Binding]:
    notices = read_notices()
    desk = verification.VerificationDesk(
        catalogue=parts.catalogue,
        verify_document=parts.signing.verify,
        open_transaction=parts.open_transaction,
    )
    return [
        *catalogue.bindings(catalogue=parts.catalogue, notices=notices),
        *eligibility.bindings(catalogue=parts.catalogue),
        *uploads.bindings(uploads=parts.uploads, open_transaction=parts.open_transaction),
        *operations.bindings(open_transaction=parts.open_transaction),
        *verification.bindings(desk),
    ]


def _of_a_case(parts: Parts) -> list[Binding]:
    shelf, fetch = parts.catalogue, parts.get
    return [
        *cases.bindings(catalogue=shelf, cursors=Cursors(parts.secret("cursor-key"))),
        *parties.bindings(),
        *consents.bindings(notices=read_notices()),
        *materials.bindings(fetch=fetch),
        *identity_checks.bindings(),
        *case_actions.bindings(),
        *case_events.bindings(),
        *reviews.bindings(),
        *fees.bindings(catalogue=shelf),
        *deeds.bindings(fetch=fetch),
        *ceremonies.bindings(),
        *interviews.bindings(),
        *drafts.bindings(catalogue=shelf, fetch=fetch),
        *issuance.bindings(),
        *certificates.bindings(
            fetch=fetch, package=packaging(fetch=fetch, files=parts.authorities)
        ),
        *deliveries.bindings(),
        *registers.bindings(),
    ]
