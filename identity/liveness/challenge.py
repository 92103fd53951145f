"""What a person is asked to do, expanded from a nonce: the same nonce, the same challenge.

Every challenge asks for one movement of the head and one of the face. A print can be turned
but not blink; a print with holes can blink but has no nose that leaves the plane of its
eyes. Two of either kind would let one of the two through. That a nonce is used once, and
that it is fresh, is the business of the caller.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeVar

    T = TypeVar("T")

LEAST_NONCE_BYTES: Final = 16
"""Chosen: 128 bits cannot be guessed."""

EXPIRES_S: Final = 120
"""Chosen: time to show the instructions, answer in ten seconds and send over a slow line."""

WINDOW_MS: Final = 2600
"""Chosen: to read four words, do it and come back. Real people have not been timed."""

COLOUR_MS: Final = 350
"""Under three changes a second, the general flash threshold of WCAG 2.2, 2.3.1."""

FEWEST_COLOURS: Final = 4
MOST_COLOURS: Final = 6


class ChallengeMalformed(ValueError):
    """The nonce is too short to make a challenge that nobody can foresee."""


class Action(StrEnum):
    """Left and right are the person's own."""

    TURN_LEFT = "turn_left"
    TURN_RIGHT = "turn_right"
    NOD = "nod"
    BLINK = "blink"
    OPEN_MOUTH = "open_mouth"


OF_THE_HEAD: Final = (Action.TURN_LEFT, Action.TURN_RIGHT, Action.NOD)
OF_THE_FACE: Final = (Action.BLINK, Action.OPEN_MOUTH)


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"
    BLUE = "blue"
    YELLOW = "yellow"
    MAGENTA = "magenta"
    CYAN = "cyan"

    @property
    def rgb(self) -> tuple[int, int, int]:
        """What the screen shows, each part 0 or 1."""
        return _RGB[self]


_RGB: Final = {
    Colour.RED: (1, 0, 0),
    Colour.GREEN: (0, 1, 0),
    Colour.BLUE: (0, 0, 1),
    Colour.YELLOW: (1, 1, 0),
    Colour.MAGENTA: (1, 0, 1),
    Colour.CYAN: (0, 1, 1),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    action: Action
    opens_ms: int
    """On the client's clock from the start of the challenge; the text appears then."""
    closes_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Flash:
    colour: Colour
    starts_ms: int
    ends_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    nonce: bytes
    steps: tuple[Step, ...]
    """The two that count, in the order in which they are asked."""
    flashes: tuple[Flash, ...]
    expires_s: int
    """After its issue an answer is no longer taken."""

    @property
    def lasts_ms(self) -> int:
        return self.flashes[-1].ends_ms

    @property
    def actions(self) -> tuple[Action, ...]:
        return tuple(step.action for step in self.steps)


def issue_challenge(nonce: bytes, *, expires_s: int = EXPIRES_S) -> Challenge:
    """Expand ``nonce``, fresh random bytes; raises `ChallengeMalformed` below 16 of them.

    12 orders of actions, pauses in steps of 50 ms, and at least 6 * 5**3 orders of colours:
    a recording made for another nonce answers this one by accident only.
    """
    if len(nonce) < LEAST_NONCE_BYTES:
        raise ChallengeMalformed("a nonce has at least 16 bytes")
    dice = _Dice(nonce)
    actions = [dice.pick(OF_THE_HEAD), dice.pick(OF_THE_FACE)]
    if dice.below(2):
        actions.reverse()
    at, steps = 600 + 50 * dice.below(7), []
    for action in actions:
        steps.append(Step(action=action, opens_ms=at, closes_ms=at + WINDOW_MS))
        at += WINDOW_MS + 200 + 50 * dice.below(7)
    return Challenge(
        nonce=nonce,
        steps=tuple(steps),
        flashes=_flashes(dice, at),
        expires_s=expires_s,
    )


def _flashes(dice: _Dice, at: int) -> tuple[Flash, ...]:
    colours: list[Colour] = []
    for _ in range(FEWEST_COLOURS + dice.below(MOST_COLOURS - FEWEST_COLOURS + 1)):
        # Two alike in a row would be one long flash.
        colours.append(dice.pick([one for one in Colour if one not in colours[-1:]]))
    return tuple(
        Flash(colour=colour, starts_ms=at + COLOUR_MS * i, ends_ms=at + COLOUR_MS * (i + 1))
        for i, colour in enumerate(colours)
    )


class _Dice:
    """HMAC-SHA-256 of a counter under the nonce: even numbers that only the nonce decides."""

    def __init__(self, nonce: bytes) -> None:
        self._nonce = nonce
        self._thrown = 0

    def below(self, limit: int) -> int:
        self._thrown += 1
        word = b"liveness challenge 1:" + self._thrown.to_bytes(4, "big")
        digest = hmac.digest(self._nonce, word, hashlib.sha256)
        # 256 bits modulo a small number: the bias is below 2**-250.
        return int.from_bytes(digest, "big") % limit

    def pick(self, among: Sequence[T]) -> T:
        return among[self.below(len(among))]
