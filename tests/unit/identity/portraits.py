"""Public photographs, changed as people, cameras and chips change them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageEnhance

from identity.faces.finding import FaceFinder

if TYPE_CHECKING:
    from collections.abc import Callable

    from identity.faces.face import Face

CHIP, SMALL_CHIP = (240, 320), (102, 126)


def opened(content: bytes) -> Image.Image:
    with Image.open(io.BytesIO(content)) as image:
        return image.convert("RGB")


def jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=95)
    return out.getvalue()


def altered(content: bytes, change: Callable[[Image.Image], Image.Image]) -> bytes:
    return jpeg(change(opened(content)))


def face_in(image: Image.Image) -> Face:
    return FaceFinder().faces(np.asarray(image)[:, :, ::-1])[0]


def chip_portrait(content: bytes, size: tuple[int, int] = CHIP, *, boxes: bool = True) -> bytes:
    """As a chip holds it: cut to the head, small, JPEG 2000 at a rate of 1 to 20."""
    image = opened(content)
    face = face_in(image)
    height = face.height * 1.7
    width = height * size[0] / size[1]
    left, top = face.left + face.width / 2 - width / 2, face.top - face.height * 0.35
    cut = image.crop((int(left), int(top), int(left + width), int(top + height)))
    out = io.BytesIO()
    small = cut.resize(size, Image.Resampling.LANCZOS)
    small.save(out, "JPEG2000", quality_mode="rates", quality_layers=[20], no_jp2=not boxes)
    return out.getvalue()


def frame(content: bytes, *, turn: float, light: float, shift: int) -> bytes:
    """Another moment of a video: the head and the light have moved a little."""
    image = opened(content).rotate(turn, Image.Resampling.BICUBIC)
    width, height = image.size
    image = image.crop((max(0, shift), max(0, shift), width + min(0, shift), height))
    return jpeg(ImageEnhance.Brightness(image).enhance(light))


def video(content: bytes) -> list[bytes]:
    moments = ((0, 1.0, 0), (7, 1.15, 20), (-8, 0.85, -30), (12, 1.0, 40), (-13, 1.1, 10))
    return [frame(content, turn=turn, light=light, shift=shift) for turn, light, shift in moments]


def masked(image: Image.Image, colour: tuple[int, int, int] = (120, 160, 200)) -> Image.Image:
    """A plain surgical mask from the nose to below the chin."""
    points, span = _points(image)
    (_, _, nose, right, left), low = points, points[3:].mean(axis=0)
    corners = [
        (points[0][0] - 0.5 * span, nose[1] - 0.2 * span), (nose[0], nose[1] - 0.3 * span),
        (points[1][0] + 0.5 * span, nose[1] - 0.2 * span),
        (left[0] + 0.4 * span, low[1] + 0.4 * span), (low[0], low[1] + 0.8 * span),
        (right[0] - 0.4 * span, low[1] + 0.4 * span),
    ]  # fmt: skip
    ImageDraw.Draw(image).polygon([tuple(corner) for corner in corners], fill=colour)
    return image


def in_sunglasses(image: Image.Image) -> Image.Image:
    points, span = _points(image)
    draw = ImageDraw.Draw(image)
    for x, y in points[:2]:
        draw.ellipse(
            (x - 0.45 * span, y - 0.33 * span, x + 0.45 * span, y + 0.33 * span), fill=(20, 20, 25)
        )
    draw.line([tuple(points[0]), tuple(points[1])], fill=(20, 20, 25), width=8)
    return image


def with_a_hand(image: Image.Image) -> Image.Image:
    """Four fingers of the nose's colour over the mouth, with dark gaps between them."""
    points, span = _points(image)
    mouth, nose = points[3:].mean(axis=0), points[2]
    skin = image.getpixel((int(nose[0]), int(nose[1])))
    assert isinstance(skin, tuple)
    dark = tuple(int(part * 0.6) for part in skin)
    draw = ImageDraw.Draw(image)
    for finger in range(4):
        y = mouth[1] + (finger - 2) * 0.22 * span
        draw.rectangle(
            (mouth[0] - 0.8 * span, y, mouth[0] + 0.9 * span, y + 0.22 * span), skin, dark
        )
    return image


def turned_aside(image: Image.Image) -> Image.Image:
    """Foreshortened: one half of the face takes a third of its width."""
    points, span = _points(image)
    cheek, middle = int(points[0][0] - 0.6 * span), int(points[2][0] - 8)
    pixels = np.asarray(image)
    squeezed = cv2.resize(pixels[:, cheek:middle], ((middle - cheek) // 3, image.height))
    return Image.fromarray(np.hstack([pixels[:, :cheek], squeezed, pixels[:, middle:]]))


def _points(image: Image.Image) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.float32]], float]:
    points = face_in(image).points
    return points, float(np.linalg.norm(points[1] - points[0]))
