"""Every resource of the API, bound to what it needs. The wiring fills in `Needs`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.http import (
    act,
    case_actions,
    case_events,
    cases,
    catalogue,
    ceremonies,
    certificates,
    composites,
    consents,
    deeds,
    deliveries,
    devices,
    drafts,
    eligibility,
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
    platform,
    registers,
    reviews,
    sessions,
    signing_in,
    step_ups,
    uploads,
    verification,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from esign.verification.report import Report
    from server.catalogue.loading import Catalogue
    from server.catalogue.notices import Notices
    from server.ceremony.live import LiveTerms
    from server.http.call import Binding
    from server.http.cursors import Cursors
    from server.http.deeds import DrawPage
    from server.http.evidence_packages import Stream
    from server.http.following import FollowingDesk
    from server.http.languages import Messages
    from server.http.materials import Fetch
    from server.http.signing_in import Door
    from server.http.token_keys import TokenKeys
    from server.transaction import OpenTransaction
    from storage.uploads import Uploads


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    open_transaction: OpenTransaction
    catalogue: Catalogue
    notices: Notices
    messages: Messages
    cursors: Cursors
    door: Door
    token_keys: TokenKeys
    uploads: Uploads
    fetch: Fetch
    draw_page: DrawPage
    stream: Stream
    verify_document: Callable[[bytes], Report]
    new_nonce: Callable[[], bytes]
    live_video: LiveTerms | None
    following: FollowingDesk
    probes: Mapping[str, Callable[[], bool]]
    """Of each part that requests need, whether it answers."""


def every_binding(needs: Needs) -> list[Binding]:
    return [
        *platform.bindings(
            messages=needs.messages, token_keys=needs.token_keys.published, probes=needs.probes
        ),
        *_access_and_catalogue(needs),
        *_case(needs),
    ]


def _access_and_catalogue(needs: Needs) -> list[Binding]:
    return [
        *signing_in.bindings(needs.door),
        *sessions.bindings(),
        *devices.bindings(making=needs.door.making, passwords=needs.door.passwords),
        *catalogue.bindings(catalogue=needs.catalogue, notices=needs.notices),
        *eligibility.bindings(catalogue=needs.catalogue),
        *uploads.bindings(uploads=needs.uploads, open_transaction=needs.open_transaction),
        *operations.bindings(open_transaction=needs.open_transaction),
        *verification.bindings(
            verification.VerificationDesk(
                catalogue=needs.catalogue,
                verify_document=needs.verify_document,
                open_transaction=needs.open_transaction,
            )
        ),
    ]


def _case(needs: Needs) -> list[Binding]:
    return [
        *cases.bindings(catalogue=needs.catalogue, cursors=needs.cursors),
        *case_actions.bindings(catalogue=needs.catalogue),
        *case_events.bindings(),
        *parties.bindings(),
        *consents.bindings(notices=needs.notices),
        *materials.bindings(fetch=needs.fetch),
        *identity_challenges.bindings(new_nonce=needs.new_nonce),
        *identity_checks.bindings(),
        *identity_routes.bindings(),
        *identity_pictures.bindings(fetch=needs.fetch),
        *composites.bindings(fetch=needs.fetch),
        *reviews.bindings(),
        *fees.bindings(catalogue=needs.catalogue),
        *step_ups.bindings(new_nonce=needs.new_nonce),
        *deeds.bindings(fetch=needs.fetch, draw_page=needs.draw_page),
        *interviews.bindings(),
        *ceremonies.bindings(notices=needs.notices),
        *invitations.bindings(
            catalogue=needs.catalogue, making=needs.door.making, minting=needs.door.minting
        ),
        *act.bindings(catalogue=needs.catalogue, notices=needs.notices, new_nonce=needs.new_nonce),
        *following.bindings(needs.following),
        *media.bindings(needs.live_video),
        *drafts.bindings(catalogue=needs.catalogue, fetch=needs.fetch),
        *issuance.bindings(),
        *certificates.bindings(fetch=needs.fetch, open_transaction=needs.open_transaction),
        *evidence_packages.bindings(stream=needs.stream),
        *deliveries.bindings(),
        *registers.bindings(),
    ]
