"""Words a certificate's body begins with, by the kind of act; the notary edits them.

公证程序规则 Art. 36-38, 42: what is certified, how it was done, and for acts
their lawfulness. That it was done by video is said in the text itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from server.typesetting.dates import formal_day, printed_day

if TYPE_CHECKING:
    from datetime import date


class Act(StrEnum):
    POWER_OF_ATTORNEY = "power_of_attorney"
    DECLARATION = "declaration"
    SIGNATURE = "signature"
    COPY = "copy"  # A copy, or a licence, conforms to its original.
    FACT = "fact"  # Birth, marriage, education and the like.


ACT_OF_GROUP: Final = {
    "power_of_attorney": Act.POWER_OF_ATTORNEY,
    "declaration": Act.DECLARATION,
    "signature": Act.SIGNATURE,
    "licence": Act.COPY,
    "conformity": Act.COPY,
    "marital_status": Act.FACT,
    "kinship": Act.FACT,
    "civil_status": Act.FACT,
    "education": Act.FACT,
    "criminal_record": Act.FACT,
}
"""By group of matters; the other groups have no standard wording yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActTold:
    """What happened, as the certificate is going to tell it."""

    persons: tuple[str, ...]
    paper: str
    """Title of the deed or of the original, without its book marks."""

    done_on: date
    remotely: bool
    fact: str = ""
    """Only for `Act.FACT`: the sentence that is certified."""


def certificate_text(act: Act, told: ActTold) -> tuple[str, ...]:
    """Return the body in Chinese, paragraph by paragraph."""
    who = "、".join(told.persons)
    way = "通过远程视频方式，" if told.remotely else "来到本处，"
    before = f"兹证明{who}于{formal_day(told.done_on)}{way}在本公证员的面前，"
    paper = f"前面的《{told.paper}》"
    if act is Act.POWER_OF_ATTORNEY:
        return (
            f"{before}在{paper}上签名，并表示知悉委托的法律意义和法律后果。",
            f"{who}的委托行为符合《中华人民共和国民法典》第一百四十三条的规定。",
        )
    if act is Act.DECLARATION:
        return (
            f"{before}在{paper}上签名，并表示知悉声明的法律意义和法律后果。",
            f"{who}的声明行为符合《中华人民共和国民法典》第一百四十三条的规定。",
        )
    if act is Act.SIGNATURE:
        return (f"{before}在{paper}上签名。",)
    if act is Act.COPY:
        return (f"兹证明前面的复印件与{who}出示的《{told.paper}》的原件相符，原件属实。",)
    return (f"兹证明{told.fact}",)


def certificate_text_en(act: Act, told: ActTold) -> tuple[str, ...]:
    """Return the English translation of the same body; ``told`` holds English words."""
    who = " and ".join(told.persons)
    way = "by remote video" if told.remotely else "at this office"
    signed = (
        f"This is to certify that on {printed_day(told.done_on)['en']}, {way}, {who} signed "
        f"the foregoing {told.paper} before me, the notary"
    )
    if act is Act.SIGNATURE:
        return (f"{signed}.",)
    if act is Act.COPY:
        return (
            (
                f"This is to certify that the foregoing copy conforms to the original {told.paper} "
                f"presented by {who}, and that the original is authentic."
            ),
        )
    if act is Act.FACT:
        return (f"This is to certify that {told.fact}",)
    return (
        f"{signed}, and stated that the legal meaning and consequences were known.",
        ("The act complies with Article 143 of the Civil Code of the People's Republic of China."),
    )
