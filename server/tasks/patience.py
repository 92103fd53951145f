"""When a job is tried again: what passes is waited out, anything else soon only so often.

A store or a signer that is down for an hour must not leave a person's upload or
certificate half done for ever (nothing acknowledged is lost). Nor may what nobody thought
of: no job is ever given up here. Whatever is to end, the task itself ends and puts on
record; trouble that reaches the queue is trouble in doing that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from procrastinate import BaseRetryStrategy, RetryDecision

if TYPE_CHECKING:
    from procrastinate.jobs import Job

LONGEST_S: Final = 60
"""Between two tries: so soon after the trouble is over the work goes on."""

SELDOM_S: Final = 600
"""Between two tries of what failed often: a mistake of ours waits for its mending."""

_DOUBLINGS: Final = 16


@dataclass(frozen=True, kw_only=True)
class Patience(BaseRetryStrategy):
    passing: tuple[type[Exception], ...]
    """Troubles that go away by themselves."""

    attempts: int
    """Soon one after the other, for every other trouble."""

    wait_s: int
    """To the power of the failures so far, but never more than `LONGEST_S`."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:
        if not isinstance(exception, self.passing) and job.attempts >= self.attempts:
            return RetryDecision(retry_in={"seconds": SELDOM_S})
        wait = self.wait_s ** min(job.attempts + 1, _DOUBLINGS)
        return RetryDecision(retry_in={"seconds": min(wait, LONGEST_S)})
