"""What the case needs from the outside, in its own words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from server.cases.case import Case
    from server.cases.events import CaseEvent
    from server.cases.identity_challenges import ChallengeId, IdentityChallenge
    from server.cases.identity_checks import CheckId, IdentityCheck
    from server.cases.ids import AccountId, CaseId, PartyId
    from server.cases.status import CaseStatus
    from server.cases.step_up import StepUp, StepUpAnswer, StepUpId
    from server.ceremony.chain import Link


class CaseBook(Protocol):
    """The cases of one office, with their audit trail, inside one transaction."""

    def add(self, case: Case) -> None:
        """Store a new case and its pending events."""
        ...

    def get(self, case_id: CaseId, *, lock: bool = False) -> Case:
        """Return the case, locked if asked for, or raise `CaseNotFound`."""
        ...

    def save(self, case: Case) -> None:
        """Write the case and its pending events; raise `StaleVersion` on a race."""
        ...

    def events(self, case_id: CaseId) -> list[CaseEvent]:
        """Return the audit trail of the case, oldest first, its chain verified."""
        ...

    def trail(self, case_id: CaseId) -> list[Link]:
        """Return the same trail as the chain that it is, for whoever checks it elsewhere."""
        ...

    def standing(self, *statuses: CaseStatus) -> Iterator[CaseId]:
        """Yield the ids of the office's cases in one of ``statuses``."""
        ...


class IdentityCheckBook(Protocol):
    def add(self, check: IdentityCheck) -> None: ...

    def get(self, check_id: CheckId, *, lock: bool = False) -> IdentityCheck:
        """Return the check, or raise `PartNotFound`."""
        ...

    def of_case(self, case_id: CaseId) -> list[IdentityCheck]: ...

    def save(self, check: IdentityCheck) -> None: ...

    def faces_kept(self) -> int:
        """Count the persons of the office of whom pictures of a live face are kept."""
        ...

    def cases_with_pictures(self) -> list[CaseId]:
        """Return the office's cases with checks whose pictures are neither gone nor on file."""
        ...

    def is_paper(self, digest: str) -> bool:
        """Say whether a material or a side of a document of the office is these very bytes."""
        ...


class IdentityChallengeBook(Protocol):
    def add(self, challenge: IdentityChallenge) -> None: ...

    def get(self, challenge_id: ChallengeId) -> IdentityChallenge:
        """Return the challenge, spent or not, or raise `PartNotFound`."""
        ...

    def codes_since(self, party: PartyId, since: datetime) -> int:
        """Count the codes that were sent to ``party`` since then."""
        ...

    def spend(
        self, challenge_id: ChallengeId, *, party: PartyId, at: datetime
    ) -> IdentityChallenge:
        """Return the challenge of ``party``, once; raise `ChallengeSpent` ever after."""
        ...


class StepUpBook(Protocol):
    def add(self, step_up: StepUp) -> None: ...

    def get(self, step_up_id: StepUpId) -> StepUp:
        """Return the challenge with its answer, or raise `StepUpNotFound`.

        The key of an answer is that of the account's own device, wherever the answer came from.
        """
        ...

    def answer(self, step_up_id: StepUpId, answer: StepUpAnswer) -> bool:
        """Keep the answer unless there is one or it is too late; say whether it was taken.

        One conditional update, so two answers at once cannot both be.
        """
        ...


class SensitiveReads(Protocol):
    """Every reading of a sensitive field leaves a row (invariant 14)."""

    def put_on_record(
        self, case_id: CaseId, *, field: str, subject: str, by: AccountId, **facts: str
    ) -> None:
        """Append it; ``facts`` are further codes, ids and digests."""
        ...
