"""How an office writes its certificate numbers: one pattern for each series.

The pattern is data; the sequence itself is allotted by the issuing
transaction, gap-free per office, year and series.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NewType

from server.catalogue.errors import CatalogueDataInvalid, NumberInvalid

Series = NewType("Series", str)

DOMESTIC: Final = Series("domestic")
FOREIGN: Final = Series("foreign")
HONG_KONG: Final = Series("hong_kong")
MACAU: Final = Series("macau")
TAIWAN: Final = Series("taiwan")
ENFORCEMENT: Final = Series("enforcement")

SERIES: Final = frozenset({DOMESTIC, FOREIGN, HONG_KONG, MACAU, TAIWAN, ENFORCEMENT})

SERIES_OF_PLACE: Final = {"CN": DOMESTIC, "HK": HONG_KONG, "MO": MACAU, "TW": TAIWAN}

_YEAR: Final = "{year}"
_SEQ: Final = "{seq}"
_YEARS: Final = range(1949, 10000)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberingRule:
    series: Series
    pattern: str
    """Holds `{year}` and `{seq}` once each; everything else is printed as it stands."""

    def __post_init__(self) -> None:
        rest = self.pattern.replace(_YEAR, "", 1).replace(_SEQ, "", 1)
        complete = self.pattern.count(_YEAR) == 1 and self.pattern.count(_SEQ) == 1
        if not complete or "{" in rest or "}" in rest:
            raise CatalogueDataInvalid(
                f"numbering {self.series}", "needs {year} and {seq} once each, nothing else"
            )

    def number(self, *, year: int, seq: int) -> str:
        """Return the certificate number as it is printed."""
        if year not in _YEARS or not seq >= 1:
            raise NumberInvalid
        return self.pattern.replace(_YEAR, str(year)).replace(_SEQ, str(seq))


def series_for(use_country: str) -> Series:
    """Return the series of a certificate that is used in ``use_country`` (ISO 3166)."""
    return SERIES_OF_PLACE.get(use_country, FOREIGN)
