"""From a token's keys to a sealed certificate, through the signer process, and verified."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from esign.authorities.creation import create_authorities
from esign.authorities.directory import ROOT, TSA, notary_name, office_name
from esign.clock_proof import SteadyClock
from esign.errors import CustodyUnavailable, KeyStoreUnavailable, TimeStampUnavailable
from esign.pdf.certificate_sealer import Sealing, certificate_sealer
from esign.testing import BASE_URL, NOTARY, OFFICE, archival_page, sealing_places
from esign.tsa.authority import TimeStampingAuthority
from esign.tsa.client import TimeStampSource
from esign.tsa.daemon import TimeStampServer
from esign.verification.report import Role
from esign.verification.verifying import verify
from tests.servers.signer import signer
from tests.servers.softhsm import PIN, SoftHsm, new_token, restart_module

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from esign.authorities.directory import AuthorityDirectory
    from esign.custody.client import CustodyClient
    from esign.sealing import DocumentSealer


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def hsm(tmp_path_factory: pytest.TempPathFactory) -> SoftHsm:
    return new_token(tmp_path_factory.mktemp("softhsm"))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory, hsm: SoftHsm) -> AuthorityDirectory:
    return create_authorities(
        tmp_path_factory.mktemp("authorities"),
        now=now(),
        offices={OFFICE: "昆明市甲公证处"},
        base_url=BASE_URL,
        place=hsm.place,
    )


@pytest.fixture(scope="module")
def running(
    files: AuthorityDirectory, hsm: SoftHsm
) -> Iterator[tuple[CustodyClient, subprocess.Popen[str]]]:
    with signer(files.path, "--place", hsm.setting, environment=hsm.environment) as both:
        both[0].enrol_notary(office=OFFICE, notary=NOTARY, common_name="王公证")
        yield both


@contextmanager
def sealing(files: AuthorityDirectory, custody: CustodyClient) -> Iterator[DocumentSealer]:
    key, certificate = files.signing(TSA)
    authority = TimeStampingAuthority(
        certificate=certificate,
        key=str(key),
        custody=custody,
        now=now,
        proof=SteadyClock(now=now),
    )
    with TimeStampServer(("127.0.0.1", 0), authority) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        url = f"http://127.0.0.1:{server.server_port}/"
        yield certificate_sealer(
            Sealing(office=OFFICE, notary=NOTARY, places=sealing_places()),
            files=files,
            custody=custody,
            stamps=TimeStampSource(url, roots=[files.certificate(ROOT)], now=now),
            now=now,
        )
        server.shutdown()
        serving.join()


def test_a_certificate_is_sealed_with_keys_that_never_leave_their_token(
    files: AuthorityDirectory, running: tuple[CustodyClient, subprocess.Popen[str]]
) -> None:
    custody, _ = running
    with sealing(files, custody) as sealer:
        sealed = sealer.seal(sealer.prepare(archival_page()))
    report = verify(sealed, roots=[files.certificate(ROOT)], at=now())
    assert {found.role for found in report.signatures} == {Role.NOTARY, Role.OFFICE_SEAL}
    roles = [ROOT, TSA, *(office_name(OFFICE, each) for each in ("authority", "seal"))]
    for role in (*roles, notary_name(OFFICE, NOTARY)):
        assert str(files.uri(role)) == f"pkcs11:token=feigui%20test;object={role}"
    assert list(files.keys.iterdir()) == []


def test_without_its_token_the_signer_refuses_by_name_and_goes_on_living(
    files: AuthorityDirectory,
    running: tuple[CustodyClient, subprocess.Popen[str]],
    hsm: SoftHsm,
) -> None:
    custody, process = running
    seal = str(files.uri(office_name(OFFICE, "seal")))
    with sealing(files, custody) as sealer:
        hsm.pull_out()
        try:
            with pytest.raises(KeyStoreUnavailable):
                custody.sign_digest(seal, bytes(32))
            custody.ping()
            # A certificate is then not sealed at all, never sealed a little.
            with pytest.raises((TimeStampUnavailable, CustodyUnavailable, KeyStoreUnavailable)):
                sealer.seal(sealer.prepare(archival_page()))
        finally:
            hsm.plug_in()
        verify(
            sealer.seal(sealer.prepare(archival_page())), roots=[files.certificate(ROOT)], at=now()
        )
    assert process.poll() is None


def test_the_pin_is_nowhere_but_in_its_file(
    files: AuthorityDirectory,
    running: tuple[CustodyClient, subprocess.Popen[str]],
    hsm: SoftHsm,
) -> None:
    custody, process = running
    custody.sign_digest(str(files.uri(TSA)), bytes(32))
    told = [
        Path(f"/proc/{process.pid}/cmdline").read_bytes(),
        Path(f"/proc/{process.pid}/environ").read_bytes(),
        *(path.read_bytes() for path in files.path.rglob("*") if path.is_file()),
    ]
    assert not [each for each in told if PIN.encode() in each]
    assert PIN in hsm.pin.read_text()
    restart_module()
