"""What each doubt means to the person it is about: (zh-CN, en), by code."""

from __future__ import annotations

from typing import Final

from identity.verdict import Doubt

_PERSON_ZH, _PERSON_EN = "将由公证人员人工核验。", "A notary will look at it."
_AGAIN_ZH, _AGAIN_EN = "请重新拍照。", "Please take the photograph again."

ADVICE: Final[dict[Doubt, tuple[str, str]]] = {
    Doubt.DOCUMENT_NOT_RECOGNISED: (
        "照片中没有认出所选证件。请平放证件、避免反光，" + _AGAIN_ZH,
        "The chosen document was not found in the picture. Lay it flat, without glare. "
        + _AGAIN_EN,
    ),
    Doubt.DOCUMENT_EXPIRED: (
        "证件已过有效期，请换用有效证件。",
        "The document has expired. Use one that is valid.",
    ),
    Doubt.DOCUMENT_NOT_YET_VALID: (
        "证件尚未生效，请换用有效证件。",
        "The document is not valid yet. Use one that is.",
    ),
    Doubt.DOCUMENT_SUPERSEDED: (
        "第一代身份证已停止使用，请换用第二代身份证。",
        "First-generation cards are no longer valid. Use a second-generation card.",
    ),
    Doubt.CHECK_DIGIT_WRONG: (
        "证件号码校验不符。" + _AGAIN_ZH,
        "The number's check digit is wrong. " + _AGAIN_EN,
    ),
    Doubt.NUMBER_IMPOSSIBLE: (
        "证件号码中的地区或出生日期不存在。" + _AGAIN_ZH,
        "The number names a region or birth date that does not exist. " + _AGAIN_EN,
    ),
    Doubt.FIELDS_UNREADABLE: (
        "证件上有内容看不清，可重新拍照；" + _PERSON_ZH,
        "Something on the document cannot be read. Take it again, or: " + _PERSON_EN,
    ),
    Doubt.FIELDS_DISAGREE: (
        "证件上的内容互相矛盾。" + _AGAIN_ZH,
        "What the document says disagrees with itself. " + _AGAIN_EN,
    ),
    Doubt.BACK_MISSING: (
        "请拍摄身份证国徽面。",
        "Photograph the side with the emblem as well.",
    ),
    Doubt.SIDES_DISAGREE: (
        "身份证两面不相符，" + _PERSON_ZH,
        "The two sides do not belong together. " + _PERSON_EN,
    ),
    Doubt.NOT_THE_CLAIMED_PERSON: (
        "证件与所填姓名或号码不一致，请核对。",
        "The document is not that of the name or number given. Check them.",
    ),
    Doubt.REFERENCE_FACE_MISSING: (
        "证件上没有找到人像，" + _PERSON_ZH,
        "No portrait was found on the document. " + _PERSON_EN,
    ),
    Doubt.REFERENCE_FACE_POOR: (
        "证件人像不清晰，可重新拍照；" + _PERSON_ZH,
        "The document's portrait is poor. Take it again, or: " + _PERSON_EN,
    ),
    Doubt.LIVE_FACE_MISSING: (
        "照片中没有找到人脸。请正对镜头，" + _AGAIN_ZH,
        "No face was found. Look into the camera. " + _AGAIN_EN,
    ),
    Doubt.LIVE_FACE_POOR: (
        "人脸照片质量不足，可按提示重拍；" + _PERSON_ZH,
        "The photograph of the face is poor. Take it again as advised, or: " + _PERSON_EN,
    ),
    Doubt.LIVE_PHOTO_STALE: (
        "人脸照片拍摄过久。" + _AGAIN_ZH,
        "The photograph of the face is too old. " + _AGAIN_EN,
    ),
    Doubt.LIVE_TOO_ALIKE: (
        "人脸照片与证件人像过于相同，" + _PERSON_ZH,
        "The photograph looks like a copy of the document's portrait. " + _PERSON_EN,
    ),
    Doubt.SEVERAL_FACES: (
        "画面中有多人，请一人重新拍照。",
        "There are several people in the picture. Take it again alone.",
    ),
    Doubt.FACE_NO_MATCH: (
        "人脸与证件人像不符。请本人使用本人证件，或改用不比对人脸的方式。",
        "The face is not that of the document. Use your own, or choose a way without a face.",
    ),
    Doubt.FACE_UNCERTAIN: (
        "无法确定人脸与证件是否为同一人，" + _PERSON_ZH,
        "It is not certain that the faces are the same. " + _PERSON_EN,
    ),
    Doubt.FACE_NOT_COMPARED: ("未比对人脸，" + _PERSON_ZH, "No face was compared. " + _PERSON_EN),
    Doubt.FRAMES_DISAGREE: (
        "视频画面中的人脸前后不一致，" + _PERSON_ZH,
        "The frames of the video do not show the same face. " + _PERSON_EN,
    ),
    Doubt.SECOND_OPINION_DISAGREES: (
        "两种人脸算法结果不一致，" + _PERSON_ZH,
        "Two ways of comparing faces disagree. " + _PERSON_EN,
    ),
    Doubt.SECOND_OPINION_MISSING: (
        "第二种人脸算法不可用，" + _PERSON_ZH,
        "The second comparison of faces is not available. " + _PERSON_EN,
    ),
    Doubt.LIVENESS_NOT_MEASURED: (
        "未进行活体检测，" + _PERSON_ZH,
        "Liveness was not measured. " + _PERSON_EN,
    ),
    Doubt.LIVENESS_REFUSED: (
        "未能确认是本人实时操作。请在光线均匀处按提示重新完成动作，或改用不比对人脸的方式。",
        (
            "It was not confirmed that you are there live. Answer a new challenge in even light, "
            "or choose a way without a face."
        ),
    ),
    Doubt.LIVENESS_UNCERTAIN: (
        "无法确定是否为本人实时操作，" + _PERSON_ZH,
        "It is not certain that you were there live. " + _PERSON_EN,
    ),
    Doubt.CHIP_REFUSED: (
        "证件芯片未通过校验。请重新读取，或改用其他证件、其他核验方式。",
        "The chip did not pass. Read it again, or use another document or another way.",
    ),
    Doubt.CHIP_UNCERTAIN: (
        "证件芯片无法完全验证，" + _PERSON_ZH,
        "The chip could not be verified in full. " + _PERSON_EN,
    ),
    Doubt.CHIP_DISAGREES: (
        "芯片内容与证件照片不是同一份证件。请核对后重新提交。",
        "The chip and the photograph are not of one document. Check and send both again.",
    ),
    Doubt.CODE_WRONG: (
        "验证码不正确。将由公证人员人工核验；您也可以重新获取验证码再试。",
        "The code is not the one that was sent. A notary will look at it, or ask for a new code.",
    ),
    Doubt.REGISTER_DISAGREES: (
        "姓名与证件号码未通过权威核验。请核对，或向公证处提交其他证明。",
        "The register does not confirm name and number. Check them, or bring other proof.",
    ),
    Doubt.REGISTER_DOES_NOT_KNOW: (
        "权威数据中没有该证件号码，" + _PERSON_ZH,
        "The register has no such number. " + _PERSON_EN,
    ),
    Doubt.REGISTER_UNAVAILABLE: (
        "权威核验暂不可用，" + _PERSON_ZH,
        "The register did not answer. " + _PERSON_EN,
    ),
    Doubt.REGISTER_FACE_UNCERTAIN: (
        "权威核验无法确定是否为同一人，" + _PERSON_ZH,
        "The register is not sure of the face. " + _PERSON_EN,
    ),
    Doubt.DOCUMENT_DOUBTFUL: (
        "证件影像有疑点，" + _PERSON_ZH,
        "Something about the picture of the document needs a look. " + _PERSON_EN,
    ),
    Doubt.DOCUMENT_KIND_UNPROVEN: (
        "此类证件" + _PERSON_ZH,
        "This kind of document is always looked at. " + _PERSON_EN,
    ),
    Doubt.TRIES_USED_UP: (
        "自动核验次数已用完，" + _PERSON_ZH,
        "The automatic tries are used up. " + _PERSON_EN,
    ),
    Doubt.MEASUREMENT_INVALID: (
        "核验数据异常，" + _PERSON_ZH,
        "The measurement failed. " + _PERSON_EN,
    ),
    Doubt.CHECK_UNAVAILABLE: (
        "自动核验暂不可用，" + _PERSON_ZH,
        "The automatic check is not available. " + _PERSON_EN,
    ),
}
