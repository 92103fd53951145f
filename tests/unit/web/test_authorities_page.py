"""The addresses inside certificates lead to authorities and lists, and to nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID
from flask import Flask

from esign.authorities.revocation import ROOT_LIST_VALID
from esign.chain import check_issued_by, is_list_of
from esign.keyceremony.requests import Action
from esign.testing import OFFICE, running_office
from server.catalogue.loading import load_catalogue
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
    with running_office(tmp_path, at=AT, sm2=True) as running:
        yield running


@pytest.fixture
def client(office: RunningOffice) -> FlaskClient:
    signing = Signing(
        files=office.files,
        custody=office.vault,
        stamps=office.stamps,
        now=office.now,
        packs=load_catalogue().rule_packs,
    )
    app = Flask("server")
    app.register_blueprint(authorities_page(signing.published, now=office.now))
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


def test_authorities_of_sm2_are_there_beside_the_others(client: FlaskClient) -> None:
    authority, root = (
        x509.load_pem_x509_certificate(client.get(f"/authorities/sm2.{name}.pem").data)
        for name in (f"office.{OFFICE}.authority", "root")
    )
    check_issued_by(authority, root)
    for name, issuer in ((f"office.{OFFICE}.authority", authority), ("root", root)):
        listed = x509.load_der_x509_crl(client.get(f"/authorities/sm2.{name}.crl").data)
        assert is_list_of(listed, issuer)
        der = client.get(f"/authorities/sm2.{name}.cer").data
        assert x509.load_der_x509_certificate(der) == issuer


@pytest.mark.parametrize(
    "name",
    [
        # A notary's certificate names a person; it comes with the files it signed.
        "office.kunming-a.notary.n-1.pem",
        "office.kunming-a.seal.pem",
        "sm2.office.kunming-a.seal.crl",
        "sm2.office.nowhere.authority.crl",
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


def test_addresses_inside_certificates_lead_to_der(
    client: FlaskClient, office: RunningOffice
) -> None:
    """RFC 5280 4.2.2.1 and 4.2.1.13: every address in a seal, by its path."""
    seal = office.files.certificate(f"office.{OFFICE}.seal")
    access = seal.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    point = seal.extensions.get_extension_for_class(x509.CRLDistributionPoints).value[0]
    (issuer_at,) = (
        each.access_location.value
        for each in access
        if each.access_method == AuthorityInformationAccessOID.CA_ISSUERS
    )
    issuer = client.get(urlsplit(issuer_at).path)
    assert issuer.content_type == "application/pkix-cert"
    seal.verify_directly_issued_by(x509.load_der_x509_certificate(issuer.data))
    listed = client.get(urlsplit((point.full_name or [])[0].value).path)
    assert listed.content_type == "application/pkix-crl"
    assert x509.load_der_x509_crl(listed.data).issuer == seal.issuer


def test_list_is_kept_by_others_for_a_minute_and_never_beyond_its_end(
    client: FlaskClient, office: RunningOffice
) -> None:
    path = f"/authorities/office.{OFFICE}.authority.crl"
    got = client.get(path)
    assert got.cache_control.max_age == 60
    assert got.expires == AT + timedelta(minutes=5)
    assert got.last_modified == AT - timedelta(seconds=5)
    assert client.get(path, headers={"If-None-Match": got.headers["ETag"]}).status_code == 304
    head = client.head(path)
    assert (head.status_code, head.data, head.content_length) == (200, b"", len(got.data))
    # The root's, in the last half minute of its life.
    office.now.at = AT + ROOT_LIST_VALID - timedelta(seconds=30)
    assert client.get("/authorities/root.crl").cache_control.max_age == 30
    office.now.at = AT + ROOT_LIST_VALID + timedelta(seconds=30)
    assert client.get("/authorities/root.crl").cache_control.max_age == 0


def test_strangers_who_ask_again_and_again_cost_one_list_a_minute(
    client: FlaskClient, office: RunningOffice
) -> None:
    path = f"/authorities/office.{OFFICE}.authority.crl"
    first = client.get(path).data
    assert client.get(path).data == first
    office.now.at = AT + timedelta(seconds=56)
    assert client.get(path).data != first


def test_revocation_is_on_the_list_at_once(client: FlaskClient, office: RunningOffice) -> None:
    path = f"/authorities/office.{OFFICE}.authority.crl"
    client.get(path)
    office.vault.revoke(office=OFFICE, serial=77, reason=x509.ReasonFlags.superseded)
    listed = x509.load_der_x509_crl(client.get(path).data)
    entry = listed.get_revoked_certificate_by_serial_number(77)
    assert entry is not None
    reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    assert reason is x509.ReasonFlags.superseded
