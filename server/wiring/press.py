"""What makes a certificate out of an approved case, put together from the parts."""

from __future__ import annotations

import os
import secrets
import signal
from typing import TYPE_CHECKING, Final

from server.cases.dating import issue_date
from server.cases.numbering import series_of
from server.cases.press import Press
from server.transaction import Scope
from server.wiring.parts import new_id, now

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from server.cases.case import Case
    from server.cases.ids import OfficeId
    from server.transaction import Transaction
    from server.wiring.parts import Parts

BASE32: Final = "abcdefghijklmnopqrstuvwxyz234567"
CODE_LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def press_of(parts: Parts) -> Press:
    packs = parts.catalogue.rule_packs

    def open_books(office: OfficeId) -> AbstractContextManager[Transaction]:
        return parts.open_transaction(Scope(office=office))

    def print_number(case: Case, year: int, sequence: int) -> str:
        # The pattern of the day that the number is dated by, not of the day a sweep runs.
        pack = packs.at(case.office, issue_date(case))
        return pack.numbering_of(series_of(case)).number(year=year, seq=sequence)

    return Press(
        open_books=open_books,
        series_of=series_of,
        print_number=print_number,
        typeset=parts.printing.certificate,
        seal=parts.signing.seal,
        put=parts.put,
        get=parts.get,
        new_id=new_id,
        public_id=lambda: _random_text(BASE32, 26),
        check_code=lambda: _random_text(CODE_LETTERS, 8),
        now=now,
        reach=fault_point(parts.settings.fault),
    )


def _random_text(letters: str, length: int) -> str:
    return "".join(secrets.choice(letters) for _ in range(length))


def fault_point(name: str | None) -> Callable[[str], None]:
    """Return what kills this process at ``name``; only fault tests set one."""
    if name is None:
        return lambda _: None

    def reach(step: str) -> None:
        if step == name:
            os.kill(os.getpid(), signal.SIGKILL)

    return reach
