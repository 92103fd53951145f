"""The certificate itself (公证法 Art. 32; 公证程序规则 Art. 42-44)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from server.typesetting.parties import Bilingual

if TYPE_CHECKING:
    from datetime import date

    from server.typesetting.parties import PrintedOffice, PrintedPerson


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateTranslation:
    """The second language, on pages of its own; the Chinese text prevails."""

    particulars: tuple[str, ...]
    paragraphs: tuple[str, ...]
    notary: str
    office: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """What issuing adds. Without it the certificate is printed as a draft."""

    number: str
    issued_on: date
    """The day of approval (公证程序规则 Art. 44); nobody types it."""

    verification_url: str
    verification_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """公证书. Anchors: `notary_signature`, `office_seal`."""

    template: ClassVar = "certificate"
    title: ClassVar = Bilingual(zh="公证书", en="Notarial Certificate")

    office: PrintedOffice
    applicants: tuple[PrintedPerson, ...]
    agents: tuple[PrintedPerson, ...]
    concerned: tuple[PrintedPerson, ...]
    matter: str
    paragraphs: tuple[str, ...]
    issue: Issue | None
    translation: CertificateTranslation | None = None
    demo: bool = False
    """Of a made-up office: says on every page that it has no legal effect."""

    bilingual: bool = False
