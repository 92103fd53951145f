"""Whether a face can be judged at all. Measured in the child; held against the policy's gates.

Each shortcoming has a code, and `ADVICE` the sentence that tells the person what to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Shortcoming(StrEnum):
    TOO_SMALL = "face_too_small"
    BLURRED = "face_blurred"
    TURNED_AWAY = "face_turned_away"
    TILTED = "face_tilted"
    TOO_DARK = "face_too_dark"
    TOO_BRIGHT = "face_too_bright"
    CUT_OFF = "face_cut_off"


ADVICE: Final = {
    Shortcoming.TOO_SMALL: ("请靠近镜头。", "Come nearer to the camera."),
    Shortcoming.BLURRED: ("请擦净镜头，手持稳定后重拍。", "Clean the lens and hold still."),
    Shortcoming.TURNED_AWAY: ("请正对镜头。", "Look straight into the camera."),
    Shortcoming.TILTED: ("请把头和手机放正。", "Hold your head and the telephone upright."),
    Shortcoming.TOO_DARK: ("光线太暗，请面向光源。", "It is too dark. Face the light."),
    Shortcoming.TOO_BRIGHT: ("光线太强，请避开直射光。", "It is too bright. Leave the glare."),
    Shortcoming.CUT_OFF: ("请让整张脸都在画面内。", "Keep your whole face in the picture."),
}
"""Code to (zh-CN, en)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceQuality:
    side_px: float
    """Shorter side of the face's box, in pixels of the decoded picture."""
    sharpness: float
    """Variance of the Laplacian over the face brought to 112 by 112."""
    turn: float
    """0 straight, 1 profile: how far the nose is off the middle between the eyes."""
    roll_degrees: float
    brightness: float
    """Mean grey of the face, 0 to 255."""
    inside: float
    """Part of the face's box that is inside the picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityGates:
    least_side_px: float
    least_sharpness: float
    most_turn: float
    most_roll_degrees: float
    least_brightness: float
    most_brightness: float
    least_inside: float

    def shortcomings(self, face: FaceQuality) -> frozenset[Shortcoming]:
        """The good case negated, so that a NaN falls short of everything."""
        good = {
            Shortcoming.TOO_SMALL: face.side_px >= self.least_side_px,
            Shortcoming.BLURRED: face.sharpness >= self.least_sharpness,
            Shortcoming.TURNED_AWAY: face.turn <= self.most_turn,
            Shortcoming.TILTED: abs(face.roll_degrees) <= self.most_roll_degrees,
            Shortcoming.TOO_DARK: face.brightness >= self.least_brightness,
            Shortcoming.TOO_BRIGHT: face.brightness <= self.most_brightness,
            Shortcoming.CUT_OFF: face.inside >= self.least_inside,
        }
        return frozenset(code for code, holds in good.items() if not holds)
