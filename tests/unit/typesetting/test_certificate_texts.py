from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from server.catalogue.loading import load_catalogue
from server.typesetting.certificate_texts import (
    ACT_OF_GROUP,
    Act,
    ActTold,
    certificate_text,
    certificate_text_en,
)

TOLD = ActTold(
    persons=("李晓梅", "王建国"), paper="委托书", done_on=date(2026, 11, 22), remotely=True
)
ENGLISH = replace(TOLD, persons=("LI Xiaomei",), paper="Power of Attorney")


@pytest.mark.parametrize("act", [Act.POWER_OF_ATTORNEY, Act.DECLARATION, Act.SIGNATURE])
def test_an_act_done_by_video_says_so_in_both_languages(act: Act) -> None:
    assert "通过远程视频方式" in certificate_text(act, TOLD)[0]
    assert "by remote video" in certificate_text_en(act, ENGLISH)[0]


def test_an_act_done_at_the_office_does_not_speak_of_video() -> None:
    at_the_office = replace(TOLD, remotely=False)
    assert "远程" not in "".join(certificate_text(Act.POWER_OF_ATTORNEY, at_the_office))
    told = replace(ENGLISH, remotely=False)
    assert "video" not in "".join(certificate_text_en(Act.POWER_OF_ATTORNEY, told))


def test_every_signer_and_the_day_in_chinese_numerals_are_named() -> None:
    first, lawful = certificate_text(Act.POWER_OF_ATTORNEY, TOLD)
    assert first.startswith("兹证明李晓梅、王建国于二〇二六年十一月二十二日")
    assert "《委托书》" in first
    assert "第一百四十三条" in lawful


@pytest.mark.parametrize("act", Act)
def test_both_languages_have_the_same_paragraphs(act: Act) -> None:
    told = replace(TOLD, fact="李晓梅于一九八六年三月十二日在昆明市出生。")
    assert len(certificate_text(act, told)) == len(certificate_text_en(act, ENGLISH))


def test_a_fact_is_certified_in_its_own_words() -> None:
    told = replace(TOLD, fact="李晓梅于一九八六年三月十二日在昆明市出生。")
    assert certificate_text(Act.FACT, told) == ("兹证明" + told.fact,)
    assert certificate_text_en(Act.FACT, replace(ENGLISH, fact="she lives.")) == (
        "This is to certify that she lives.",
    )


def test_a_copy_is_compared_with_its_original() -> None:
    (text,) = certificate_text(Act.COPY, replace(TOLD, persons=("李晓梅",), paper="毕业证书"))
    assert text == "兹证明前面的复印件与李晓梅出示的《毕业证书》的原件相符，原件属实。"


def test_only_groups_of_the_catalogue_have_a_wording() -> None:
    groups = {matter.group.code for matter in load_catalogue().matters.values()}
    assert set(ACT_OF_GROUP) <= groups
