"""Which series a certificate of a case counts in: by where it is used, or 执字."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.cases.opening import ENFORCEMENT_CERTIFICATE
from server.catalogue.numbering import ENFORCEMENT, series_for

if TYPE_CHECKING:
    from server.cases.case import Case
    from server.catalogue.numbering import Series


def series_of(case: Case) -> Series:
    if case.status.is_enforcement or case.matter == ENFORCEMENT_CERTIFICATE:
        return ENFORCEMENT
    return series_for(case.intake.use_country)
