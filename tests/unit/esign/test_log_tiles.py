"""Names and contents of tiles, as c2sp.org/tlog-tiles gives them."""

from __future__ import annotations

import pytest

from esign.transparency.errors import TileMalformed
from esign.transparency.merkle import leaf_hash
from esign.transparency.tiles import (
    Tile,
    TiledTree,
    make_bundle,
    read_path,
    split_bundle,
    split_tile,
    tile_at,
    tiles_between,
)


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        # The example of the specification.
        (Tile(0, 1234067), "tile/0/x001/x234/067"),
        (Tile(0, 273, 112), "tile/0/273.p/112"),
        (Tile(63, 0), "tile/63/000"),
        (Tile(1, 1000, 1), "tile/1/x001/000.p/1"),
    ],
)
def test_a_tile_lies_where_the_specification_says(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert read_path(path) == (tile, False)
    entries = path.replace(f"tile/{tile.level}", "tile/entries")
    assert tile.entries_path == entries
    assert read_path(entries) == (Tile(0, tile.index, tile.width), True)


def test_a_tree_of_seventy_thousand_has_the_tiles_of_the_specification() -> None:
    tiles = list(tiles_between(0, 70_000))
    full = [sum(t.is_full and t.level == level for t in tiles) for level in range(3)]
    assert full == [273, 1, 0]
    assert [t for t in tiles if not t.is_full] == [
        Tile(0, 273, 112),
        Tile(1, 1, 17),
        Tile(2, 0, 1),
    ]


def test_a_tree_of_256_has_a_full_tile_and_a_partial_one_above() -> None:
    assert list(tiles_between(0, 256)) == [Tile(0, 0), Tile(1, 0, 1)]


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/1",  # not padded
        "tile/00/001",
        "tile/64/001",  # beyond the highest level
        "tile/0/x000/001",  # a group too many
        "tile/0/001/002",  # without its x
        "tile/0/001.p/0",
        "tile/0/001.p/256",  # that is a full one
        "tile/0/001.p/01",
        "tile/entries/../../etc/passwd",
        "tile/0/001/",
        "",
    ],
)
def test_any_other_spelling_is_no_tile(path: str) -> None:
    with pytest.raises(TileMalformed):
        read_path(path)


def test_a_tile_that_the_tree_has_not_cannot_be_named() -> None:
    assert tile_at(0, 1, size=300) == Tile(0, 1, 44)
    for level, index in ((0, 2), (1, 1), (2, 0), (0, -1)):
        with pytest.raises(TileMalformed):
            tile_at(level, index, size=300)


def test_entries_come_out_of_a_bundle_as_they_went_in() -> None:
    entries = [b"", b"one", b"x" * 65_535]
    assert split_bundle(make_bundle(entries), width=3) == entries
    with pytest.raises(TileMalformed, match="too long"):
        make_bundle([b"x" * 65_536])


@pytest.mark.parametrize(
    ("content", "width"),
    [
        (b"\x00", 1),  # ends within a length
        (b"\x00\x05four", 1),  # ends within an entry
        (b"\x00\x01a", 2),  # one is missing
        (b"\x00\x01a\x00\x01b", 1),  # one too many
    ],
)
def test_a_bundle_of_another_size_than_its_name_says_is_refused(content: bytes, width: int) -> None:
    with pytest.raises(TileMalformed):
        split_bundle(content, width=width)


def test_a_tile_of_another_size_than_its_name_says_is_refused() -> None:
    leaves = [leaf_hash(b"a"), leaf_hash(b"b")]
    assert split_tile(b"".join(leaves), Tile(0, 0, 2)) == leaves
    with pytest.raises(TileMalformed):
        split_tile(b"".join(leaves), Tile(0, 0, 3))


def test_a_part_that_the_tree_has_not_completed_has_no_hash() -> None:
    node = TiledTree(3, lambda tile: b"h" * 32 * tile.width)
    with pytest.raises(TileMalformed, match="no such complete part"):
        node(1, 1)
