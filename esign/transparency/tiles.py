"""Tiles and entry bundles of c2sp.org/tlog-tiles: the tree as files that never change.

A tile holds 256 hashes; the one at the edge holds fewer and says how many. What
was fetched under a name is refused unless it has the size that the name says.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from esign.transparency.errors import TileMalformed
from esign.transparency.merkle import HASH_BYTES, node_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

HEIGHT: Final = 8
WIDTH: Final = 1 << HEIGHT
HIGHEST_LEVEL: Final = 63
LARGEST_ENTRY: Final = 0xFFFF
_LENGTH: Final = struct.Struct(">H")
_PATH: Final = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<index>(?:x[0-9]{3}/){0,5}[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    level: int
    """0 holds leaf hashes, each level above hashes of 256 of the one below."""

    index: int
    width: int = WIDTH

    @property
    def is_full(self) -> bool:
        return self.width == WIDTH

    @property
    def path(self) -> str:
        return f"tile/{self.level}/{_numbered(self.index, self.width)}"

    @property
    def entries_path(self) -> str:
        """Where the entries lie whose hashes this tile of level 0 holds."""
        return f"tile/entries/{_numbered(self.index, self.width)}"


def _numbered(index: int, width: int) -> str:
    digits = str(index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    name = "/".join([*(f"x{part}" for part in parts[:-1]), parts[-1]])
    return name if width == WIDTH else f"{name}.p/{width}"


def read_path(path: str) -> tuple[Tile, bool]:
    """Return the tile that ``path`` names and whether its entries are meant.

    Raises `TileMalformed` for any spelling but the specified one.
    """
    match = _PATH.fullmatch(path)
    if match is None:
        raise TileMalformed("not the path of a tile")
    entries = match["level"] == "entries"
    tile = Tile(
        level=0 if entries else int(match["level"]),
        index=int(match["index"].replace("/", "").replace("x", "")),
        width=int(match["width"] or WIDTH),
    )
    spelled = tile.entries_path if entries else tile.path
    in_range = tile.width < WIDTH or match["width"] is None
    if not (in_range and tile.level <= HIGHEST_LEVEL and spelled == path):
        raise TileMalformed("not the path of a tile")
    return tile, entries


def tiles_between(old: int, new: int) -> Iterator[Tile]:
    """Yield the tiles that a tree of ``new`` leaves has and one of ``old`` had not."""
    level = 0
    while after := new >> HEIGHT * level:
        before = old >> HEIGHT * level
        for index in range(before >> HEIGHT, after >> HEIGHT):
            yield Tile(level, index)
        if after % WIDTH and after != before:
            yield Tile(level, after >> HEIGHT, after % WIDTH)
        level += 1


def tile_at(level: int, index: int, *, size: int) -> Tile:
    """Return the tile as it is in a tree of ``size``, or raise `TileMalformed`."""
    there = size >> HEIGHT * level
    width = min(WIDTH, there - (index << HEIGHT))
    if not (index >= 0 and width > 0):
        raise TileMalformed("the tree has no such tile")
    return Tile(level, index, width)


def split_tile(content: bytes, tile: Tile) -> list[bytes]:
    """Return the hashes of a tile, or raise `TileMalformed`."""
    if len(content) != tile.width * HASH_BYTES:
        raise TileMalformed("a tile has not as many hashes as its name says")
    return [content[at : at + HASH_BYTES] for at in range(0, len(content), HASH_BYTES)]


def make_bundle(entries: Iterable[bytes]) -> bytes:
    """Return entries as a bundle; raises `TileMalformed` for one of more than 65,535 bytes."""
    pieces = []
    for entry in entries:
        if not len(entry) <= LARGEST_ENTRY:
            raise TileMalformed("an entry is too long for a bundle")
        pieces += [_LENGTH.pack(len(entry)), entry]
    return b"".join(pieces)


def split_bundle(content: bytes, *, width: int) -> list[bytes]:
    """Return the entries of a bundle, or raise `TileMalformed`."""
    entries, at = [], 0
    while at < len(content):
        if at + _LENGTH.size > len(content):
            raise TileMalformed("a bundle ends within a length")
        (length,) = _LENGTH.unpack_from(content, at)
        at += _LENGTH.size
        if at + length > len(content):
            raise TileMalformed("a bundle ends within an entry")
        entries.append(content[at : at + length])
        at += length
    if len(entries) != width:
        raise TileMalformed("a bundle has not as many entries as its name says")
    return entries


class TiledTree:
    """The `Node` of a tree of a known size whose tiles are fetched when first needed."""

    def __init__(self, size: int, fetch: Callable[[Tile], bytes]) -> None:
        self._size = size
        self._fetch = fetch
        self._read: dict[tuple[int, int], list[bytes]] = {}

    def __call__(self, level: int, position: int) -> bytes:
        row, within = divmod(level, HEIGHT)
        first = position << within
        hashes = self._hashes(row, first >> HEIGHT)
        start = first % WIDTH
        found = hashes[start : start + (1 << within)]
        if len(found) != 1 << within:
            raise TileMalformed("the tree has no such complete part")
        while len(found) > 1:
            found = [node_hash(*found[at : at + 2]) for at in range(0, len(found), 2)]
        return found[0]

    def _hashes(self, level: int, index: int) -> list[bytes]:
        if (level, index) not in self._read:
            tile = tile_at(level, index, size=self._size)
            self._read[level, index] = split_tile(self._fetch(tile), tile)
        return self._read[level, index]
