"""The papers around an act: application, notice, acceptance, interview, receipt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from server.typesetting.parties import Bilingual

if TYPE_CHECKING:
    from datetime import date, datetime

    from server.typesetting.parties import PrintedForm, PrintedOffice, PrintedPerson


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationForm:
    """公证申请表 (公证程序规则 Art. 17). Anchors: `signer_1` ... as the applicants."""

    template: ClassVar = "application_form"
    title: ClassVar = Bilingual(zh="公证申请表", en="Application for Notarization")

    office: PrintedOffice
    form: PrintedForm
    applicants: tuple[PrintedPerson, ...]
    agents: tuple[PrintedPerson, ...]
    matter: str
    purpose: str
    place_of_use: str
    receiving_body: str
    documents: tuple[str, ...]
    copies: int
    translation: str
    route: str
    materials: tuple[str, ...]
    signed_on: date
    bilingual: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSection:
    heading: Bilingual
    clauses: tuple[Bilingual, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeOfRights:
    """告知书 (公证法 Art. 27; 公证程序规则 Art. 21). Anchors: `signer_1` ... as the signers."""

    template: ClassVar = "notice_of_rights"
    title: ClassVar = Bilingual(zh="公证告知书", en="Notice of Rights and Consequences")

    office: PrintedOffice
    form: PrintedForm
    matter: str
    sections: tuple[NoticeSection, ...]
    way: str
    told_at: datetime
    told_by: str
    signers: tuple[str, ...]
    bilingual: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceNotice:
    """受理通知书 (公证程序规则 Art. 20, 35). Anchor: `office_seal`."""

    template: ClassVar = "acceptance_notice"
    title: ClassVar = Bilingual(zh="公证受理通知书", en="Notice of Acceptance")

    office: PrintedOffice
    form: PrintedForm
    acceptance_number: str
    applicants: tuple[str, ...]
    matter: str
    submitted_on: date
    accepted_on: date
    notary: str
    working_days: int
    bilingual: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordLine:
    question: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewRecord:
    """询问笔录 (公证程序规则 Art. 28).

    Anchors: `signer_1` ... as the interviewees, `interviewer`, `recorder`.
    """

    template: ClassVar = "interview_record"
    title: ClassVar = Bilingual(zh="询问笔录", en="Interview Record")

    office: PrintedOffice
    form: PrintedForm
    started_at: datetime
    ended_at: datetime
    place: str
    matter: str
    interviewer: str
    recorder: str
    interviewees: tuple[PrintedPerson, ...]
    told: tuple[str, ...]
    lines: tuple[RecordLine, ...]
    corrections: tuple[str, ...]
    bilingual: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """送达回执 (公证程序规则 Art. 46). Anchor: `signer_1`."""

    template: ClassVar = "receipt"
    title: ClassVar = Bilingual(zh="公证书送达回执", en="Receipt for a Notarial Certificate")

    office: PrintedOffice
    form: PrintedForm
    certificate_number: str
    matter: str
    parties: tuple[str, ...]
    originals: int
    copies: int
    way: str
    delivered_at: datetime
    delivered_by: str
    bilingual: bool = False
