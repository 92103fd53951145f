"""One paper of each kind, about invented people."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from server.typesetting.certificates import Certificate, CertificateTranslation, Issue
from server.typesetting.deeds import Declaration, PowerOfAttorney
from server.typesetting.forms import (
    AcceptanceNotice,
    ApplicationForm,
    InterviewRecord,
    NoticeOfRights,
    NoticeSection,
    Receipt,
    RecordLine,
)
from server.typesetting.parties import Bilingual, PrintedForm, PrintedOffice, PrintedPerson

if TYPE_CHECKING:
    from server.typesetting.printing_data import Paper

AT = datetime(2026, 11, 22, 2, 5, tzinfo=UTC)
DAY = date(2026, 11, 22)

OFFICE = PrintedOffice(
    name=Bilingual(zh="昆明市示范公证处", en="Kunming Demonstration Notary Office"),
    full_name="中华人民共和国云南省昆明市示范公证处",
)
LI = PrintedPerson(
    name="李晓梅",
    sex="女",
    born=date(1986, 3, 12),
    id_kind="居民身份证",
    id_number="530102198603120028",
    address="云南省昆明市五华区示范街道1号，现住法国里昂市",
)
WANG = PrintedPerson(
    name="王建国",
    sex="男",
    born=date(1958, 10, 1),
    id_kind="居民身份证",
    id_number="530102195810010013",
    address="云南省昆明市五华区示范街道1号",
)
URL = "https://notary.example/v/7Q4M-2K9D-XWRT-5H3C"


def form(number: str) -> PrintedForm:
    return PrintedForm(number=number, version="2026.1")


def power_of_attorney(*, bilingual: bool = False) -> PowerOfAttorney:
    return PowerOfAttorney(
        office=OFFICE,
        form=form("WS-01"),
        principals=(LI,),
        trustees=(WANG,),
        reason="本人现居国外，不能亲自回国办理购买房产及贷款的有关手续，特委托受托人代为办理。",
        matters=(
            "代为签订坐落于昆明市五华区示范小区2幢1单元301室房屋的买卖合同及补充协议；",
            "代为办理上述房屋的按揭贷款申请、签订借款合同和抵押合同；",
            "代为到不动产登记部门办理所有权转移登记和抵押登记，领取不动产权证书；",
            "代为缴纳相关税费。",
        ),
        term_from=DAY,
        term_until=date(2027, 11, 21),
        may_delegate=False,
        signed_on=DAY,
        bilingual=bilingual,
    )


def declaration(*, bilingual: bool = False) -> Declaration:
    return Declaration(
        office=OFFICE,
        form=form("WS-02"),
        declarants=(LI,),
        statements=(
            "本人李晓梅，曾用名李小梅，护照上的姓名为 LI XIAOMEI。",
            "上述姓名均指本人，系同一人。",
        ),
        signed_on=DAY,
        bilingual=bilingual,
    )


def application_form(*, bilingual: bool = False) -> ApplicationForm:
    return ApplicationForm(
        office=OFFICE,
        form=form("SQ-01"),
        applicants=(LI,),
        agents=(),
        matter="购买房产及贷款委托",
        purpose="委托父亲代办购房手续",
        place_of_use="中国",
        receiving_body="昆明市不动产登记中心",
        documents=("委托书",),
        copies=2,
        translation="不需要",
        route="境外远程视频",
        materials=("申请人身份证件", "户口簿", "购房合同或意向", "受托人身份证件", "委托书文本"),
        signed_on=DAY,
        bilingual=bilingual,
    )


def notice_of_rights(*, bilingual: bool = False) -> NoticeOfRights:
    return NoticeOfRights(
        office=OFFICE,
        form=form("GZ-01"),
        matter="购买房产及贷款委托",
        sections=(
            NoticeSection(
                heading=Bilingual(zh="法律意义和法律后果", en="Meaning and consequences"),
                clauses=(
                    Bilingual(
                        zh="受托人在委托权限内以您的名义所为的行为，其法律后果由您承担。",
                        en="What the trustee does in your name within the powers binds you.",
                    ),
                    Bilingual(
                        zh="您可以随时撤销委托，但应当通知受托人和相对人。",
                        en="You may revoke the power at any time, but must tell the trustee "
                        "and the other side.",
                    ),
                ),
            ),
            NoticeSection(
                heading=Bilingual(zh="您的权利", en="Your rights"),
                clauses=(
                    Bilingual(
                        zh="您有权要求公证人员回避，有权在出证前撤回申请。",
                        en="You may ask for another notary, and withdraw before issue.",
                    ),
                ),
            ),
            NoticeSection(
                heading=Bilingual(zh="您的义务", en="Your duties"),
                clauses=(
                    Bilingual(
                        zh="您应当如实陈述，提供真实、合法、充分的证明材料。",
                        en="You state the truth and submit genuine, lawful, complete materials.",
                    ),
                ),
            ),
        ),
        way="视频面谈中逐条告知",
        told_at=AT,
        told_by="公证员 陈立",
        signers=("李晓梅",),
        bilingual=bilingual,
    )


def acceptance_notice(*, bilingual: bool = False) -> AcceptanceNotice:
    return AcceptanceNotice(
        office=OFFICE,
        form=form("SL-01"),
        acceptance_number="2026受字第000128号",
        applicants=("李晓梅",),
        matter="购买房产及贷款委托",
        submitted_on=date(2026, 11, 20),
        accepted_on=DAY,
        notary="陈立",
        working_days=3,
        bilingual=bilingual,
    )


def interview_record(*, bilingual: bool = False, rounds: int = 1) -> InterviewRecord:
    lines = (
        RecordLine(question="请说明您的姓名和身份证号码。", answer="我叫李晓梅，证件号码如前。"),
        RecordLine(question="您委托谁办理什么事情？", answer="委托我父亲王建国代办购房手续。"),
        RecordLine(
            question="您是否知道受托人在权限内的行为由您承担后果？",
            answer="知道，公证员已经向我解释清楚，我愿意承担由此产生的法律后果。",
        ),
    )
    return InterviewRecord(
        office=OFFICE,
        form=form("BL-01"),
        started_at=AT,
        ended_at=datetime(2026, 11, 22, 2, 40, tzinfo=UTC),
        place="远程视频；被询问人位于法国里昂市",
        matter="购买房产及贷款委托",
        interviewer="公证员 陈立",
        recorder="公证员助理 周岚",
        interviewees=(LI,),
        told=("公证员告知被询问人其权利、义务和法律责任，被询问人表示明白，不申请回避。",),
        lines=lines * rounds,
        corrections=(),
        bilingual=bilingual,
    )


def receipt(*, bilingual: bool = False) -> Receipt:
    return Receipt(
        office=OFFICE,
        form=form("HZ-01"),
        certificate_number="（2026）云昆示内证字第123号",
        matter="购买房产及贷款委托",
        parties=("李晓梅",),
        originals=1,
        copies=2,
        way="电子送达",
        delivered_at=AT,
        delivered_by="发证员 赵敏",
        bilingual=bilingual,
    )


def certificate(*, bilingual: bool = False, draft: bool = False) -> Certificate:
    translation = CertificateTranslation(
        particulars=(
            "Applicant: LI Xiaomei, female, born on 12 March 1986, ID card No. 530102198603120028.",
            "Matter: Power of attorney",
        ),
        paragraphs=(
            (
                "This is to certify that LI Xiaomei signed the foregoing Power of Attorney "
                "before me, the notary, by remote video on 22 November 2026, and stated that "
                "she knew its legal meaning and consequences."
            ),
            (
                "The act of LI Xiaomei complies with Article 143 of the Civil Code of the People's "
                "Republic of China."
            ),
        ),
        notary="CHEN Li",
        office="Kunming Demonstration Notary Office, Yunnan Province, China",
    )
    return Certificate(
        office=OFFICE,
        applicants=(LI,),
        agents=(),
        concerned=(),
        matter="委托",
        paragraphs=(
            (
                "兹证明李晓梅于二〇二六年十一月二十二日通过远程视频方式，在本公证员的面前，"
                "在前面的《委托书》上签名，并表示知悉委托的法律意义和法律后果。"
            ),
            "李晓梅的委托行为符合《中华人民共和国民法典》第一百四十三条的规定。",
        ),
        issue=None
        if draft
        else Issue(
            number="（2026）云昆示内证字第123号",
            issued_on=DAY,
            verification_url=URL,
            verification_code="7Q4M-2K9D-XWRT-5H3C",
        ),
        translation=translation if bilingual else None,
    )


def every_paper(*, bilingual: bool = False) -> list[Paper]:
    return [
        power_of_attorney(bilingual=bilingual),
        declaration(bilingual=bilingual),
        application_form(bilingual=bilingual),
        notice_of_rights(bilingual=bilingual),
        acceptance_notice(bilingual=bilingual),
        interview_record(bilingual=bilingual),
        receipt(bilingual=bilingual),
        certificate(bilingual=bilingual),
    ]
