"""What the parties sign: powers of attorney and declarations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from server.typesetting.parties import Bilingual

if TYPE_CHECKING:
    from datetime import date

    from server.typesetting.parties import PrintedForm, PrintedOffice, PrintedPerson


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerOfAttorney:
    """委托书. Anchors: `signer_1` ... in the order of the principals."""

    template: ClassVar = "power_of_attorney"
    title: ClassVar = Bilingual(zh="委托书", en="Power of Attorney")

    office: PrintedOffice
    form: PrintedForm
    principals: tuple[PrintedPerson, ...]
    trustees: tuple[PrintedPerson, ...]
    reason: str
    matters: tuple[str, ...]
    term_from: date
    term_until: date
    may_delegate: bool
    signed_on: date
    bilingual: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """声明书. Anchors: `signer_1` ... in the order of the declarants."""

    template: ClassVar = "declaration"
    title: ClassVar = Bilingual(zh="声明书", en="Declaration")

    office: PrintedOffice
    form: PrintedForm
    declarants: tuple[PrintedPerson, ...]
    statements: tuple[str, ...]
    signed_on: date
    bilingual: bool = False
