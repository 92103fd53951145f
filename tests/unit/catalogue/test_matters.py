from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from server.catalogue.errors import MatterUnknown
from server.catalogue.matters import (
    EsignPolicy,
    Matter,
    MatterCode,
    MatterKind,
    OverseasVideo,
    Secrecy,
)

if TYPE_CHECKING:
    from server.catalogue.loading import Catalogue


def test_there_are_one_hundred_matters(catalogue: Catalogue) -> None:
    assert len(catalogue.matters) == 100


def test_every_row_of_the_trade_list_became_a_matter(
    catalogue: Catalogue, trade_list: list[dict[str, str]]
) -> None:
    assert {row["code"] for row in trade_list} == set(catalogue.matters)
    for row in trade_list:
        matter = catalogue.matter(MatterCode(row["code"]))
        assert (matter.name.zh, matter.name.en) == (row["name_zh"], row["name_en"])
        assert matter.group.name.zh == row["group"]
        assert matter.remote == row["remote_ok"]
        assert matter.translation == row["translation"]
        assert {item.name.zh for item in matter.materials} == set(row["materials"].split("；"))


def test_the_flags_of_the_trade_list_are_kept(
    catalogue: Catalogue, trade_list: list[dict[str, str]]
) -> None:
    for row in trade_list:
        assert flags_of(catalogue.matter(MatterCode(row["code"]))) == flags_in(row["notes"])


def test_a_note_of_the_trade_list_is_never_dropped(
    catalogue: Catalogue, trade_list: list[dict[str, str]]
) -> None:
    for row in trade_list:
        notes = catalogue.matter(MatterCode(row["code"])).notes
        remarks = [part for part in row["notes"].split(";") if "=" not in part]
        assert all(remark in notes for remark in remarks)


def flags_of(matter: Matter) -> dict[str, str]:
    video = {"listed": "Y", "not_listed": "N", "unknown": "?"}
    days = matter.sla_calendar_days
    return {
        "OV": video[matter.overseas_video],
        "PERSON": "Y" if matter.in_person else "N",
        "TWO": "Y" if matter.two_person else "N",
        "SLA": f"{days}d" if days else str(matter.sla_working_days),
    }


def flags_in(notes: str) -> dict[str, str]:
    return dict(re.findall(r"(OV|PERSON|TWO|SLA)=([^;]+)", notes))


def test_four_matters_are_affairs_and_certify_nothing(catalogue: Catalogue) -> None:
    affairs = {m.code for m in catalogue.matters.values() if m.kind is MatterKind.AFFAIR}
    assert affairs == {"YZ03", "TC01", "TC02", "SW02"}


def test_no_personal_act_admits_an_agent(catalogue: Catalogue) -> None:
    assert [m.code for m in catalogue.matters.values() if m.in_person and m.agent_allowed] == []


@pytest.mark.parametrize("group", ["will", "succession", "adoption", "marital_status", "kinship"])
def test_papers_on_personal_relations_are_signed_in_ink(catalogue: Catalogue, group: str) -> None:
    policies = {m.esign for m in catalogue.matters.values() if m.group.code == group}
    assert policies == {EsignPolicy.WET_INK}


def test_matrimonial_property_agreements_are_signed_in_ink(catalogue: Catalogue) -> None:
    codes = [MatterCode(code) for code in ("HT06", "HT07", "HT08")]
    assert {catalogue.matter(code).esign for code in codes} == {EsignPolicy.WET_INK}


def test_wills_are_secret_files_handled_by_two(catalogue: Catalogue) -> None:
    wills = [m for m in catalogue.matters.values() if m.group.code == "will"]
    assert {(m.secrecy, m.two_person) for m in wills} == {(Secrecy.SECRET, True)}


def test_no_matter_gives_more_days_than_the_law(catalogue: Catalogue) -> None:
    assert max(m.sla_working_days for m in catalogue.matters.values()) == 15


def test_every_matter_needs_something_and_cites_a_rule(catalogue: Catalogue) -> None:
    assert all(m.materials and m.citations for m in catalogue.matters.values())


def test_a_doubtful_listing_is_kept_as_a_doubt(catalogue: Catalogue) -> None:
    doubtful = {
        m.code for m in catalogue.matters.values() if m.overseas_video is OverseasVideo.UNKNOWN
    }
    assert doubtful == {"QS03", "XL02", "XL04"}


def test_an_unknown_matter_is_an_error(catalogue: Catalogue) -> None:
    with pytest.raises(MatterUnknown):
        catalogue.matter(MatterCode("XX99"))
