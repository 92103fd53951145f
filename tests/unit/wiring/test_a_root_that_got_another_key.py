"""Whoever takes a package, or follows an address, finds what leads from one root to the other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from flask import Flask

from esign.algorithms import SigningAlgorithm
from esign.authorities.directory import ROOT, TSA
from esign.keyceremony.requests import Action
from esign.offline.verify import Asked, Found, Step, main, step_trust
from esign.testing import NOTARY, OFFICE, running_office
from esign.trust import trusted_roots
from esign.tsa.on_duty import AuthorityOnDuty
from esign.verification.limited import LimitedVerifier
from server.catalogue.loading import load_catalogue
from server.web.authorities import authorities_page
from server.wiring.package_trust import trust_files
from server.wiring.signing import Signing
from tests.servers.ceremony_room import AUTHORITY, Room

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from esign.testing import RunningOffice

AT = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
NEW = f"{ROOT}.2"
P256 = (SigningAlgorithm.P256,)
LINKS = (f"{NEW}.under.{ROOT}", f"{ROOT}.under.{NEW}")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RunningOffice]:
    with running_office(tmp_path, at=AT) as running:
        yield running


def rotated(office: RunningOffice) -> Room:
    room = Room(office.files.path, office.now).with_officers()
    office.now.at += timedelta(days=1)
    room.done(Action.ROTATE, ROOT)
    return room


def test_a_package_carries_all_keys_of_the_root_and_what_links_them(office: RunningOffice) -> None:
    before = trust_files(office.files, OFFICE, None, P256)
    # The list of now tells of what was given up since; links there are none.
    assert "trust/root.crl" in before
    assert "trust/links.pem" not in before
    old = office.files.certificate(ROOT)
    rotated(office).done(Action.ROTATE, AUTHORITY)
    carried = trust_files(office.files, OFFICE, NOTARY, P256)
    assert x509.load_pem_x509_certificates(carried["trust/root.pem"]) == [
        old,
        office.files.certificate(NEW),
    ]
    assert len(x509.load_pem_x509_certificates(carried["trust/links.pem"])) == 2
    assert len(x509.load_pem_x509_certificates(carried["trust/office-authority.pem"])) == 2
    assert {"trust/root.crl", "trust/root.2.crl"} < set(carried)


@pytest.mark.parametrize("trusted", [ROOT, NEW])
def test_the_shipped_verifier_says_over_which_link_it_goes(
    office: RunningOffice, trusted: str
) -> None:
    rotated(office)
    root = office.files.certificate(trusted)
    found, step = Found(files=trust_files(office.files, OFFICE, None, P256)), Step(4, "", "")
    step_trust(step, Asked(b"", AT, [root]), found)
    assert set(found.roots) == {root, *office.files.links()}
    assert [en.split(" ")[0] for _, en in step.evidence] == ["link", "link", "root"]
    assert not step.notes


def test_a_link_and_a_newer_list_are_given_to_the_shipped_verifier_by_file(
    office: RunningOffice, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rotated(office)
    package, listed = tmp_path / "old.zip", tmp_path / "list.pem"
    package.write_bytes(b"not a package")
    crl = x509.load_der_x509_crl(office.files.revocation_list(ROOT))
    listed.write_bytes(crl.public_bytes(Encoding.PEM))
    public = office.files.public
    told = ["--root", str(public / "root.pem"), "--link", str(public / f"{LINKS[0]}.pem")]
    lists = ["--crl", str(listed), "--crl", str(public / "root.2.crl")]
    assert main([str(package), *told, *lists, "--lang", "en"]) == 1
    assert "cannot be read" not in capsys.readouterr().err


def test_links_and_lists_of_every_key_are_under_their_addresses(office: RunningOffice) -> None:
    rotated(office)
    signing = Signing(
        files=office.files,
        custody=office.vault,
        stamps=office.stamps,
        now=office.now,
        packs=load_catalogue().rule_packs,
    )
    app = Flask("server")
    app.register_blueprint(authorities_page(signing.published, now=office.now))
    client = app.test_client()
    for name in (ROOT, NEW, *LINKS):
        der = client.get(f"/authorities/{name}.cer").data
        assert x509.load_der_x509_certificate(der) == office.files.certificate(name)
    for name in (ROOT, NEW):
        assert client.get(f"/authorities/{name}.crl").data == office.files.revocation_list(name)
    # A link is on the list of who made it, and has none of its own.
    for name in LINKS:
        assert client.get(f"/authorities/{name}.crl").status_code == 404


def test_who_runs_already_trusts_the_new_root_without_being_started_again(
    office: RunningOffice,
) -> None:
    judge = LimitedVerifier(roots=lambda: trusted_roots(office.files), now=office.now)
    sealed = office.sealed()
    assert judge(sealed).archive_stamps
    rotated(office).done(Action.ROTATE, TSA)
    office.server.authority = AuthorityOnDuty(
        office.files, custody=office.vault, now=office.now, proof=office.proof
    )
    stamped = office.stamps.ask(bytes(32))
    certificate = x509.load_der_x509_certificate(stamped.certificate)
    certificate.verify_directly_issued_by(office.files.certificate(NEW))
    assert judge(sealed).archive_stamps
