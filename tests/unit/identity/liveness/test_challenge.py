"""What is asked follows from the nonce, and no flat thing can do all of it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.liveness.challenge import (
    OF_THE_FACE,
    OF_THE_HEAD,
    Action,
    ChallengeMalformed,
    issue_challenge,
)
from identity.liveness.instructions import HOLD_STILL, INSTRUCTIONS, WARNING

nonces = st.binary(min_size=16, max_size=32)


@given(nonces)
def test_one_nonce_is_one_challenge(nonce: bytes) -> None:
    assert issue_challenge(nonce) == issue_challenge(nonce)


@given(nonces)
def test_every_challenge_moves_the_head_once_and_the_face_once(nonce: bytes) -> None:
    """Two of one kind would be within reach of a print, or of a print with holes."""
    actions = issue_challenge(nonce).actions
    assert len(actions) == 2
    assert sum(action in OF_THE_HEAD for action in actions) == 1
    assert sum(action in OF_THE_FACE for action in actions) == 1


@given(nonces)
def test_steps_and_colours_follow_one_another(nonce: bytes) -> None:
    challenge = issue_challenge(nonce)
    first, second = challenge.steps
    spans = [
        (0, first.opens_ms),
        (first.opens_ms, first.closes_ms),
        (second.opens_ms, second.closes_ms),
        *((flash.starts_ms, flash.ends_ms) for flash in challenge.flashes),
    ]
    assert all(start < end for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert challenge.lasts_ms <= 60 * 155


@given(nonces)
def test_colours_change_each_time_and_less_than_three_times_a_second(nonce: bytes) -> None:
    flashes = issue_challenge(nonce).flashes
    assert 4 <= len(flashes) <= 6
    assert all(one.colour is not other.colour for one, other in pairwise(flashes))
    assert all(3 * (flash.ends_ms - flash.starts_ms) > 1000 for flash in flashes)


def test_a_thousand_nonces_ask_for_every_order_and_hardly_ever_for_the_same() -> None:
    challenges = [issue_challenge(i.to_bytes(16, "big")) for i in range(1000)]
    assert len({challenge.actions for challenge in challenges}) == 12
    assert len({(c.steps, c.flashes) for c in challenges}) == 1000


def test_nothing_is_asked_for_that_nothing_measures() -> None:
    asked = {a for i in range(1000) for a in issue_challenge(i.to_bytes(16, "big")).actions}
    # Each of them is looked for in `identity.liveness.actions`; a clip has no sound.
    assert asked == set(OF_THE_HEAD) | set(OF_THE_FACE) == set(Action) == set(INSTRUCTIONS)


def test_a_nonce_that_could_be_guessed_makes_no_challenge() -> None:
    with pytest.raises(ChallengeMalformed):
        issue_challenge(bytes(15))


def test_people_are_told_in_two_languages() -> None:
    texts = [*INSTRUCTIONS.values(), WARNING, HOLD_STILL]
    assert set(INSTRUCTIONS) == set(Action)
    assert all(not chinese.isascii() and english.isascii() for chinese, english in texts)
