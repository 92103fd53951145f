"""The books that issuing writes, in memory; a block that fails leaves no trace."""

from __future__ import annotations

from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from server.cases.errors import CaseNotFound, StepUpNotFound
from server.cases.ports import CaseBook, StepUpBook
from server.cases.press import IssuingBooks
from server.cases.restamping import RenewingBooks
from server.delivery.ports import DeliveryBook
from server.register.certificates import CertificateStatus
from server.register.errors import CertificateNotFound
from server.register.ports import CertificateBook, GenerationBook, NumberBook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from server.cases.case import Case
    from server.cases.events import CaseEvent
    from server.cases.ids import CaseId
    from server.cases.status import CaseStatus
    from server.cases.step_up import StepUp, StepUpAnswer, StepUpId
    from server.ceremony.chain import Link
    from server.delivery.delivery import Delivery, DeliveryId
    from server.register.certificates import Certificate, CertificateId
    from server.register.generations import Generation, SignedFile


class MemoryCases(CaseBook):
    def __init__(self, *cases: Case) -> None:
        self.every = {case.id: case for case in cases}
        self.recorded: list[CaseEvent] = []

    def add(self, case: Case) -> None:
        self.save(case)

    def get(self, case_id: CaseId, *, lock: bool = False) -> Case:
        try:
            return deepcopy(self.every[case_id])
        except KeyError:
            raise CaseNotFound from None

    def save(self, case: Case) -> None:
        self.recorded += case.pending
        kept = deepcopy(case)
        kept.pending = []
        self.every[case.id] = kept

    def events(self, case_id: CaseId) -> list[CaseEvent]:
        return self.recorded

    def trail(self, case_id: CaseId) -> list[Link]:
        raise NotImplementedError("nothing is chained in memory")

    def standing(self, *statuses: CaseStatus) -> Iterator[CaseId]:
        return (c.id for c in self.every.values() if c.status in statuses)


class MemoryNumbers(NumberBook):
    def __init__(self) -> None:
        self.last: dict[tuple[int, str], int] = {}

    def allot(self, *, year: int, series: str) -> int:
        self.last[year, series] = self.last.get((year, series), 0) + 1
        return self.last[year, series]


class MemoryCertificates(CertificateBook):
    def __init__(self) -> None:
        self.every: dict[CertificateId, Certificate] = {}

    def add(self, certificate: Certificate) -> None:
        self.save(certificate)

    def get(self, certificate_id: CertificateId, *, lock: bool = False) -> Certificate:
        try:
            return self.every[certificate_id]
        except KeyError:
            raise CertificateNotFound from None

    def of_case(self, case_id: str) -> list[Certificate]:
        return [c for c in self.every.values() if c.case == case_id]

    def save(self, certificate: Certificate) -> None:
        self.every[certificate.id] = certificate

    def unfinished(self, *, before: datetime) -> Iterator[Certificate]:
        intended = CertificateStatus.INTENDED
        for certificate in self.every.values():
            if certificate.status is intended and certificate.intended_at < before:
                yield certificate


class MemoryGenerations(GenerationBook):
    def __init__(self) -> None:
        self.every: dict[str, Generation] = {}

    def add(self, generation: Generation) -> None:
        self.save(generation)

    def of_file(self, file: SignedFile) -> list[Generation]:
        own = (g for g in self.every.values() if g.file == file)
        return sorted(own, key=lambda generation: generation.number)

    def save(self, generation: Generation) -> None:
        self.every[generation.id] = generation


class MemoryDeliveries(DeliveryBook):
    def __init__(self) -> None:
        self.every: list[Delivery] = []

    def add(self, delivery: Delivery) -> None:
        self.every.append(delivery)

    def get(self, delivery_id: DeliveryId, *, lock: bool = False) -> Delivery:
        return next(d for d in self.every if d.id == delivery_id)

    def of_case(self, case_id: str) -> list[Delivery]:
        return [d for d in self.every if d.case == case_id]

    def save(self, delivery: Delivery) -> None:
        self.every = [delivery if d.id == delivery.id else d for d in self.every]


class MemoryStepUps(StepUpBook):
    """What people agreed to. It is only read here: answers are given elsewhere."""

    def __init__(self) -> None:
        self.every: dict[StepUpId, StepUp] = {}

    def add(self, step_up: StepUp) -> None:
        self.every[step_up.id] = step_up

    def get(self, step_up_id: StepUpId) -> StepUp:
        try:
            return self.every[step_up_id]
        except KeyError:
            raise StepUpNotFound from None

    def answer(self, step_up_id: StepUpId, answer: StepUpAnswer) -> bool:
        asked = self.every[step_up_id]
        is_open = asked.answer is None and asked.issued_at <= answer.at < asked.expires_at
        if is_open:
            self.every[step_up_id] = replace(asked, answer=answer)
        return is_open


@dataclass(slots=True)
class Shelf(IssuingBooks, RenewingBooks):
    """All of them together, and whatever one transaction did to them."""

    cases: MemoryCases
    numbers: MemoryNumbers = field(default_factory=MemoryNumbers)
    certificates: MemoryCertificates = field(default_factory=MemoryCertificates)
    generations: MemoryGenerations = field(default_factory=MemoryGenerations)
    deliveries: MemoryDeliveries = field(default_factory=MemoryDeliveries)
    step_ups: MemoryStepUps = field(default_factory=MemoryStepUps)

    @contextmanager
    def opened(self) -> Iterator[Shelf]:
        kept = deepcopy(self)
        try:
            yield self
        except BaseException:
            self.cases, self.numbers = kept.cases, kept.numbers
            self.certificates, self.deliveries = kept.certificates, kept.deliveries
            self.generations = kept.generations
            raise
