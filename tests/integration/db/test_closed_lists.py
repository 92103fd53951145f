"""The database closes the same lists as the code: no value more, none less."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from server.access.devices import AuthenticatorKind
from server.access.principals import AccountKind
from server.cases.closing import WayOfClosing
from server.cases.consents import Purpose
from server.cases.identity_challenges import AnsweredBy
from server.cases.identity_checks import CheckState, PicturesEndedFor, ProofRoute
from server.cases.inviting import SEATS as INVITED_TO
from server.cases.materials import MaterialState
from server.cases.parties import PartyRole
from server.cases.roles import STAFF_ROLES
from server.cases.status import CaseStatus
from server.cases.step_up import KeyUse
from server.catalogue.notices import LANGUAGES
from server.ceremony.rooms import EngineName
from server.ceremony.status import CeremonyStatus
from server.delivery.delivery import DeliveryState
from server.register.certificates import CertificateStatus
from server.register.generations import FileKind, GenerationState
from server.register.package_requests import PackagePurpose, PackageState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Engine


class OperationState(StrEnum):
    """As `server.transaction.Operation.state` tells them."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("cases_status", CaseStatus),
        ("cases_way_of_closing", WayOfClosing),
        ("parties_role", PartyRole),
        ("consents_purpose", Purpose),
        ("materials_state", MaterialState),
        ("identity_checks_state", CheckState),
        ("identity_checks_route", ProofRoute),
        ("identity_challenges_answered_by", AnsweredBy),
        ("identity_checks_pictures_ended_for", PicturesEndedFor),
        ("ceremonies_status", CeremonyStatus),
        ("ceremony_invitations_seat", INVITED_TO),
        ("ceremony_invitations_language", LANGUAGES),
        ("media_workers_engine", EngineName),
        ("certificates_status", CertificateStatus),
        ("deliveries_state", DeliveryState),
        ("package_requests_purpose", PackagePurpose),
        ("package_requests_state", PackageState),
        ("generations_kind", FileKind),
        ("generations_state", GenerationState),
        ("sessions_kind", AccountKind),
        ("staff_roles", STAFF_ROLES),
        ("operations_state", OperationState),
        ("devices_kind", AuthenticatorKind),
        ("step_ups_action", KeyUse),
    ],
)
def test_a_constraint_lists_what_the_code_lists(
    constraint: str, values: Iterable[str], app_engine: Engine
) -> None:
    with app_engine.connect() as connection:
        definition = connection.execute(
            text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name"),
            {"name": constraint},
        ).scalar_one()
    assert sorted(re.findall(r"'([^']+)'", definition)) == sorted(str(v) for v in values)
