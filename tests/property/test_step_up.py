"""Whatever order things come in, a challenge is answered at most once, and only as asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from server.access.errors import DeviceNotFound, DeviceRevoked
from server.access.principals import SessionId
from server.cases.errors import (
    DeviceSignatureRefused,
    StepUpExpired,
    StepUpOfAnotherAct,
    StepUpOfAnotherDocument,
    StepUpOfAnotherSession,
    StepUpSpent,
)
from server.cases.step_up import LIFE, KeyUse, require_answered
from server.demo.device import DeviceKey
from tests.unit.access.asking_again import PARTY, AskingAgain
from tests.unit.cases.a_case import NOW

if TYPE_CHECKING:
    from server.cases.step_up import StepUp

TELEPHONES = [DeviceKey(id=f"d-{n}") for n in range(1, 4)]
REFUSALS = (
    DeviceNotFound,
    DeviceRevoked,
    DeviceSignatureRefused,
    StepUpExpired,
    StepUpOfAnotherAct,
    StepUpOfAnotherDocument,
    StepUpOfAnotherSession,
    StepUpSpent,
)


class Challenges(RuleBasedStateMachine):
    """Time passes, telephones come and go, and answers of every kind arrive."""

    @initialize()
    def begin(self) -> None:
        self.at = AskingAgain(phone=TELEPHONES[0])
        self.now = NOW
        self.asked: list[StepUp] = []
        self.revoked: set[str] = set()
        self.taken: dict[str, StepUp] = {}

    @rule(digest=st.sampled_from(["2" * 64, "3" * 64]))
    def ask(self, digest: str) -> None:
        asked = self.at.ask(digest=digest)
        self.asked.append(replace(asked, issued_at=self.now, expires_at=self.now + LIFE))
        self.at.step_ups.every[asked.id] = self.asked[-1]

    @rule(seconds=st.sampled_from([1, 59, 60, 119, 120]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(number=st.integers(1, 2))
    def add_a_telephone(self, number: int) -> None:
        self.at.devices.add(self.at.known(TELEPHONES[number]))

    @rule(number=st.integers(0, 2))
    def revoke_a_telephone(self, number: int) -> None:
        device = self.at.devices.every.get(TELEPHONES[number].id)  # type: ignore[call-overload]  # ids are texts
        if device is not None:
            self.at.devices.revoke(device.id, at=self.now)
            self.revoked.add(device.id)

    @rule(data=st.data(), wrong=st.sampled_from(["", "", "", "session", "act", "bytes"]))
    def answer(self, data: st.DataObject, wrong: str) -> None:
        if not self.asked:
            return
        asked = data.draw(st.sampled_from(self.asked))
        by = data.draw(st.sampled_from(TELEPHONES))
        given, who, wanted = self.at.given(asked, by=by), PARTY, self.at.wanted
        if wrong == "session":
            who = replace(PARTY, session=SessionId("another"))
        elif wrong == "act":
            wanted = replace(wanted, use=KeyUse.ISSUE)
        elif wrong == "bytes":
            given = replace(given, signature=by.sign(asked.statement + " "))
        may_be = (
            not wrong
            and asked.digest in wanted.digests
            and asked.id not in self.taken
            and self.now < asked.expires_at
            and by.id in self.at.devices.every
            and by.id not in self.revoked
        )
        if may_be:
            self.taken[asked.id] = self.at.answer(given, who=who, wanted=wanted, at=self.now)
        else:
            with pytest.raises(REFUSALS):
                self.at.answer(given, who=who, wanted=wanted, at=self.now)

    @invariant()
    def what_was_taken_stays_and_proves_itself(self) -> None:
        for asked in self.asked:
            kept = self.at.step_ups.get(asked.id)
            assert (kept.answer is not None) is (asked.id in self.taken)
            if asked.id in self.taken:
                assert kept == self.taken[asked.id]
                assert require_answered(kept, self.at.wanted) == kept.answer


Challenges.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
test_a_challenge_is_answered_once_in_time_and_as_asked = Challenges.TestCase
