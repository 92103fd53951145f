"""A photograph as somebody who can turn the head, blink and open the mouth. For tests only.

The head is an ellipsoid with a nose on it; lids are painted with the skin under the eye; the
lower face is drawn down from a dark cavity. Simple, and what follows from it holds for simple
movements only: no hair, no expression, no light that changes with the pose.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import cv2
import numpy as np

from identity.faces.finding import FaceFinder

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from identity.pixels import Pixels

    Field: TypeAlias = NDArray[np.float32]

COARSE: Final = 4
"""Movements are smooth, so their fields are computed at a quarter of the size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gesture:
    """What the face does at one moment; all zero is looking straight and still."""

    yaw: float = 0.0
    """Degrees, + to the person's left."""
    pitch: float = 0.0
    """Degrees, + down."""
    closed: float = 0.0
    """Of the eyes, 0 to 1."""
    mouth: float = 0.0
    """Height of the cavity in distances between the eyes."""
    shift: tuple[float, float] = (0.0, 0.0)
    """Of the head, in distances between the eyes."""
    size: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitter:
    picture: Pixels
    points: NDArray[np.float32]

    @property
    def span(self) -> float:
        return float(np.linalg.norm(self.points[1] - self.points[0]))

    def doing(self, gesture: Gesture) -> Pixels:
        picture = self.picture
        if gesture.closed > 0:
            picture = self._with_lids(picture, gesture.closed)
        if gesture.mouth > 0:
            picture = self._with_mouth(picture, gesture.mouth)
        return self._turned(picture, gesture)

    def _with_lids(self, picture: Pixels, closed: float) -> Pixels:
        span = self.span
        # Only a band of the picture has eyes and the skin that becomes their lids.
        band = slice(
            *(
                max(0, int(y))
                for y in (
                    self.points[:2, 1].min() - 0.5 * span,
                    self.points[:2, 1].max() + 1.0 * span,
                )
            )
        )
        done = picture[band].astype(np.float32)
        ys, xs = np.mgrid[0 : done.shape[0], 0 : done.shape[1]].astype(np.float32)
        ys += band.start
        skin = np.roll(done, -int(0.34 * span), axis=0)
        for eye in self.points[:2]:
            x, y = (xs - eye[0]) / (0.30 * span), (ys - eye[1]) / (0.17 * span)
            inside = np.clip(3.0 * (1 - np.hypot(x, y)), 0, 1)
            # The lid comes down from the top; its edge is where the lashes are.
            edge = -1.1 + 1.6 * closed - 0.25 * x * x
            lid = inside * np.clip((edge - y) * 6, 0, 1)
            lash = inside * np.exp(-(((y - edge) / 0.14) ** 2)) * 0.55
            texture = skin * (0.92 + 0.08 * np.clip(y, -1, 1))[..., None]
            done = done * (1 - lid[..., None]) + texture * lid[..., None]
            done *= 1 - lash[..., None]
        blinking = picture.copy()
        blinking[band] = np.clip(done, 0, 255)
        return blinking

    def _with_mouth(self, picture: Pixels, opening: float) -> Pixels:
        span = self.span
        height, width = picture.shape[:2]
        ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
        middle = self.points[3:].mean(axis=0)
        half = float(np.linalg.norm(self.points[4] - self.points[3])) / 2
        x, below = (xs - middle[0]) / (1.1 * half), ys - middle[1]
        gap = opening * span * np.sqrt(np.clip(1 - x * x, 0, 1))
        jaw = np.exp(-(((xs - middle[0]) / (1.0 * span)) ** 2))
        fall = opening * span * jaw * np.clip(1.6 - below / span, 0, 1) / 1.6
        drawn = np.where(below > 0, np.maximum(below - np.maximum(gap, fall), 0), below)
        opened = cv2.remap(
            picture, xs, (drawn + middle[1]).astype(np.float32), cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        ).astype(np.float32)  # fmt: skip
        hole = np.clip((gap - np.abs(2 * below - gap)) / (0.06 * span), 0, 1)
        hole = cv2.GaussianBlur(hole.astype(np.float32), (0, 0), max(0.6, 0.015 * span))[..., None]
        cavity = np.array([22, 18, 42], np.float32)
        return np.asarray(np.clip(opened * (1 - hole) + cavity * hole, 0, 255), np.uint8)

    def _turned(self, picture: Pixels, gesture: Gesture) -> Pixels:
        height, width = picture.shape[:2]
        ys, xs = np.mgrid[0:height:COARSE, 0:width:COARSE].astype(np.float32)
        move_x, move_y = self._movement(xs, ys, gesture)
        from_x, from_y = xs.copy(), ys.copy()
        for _ in range(4):
            at = (from_x / COARSE, from_y / COARSE)
            from_x = xs - cv2.remap(move_x, *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            from_y = ys - cv2.remap(move_y, *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        fine_x, fine_y = (_fine(field, (width, height)) for field in (from_x, from_y))
        moved = cv2.remap(
            picture, fine_x, fine_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(moved, np.uint8)

    def _movement(self, xs: Field, ys: Field, gesture: Gesture) -> tuple[Field, Field]:
        """How far each point of the still head goes; nothing at its edge, so the wall stands."""
        span = self.span
        centre = (self.points[:2].mean(axis=0) + self.points[3:].mean(axis=0)) / 2
        x, y = (xs - centre[0]) / span, (ys - centre[1]) / span
        round_ = np.clip(1 - (x / 1.3) ** 2 - (y / 1.8) ** 2, 0, 1)
        nose = (self.points[2] - centre) / span
        bump = 0.36 * np.exp(-(((x - nose[0]) / 0.2) ** 2) - ((y - nose[1]) / 0.32) ** 2)
        z = 1.2 * np.sqrt(round_) + bump
        yaw, pitch = np.radians(gesture.yaw), np.radians(gesture.pitch)
        turned_x = x * np.cos(yaw) + z * np.sin(yaw)
        depth = z * np.cos(yaw) - x * np.sin(yaw)
        turned_y = y * np.cos(pitch) + depth * np.sin(pitch)
        of_head = np.clip(round_ * 2, 0, 1) ** 0.7
        near = np.clip(3.2 - np.hypot(x / 1.3, y / 1.8) * 2, 0, 1)
        shift_x = near * (gesture.shift[0] + x * (gesture.size - 1))
        shift_y = near * (gesture.shift[1] + y * (gesture.size - 1))
        move_x = span * (of_head * (turned_x - x) + shift_x)
        move_y = span * (of_head * (turned_y - y) + shift_y)
        return move_x.astype(np.float32), move_y.astype(np.float32)


def _fine(field: Field, size: tuple[int, int]) -> Field:
    """Enlarged so that the coarse sample (i) stands for the pixel (4 i)."""
    scale = np.array([[1 / COARSE, 0, 0], [0, 1 / COARSE, 0]], np.float32)
    return np.asarray(
        cv2.warpAffine(
            field, scale, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        ),
        np.float32,
    )  # fmt: skip


def seat(
    photograph: Pixels, *, size: tuple[int, int], face_part: float, mirrored: bool = False
) -> Sitter:
    """The largest face of a photograph before a telephone of ``size`` (width, height).

    The box of the face then takes ``face_part`` of the width.
    """
    if mirrored:
        photograph = np.ascontiguousarray(photograph[:, ::-1])
    face = FaceFinder().faces(photograph)[0]
    scale = face_part * size[0] / face.width
    middle = np.array([face.left + face.width / 2, face.top + face.height * 0.55])
    corner = np.array([size[0] / 2, size[1] * 0.47]) - scale * middle
    shrunk = photograph
    if scale < 1:
        shrunk = np.asarray(cv2.GaussianBlur(photograph, (0, 0), 0.45 / scale), np.uint8)
    matrix = np.array([[scale, 0, corner[0]], [0, scale, corner[1]]], np.float32)
    picture = cv2.warpAffine(shrunk, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    points = (face.points * scale + corner).astype(np.float32)
    return Sitter(picture=np.asarray(picture, np.uint8), points=points)
