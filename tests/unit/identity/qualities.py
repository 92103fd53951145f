"""A face with nothing to complain of, for tests to spoil in one respect at a time."""

from __future__ import annotations

from identity.faces.quality import FaceQuality

GOOD = FaceQuality(
    side_px=240,
    sharpness=300,
    turn=0.1,
    nod=0.55,
    roll_degrees=3,
    upright=0.1,
    brightness=120,
    blown_out=0.0,
    mouth_detail=30,
    mouth_colour=5,
    eye_detail=30,
    inside=1.0,
)
