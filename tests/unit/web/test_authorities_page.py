"""The addresses inside certificates lead to authorities and lists, and to nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from flask import Flask

from esign.keyceremony.requests import Action
from esign.testing import OFFICE, running_office
from server.web.authorities import authorities_page
from server.wiring.signing import Signing
from tests.servers.ceremony_room import AUTHORITY, Room

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.testing import FlaskClient

    from esign.testing import RunningOffice

AT = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RunningOffice]:
    with running_office(tmp_path, at=AT) as running:
        yield running


@pytest.fixture
def client(office: RunningOffice) -> FlaskClient:
    signing = Signing(
        files=office.files, custody=office.vault, stamps=office.stamps, now=office.now
    )
    app = Flask("server")
    app.register_blueprint(authorities_page(signing.published))
    return app.test_client()


def test_what_a_seal_names_is_there_and_fits_it(client: FlaskClient, office: RunningOffice) -> None:
    authority = f"office.{OFFICE}.authority"
    issuer = x509.load_pem_x509_certificate(client.get(f"/authorities/{authority}.pem").data)
    seal = office.files.certificate(f"office.{OFFICE}.seal")
    seal.verify_directly_issued_by(issuer)
    revoked = x509.load_der_x509_crl(client.get(f"/authorities/{authority}.crl").data)
    assert revoked.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]  # P-256 here

    root = x509.load_pem_x509_certificate(client.get("/authorities/root.pem").data)
    issuer.verify_directly_issued_by(root)
    assert x509.load_der_x509_crl(client.get("/authorities/root.crl").data).issuer == root.subject


@pytest.mark.parametrize(
    "name",
    [
        # A notary's certificate names a person; it comes with the files it signed.
        "office.kunming-a.notary.n-1.pem",
        "office.kunming-a.seal.pem",
        # An office that is not there, and the stamper, which publishes no list.
        "office.nowhere.authority.pem",
        "office.nowhere.authority.crl",
        "tsa.crl",
        "../keys/root.pem",
        "%2e%2e%2fkeys%2froot.pem",
        "root.key",
    ],
)
def test_nothing_else_is_served(client: FlaskClient, name: str) -> None:
    assert client.get(f"/authorities/{name}").status_code == 404


def test_every_key_of_an_authority_has_its_own_address_for_ever(
    client: FlaskClient, office: RunningOffice
) -> None:
    """What the old key issued leads to the old key's list, also when that key was given up."""
    room = Room(office.files.path, office.now).with_officers()
    office.vault.revocation_list(office=OFFICE)
    room.done(Action.COMPROMISE, AUTHORITY, compromised_at=AT)
    for name in (AUTHORITY, f"{AUTHORITY}.2"):
        issuer = x509.load_pem_x509_certificate(client.get(f"/authorities/{name}.pem").data)
        listed = x509.load_der_x509_crl(client.get(f"/authorities/{name}.crl").data)
        assert listed.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]  # P-256 here
    assert client.get(f"/authorities/{AUTHORITY}.3.crl").status_code == 404
