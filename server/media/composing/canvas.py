"""One picture of the composite: the seats side by side, and below them the time and the events."""

from __future__ import annotations

import math
from datetime import timedelta, timezone
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from collections.abc import Sequence

    from av.video.frame import VideoFrame

    from server.media.composing.plan import Order, Seen

TILE: Final = (480, 360)
STRIP: Final = 112
BAR: Final = 16
MARGIN: Final = 12
LINES_TOLD: Final = 2
CHINA: Final = timezone(timedelta(hours=8), "UTC+8")
FONT: Final = "NotoSansCJK-Regular.ttc"
SIMPLIFIED: Final = 2
"""Which face of the collection draws Chinese as it is written on the mainland."""

NIGHT, GREY, WHITE, QUIET = (18, 22, 28), (52, 58, 66), (255, 255, 255), (176, 184, 194)
BLUE, AMBER = (88, 160, 255), (255, 186, 73)

NO_PICTURE: Final = "无画面 no picture"


class Canvas:
    def __init__(self, order: Order) -> None:
        self._order = order
        self._columns = math.ceil(math.sqrt(len(order.seen)))
        rows = math.ceil(len(order.seen) / self._columns)
        self.size = (self._columns * TILE[0], rows * TILE[1] + STRIP)
        self._large, self._small = _font(order.fonts, 22), _font(order.fonts, 17)
        self._strip_of: int | None = None
        self._strip = Image.new("RGB", (self.size[0], STRIP), NIGHT)

    def draw(self, moment_ms: int, frames: Sequence[VideoFrame | None]) -> Image.Image:
        """Return the picture at ``moment_ms`` of the ceremony's clock."""
        whole = Image.new("RGB", self.size, NIGHT)
        for number, (seen, frame) in enumerate(zip(self._order.seen, frames, strict=True)):
            row, column = divmod(number, self._columns)
            place = (column * TILE[0], row * TILE[1])
            whole.paste(self._tile(seen, frame), place)
        whole.paste(self._strip_at(moment_ms), (0, self.size[1] - STRIP))
        return whole

    def _tile(self, seen: Seen, frame: VideoFrame | None) -> Image.Image:
        tile = Image.new("RGB", TILE, GREY)
        draw = ImageDraw.Draw(tile)
        if frame is None:
            middle = (TILE[0] / 2, TILE[1] / 2)
            draw.text(middle, NO_PICTURE, WHITE, font=self._large, anchor="mm")
        else:
            picture = _fitted(frame)
            tile.paste(picture, ((TILE[0] - picture.width) // 2, (TILE[1] - picture.height) // 2))
        draw.rectangle((0, TILE[1] - 30, TILE[0], TILE[1]), NIGHT)
        draw.text((MARGIN, TILE[1] - 15), seen.label, WHITE, font=self._small, anchor="lm")
        return tile

    def _strip_at(self, moment_ms: int) -> Image.Image:
        """Return the strip; drawn anew once a second, which is all that it tells."""
        second = moment_ms // 1000
        if self._strip_of != second:
            self._strip_of, self._strip = second, self._drawn_strip(second * 1000)
        return self._strip

    def _drawn_strip(self, moment_ms: int) -> Image.Image:
        strip = Image.new("RGB", (self.size[0], STRIP), NIGHT)
        draw = ImageDraw.Draw(strip)
        self._draw_bar(draw, moment_ms)
        at = self._order.began_at + timedelta(milliseconds=moment_ms)
        clock = f"{_clock(moment_ms)} / {_clock(self._order.length_ms)}"
        draw.text((MARGIN, 38), clock, WHITE, font=self._large, anchor="lm")
        wall = at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S UTC+8")
        draw.text((self.size[0] - MARGIN, 38), wall, QUIET, font=self._small, anchor="rm")
        # What happened within the second that is shown has happened.
        told = [each for each in self._order.told if each.at_ms < moment_ms + 1000]
        for line, each in enumerate(reversed(told[-LINES_TOLD:])):
            words = f"{_clock(each.at_ms)}  {each.text}"
            colour = AMBER if line == 0 else QUIET
            draw.text((MARGIN, 68 + 26 * line), words, colour, font=self._small, anchor="lm")
        return strip

    def _draw_bar(self, draw: ImageDraw.ImageDraw, moment_ms: int) -> None:
        """Draw the whole time: recorded parts light, gaps dark, events as marks."""
        height = BAR / len(self._order.seen)
        for line, seen in enumerate(self._order.seen):
            top = line * height
            for clip in seen.clips:
                left, right = self._x(clip.starts_ms), self._x(clip.ends_ms)
                draw.rectangle((left, top, right, top + height - 1), GREY)
        draw.rectangle((0, 0, self._x(moment_ms), 2), BLUE)
        for each in self._order.told:
            x = self._x(each.at_ms)
            draw.line((x, 0, x, BAR), AMBER)
        x = self._x(moment_ms)
        draw.rectangle((x - 2, 0, x + 2, BAR + 3), BLUE)

    def _x(self, moment_ms: int) -> float:
        return self.size[0] * moment_ms / max(1, self._order.length_ms)


def _clock(moment_ms: int) -> str:
    minutes, seconds = divmod(moment_ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"


def _fitted(frame: VideoFrame) -> Image.Image:
    """Return the picture as large as the tile takes it, in its own proportions."""
    scale = min(TILE[0] / frame.width, TILE[1] / frame.height)
    width, height = max(2, int(frame.width * scale)), max(2, int(frame.height * scale))
    return Image.fromarray(frame.reformat(width=width, height=height).to_ndarray(format="rgb24"))


@lru_cache(maxsize=4)
def _font(folder: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(Path(folder) / FONT), size, index=SIMPLIFIED)
