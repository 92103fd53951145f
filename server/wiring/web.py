"""The web process: the contract bound to its handlers, and the pages beside it."""

from __future__ import annotations

import os
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from server.access.codes import CodeMaking
from server.access.grants import Minting
from server.access.passwords import Passwords
from server.access.permissions import PERMISSIONS
from server.app import create_app
from server.cases.identity_challenges import NONCE_BYTES
from server.catalogue.notices import read_notices
from server.ceremony.live import LiveTerms
from server.contract.spec import read_spec
from server.contract.views import Edge
from server.db.bell import Bell
from server.db.books.accounts import contact_index
from server.embedded.state import CLONE
from server.http.cursors import Cursors
from server.http.following import FollowingDesk
from server.http.languages import Messages, language_of
from server.http.places import Places
from server.http.resources import Needs, every_binding
from server.http.signing_in import Door
from server.http.token_keys import TokenKeys
from server.http.tokens import AccessTokens
from server.settings import Settings
from server.transaction import Scope
from server.typesetting.page_pictures import draw_page
from server.web.authorities import authorities_page
from server.web.ceremony import ceremony_page
from server.web.certificate_status import status_page
from server.web.docs import docs_page
from server.web.transparency import log_page
from server.web.verification import VerificationPage, verification_page
from server.wiring.logs import configure_logs
from server.wiring.parts import Parts, new_id, now
from server.wiring.relays import relay_of
from server.wiring.transparency import ServedLog

if TYPE_CHECKING:
    from flask import Blueprint, Flask

    from server.contract.spec import Spec

BUNDLE: Final = CLONE / "mobile_api_spec" / "openapi.bundled.json"
AUDIENCE: Final = "feigui-api"
DIGITS: Final = 10**6
WORKERS_KNOWN_FOR: Final = timedelta(hours=12)
STREAMS_EACH: Final = 3
"""Of one person: a page that comes back may find its old stream not yet gone."""


def build() -> Flask:
    """Return the application of the settings in the environment."""
    configure_logs()
    return build_web(Parts(Settings.from_environ(os.environ)))


def build_web(parts: Parts) -> Flask:
    settings, spec = parts.settings, read_spec(BUNDLE)
    messages = Messages.load().with_reasons(parts.catalogue.messages)
    tokens = AccessTokens(
        keys=TokenKeys.read(settings.token_keys), issuer=settings.public_url, audience=AUDIENCE
    )
    return create_app(
        spec,
        every_binding(_needs(parts, messages, tokens)),
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
        pages=_pages(parts, spec),
    )


def _needs(parts: Parts, messages: Messages, tokens: AccessTokens) -> Needs:
    notices = read_notices()
    return Needs(
        open_transaction=parts.open_transaction,
        catalogue=parts.catalogue,
        notices=notices,
        messages=messages,
        cursors=Cursors(parts.secret("cursor-key")),
        door=_door(parts, tokens),
        token_keys=tokens.keys,
        uploads=parts.uploads,
        fetch=parts.get,
        draw_page=draw_page,
        stream=parts.open,
        verify_document=parts.verify_document,
        new_nonce=lambda: secrets.token_bytes(NONCE_BYTES),
        live_video=_live_video(parts),
        following=_following(parts),
        probes={"database": lambda: _answers(parts)},
    )


def _live_video(parts: Parts) -> LiveTerms | None:
    settings = parts.settings
    if settings.media_url is None:
        return None
    return LiveTerms(
        key=parts.secret("media-key"),
        engine=settings.media_engine,
        office_engines=settings.media_offices or {},
        relay=relay_of(parts),
    )


def _media_urls(parts: Parts) -> set[str]:
    """Return where the media workers are: those that lived a while ago too, which may be back."""
    known = {parts.settings.media_url} - {None}
    # Workers are of no office, and shown to whoever works for one.
    any_office = next(iter(parts.catalogue.rule_packs.offices))
    with parts.open_transaction(Scope(office=any_office)) as tx:
        seen = tx.media_workers.seen_since(now() - WORKERS_KNOWN_FOR)
    return {str(each) for each in known} | {each.url for each in seen}


def _following(parts: Parts) -> FollowingDesk:
    most = parts.settings.event_streams
    return FollowingDesk(
        open_transaction=parts.open_transaction,
        hear_bell=Bell(parts.listening).heard,
        now=now,
        streams=Places(most, most_each=STREAMS_EACH),
        # Threads too, and fewer: they are the way on when streams are taken.
        waits=Places(max(1, most // 3), most_each=1),
    )


def _pages(parts: Parts, spec: Spec) -> list[Blueprint]:
    page = VerificationPage(
        catalogue=parts.catalogue,
        verify_document=parts.verify_document,
        open_transaction=parts.open_transaction,
        now=now,
        public_url=parts.settings.public_url,
        language_of=language_of,
    )
    pages = [
        verification_page(page),
        ceremony_page(media_urls=lambda: _media_urls(parts), language_of=language_of),
        log_page(ServedLog(parts)),
        authorities_page(parts.signing.published, now=now),
        status_page(parts.custody.certificate_status, now=now),
    ]
    if parts.settings.api_page is not None:
        pages.append(docs_page(parts.settings.api_page, spec.document))
    return pages


def _answers(parts: Parts) -> bool:
    try:
        with parts.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True


def _door(parts: Parts, tokens: AccessTokens) -> Door:
    return Door(
        open_transaction=parts.open_transaction,
        send=parts.send_code,
        making=CodeMaking(
            key=parts.secret("code-key"),
            new_code=lambda: f"{secrets.randbelow(DIGITS):06}",
            index_contact=lambda contact: contact_index(parts.cipher, contact),
        ),
        passwords=Passwords(),
        minting=Minting(
            sign=tokens.sign, new_secret=lambda: secrets.token_urlsafe(32), new_id=new_id
        ),
    )
