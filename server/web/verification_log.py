"""The step that says whether the world could have seen what the register says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.web.verification_result import Check, Mark

if TYPE_CHECKING:
    from server.register.standing import Registered
    from server.web.verification_wording import Words


def log_check(registered: Registered, words: Words) -> Check:
    """Tell where the newest entry is published; "not yet" is no fault and no pass."""
    published = registered.published
    if published is None:
        return Check(
            mark=Mark.SKIPPED, claim=words("check.log"), evidence=words("check.log.pending")
        )
    return Check(
        mark=Mark.PASSED,
        claim=words("check.log"),
        evidence=words(
            "check.log.published",
            index=str(published.index),
            size=str(published.size),
            at=words.moment(published.signed_at),
        ),
    )
