"""Ceremonies make, replace and give up SM2 keys as they do others, under a root of their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from esign.algorithms import SigningAlgorithm
from esign.authorities.directory import ROOT
from esign.custody.vault import Vault
from esign.errors import CertificateRevoked, KeyStopped
from esign.keyceremony.approvals import SignedRequest
from esign.keyceremony.refusals import CeremonyRefused, Refusal
from esign.keyceremony.requests import Action
from esign.pdf.certificate_sealer import Sealing, certificate_sealer
from esign.sm.certificates import is_by_sm2
from esign.sm.chain import sm2_chain_at
from esign.testing import (
    BASE_URL,
    NOTARY,
    OFFICE,
    RunningOffice,
    SetClock,
    archival_page,
    running_office,
    sealing_places,
)
from esign.verification.verifying import verify
from tests.servers.ceremony_room import AUTHORITY, SEAL, SM2, WHO, More, Room
from tests.servers.softhsm import new_token

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AT = datetime(2026, 3, 1, tzinfo=UTC)
SM2_ROOT, SM2_AUTHORITY, SM2_SEAL, SM2_WHO = map(SM2.named, (ROOT, AUTHORITY, SEAL, WHO))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RunningOffice]:
    with running_office(tmp_path, at=AT, sm2=True) as running:
        for algorithm in SigningAlgorithm:
            running.vault.enrol_notary(
                office=OFFICE, notary=NOTARY, common_name="王公证", algorithm=algorithm
            )
        yield running


@pytest.fixture
def around(office: RunningOffice) -> Room:
    return Room(office.files.path, office.now).with_officers()


def sealed(office: RunningOffice) -> bytes:
    sealer = certificate_sealer(
        Sealing(
            office=OFFICE,
            notary=NOTARY,
            places=sealing_places(),
            algorithms=(SigningAlgorithm.SM2,),
        ),
        files=office.files,
        custody=office.vault,
        stamps=office.stamps,
        now=office.now,
    )
    return sealer.seal(sealer.prepare(archival_page()))


def serials(office: RunningOffice, document: bytes) -> set[int]:
    report = verify(
        document,
        roots=office.roots,
        at=office.now(),
        fresh_lists=office.files.published_lists(),
    )
    return {found.serial for found in report.signatures}


def test_officers_found_an_office_by_sm2_and_none_of_it_is_under_the_other_root(
    tmp_path: Path,
) -> None:
    files = Room(tmp_path, SetClock(AT)).with_officers().founded().founded_by_sm2().files
    root, authority, seal, notary = map(
        files.certificate, (SM2_ROOT, SM2_AUTHORITY, SM2_SEAL, SM2_WHO)
    )
    for leaf in (seal, notary):
        assert sm2_chain_at(leaf, [authority], roots=[root], at=AT) == [leaf, authority, root]
    # Two authorities of one name would be told apart by nobody who looks for an issuer.
    names = {files.certificate(each).subject for each in (ROOT, AUTHORITY, SM2_ROOT, SM2_AUTHORITY)}
    assert len(names) == 4
    for name in (SM2_ROOT, SM2_AUTHORITY):
        listed = x509.load_der_x509_crl(files.revocation_list(name))
        assert is_by_sm2(listed)
    # By SM2 nobody answers, and no certificate says so.
    assert not files.has_certificate(f"{SM2_AUTHORITY}.responder")


@pytest.mark.parametrize("subject", [SM2_SEAL, SM2_WHO])
def test_a_new_sm2_key_signs_and_what_the_old_one_signed_stays(
    office: RunningOffice, around: Room, subject: str
) -> None:
    old = office.files.certificate(subject).serial_number
    before = sealed(office)
    office.now.at += timedelta(minutes=1)
    around.done(Action.ROTATE, subject)
    new = office.files.certificate(f"{subject}.2").serial_number
    assert old in serials(office, before)
    after = serials(office, sealed(office))
    assert new in after
    assert old not in after


def test_a_new_sm2_authority_has_a_name_of_its_own(office: RunningOffice, around: Room) -> None:
    around.done(Action.ROTATE, SM2_AUTHORITY)
    office.now.at += timedelta(minutes=1)
    around.done(Action.ROTATE, SM2_SEAL)
    issuer = office.files.certificate(f"{SM2_SEAL}.2").issuer.rfc4514_string()
    assert "SM2 G2" in issuer
    assert len(serials(office, sealed(office))) == 2


@pytest.mark.parametrize("subject", [SM2_SEAL, SM2_AUTHORITY])
def test_what_a_lost_sm2_key_sealed_is_void_from_the_day_it_was_lost(
    office: RunningOffice, around: Room, subject: str
) -> None:
    before = sealed(office)
    lost_at = office.now.at + timedelta(hours=1)
    office.now.at += timedelta(hours=2)
    between = sealed(office)
    office.now.at += timedelta(hours=1)
    around.done(Action.COMPROMISE, subject, compromised_at=lost_at)
    assert len(serials(office, before)) == 2
    with pytest.raises(CertificateRevoked):
        serials(office, between)
    with pytest.raises(KeyStopped):
        sealed_with_the_lost_key(office, subject)
    # The other algorithm's keys are not concerned.
    assert not office.files.is_stopped(subject.removeprefix("sm2."))


def sealed_with_the_lost_key(office: RunningOffice, subject: str) -> None:
    if subject == SM2_SEAL:
        office.vault.sign_digest(f"file:{subject}", bytes(32))
    else:
        office.vault.revocation_list(office=OFFICE, authority=subject)


def test_the_list_of_the_sm2_root_is_renewed_by_officers(
    office: RunningOffice, around: Room
) -> None:
    office.now.at = AT + timedelta(days=300)
    others = office.files.revocation_list(ROOT)
    around.done(Action.PUBLISH, SM2_ROOT)
    listed = x509.load_der_x509_crl(office.files.revocation_list(SM2_ROOT))
    assert is_by_sm2(listed)
    assert listed.last_update_utc > AT + timedelta(days=299)
    assert office.files.revocation_list(ROOT) == others


@pytest.mark.parametrize(
    ("action", "subject", "more"),
    [
        # A stolen root cannot say so itself, by whatever algorithm.
        (Action.COMPROMISE, SM2_ROOT, {"compromised_at": AT}),
        # There is one time-stamper, for both.
        (Action.CREATE, "sm2.tsa", {"name": "Time-Stamping"}),
        (Action.CREATE, "sm2.office.nowhere.seal", {"name": "x"}),
    ],
)
def test_what_cannot_be_done_by_sm2_is_not_planned(
    around: Room, action: Action, subject: str, more: More
) -> None:
    with pytest.raises(CeremonyRefused) as found:
        around.planned(action, subject, **more)
    assert found.value.refusal is Refusal.IMPOSSIBLE


def test_a_key_of_another_kind_than_its_name_says_is_refused(around: Room) -> None:
    request = around.planned(Action.ROTATE, SM2_SEAL).request
    signed = around.approved(SignedRequest(replace(request, algorithm="P-256")))
    with pytest.raises(CeremonyRefused) as found:
        around.perform(signed)
    assert found.value.refusal is Refusal.IMPOSSIBLE


def test_in_a_token_an_sm2_key_is_refused_before_anybody_signs(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = new_token(tmp_path_factory.mktemp("softhsm")).place
    room = Room(tmp_path, SetClock(AT), place=place).with_officers().founded()
    with pytest.raises(CeremonyRefused) as found:
        room.planned(Action.CREATE, SM2_ROOT, name="Root")
    assert found.value.refusal is Refusal.SM2_NOT_IN_TOKENS
    # Beside the token's, they are made in files: each key's own URI says where it is.
    beside = Room(tmp_path, room.now)
    beside.people = room.people
    beside.founded_by_sm2()
    assert str(beside.files.uri(SM2_SEAL)) == f"file:{SM2_SEAL}"
    assert beside.files.uri(SEAL).scheme == "pkcs11"
    vault = Vault(beside.files, now=room.now, base_url=BASE_URL, proof=lambda: None, place=place)
    for algorithm in SigningAlgorithm:
        assert vault.revocation_list(office=OFFICE, algorithm=algorithm)
