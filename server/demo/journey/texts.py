"""What the people of the demonstration write: a power of attorney and its papers."""

from __future__ import annotations

from typing import Any, Final

PURPOSE: Final = "委托亲属代办昆明房产的抵押注销登记"

ELIGIBILITY: Final[dict[str, Any]] = {
    "route": "home_abroad",
    "citizenship": "CN",
    "location_country": "FR",
    "use_country": "CN",
    "age": 55,
    "places": [
        {"connection": "domicile", "place": "530102"},
        {"connection": "real_estate", "place": "530102"},
    ],
    "residence": "long_term_abroad",
    "mainland_household": True,
    "concerns_real_estate": True,
    "receiver_accepts_remote": True,
}

DEED: Final[dict[str, Any]] = {
    "trustees": [
        {
            "name": "欧阳静",
            "sex": "女",
            "born": "1979-03-21",
            "id_kind": "居民身份证",
            "id_number": "530102197903210024",
            "address": "云南省昆明市五华区样本路100号3幢2单元501室",
        }
    ],
    "reason": "委托人现居法国，无法亲自前往登记机构办理下列事项。",
    "matters": [
        "到昆明市不动产登记中心办理委托人名下房产的抵押权注销登记；",
        "领取注销登记后的不动产权证书；",
        "签署办理上述事项所需的申请表和确认书。",
    ],
    "term_from": "2026-11-01",
    "term_until": "2027-10-31",
    "may_delegate": False,
}

TOLD: Final = (
    "委托的法律意义和法律后果：受托人在权限内所为，由委托人承担。",
    "委托人可以随时撤销委托；撤销应当通知受托人和登记机构。",
    "当事人应当如实陈述；提供虚假材料的，承担相应的法律责任。",
)

EXCHANGES: Final = (
    ("请说明您的姓名和现在的住处。", "欧阳明，现住法国巴黎。"),
    ("您今天申请公证什么事项？", "委托我的妹妹欧阳静代办房产抵押注销登记。"),
    ("委托是您本人自愿的吗？有没有人强迫或者欺骗您？", "是我自愿的，没有人强迫或者欺骗我。"),
    ("您是否清楚受托人可以做什么、不可以做什么？", "清楚，只能办注销登记和领证，不能出售。"),
    ("委托书的内容是否已经逐页阅读？", "已经逐页阅读，没有异议。"),
)

OPINIONS: Final = {
    "identity_and_right": "身份经证件、人脸比对和面签核实；系房产登记的权利人。",
    "document_complete": "委托书内容完备，受托人、事项、期限明确。",
    "evidence_sufficient": "不动产权证书、受托人身份证件已核对。",
    "matter_true_and_lawful": "委托事项真实、合法，不涉及处分。",
}

CERTIFICATE: Final[dict[str, Any]] = {
    "paragraphs": [
        "申请人因委托他人代办不动产抵押权注销登记，向本处申请办理委托公证。",
        (
            "经查，申请人具有民事权利能力和民事行为能力，其意思表示真实；委托书的内容符合"
            "《中华人民共和国民法典》第一百四十三条、第一百六十五条的规定。面签以远程视频方式"
            "进行，全程录音录像，本处已告知委托的法律意义和法律后果。"
        ),
        (
            "兹证明申请人于面签当日在本公证员面前，在前面的《委托书》上以电子签名方式签名，"
            "并表示知悉委托的法律意义和法律后果。"
        ),
    ]
}

REPORT_OF_VERIFICATION: Final = {
    "fact": "不动产权证书所载的抵押登记是否存在",
    "way": "database",
    "result": "登记信息与证书一致，抵押权登记在册。",
    "source": "不动产登记查询结果",
}
