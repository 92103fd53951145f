"""A line is told as it is: how much comes, how much is lost, what there is to see."""

from __future__ import annotations

import pytest

from server.ceremony.lines import Picture
from server.media.budget import LEAST_BITS, MOST_BITS, STILLS_FROM_BITS, Budget
from server.media.meter import TICK_S, Meter
from server.media.ordering import Packet


class Played:
    """A line, half a second at a time."""

    def __init__(self) -> None:
        self.now = 100.0
        self.meter = Meter(now=self.now)
        self.sent = 65_000
        self.said: list[str | None] = []

    def goes_on(self, seconds: float, *, pictures: float = 15, lost: float = 0) -> None:
        """Send a hundred packets of 100 octets a second, so many of them ending a picture."""
        for _ in range(round(seconds / TICK_S)):
            due = int(self.now * pictures)
            self.now += TICK_S
            ended = int(self.now * pictures) - due
            for number in range(50):
                self.sent += 1
                if not lost or number % round(1 / lost):
                    self.meter.came("video", self._packet(ends_picture=number < ended))
            self.meter.tick()
            self.said.append(self.meter.changed(self.now))

    def _packet(self, *, ends_picture: bool) -> Packet:
        return Packet(
            sequence=self.sent & 0xFFFF,
            timestamp=0,
            marker=ends_picture,
            payload=bytes(100),
            arrived=self.now,
        )

    @property
    def told(self) -> list[str]:
        return [each for each in self.said if each is not None]


def test_before_anything_came_nothing_is_told() -> None:
    meter = Meter(now=100.0)
    assert (meter.bits_per_second, meter.loss, meter.picture(100.0)) == (0, 0, Picture.NONE)
    assert meter.is_heard(103.0)
    assert not meter.is_heard(103.1)


def test_what_comes_is_counted_over_three_seconds() -> None:
    line = Played()
    line.goes_on(5)
    assert line.meter.bits_per_second == pytest.approx(80_000, rel=0.02)
    line.goes_on(3, lost=0.2)
    assert line.meter.loss == pytest.approx(200, abs=5)
    line.goes_on(3)
    assert line.meter.loss == 0


def test_what_was_sent_again_and_came_after_all_is_no_negative_loss() -> None:
    line = Played()
    line.goes_on(2)
    for _ in range(20):
        line.meter.came("video", line._packet(ends_picture=False))
    line.goes_on(1)
    assert line.meter.loss == 0


def test_whoever_counts_before_what_was_lost_is_sent_again_is_believed() -> None:
    line = Played()
    line.meter.tick((0, 0))
    line.meter.tick((100, 90))
    assert line.meter.loss == 100


def test_the_evidence_is_called_what_it_is_once_it_has_settled() -> None:
    line = Played()
    line.goes_on(10)
    assert line.told == []
    line.goes_on(10, pictures=0.5)
    assert line.told == ["stills"]
    # The last picture stands for ten seconds, and is gone then.
    line.goes_on(20, pictures=0)
    assert line.told == ["stills", "sound_alone"]
    line.goes_on(8)
    assert line.told == ["stills", "sound_alone", "moving"]


def test_a_moment_without_pictures_is_no_other_evidence() -> None:
    line = Played()
    line.goes_on(5)
    line.goes_on(1.5, pictures=0)
    line.goes_on(5)
    assert line.told == []


def ticks(budget: Budget, seconds: float, loss: int, **differently: bool) -> list[int]:
    asked = {"stills_asked": False, **differently}
    return [budget.tick(loss=loss, limits=[], **asked) for _ in range(round(seconds / TICK_S))]


def test_a_good_line_may_have_the_whole_picture() -> None:
    budget = Budget()
    assert set(ticks(budget, 5, loss=5)) == {MOST_BITS}
    assert not budget.wants_stills


def test_loss_costs_the_picture_and_never_the_sound() -> None:
    budget = Budget()
    given = ticks(budget, 10, loss=200)
    assert given == sorted(given, reverse=True)
    assert given[-1] == LEAST_BITS
    assert budget.wants_stills
    # It comes back slowly, and is not called moving before it is.
    back = ticks(budget, 5, loss=0)
    assert back[-1] <= STILLS_FROM_BITS
    assert budget.wants_stills
    assert ticks(budget, 30, loss=0)[-1] == MOST_BITS
    assert not budget.wants_stills


def test_a_little_loss_changes_nothing() -> None:
    budget = Budget()
    ticks(budget, 1, loss=200)
    once = ticks(budget, 0.5, loss=50)
    assert ticks(budget, 10, loss=50)[-1:] == once


def test_whoever_watches_on_a_weak_line_is_sent_what_it_can_take() -> None:
    budget = Budget()
    assert budget.tick(loss=0, limits=[700_000, 300_000], stills_asked=False) == 300_000
    assert budget.tick(loss=0, limits=[10], stills_asked=False) == LEAST_BITS


def test_whoever_was_asked_for_stills_needs_no_more_than_stills() -> None:
    assert set(ticks(Budget(), 1, loss=0, stills_asked=True)) == {STILLS_FROM_BITS}
