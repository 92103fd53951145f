"""Reasons a case can say no. None of them knows about HTTP or holds a person's data."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.cases.guards import Unmet
    from server.cases.status import CaseStatus
    from server.cases.transitions import Action
    from server.catalogue.eligibility_question import Reason


class CaseError(Exception):
    """Base of everything a case refuses on purpose."""


class CaseNotFound(CaseError):
    """No case with this id is visible to the caller."""

    def __init__(self) -> None:
        super().__init__("no such case")


class PartNotFound(CaseError):
    """The case has no such party, material, paper or task."""

    def __init__(self, part: str) -> None:
        self.part = part
        super().__init__(f"the case has no such {part}")


class TransitionRefused(CaseError):
    """The case is not in a status from which this action is allowed."""

    def __init__(self, current: CaseStatus, action: Action) -> None:
        self.current = current
        self.action = action
        super().__init__(f"cannot {action} a case that is {current}")


class NotYourAction(CaseError):
    """The action belongs to another role, or to another person in the case."""

    def __init__(self, action: str) -> None:
        self.action = action
        super().__init__(f"{action} is not yours to do in this case")


class NotEligible(CaseError):
    """The office may not take this application. Lists every reason, with the way on."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(", ".join(r.code for r in self.reasons))


class ConditionsUnmet(CaseError):
    """The action is right but something must happen first. Lists all of it."""

    def __init__(self, unmet: Sequence[Unmet]) -> None:
        self.unmet = tuple(unmet)
        super().__init__(", ".join(u.code for u in self.unmet))


class NotEditable(CaseError):
    """This part of the case may not be changed in its present status."""

    def __init__(self, part: str, current: CaseStatus) -> None:
        self.part = part
        self.current = current
        super().__init__(f"{part} cannot be changed while the case is {current}")


class StaleVersion(CaseError):
    """Somebody else changed the case in between; read it again."""


class TextDiffers(CaseError):
    """What the person was shown is not what the office's text says."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(f"the {what} shown differs from the one in force")


class FormIncomplete(CaseError):
    """A form lacks answers that the rules ask for."""

    def __init__(self, missing: Sequence[str]) -> None:
        self.missing = tuple(missing)
        super().__init__("missing: " + ", ".join(self.missing))


class ChallengeSpent(CaseError):
    """The challenge was answered before or too late, or was another person's."""


class ChipCannotBeAsked(CaseError):
    """What the app sent is no DG14 with a key of chip authentication that we know."""


class IntentBroken(CaseError):
    """What would be sealed is not what was intended; nothing was sealed."""


class IssueOvertaken(CaseError):
    """The case was closed or changed while its certificate was made; the number is void."""


class DeviceKeyRefused(CaseError):
    """Not a P-256 public key in its one encoding."""


class DeviceSignatureRefused(CaseError):
    """The signature is not the device's, not over this statement, or not strict DER."""


class StepUpRefused(CaseError):
    """Base of why a person's agreement does not cover what is about to be done."""


class StepUpNotFound(StepUpRefused):
    """Nobody was asked under this id, or it was somebody else."""


class StepUpOfAnotherSession(StepUpRefused):
    """It was asked in another sign-in of the same person."""


class StepUpOfAnotherCase(StepUpRefused):
    """It was asked for another case."""


class StepUpOfAnotherAct(StepUpRefused):
    """It was asked for another act."""


class StepUpOfAnotherDocument(StepUpRefused):
    """What was shown is not, or no longer, the document at hand."""


class StepUpExpired(StepUpRefused):
    """The answer came too late."""


class StepUpSpent(StepUpRefused):
    """It was answered before; an answer serves once."""


class StepUpUnanswered(StepUpRefused):
    """Nobody has answered it."""
