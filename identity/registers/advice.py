"""What a register's answer means to the person it is about: (zh-CN, en), by code."""

from __future__ import annotations

from typing import Final

from identity.registers.judging import RegisterDoubt

_PERSON_ZH, _PERSON_EN = "将由公证人员人工核验。", "A notary will look at it."

ADVICE: Final[dict[RegisterDoubt, tuple[str, str]]] = {
    RegisterDoubt.REGISTER_DISAGREES: (
        "姓名、号码或人脸与权威登记不一致，请核对后重试。",
        "Name, number or face is not as registered. Check them and try again.",
    ),
    RegisterDoubt.REGISTER_DOES_NOT_KNOW: (
        "权威登记中没有查到该号码，" + _PERSON_ZH,
        "The register does not know this number. " + _PERSON_EN,
    ),
    RegisterDoubt.REGISTER_UNAVAILABLE: (
        "权威核验暂不可用，" + _PERSON_ZH,
        "The register cannot be asked at the moment. " + _PERSON_EN,
    ),
    RegisterDoubt.REGISTER_FACE_UNCERTAIN: (
        "权威登记的人脸比对不够确定，" + _PERSON_ZH,
        "The register is not certain enough of the face. " + _PERSON_EN,
    ),
}
