"""Who may call what: one table, one row an operation, denied unless it is here.

A gate looks at roles only. Whether a case is the caller's to see is the
transaction's scope, and whether an action is theirs is the transition table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.access.errors import NotPermitted, TokenRefused
from server.cases.roles import STAFF_ROLES, Role

if TYPE_CHECKING:
    from server.access.principals import Principal


@dataclass(frozen=True, slots=True)
class Gate:
    name: str
    roles: frozenset[Role] | None
    """``None``: roles are not asked for."""

    needs_login: bool = True

    def admit(self, caller: Principal | None) -> None:
        """Let the caller in, or raise `TokenRefused` or `NotPermitted`."""
        if not self.needs_login:
            return
        if caller is None:
            raise TokenRefused
        if self.roles is not None and not self.roles & caller.roles:
            raise NotPermitted


open_to_all: Final = Gate("open_to_all", None, needs_login=False)
signed_in: Final = Gate("signed_in", None)


def only(*roles: Role) -> Gate:
    """Return the gate that asks for one of ``roles``."""
    return Gate("only", frozenset(roles))


# GB/T 22239-2019: the three administration roles are kept off the cases.
WORKS_ON_CASES: Final = frozenset(r for r in STAFF_ROLES if not r.is_administration)
staff_on_cases: Final = only(*WORKS_ON_CASES)
anybody_on_cases: Final = only(Role.APPLICANT, *WORKS_ON_CASES)

PERMISSIONS: Final[dict[str, Gate]] = {
    # Health, keys and documentation
    "get_health": open_to_all,
    "get_readiness": open_to_all,
    "get_token_keys": open_to_all,
    "list_problem_types": open_to_all,
    "get_problem_type": open_to_all,
    # Signing in and out
    "send_code": open_to_all,
    "redeem_code": open_to_all,
    "sign_in_staff": open_to_all,
    "refresh_session": open_to_all,
    "get_me": signed_in,
    "list_sessions": signed_in,
    "end_session": signed_in,
    "sign_out": signed_in,
    # Catalogue and notices
    "list_offices": open_to_all,
    "get_office": open_to_all,
    "list_matters": open_to_all,
    "get_matter": open_to_all,
    "check_eligibility": open_to_all,
    "list_notices": open_to_all,
    "get_notice": open_to_all,
    # Uploads and long work
    "begin_upload": anybody_on_cases,
    "get_upload": anybody_on_cases,
    "sign_upload_parts": anybody_on_cases,
    "complete_upload": anybody_on_cases,
    "get_operation": anybody_on_cases,
    # Verification of certificates
    "verify_by_public_id": open_to_all,
    "verify_by_number": open_to_all,
    "verify_document": open_to_all,
}
