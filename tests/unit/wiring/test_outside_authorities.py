"""An office's pack names who certifies its parties; what is not configured signs nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from esign.authorities.outside import OutsideEvents
from esign.errors import OutsideAuthorityUnavailable
from esign.testing import ThrowawayCA, running_office
from server.cases.ids import OfficeId
from server.catalogue.errors import CatalogueDataInvalid
from server.catalogue.fields import Fields
from server.catalogue.loading import load_catalogue
from server.catalogue.office_files import _event_authority
from server.wiring.outside import OutsideAuthorities, read_account, read_roots
from server.wiring.work import PASSING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from esign.testing import RunningOffice

AT: Final = datetime(2026, 9, 1, tzinfo=UTC)
DEMO: Final = OfficeId("hekou-demo")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RunningOffice]:
    with running_office(tmp_path / "office", at=AT) as running:
        yield running


def authorities(
    office: RunningOffice, *, named: str | None, folder: Path | None
) -> OutsideAuthorities:
    packs = load_catalogue().rule_packs
    demo = packs.office(DEMO)
    naming = tuple(replace(pack, event_authority=named) for pack in demo.packs)
    return OutsideAuthorities(
        folder=folder,
        packs=replace(packs, offices={**packs.offices, DEMO: replace(demo, packs=naming)}),
        custody=office.vault,
        now=office.now,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "outside" / "some-ca"
    place.mkdir(parents=True)
    root = ThrowawayCA.new(valid_from=AT).root
    (place / "url").write_text("https://ca.example.cn\n")
    (place / "roots.pem").write_bytes(root.public_bytes(Encoding.PEM))
    (place / "user").write_text("feigui\n")
    (place / "password").write_text("secret\n")
    return place.parent


def test_office_that_names_nobody_certifies_by_itself(office: RunningOffice) -> None:
    assert authorities(office, named=None, folder=None).of(DEMO) is None
    assert {
        p.event_authority for o in load_catalogue().rule_packs.offices.values() for p in o.packs
    } == {None}


def test_named_authority_certifies_and_is_opened_once(office: RunningOffice, folder: Path) -> None:
    known = authorities(office, named="some-ca", folder=folder)
    found = known.of(DEMO)
    assert isinstance(found, OutsideEvents)
    assert known.of(DEMO) is found


@pytest.mark.parametrize("missing", ["folder", "url", "roots.pem", "password"])
def test_named_authority_that_is_not_configured_makes_the_signature_wait(
    office: RunningOffice, folder: Path, missing: str
) -> None:
    """The office's own authority never stands in for it."""
    if missing != "folder":
        (folder / "some-ca" / missing).unlink()
    known = authorities(office, named="some-ca", folder=None if missing == "folder" else folder)
    with pytest.raises(OutsideAuthorityUnavailable) as waiting:
        known.of(DEMO)
    assert isinstance(waiting.value, PASSING)


def test_account_is_read_whole_and_shows_no_password(folder: Path) -> None:
    place = folder / "some-ca"
    for name in ("client.pem", "tls.pem"):
        (place / name).write_text("")
    account = read_account(place)
    assert (account.url, account.user, account.password) == (
        "https://ca.example.cn",
        "feigui",
        "secret",
    )
    assert (account.client_certificate, account.tls_authorities) == (
        place / "client.pem",
        place / "tls.pem",
    )
    assert "secret" not in repr(account)
    assert read_roots(folder) == account.roots
    assert read_roots(None) == []


def test_pack_names_an_authority_or_none() -> None:
    assert _event_authority(Fields({}, "pack")) is None
    assert _event_authority(Fields({"event_authority": "some-ca"}, "pack")) == "some-ca"
    with pytest.raises(CatalogueDataInvalid):
        _event_authority(Fields({"event_authority": "../keys"}, "pack"))
