"""Two sealed cases with their packages, and an environment that knows nothing of us."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from server.wiring.work import registry
from tests.functional.package.kit import Kit
from tests.functional.package.sealed_case import begun_case
from tests.functional.package.verifying import Isolated, isolated_in

if TYPE_CHECKING:
    from tests.functional.case.platform import Person
    from tests.functional.case.staging import Staging
    from tests.servers.whole import Whole


def package_of(case: Staging, person: Person) -> bytes:
    package: bytes = case.package_of(person)
    return package


@pytest.fixture(scope="package")
def case(whole: Whole) -> Staging:
    return begun_case(whole).issue()


@pytest.fixture(scope="package")
def kit(whole: Whole, case: Staging) -> Kit:
    other = begun_case(whole).issue()
    # What the worker does every few seconds.
    registry(whole.platform.parts)["log.publish"].run()
    # That the party takes the certificate itself is something that happens to the case.
    case.shown(case.applicant, f"/certificates/{case.certificate}/file")
    return Kit(
        package=package_of(case, case.notary),
        of_party=package_of(case, case.applicant),
        of_another=package_of(other, other.notary),
        notary=case.notary.account,
        parts=whole.platform.parts,
    )


@pytest.fixture(scope="package")
def isolated(kit: Kit, tmp_path_factory: pytest.TempPathFactory) -> Isolated:
    """Return an empty virtual environment with `cryptography`, and the package's own verifier."""
    return isolated_in(
        tmp_path_factory.mktemp("court"),
        verifier=kit.files["verify.py"],
        root=kit.root.public_bytes(Encoding.PEM),
    )
