"""How sure we must be that somebody is there. Each value says where it comes from.

"Simulated" is what `python -m tests.benchmarks.identity_liveness` prints for clips made from
photographs; no value here was measured on real people or real attacks, and none may be read
as if it had been.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """A movement is a figure that rises over ``high`` and was and comes back under ``low``."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not 0 < self.low < self.high:
            raise ValueError("a movement needs 0 < low < high")


@dataclass(frozen=True, slots=True, kw_only=True)
class LivenessPolicy:
    turn: Movement = field(default_factory=lambda: Movement(low=0.07, high=0.13))
    """Sine by depth. Simulated heads turned by 18 degrees: 0.14 to 0.44; paper turned by 25 to 45
    degrees, flat or bent any way: at most 0.06 (first looks, seven photographs, two sizes)."""

    nod: Movement = field(default_factory=lambda: Movement(low=0.05, high=0.09))
    """The same. Heads lowered by 12 degrees: 0.07 to 0.21 but for one picture of a head already
    turned; paper: at most 0.04."""

    blink: Movement = field(default_factory=lambda: Movement(low=0.15, high=0.30))
    """One less the mean likeness of both eyes to themselves open. Simulated: closed 0.4 to 0.9,
    open, and the head within 7 degrees, at most 0.1."""

    least_other_eye: float = 0.10
    """One less the likeness of the eye that changed less: below it, it was a wink. Chosen."""

    least_closed_ms: float = 200
    """Chosen: people blink unasked for 100 to 250 ms; eyes closed on purpose stay closed longer."""

    mouth: Movement = field(default_factory=lambda: Movement(low=0.05, high=0.10))
    """Part of the patch that turns dark. Simulated: 0.2 to 0.3 open, changes of 0.03 closed."""

    least_jaw: float = 0.05
    """In distances between the eyes (3 mm): a chin falls when its mouth opens. Simulated: 0.1 to
    0.15 for live faces, at most 0.02 for paper with a hole."""

    least_reaction_ms: float = 100
    """Chosen: nobody reads and moves sooner; simple reactions to light take about 200 ms."""

    most_late_ms: float = 400
    """Chosen: a movement may end so long after its window; the next one opens 200 ms later."""

    most_paper_turn: float = 0.05
    least_paper_yaw: float = 0.15
    """Points that turn by the second while the depth stays below the first belong to paper; live
    heads that turn by 0.15 in the points mostly have 0.12 and more in depth (simulated)."""

    least_paper_frames: int = 4
    """Chosen: the depth of a far turned head is lost in a frame or two."""

    fewest_frames: int = 30
    most_gap_ms: float = 500
    """Chosen: two frames may be lost; eyes that are closed while one counts still show."""

    most_faceless_ms: float = 600
    """Chosen: a deep nod may lose the face for a moment."""

    most_jump: float = 0.6
    """Of the face's size, between frames. Chosen: at seven frames a second a head does not."""

    most_growth: float = 1.4
    least_likeness: float = 0.1
    """Between neighbours. Simulated: 0.36 and more in the middle of a turn."""

    most_faces_extra_frames: int = 2
    """Chosen: somebody may pass behind; YuNet sees a face in a curtain now and then."""

    copy_difference: float = 0.5
    """Of what still frames differ by. Simulated: copies, compressed anew, 0 to 0.32; others that
    come by chance below it do not come in a row."""

    copies_in_a_row: int = 4
    most_frozen: int = 3

    least_uneven_ms: float = 1.0
    """Spread of the intervals: a timer in a browser, or a camera, has more."""

    most_grid: float = 150
    """Strongest frequency over the ring's median. Simulated: 12 to 35 for faces and paper, over
    600 for screens with a pattern."""

    least_flash: float = 0.015
    """Change of the log of the face's colour for a full colour; below it the room is too bright."""

    flash_agrees_from: float = 0.9
    """Of 600 faces lit by the colours of another nonce, and a fifth as much by the right ones,
    0.5 % agree so well and 17 % reach 0.6 (computed, no pictures)."""

    flash_contradicts_below: float = 0.5
    """Chosen: 72 % of the same 600 are below; between the two a person looks."""

    most_background: float = 0.8
    """Of the face's change: a wall behind a head is further from the screen than the head."""

    least_live_score: float = 0.5
    """Mean of the pair's share of "live": its authors take the largest of three shares. It asks
    a person only, since its error rates on our users are not known."""

    requires_attack_models: bool = False
    most_clock_drift_ms: float = 1500
    """Chosen: between the client's clock and ours over one challenge."""

    citation: str = "docs/identity-policy.md 8 (2026-11)"


def liveness_2026() -> LivenessPolicy:
    """The policy in force; values in docs/identity-policy.md 8."""
    return LivenessPolicy()
