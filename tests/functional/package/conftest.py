"""Two sealed cases with their packages, and an environment that knows nothing of us."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from server.wiring.work import registry
from tests.functional.case.staging import good
from tests.functional.package.kit import Kit
from tests.functional.package.sealed_case import begun_case
from tests.functional.package.verifying import Isolated

if TYPE_CHECKING:
    from tests.functional.case.platform import Person
    from tests.functional.case.staging import Staging
    from tests.servers.whole import Whole

# What `pip install cryptography` brings; the machine may have no network to ask for it.
BROUGHT = ("cryptography", "cryptography-*", "cffi", "cffi-*", "_cffi_backend*", "pycparser*")


def package_of(case: Staging, person: Person) -> bytes:
    path = case.path(f"/certificates/{case.certificate}/evidence")
    package: bytes = good(person.get(path)).body
    return package


@pytest.fixture(scope="package")
def case(whole: Whole) -> Staging:
    return begun_case(whole).issue()


@pytest.fixture(scope="package")
def kit(whole: Whole, case: Staging) -> Kit:
    other = begun_case(whole).issue()
    # What the worker does every few seconds.
    registry(whole.platform.parts)["log.publish"].run()
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
    folder = tmp_path_factory.mktemp("court")
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")], check=True
    )
    python = folder / "venv" / "bin" / "python"
    asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
    told = subprocess.run([python, "-c", asked], check=True, capture_output=True, text=True)
    for source in ("purelib", "platlib"):
        for pattern in BROUGHT:
            for found in Path(sysconfig.get_path(source)).glob(pattern):
                _copy(found, Path(told.stdout.strip()) / found.name)
    (folder / "verify.py").write_bytes(kit.files["verify.py"])
    (folder / "root.pem").write_bytes(kit.root.public_bytes(Encoding.PEM))
    return Isolated(folder=folder, python=python)


def _copy(found: Path, target: Path) -> None:
    if found.is_dir():
        shutil.copytree(found, target, dirs_exist_ok=True)
    else:
        shutil.copy2(found, target)
