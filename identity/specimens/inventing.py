"""People nobody is: twenty ethnic groups, names of every length, addresses of one to three rows.

Everything follows from the generator that is passed in, so a seed is a set of cards. Regions are
real (GB/T 2260), streets are not; check digits hold.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Final

from identity.documents.validity import term_years
from identity.specimens.people import SpecimenPerson

_FAMILY: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN: Final = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国志文海燕春梅晓东雪峰佳宁"
NAMES: Final = {
    "汉": (),
    "回": ("马福海", "马赛力麦", "哈斯木"),
    "满": ("关佳音", "那英图", "佟海波"),
    "壮": ("韦小丽", "覃桂英", "农建国"),
    "蒙古": ("巴特尔", "乌仁图雅", "苏日娜", "孟和巴雅尔"),
    "藏": ("扎西次仁", "索朗旺姆", "次仁央宗", "洛桑"),
    "维吾尔": (
        "阿不都热依木·买买提", "古丽米热·吐尔逊江", "买买提艾力·阿不力孜",
        "阿依古丽·阿卜杜热合曼",
    ),
    "苗": ("龙玉兰", "石启贵"),
    "彝": ("阿木沙马", "吉克曲一", "沙马拉且"),
    "布依": ("罗春燕", "岑家明"),
    "朝鲜": ("金哲洙", "朴英淑"),
    "侗": ("吴正明", "杨再兴"),
    "瑶": ("盘云飞", "奉金妹"),
    "白": ("段誉峰", "董金花"),
    "土家": ("向红梅", "彭世祥"),
    "哈尼": ("李批吾", "白么撒"),
    "哈萨克": (
        "叶尔兰·努尔兰别克", "古丽娜尔·阿合买提汗",
        "阿克木江·吐尔逊别克·沙依兰汗",
    ),
    "傣": ("刀玉香", "岩温扁"),
    "傈僳": ("余阿娜", "此里扒"),
    "柯尔克孜": ("玛纳斯别克·朱马", "阿依努尔·萨特瓦勒德"),
}  # fmt: skip
"""Names as each people forms them, put together by us; of 汉 they are drawn sign by sign."""

PLACES: Final = (
    ("110105", "北京市朝阳区", "北京市公安局朝阳分局"),
    ("310115", "上海市浦东新区", "上海市公安局浦东分局"),
    ("530102", "云南省昆明市五华区", "昆明市公安局五华分局"),
    ("150102", "内蒙古自治区呼和浩特市新城区", "呼和浩特市公安局新城区分局"),
    ("650102", "新疆维吾尔自治区乌鲁木齐市天山区", "乌鲁木齐市公安局天山区分局"),
    ("653022", "新疆维吾尔自治区阿克陶县", "阿克陶县公安局"),
    ("522630", "贵州省台江县", "台江县公安局"),
    ("622927", "甘肃省积石山保安族东乡族撒拉族自治县", "积石山保安族东乡族撒拉族自治县公安局"),
    ("530925", "云南省双江拉祜族佤族布朗族傣族自治县", "双江拉祜族佤族布朗族傣族自治县公安局"),
    ("451226", "广西环江毛南族自治县", "环江毛南族自治县公安局"),
    ("440305", "广东省深圳市南山区", "深圳市公安局南山分局"),
    ("222401", "吉林省延吉市", "延吉市公安局"),
)
_STREETS: Final = ("样本", "虚设", "示例", "无名", "假定")
_ENDS: Final = (
    "路{n}号", "街{n}号{m}室", "镇{a}村{m}组{n}号", "大道{n}号样本花园{m}幢2单元{k}室",
    "巷{n}号附{m}号", "乡{a}村民委员会{a}村{n}号", "路{n}弄{m}号{k}室",
    "街道{a}社区{n}号楼{m}门{k}号",
)  # fmt: skip
TODAY: Final = date(2026, 6, 1)
"""The day on which the cards of a seed are valid; fixed, so that a seed stays what it was."""


def draws_of(seed: int) -> Random:
    """The generator that makes the specimens of ``seed``: the same ones every time."""
    return Random(seed)  # noqa: S311 - specimens have to be repeatable, not secret


def invent(rng: Random, group: str | None = None) -> SpecimenPerson:
    """One person; ``group`` is drawn evenly where it is not given."""
    group = group or rng.choice(tuple(NAMES))
    region, place, authority = rng.choice(PLACES)
    birth = date(1945, 1, 1) + timedelta(days=rng.randrange(365 * 70))
    issued = _issued(rng, birth)
    years = term_years(birth, issued)
    return SpecimenPerson(
        name=rng.choice(NAMES[group] or (_han_name(rng),)),
        sex=rng.choice("男女"),
        ethnic_group=group,
        birth=birth,
        address=place + _street(rng),
        region=region,
        sequence=rng.randrange(100),
        authority=authority,
        valid_from=issued,
        valid_until=None if years is None else _years_later(issued, years),
        surname="SPECIMEN",
        given_names=rng.choice(("MING", "XIAO HONG", "ANNA MARIA", "DENGYUN")),
        passport_number=f"E{rng.choice('ABCDEFGHJ')}{rng.randrange(10**7):07d}",
        passport_expires=date(2027, 1, 1) + timedelta(days=rng.randrange(3000)),
    )


def _han_name(rng: Random) -> str:
    return rng.choice(_FAMILY) + "".join(rng.sample(_GIVEN, rng.choice((1, 2, 2))))


def _street(rng: Random) -> str:
    end = rng.choice(_ENDS).format(
        n=rng.randrange(1, 999), m=rng.randrange(1, 30), k=rng.randrange(101, 2999), a="样板"
    )
    return rng.choice(_STREETS) + end


def _issued(rng: Random, birth: date) -> date:
    """Some day on which a card that is still valid on `TODAY` may have been issued."""
    while True:
        issued = TODAY - timedelta(days=rng.randrange(30, 365 * 19))
        years = term_years(birth, issued)
        if issued > birth and (years is None or _years_later(issued, years) > TODAY):
            return issued


def _years_later(day: date, years: int) -> date:
    leap_day = (day.month, day.day) == (2, 29)
    return date(day.year + years, day.month, 28 if leap_day else day.day)
