"""A clip that is too much is not looked at."""

from __future__ import annotations

import math

import pytest

from identity.liveness.clip import ClipFault, ClipRefused, check_clip


@pytest.mark.parametrize(
    ("sizes", "times", "fault"),
    [
        # Nothing was sent.
        ([], [], ClipFault.NO_FRAMES),
        # One frame more than is measured.
        ([1] * 61, list(range(61)), ClipFault.TOO_MANY_FRAMES),
        # One still as large as a whole photograph.
        ([1, 400_001], [0, 1], ClipFault.FRAME_TOO_LARGE),
        # Each is small enough, all together are not.
        ([400_000] * 31, list(range(31)), ClipFault.CLIP_TOO_LARGE),
        # A still without a time.
        ([1, 1], [0], ClipFault.TIMES_MALFORMED),
        # A time that is none.
        ([1, 1], [0, math.nan], ClipFault.TIMES_MALFORMED),
    ],
)
def test_a_clip_past_its_limits_is_refused(
    sizes: list[int], times: list[float], fault: ClipFault
) -> None:
    with pytest.raises(ClipRefused) as refused:
        check_clip(sizes, times)
    assert refused.value.fault is fault
    assert str(refused.value) == fault.value


def test_a_full_clip_of_usual_stills_is_looked_at() -> None:
    check_clip([60_000] * 60, [150.0 * i for i in range(60)])
