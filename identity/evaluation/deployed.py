"""What the deployed policy would have said of many pairs at once. Pure.

The same rule as `identity.face_judging`, over arrays; a test holds the two together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from identity.evaluation.rates import Share

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from identity.evaluation.comparisons import Comparisons
    from identity.framing import Json
    from identity.policy import Band, ProofPolicy


def matches(pairs: Comparisons, band: Band, policy: ProofPolicy) -> NDArray[np.bool_]:
    """Which pairs carry a match; a likeness that is too good to be live is not asked here."""
    return np.asarray(
        (pairs.first >= band.match_from)
        & (pairs.fused >= band.fused_match_from)
        & (pairs.second >= policy.second_opinion_from)
    )


def refused(pairs: Comparisons, band: Band) -> NDArray[np.bool_]:
    return np.asarray(~(pairs.first >= band.no_match_below))


def deployed_rates(pairs: Comparisons, band: Band, policy: ProofPolicy) -> dict[str, Json]:
    """Shares of strangers and of right people in each of the three bands."""
    matched, turned_away = matches(pairs, band, policy), refused(pairs, band)
    genuine, strangers = pairs.genuine, ~pairs.genuine
    return {
        "thresholds": {
            "no_match_below": band.no_match_below,
            "match_from": band.match_from,
            "fused_match_from": band.fused_match_from,
            "second_opinion_from": policy.second_opinion_from,
        },
        "strangers_matched": as_json(share(matched, strangers)),
        "strangers_to_a_person": as_json(share(~matched & ~turned_away, strangers)),
        "right_people_not_matched": as_json(share(~matched, genuine)),
        "right_people_to_a_person": as_json(share(~matched & ~turned_away, genuine)),
        "right_people_refused": as_json(share(turned_away, genuine)),
    }


def share(which: NDArray[np.bool_], among: NDArray[np.bool_]) -> Share:
    return Share(part=int((which & among).sum()), whole=int(among.sum()))


def as_json(share: Share) -> dict[str, Json]:
    """A rate that cannot be told is ``null``, as JSON has no NaN."""
    low, high = share.interval
    return {
        "count": share.part,
        "of": share.whole,
        "rate": share.rate if share.whole else None,
        "interval_95": [low, high],
    }
