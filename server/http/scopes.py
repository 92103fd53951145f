"""Which rows a caller's transaction may see: the application's half of the wall."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.access.principals import AccountKind
from server.cases.ids import CaseId
from server.transaction import NOBODY, Scope

if TYPE_CHECKING:
    from server.access.principals import Principal
    from server.transaction import Transaction


def scope_of(caller: Principal | None) -> Scope:
    if caller is None:
        return NOBODY
    if caller.kind is AccountKind.APPLICANT:
        return Scope(account=caller.account)
    return Scope(office=caller.office)


def narrow_to_case(tx: Transaction, caller: Principal, case_id: str) -> None:
    """See only this case from here on, or raise `CaseNotFound`.

    Another office's case is not found rather than forbidden: that it exists
    is nobody's business.
    """
    office = tx.case_lists.office_of(case_id)
    account = caller.account if caller.kind is AccountKind.APPLICANT else None
    tx.narrow(Scope(office=office, account=account, case=CaseId(case_id)))
