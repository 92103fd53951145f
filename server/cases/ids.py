"""The identifiers of a case and of what belongs to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NewType

from server.catalogue.matters import MatterCode
from server.catalogue.rule_packs import OfficeId

AccountId = NewType("AccountId", str)
CaseId = NewType("CaseId", str)
PartyId = NewType("PartyId", str)
MaterialId = NewType("MaterialId", str)
ConsentId = NewType("ConsentId", str)
TaskId = NewType("TaskId", str)

Clock = Callable[[], datetime]
NewId = Callable[[], str]

__all__ = [
    "AccountId",
    "CaseId",
    "Clock",
    "ConsentId",
    "MaterialId",
    "MatterCode",
    "NewId",
    "OfficeId",
    "PartyId",
    "TaskId",
]
