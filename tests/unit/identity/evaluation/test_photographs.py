from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from identity.evaluation.photographs import NothingToEvaluate, TableMalformed, photographs_in

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("li/1998.jpg", "li/front-2015b.JPG", "wang/one_0002.png", "wang/notes.txt"):
        path = tmp_path / "faces" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    return tmp_path / "faces"


def test_every_person_is_a_folder_and_other_files_are_left(folder: Path) -> None:
    found = photographs_in(folder)
    assert [photograph.name for photograph in found] == [
        "li/1998.jpg",
        "li/front-2015b.JPG",
        "wang/one_0002.png",
    ]
    assert {photograph.group for photograph in found} == {""}


def test_years_in_names_are_taken_where_every_name_has_one(folder: Path) -> None:
    assert {photograph.year for photograph in photographs_in(folder)} == {None}
    (folder / "wang" / "one_0002.png").rename(folder / "wang" / "2001_0002.png")
    assert [photograph.year for photograph in photographs_in(folder)] == [1998, 2015, 2001]


def test_tables_tell_groups_and_years(folder: Path, tmp_path: Path) -> None:
    groups, years = tmp_path / "groups.csv", tmp_path / "years.csv"
    groups.write_text("person,group\nli,women\n\nwang, men\n", "utf-8")
    years.write_text("wang/one_0002.png,2001\nli/1998.jpg,1999\n", "utf-8")
    found = photographs_in(folder, groups=groups, years=years)
    assert [photograph.group for photograph in found] == ["women", "women", "men"]
    assert [photograph.year for photograph in found] == [1999, None, 2001]


@pytest.mark.parametrize("row", ["li", "li,women,tall", "li/1998.jpg,long ago"])
def test_a_table_that_is_none_is_not_guessed_at(folder: Path, tmp_path: Path, row: str) -> None:
    table = tmp_path / "table.csv"
    table.write_text(row + "\n", "utf-8")
    with pytest.raises(TableMalformed):
        photographs_in(folder, years=table)


def test_one_person_alone_has_no_strangers(folder: Path) -> None:
    for path in (folder / "wang").iterdir():
        path.unlink()
    with pytest.raises(NothingToEvaluate, match="two people"):
        photographs_in(folder)
