"""Bring a transferred application to the other office. Run twice it changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.cases.dating import SHANGHAI
from server.cases.errors import CaseNotFound, PartNotFound
from server.cases.transferring import (
    following_check,
    objects_of,
    record_successor,
    rules_at,
    successor_id,
    successor_of,
)
from server.transaction import Scope
from storage.objects import Digest

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.cases.ids import CaseId, Clock, OfficeId
    from server.catalogue.loading import Catalogue
    from server.transaction import OpenTransaction


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferDesk:
    open_transaction: OpenTransaction
    catalogue: Catalogue
    fetch: Callable[[OfficeId, Digest], bytes]
    put: Callable[[OfficeId, bytes], Digest]
    put_face: Callable[[OfficeId, bytes], Digest]
    """Under the short lock of pictures of a face."""

    now: Clock


def transfer_case(office: OfficeId, case_id: CaseId, *, desk: TransferDesk) -> None:
    # (1) What goes along. The applicant agreed; from here on only we can fail.
    with desk.open_transaction(Scope(office=office)) as tx:
        case = tx.cases.get(case_id)
        checks = tx.identity_checks.of_case(case_id)
    if case.transfer is None:
        raise PartNotFound("transfer")
    to_office = case.transfer.to_office

    # (2) The files first, each under the other office's key: a case must not point at nothing.
    faces = {digest for check in checks for digest in check.face_objects}
    for digest in dict.fromkeys(objects_of(case, checks)):
        put = desk.put_face if digest in faces else desk.put
        put(to_office, desk.fetch(office, Digest(digest)))

    # (3) The other office's case, once.
    at = desk.now()
    rules = rules_at(
        case,
        to_office,
        packs=desk.catalogue.rule_packs,
        matter=desk.catalogue.matter(case.matter),
        # Of the day it was proposed: what the applicant agreed to does not change under him.
        on=case.transfer.proposed_at.astimezone(SHANGHAI).date(),
    )
    with desk.open_transaction(Scope(office=to_office)) as tx:
        try:
            tx.cases.get(successor_id(case))
        except CaseNotFound:
            tx.cases.add(successor_of(case, to_office, rules, at=at))
            for check in checks:
                tx.identity_checks.add(following_check(case, check, to_office))

    # (4) Only now does the first one say where it went.
    with desk.open_transaction(Scope(office=office)) as tx:
        case = tx.cases.get(case_id, lock=True)
        record_successor(case, at=at)
        if case.pending:
            tx.cases.save(case)
