"""The package that `make run` leaves is accepted offline, under the root that it leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cryptography import x509

from esign.offline import verify
from server.wiring.parts import now
from tests.functional.package.kit import unpacked
from tests.functional.package.verifying import isolated_in

if TYPE_CHECKING:
    from pathlib import Path


def test_the_package_of_the_main_job_verifies(main_job: dict[str, Any], run_folder: Path) -> None:
    assert main_job["status"] == "archived"
    made = run_folder
    root = x509.load_pem_x509_certificate((made / "trust" / "root.pem").read_bytes())
    asked = verify.Asked((made / "evidence.zip").read_bytes(), now(), [root])
    steps = verify.verify(asked)
    assert [fault.code for step in steps for fault in step.faults] == []
    assert all(step.reached for step in steps)
    # The log has told of the certificate by then, and its proof is in the package.
    assert [step.en for step in steps if step.evidence][-1] == "transparency log"


def test_it_was_asked_for_over_http_and_its_own_verifier_takes_it_where_nothing_of_us_is(
    main_job: dict[str, Any], run_folder: Path, tmp_path: Path
) -> None:
    """Asked for, followed and fetched as an app would; made by the platform's own worker."""
    assert main_job["status"] == "archived"
    package = (run_folder / "evidence.zip").read_bytes()
    root = (run_folder / "trust" / "root.pem").read_bytes()
    court = isolated_in(tmp_path, verifier=unpacked(package)["verify.py"], root=root)
    assert court.judge(package, "--root", "root.pem") == (0, [])
