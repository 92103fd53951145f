"""What a chip's reasons mean to the person it is about: (zh-CN, en), by code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from identity.chips.finding import ChipHint

if TYPE_CHECKING:
    from identity.chips.refusal import ChipFault

_PERSON_ZH, _PERSON_EN = "将由公证人员人工核验。", "A notary will look at it."
_AGAIN_ZH, _AGAIN_EN = (
    "请重新读取芯片，或改用其他核验方式。",
    "Read the chip again, or choose another way to identify.",
)

HINTS: Final[dict[ChipHint, tuple[str, str]]] = {
    ChipHint.SIGNER_UNKNOWN: (
        "签发国的证书不在可信名单中，" + _PERSON_ZH,
        "The issuing country's certificate is not in our list. " + _PERSON_EN,
    ),
    ChipHint.COPY_NOT_EXCLUDED: (
        "芯片未能证明自己是原件，" + _PERSON_ZH,
        "The chip did not prove that it is no copy. " + _PERSON_EN,
    ),
    ChipHint.WEAK_DIGEST: (
        "芯片使用了较弱的摘要算法，" + _PERSON_ZH,
        "The chip is signed with a weak digest. " + _PERSON_EN,
    ),
    ChipHint.SHORT_KEY: (
        "签发证书的密钥较短，" + _PERSON_ZH,
        "The key that signed the chip is short. " + _PERSON_EN,
    ),
    ChipHint.DOCUMENT_EXPIRED: (
        "证件已过有效期，请换用有效证件。",
        "The document has expired. Use one that is valid.",
    ),
    ChipHint.ISSUER_UNKNOWN: (
        "无法识别签发机关代码，" + _PERSON_ZH,
        "The code of the issuing state is not known. " + _PERSON_EN,
    ),
    ChipHint.REVOCATION_UNCERTAIN: (
        "签发国的吊销名单已过期，" + _PERSON_ZH,
        "The issuing country's revocation list is out of date. " + _PERSON_EN,
    ),
    ChipHint.REVOCATION_UNKNOWN: (
        "签发国没有提供吊销名单。",
        "There is no revocation list of the issuing country.",
    ),
    ChipHint.PORTRAIT_UNKNOWN: (
        "暂不能读取芯片中的人像格式，" + _PERSON_ZH,
        "The portrait on the chip is in a format that cannot be read yet. " + _PERSON_EN,
    ),
    ChipHint.PROOF_NOT_VERIFIABLE: (
        "芯片未说明其签名方式，" + _PERSON_ZH,
        "The chip does not say in which way it signs. " + _PERSON_EN,
    ),
}

_ALTERED: Final = (
    "芯片数据不完整或与签发国的签名不符。" + _AGAIN_ZH,
    "The chip's data are incomplete, or not as the issuing country signed them. " + _AGAIN_EN,
)
_SIGNER: Final = (
    "芯片的签发证书无效。" + _AGAIN_ZH,
    "The certificate that signed the chip is not valid. " + _AGAIN_EN,
)
_PORTRAIT: Final = (
    "芯片中的人像无法使用，请改用其他核验方式。",
    "The portrait on the chip cannot be used. Choose another way to identify.",
)
_PROOF: Final = (
    "芯片未能通过真伪验证，请使用证件原件重新读取。",
    "The chip did not prove itself. Read the original document again.",
)
_BY_BEGINNING: Final = (
    (("signer_", "signed_outside", "authority_", "issued_outside"), _SIGNER),
    (("face_", "several_faces", "portrait_"), _PORTRAIT),
    (("active_", "chip_"), _PROOF),
)


def advice_for(fault: ChipFault) -> tuple[str, str]:
    """Return what to tell the person whose chip was refused: little, since it may be a forger's."""
    for beginnings, words in _BY_BEGINNING:
        if fault.value.startswith(beginnings):
            return words
    return _ALTERED
