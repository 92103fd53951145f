"""The seal over a manifest is intended once and kept once, whoever asks and however often."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import ProgrammingError

from server.cases.ids import CaseId, OfficeId
from server.register.package_seals import PackageSeal
from server.transaction import Scope
from tests.integration.db.filling import AT, fill

if TYPE_CHECKING:
    from server.transaction import OpenTransaction, Transaction

OFFICE = OfficeId("kunming-a")


def intent(tx: Transaction, case: CaseId, digest: str) -> PackageSeal:
    return tx.package_seals.intend(
        PackageSeal(
            office=OFFICE,
            case=case,
            certificate=tx.certificates.of_case(case)[0].id,
            manifest_sha256=digest,
            intended_at=AT,
        )
    )


def test_an_intent_is_written_once_and_its_seal_never_replaced(
    open_transaction: OpenTransaction,
) -> None:
    case = fill(open_transaction, OFFICE).case
    with open_transaction(Scope(office=OFFICE)) as tx:
        first = intent(tx, case, "a1" * 32)
        again = intent(tx, case, "a1" * 32)
        assert (first.signature, again) == (None, first)
    with open_transaction(Scope(office=OFFICE)) as tx:
        kept = tx.package_seals.keep(first, b"seal", at=AT)
        assert kept == replace(first, signature=b"seal", sealed_at=AT)
        assert tx.package_seals.keep(first, b"another", at=AT) == kept
        assert intent(tx, case, "a1" * 32) == kept


def test_another_office_can_neither_see_nor_make_a_seal_for_a_case(
    open_transaction: OpenTransaction,
) -> None:
    case = fill(open_transaction, OFFICE).case
    with open_transaction(Scope(office=OFFICE)) as tx:
        made = intent(tx, case, "b2" * 32)
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        open_transaction(Scope(office=OfficeId("hekou-b"))) as tx,
    ):
        tx.package_seals.intend(replace(made, manifest_sha256="c3" * 32))
