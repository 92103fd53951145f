"""The invented holders of specimen documents, and the numbers that follow from them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from identity.documents.gb11643 import check_character
from identity.documents.mrz import check_digit
from identity.documents.validity import term_years


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecimenPerson:
    name: str
    sex: str
    """``男`` or ``女``."""
    ethnic_group: str
    birth: date
    address: str
    region: str
    sequence: int
    """Two digits of the number; the third is chosen so that it agrees with ``sex``."""
    authority: str
    valid_from: date
    valid_until: date | None
    """``None`` is printed as 长期."""
    surname: str
    given_names: str
    passport_number: str
    passport_expires: date

    @property
    def number(self) -> str:
        odd = 1 if self.sex == "男" else 0
        first = f"{self.region}{self.birth:%Y%m%d}{self.sequence:02d}{odd}"
        return first + check_character(first)

    @property
    def validity(self) -> str:
        until = f"{self.valid_until:%Y.%m.%d}" if self.valid_until else "长期"
        return f"{self.valid_from:%Y.%m.%d}-{until}"

    @property
    def mrz(self) -> tuple[str, str]:
        name = f"{self.surname}<<{self.given_names.replace(' ', '<')}"
        number = self.passport_number.ljust(9, "<")
        birth, expires = f"{self.birth:%y%m%d}", f"{self.passport_expires:%y%m%d}"
        sex = "M" if self.sex == "男" else "F"
        numbered = number + check_digit(number)
        dated = f"{birth}{check_digit(birth)}"
        ended = f"{expires}{check_digit(expires)}" + "<" * 14 + "<"
        composite = check_digit(numbered + dated + ended)
        return f"P<CHN{name}".ljust(44, "<"), f"{numbered}CHN{dated}{sex}{ended}{composite}"

    def expired(self) -> SpecimenPerson:
        """The same person with the card before this one, which has run out."""
        issued = date(2004, 5, 6)
        years = term_years(self.birth, issued) or 0
        return replace(self, valid_from=issued, valid_until=date(2004 + years, 5, 6))


OU_YANGMING: Final = SpecimenPerson(
    name="欧阳明",
    sex="男",
    ethnic_group="汉",
    birth=date(1971, 8, 4),
    address="云南省昆明市五华区样本路100号3幢2单元501室",
    region="530102",
    sequence=12,
    authority="昆明市公安局五华分局",
    valid_from=date(2017, 9, 12),
    valid_until=None,
    surname="OUYANG",
    given_names="MING",
    passport_number="EJ0000001",
    passport_expires=date(2031, 4, 17),
)

BAI_DENGYUN: Final = SpecimenPerson(
    name="白登云",
    sex="男",
    ethnic_group="彝",
    birth=date(1982, 11, 20),
    address="四川省成都市青羊区样本街8号",
    region="510105",
    sequence=34,
    authority="成都市公安局青羊分局",
    valid_from=date(2018, 3, 1),
    valid_until=date(2038, 3, 1),
    surname="BAI",
    given_names="DENGYUN",
    passport_number="EJ0000002",
    passport_expires=date(2029, 6, 30),
)
