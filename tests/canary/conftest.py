"""The main job, and a case full of canaries, on the running platform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import urllib3
from cryptography.hazmat.primitives.serialization import Encoding

from esign.authorities.directory import ROOT, AuthorityDirectory
from server.demo.running import Scene, run
from server.demo.signing_in import as_applicant, as_staff
from server.wiring.commands import PHOTOGRAPHS
from server.wiring.parts import now
from tests.canary.spilling import PHONE, Request, requests, spoiled
from tests.functional.case.platform import new_id
from tests.functional.case.staging import APPLICATION

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from server.demo.api import Api
    from server.demo.seeding import Credentials
    from server.wiring.launching import Running


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    request: Request
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def is_problem(self) -> bool:
        return self.headers.get("content-type", "").startswith("application/problem+json")


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the main job leaves what it made."""
    return tmp_path_factory.mktemp("run") / "made"


@pytest.fixture(scope="session")
def main_job(
    running: Running, people: Mapping[str, Credentials], run_folder: Path
) -> dict[str, Any]:
    """Play the whole case and its two refusals."""
    if not (PHOTOGRAPHS / "obama.jpg").is_file():
        pytest.skip("the photographs are absent: the set-up fetches them")
    certificate = AuthorityDirectory(running.settings.authorities).certificate(ROOT)
    scene = Scene(
        base=running.base_url,
        outbox=running.outbox,
        people=people,
        photographs=PHOTOGRAPHS,
        root_certificate=certificate.public_bytes(Encoding.PEM),
        now=now,
        tell=lambda _: None,
    )
    return run(scene, run_folder)


@pytest.fixture(scope="session")
def spilled(running: Running, people: Mapping[str, Credentials]) -> list[Answered]:
    """Send canaries everywhere, as an applicant, as staff and as nobody."""
    applicant = as_applicant(running.base_url, PHONE, running.outbox)
    made = applicant.post("/v1/cases", spoiled(APPLICATION))
    notary = as_staff(running.base_url, people["km.notary"])
    ids: dict[str, Any] = {
        "case_id": made["id"],
        "party_id": made["parties"][0]["id"],
        "material_id": made["materials"][0]["id"],
        "assistant": people["km.assistant"].account,
        "office": "kunming-demo",
        "matter": "SM03",
        "code": "terms",
        "public_id": "x" * 26,
        "upload": new_id(),
        "picture": "live",
        "page": 1,
        "party_account": new_id(),
        "in_the_room": new_id(),
        "on": now().date(),
    }
    for name in (
        "upload",
        "operation",
        "session",
        "consent",
        "check",
        "task",
        "ceremony",
        "invitation",
        "device",
        "package",
    ):
        ids[f"{name}_id"] = new_id()
    ids |= {"certificate_id": new_id(), "delivery_id": new_id()}
    pool = urllib3.PoolManager(timeout=30, retries=False)
    answers = []
    for api in (applicant, notary, None):
        ids["etag"] = applicant.get(f"/v1/cases/{made['id']}").etag
        # A session's end would hide what stands behind the gate.
        answers += [
            _sent(pool, running.base_url, api, each)
            for each in requests(ids)
            if "sign-out" not in each.path or api is None
        ]
    return answers


def _sent(pool: urllib3.PoolManager, base: str, api: Api | None, request: Request) -> Answered:
    headers = dict(request.headers)
    if api is not None:
        headers.setdefault("Authorization", f"Bearer {api.token}")
    response = pool.request(
        request.method, base + request.path, headers=headers, body=request.body, redirect=False
    )
    text = response.data.decode("utf-8", "replace")
    return Answered(
        request=request,
        status=response.status,
        headers={name.lower(): value for name, value in response.headers.items()},
        text=text,
    )
