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
    NODDED = "face_nodded"
    TILTED = "face_tilted"
    UPSIDE_DOWN = "face_upside_down"
    TOO_DARK = "face_too_dark"
    TOO_BRIGHT = "face_too_bright"
    COVERED = "face_covered"
    CUT_OFF = "face_cut_off"


ADVICE: Final = {
    Shortcoming.TOO_SMALL: ("请靠近镜头。", "Come nearer to the camera."),
    Shortcoming.BLURRED: ("请擦净镜头，手持稳定后重拍。", "Clean the lens and hold still."),
    Shortcoming.TURNED_AWAY: ("请正对镜头。", "Look straight into the camera."),
    Shortcoming.NODDED: (
        "请不要低头或仰头，手机与眼睛同高。",
        "Do not look up or down. Hold the telephone at the height of your eyes.",
    ),
    Shortcoming.TILTED: ("请把头和手机放正。", "Hold your head and the telephone upright."),
    Shortcoming.UPSIDE_DOWN: (
        "画面上下颠倒，请把手机转正。",
        "The picture is upside down. Turn the telephone round.",
    ),
    Shortcoming.TOO_DARK: ("光线太暗，请面向光源。", "It is too dark. Face the light."),
    Shortcoming.TOO_BRIGHT: ("光线太强，请避开直射光。", "It is too bright. Leave the glare."),
    Shortcoming.COVERED: (
        "请摘下口罩、墨镜，不要用手遮挡脸部。",
        "Take off mask and sunglasses, and keep your hands off your face.",
    ),
    Shortcoming.CUT_OFF: ("请让整张脸都在画面内。", "Keep your whole face in the picture."),
}
"""Code to (zh-CN, en)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceQuality:
    """Figures of one face. Those of "the aligned face" are of 112 by 112 pixels, eyes level."""

    side_px: float
    """Shorter side of the face's box, in pixels of the decoded picture."""
    sharpness: float
    """Variance of the Laplacian over the aligned face."""
    turn: float
    """0 straight, 1 profile: how far the nose is off the middle between the eyes."""
    nod: float
    """Where the nose is between the eyes (0) and the mouth (1): less looking up, more down."""
    roll_degrees: float
    upright: float
    """How much surer the detector is of the face as it stands than upside down."""
    brightness: float
    """Mean grey of the aligned face, 0 to 255."""
    blown_out: float
    """Part of the aligned face that is white beyond detail (250 and above)."""
    mouth_detail: float
    """Standard deviation of lightness around the mouth: a mask or a hand has little."""
    mouth_colour: float
    """Distance in colour (a*, b* of OpenCV's 8-bit Lab) of the mouth from the nose's bridge."""
    eye_detail: float
    """Standard deviation of lightness around the eyes: sunglasses have little."""
    inside: float
    """Part of the face's box that is inside the picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityGates:
    least_side_px: float
    least_sharpness: float
    most_turn: float
    least_nod: float
    most_nod: float
    most_roll_degrees: float
    least_upright: float
    least_brightness: float
    most_brightness: float
    most_blown_out: float
    least_mouth_detail: float
    most_mouth_colour: float
    least_eye_detail: float
    least_inside: float

    def shortcomings(self, face: FaceQuality) -> frozenset[Shortcoming]:
        """The good case negated, so that a NaN falls short of everything."""
        good = {
            Shortcoming.TOO_SMALL: face.side_px >= self.least_side_px,
            Shortcoming.BLURRED: face.sharpness >= self.least_sharpness,
            Shortcoming.TURNED_AWAY: face.turn <= self.most_turn,
            Shortcoming.NODDED: self.least_nod <= face.nod <= self.most_nod,
            Shortcoming.TILTED: abs(face.roll_degrees) <= self.most_roll_degrees,
            Shortcoming.UPSIDE_DOWN: face.upright >= self.least_upright,
            Shortcoming.TOO_DARK: face.brightness >= self.least_brightness,
            Shortcoming.TOO_BRIGHT: face.brightness <= self.most_brightness
            and face.blown_out <= self.most_blown_out,
            Shortcoming.COVERED: face.mouth_detail >= self.least_mouth_detail
            and face.mouth_colour <= self.most_mouth_colour
            and face.eye_detail >= self.least_eye_detail,
            Shortcoming.CUT_OFF: face.inside >= self.least_inside,
        }
        return frozenset(code for code, holds in good.items() if not holds)
