"""What renews archive time-stamps, put together from the parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from esign.authorities.directory import ROOT, TSA
from esign.errors import ListStale, RenewalUseless
from esign.renewing import StampRenewer, last_stamper, stamp_carries_until, stolen_stampers
from esign.trust import root_lists, trusted_roots
from esign.tsa.lifetime import RENEWAL_2026
from server.cases.restamping import StampDesk
from server.tasks.stamps import Came, due_stamps, renew_due
from server.transaction import Scope
from server.wiring.parts import RETAINED_AT_FIRST, new_id, now
from server.wiring.press import fault_point

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from esign.renewing import Renewed
    from server.cases.ids import OfficeId
    from server.register.generations import SignedFile
    from server.tasks.stamps import Due, Ended
    from server.transaction import Transaction
    from server.wiring.parts import Parts
    from storage.objects import Digest


def stamp_desk(parts: Parts) -> StampDesk:
    files = parts.authorities

    def open_books(office: OfficeId) -> AbstractContextManager[Transaction]:
        return parts.open_transaction(Scope(office=office))

    def renew(office: OfficeId, file: SignedFile, document: bytes) -> Renewed:
        return StampRenewer(
            roots=trusted_roots(files),
            root_list=files.revocation_list(files.authority_of(ROOT, files.signing(TSA)[1])),
            links=files.links(),
            root_lists=root_lists(files),
            stamps=parts.signing.stamps,
            now=now,
            party_roots=parts.signing.party_roots,
            existed=lambda _: parts.existed(office, file.case),
        ).renew(document)

    def put_beside(office: OfficeId, content: bytes, earlier: Digest) -> Digest:
        before = parts.store.stat(office, earlier)
        until = max(before.retain_until, now() + RETAINED_AT_FIRST)
        kept = parts.store.put(office, content, retain_until=until)
        if before.legal_hold:
            parts.store.set_legal_hold(office, kept.digest, on=True)
        return kept.digest

    return StampDesk(
        open_books=open_books,
        carries_until=lambda content: stamp_carries_until(content, roots=trusted_roots(files)),
        stamped_by=last_stamper,
        stolen=lambda: stolen_stampers(files),
        renew=renew,
        put_beside=put_beside,
        get=parts.get,
        margin=RENEWAL_2026.margin,
        new_id=new_id,
        now=now,
        reach=fault_point(parts.settings.fault),
    )


def renew_stamps(
    parts: Parts,
    *,
    tell: Callable[[Ended], None],
    waits_for: tuple[type[Exception], ...],
    only_stolen: bool = False,
) -> None:
    """Renew everything that is due, or what a stolen stamper stamped last and nothing else."""
    renew_due(
        parts.catalogue.rule_packs.offices,
        desk=stamp_desk(parts),
        open_transaction=parts.open_transaction,
        # Both are the authority's to mend, and nothing is lost by waiting.
        waits_for=(*waits_for, ListStale, RenewalUseless),
        tell=tell,
        only_stolen=only_stolen,
    )


def stamps_due(parts: Parts) -> Iterator[Due]:
    return due_stamps(
        parts.catalogue.rule_packs.offices,
        desk=stamp_desk(parts),
        open_transaction=parts.open_transaction,
    )


def log_ended(ended: Ended) -> None:
    log = structlog.get_logger("feigui.job")
    say = log.error if ended.came in {Came.REFUSED, Came.FAILED} else log.info
    say("stamp", came=ended.came, file=ended.file.kind, id=ended.file.subject, error=ended.trouble)


def told_due(due: Due) -> Mapping[str, str | None]:
    return {
        "office": due.office,
        "kind": due.file.kind,
        "subject": due.file.subject,
        "state": due.state,
        "carries_until": due.carries_until.isoformat() if due.carries_until else None,
        "trouble": due.trouble,
    }


def told_ended(ended: Ended) -> Mapping[str, str | None]:
    return {
        "kind": ended.file.kind,
        "subject": ended.file.subject,
        "came": ended.came,
        "trouble": ended.trouble,
    }
