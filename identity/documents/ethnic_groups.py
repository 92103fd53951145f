"""The 56 peoples as cards print them (GB/T 3304-1991), and the nearest one to what was read."""

from __future__ import annotations

from typing import Final

NAMES: Final = (
    "汉", "蒙古", "回", "藏", "维吾尔", "苗", "彝", "壮", "布依", "朝鲜",
    "满", "侗", "瑶", "白", "土家", "哈尼", "哈萨克", "傣", "黎", "傈僳",
    "佤", "畲", "高山", "拉祜", "水", "东乡", "纳西", "景颇", "柯尔克孜", "土",
    "达斡尔", "仫佬", "羌", "布朗", "撒拉", "毛南", "仡佬", "锡伯", "阿昌", "普米",
    "塔吉克", "怒", "乌孜别克", "俄罗斯", "鄂温克", "德昂", "保安", "裕固", "京", "塔塔尔",
    "独龙", "鄂伦春", "赫哲", "门巴", "珞巴", "基诺",
)  # fmt: skip
GLYPHS: Final = frozenset("".join(NAMES))
UNSURE: Final = 0.6
"""What a reading that was corrected to a name is worth at most: below every limit from which a
field counts as readable (0.75, `identity.policy`), so that the person confirms it. Chosen."""


def nearest(text: str) -> tuple[str, bool] | None:
    """The people meant by ``text`` and whether it stood there exactly; ``None`` if that is a guess.

    One wrong, missing or added sign is put right where a single name lies that near, and only in
    names of two signs or more: every other single sign is another people.
    """
    plain = text.removesuffix("族") if len(text) > 1 else text
    if plain in NAMES:
        return plain, True
    near = [name for name in NAMES if len(name) > 1 and _one_apart(plain, name)]
    return (near[0], False) if len(near) == 1 else None


def _one_apart(read: str, name: str) -> bool:
    if len(read) == len(name):
        return sum(a != b for a, b in zip(read, name, strict=True)) == 1
    longer, shorter = sorted((read, name), key=len, reverse=True)
    if len(longer) - len(shorter) != 1 or not shorter:
        return False
    return any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer)))
