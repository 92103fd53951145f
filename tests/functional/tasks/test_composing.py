"""The video of a ceremony is made once, after the act, whoever dies on the way."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from server.ceremony.composite import Composite, CompositeState
from server.ceremony.errors import CompositeNotMade
from server.ceremony.status import Step
from server.tasks.composing import Composed, ComposingDesk, compose_due
from server.transaction import Scope
from storage.errors import StoreUnavailable
from storage.objects import Digest
from tests.functional.tasks.kept import Kept
from tests.integration.db.filling import AT, DIGEST, media_room

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.cases.ids import OfficeId
    from server.ceremony.composite import CompositePlan
    from server.transaction import OpenTransaction

VIDEO = b"all of it in one"


@dataclass(slots=True)
class Cutter:
    """Makes the video of one ceremony; how, the tests of the process itself show."""

    kept: Kept
    at: datetime = AT
    trouble: Exception | None = None
    plans: list[CompositePlan] = field(default_factory=list)

    def run(self) -> Composed:
        desk = ComposingDesk(
            open_transaction=self.kept.open_transaction,
            render=self._render,
            fetch=lambda _, digest: digest.hex.encode(),
            put=self._put,
            now=lambda: self.at,
        )
        return compose_due([self.kept.office], desk=desk)

    def _render(self, plan: CompositePlan, fetch: Callable[[str], bytes]) -> bytes:
        if self.trouble is not None:
            raise self.trouble
        assert fetch(DIGEST) == DIGEST.encode()
        self.plans.append(plan)
        return VIDEO

    def _put(self, _: OfficeId, content: bytes) -> Digest:
        return Digest.of(content)

    def found(self) -> Composite | None:
        with self.kept.open_transaction(Scope(office=self.kept.office)) as tx:
            return tx.composites.get(self.kept.ceremony.id)


@pytest.fixture
def cutter(open_transaction: OpenTransaction) -> Cutter:
    # Whatever other tests left in this office is not this test's to make.
    kept = Kept.of(open_transaction)
    with open_transaction(Scope(office=kept.office)) as tx:
        for other in tx.composites.due(at=AT + timedelta(days=999), limit=999):
            tx.composites.save(replace(other, state=CompositeState.FAILED))
    return Cutter(kept)


def end(cutter: Cutter, step: Step = Step.COMPLETE) -> str:
    with cutter.kept.open_transaction(Scope(office=cutter.kept.office)) as tx:
        held = tx.ceremonies.get(cutter.kept.ceremony.id, lock=True)
        held.take(Step.CONFIRM_IDENTITIES, by="notary-1", at=AT)
        held.take(step, by="notary-1", at=AT)
        tx.ceremonies.save(held)
        return held.head


@pytest.mark.parametrize("step", [Step.COMPLETE, Step.ABORT])
def test_it_is_made_once_of_all_that_was_recorded(cutter: Cutter, step: Step) -> None:
    head = end(cutter, step)
    assert cutter.run() == Composed(made=1)
    made = cutter.found()
    assert made is not None
    assert (made.state, made.head, made.size) == (CompositeState.MADE, head, len(VIDEO))
    assert made.object_sha256 == Digest.of(VIDEO).hex
    assert cutter.run() == Composed()


def test_nothing_is_made_while_the_act_goes_on(cutter: Cutter) -> None:
    assert cutter.run() == Composed()


def test_it_waits_for_the_recording_that_is_still_on_its_way(cutter: Cutter) -> None:
    end(cutter)
    kept = cutter.kept
    with kept.open_transaction(Scope(office=kept.office)) as tx:
        tx.rooms.lease(media_room(kept.ceremony), now=AT)
    assert cutter.run() == Composed()
    with kept.open_transaction(Scope(office=kept.office)) as tx:
        tx.rooms.release(kept.ceremony.id, "worker-1")
    assert cutter.run() == Composed(made=1)


def test_one_that_cannot_be_made_is_tried_later_and_then_given_up(cutter: Cutter) -> None:
    end(cutter)
    cutter.trouble = CompositeNotMade("CalledProcessError")
    assert cutter.run() == Composed(failed=1)
    assert cutter.run() == Composed(), "not at once again"
    for _ in range(3):
        cutter.at += timedelta(hours=9)
        assert cutter.run() == Composed(failed=1)
    given_up = cutter.found()
    assert given_up is not None
    assert given_up.state is CompositeState.FAILED
    cutter.at += timedelta(days=9)
    assert cutter.run() == Composed()


def test_a_worker_that_died_left_a_try_and_the_next_one_makes_it(cutter: Cutter) -> None:
    end(cutter)
    cutter.trouble = StoreUnavailable("as if killed here")
    with pytest.raises(StoreUnavailable):
        cutter.run()
    left = cutter.found()
    assert left is not None
    assert (left.state, left.tries) == (CompositeState.WANTED, 1)
    cutter.trouble, cutter.at = None, AT + timedelta(hours=1)
    assert cutter.run() == Composed(made=1)
