"""Ceremonies over real keys: dual control, rotation, compromise, and interruption anywhere."""

from __future__ import annotations

import hashlib
import json
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from esign.authorities.creation import create_authorities
from esign.authorities.directory import ROOT, TSA
from esign.custody.audit import verify_trail
from esign.custody.keyring import Keyring
from esign.custody.vault import Vault
from esign.errors import CertificateRevoked, KeyMisused, KeyStopped, StamperStolen, TrailBroken
from esign.keyceremony.approvals import SignedRequest, approve
from esign.keyceremony.officers import Officer, new_credential, open_credential
from esign.keyceremony.protocols import Protocol
from esign.keyceremony.refusals import CeremonyRefused, Refusal
from esign.keyceremony.requests import Action
from esign.pdf.certificate_sealer import Sealing, certificate_sealer
from esign.renewing import stolen_stampers
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
from esign.tsa.on_duty import AuthorityOnDuty
from esign.verification.existence import Existed
from esign.verification.verifying import verify
from tests.servers.ceremony_room import AUTHORITY, PASSPHRASE, SEAL, WHO, More, Room

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import FrameType

    from _typeshed import TraceFunction

AT = datetime(2026, 3, 1, tzinfo=UTC)
IMPOSSIBLE = Refusal.IMPOSSIBLE


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path, SetClock(AT)).with_officers()


def refused(act: Callable[[], object]) -> Refusal:
    with pytest.raises(CeremonyRefused) as found:
        act()
    return found.value.refusal


def test_an_office_is_founded_by_two_people(room: Room) -> None:
    files = room.founded().files
    root, authority, seal, notary = map(files.certificate, (ROOT, AUTHORITY, SEAL, WHO))
    root.verify_directly_issued_by(root)
    authority.verify_directly_issued_by(root)
    for certificate in (seal, notary):
        certificate.verify_directly_issued_by(authority)
    for name in (ROOT, AUTHORITY):
        key = files.certificate(name).public_key()
        listed = x509.load_der_x509_crl(files.revocation_list(name))
        assert listed.is_signature_valid(key)  # type: ignore[arg-type]  # P-256, as made above
    entries = room.ceremonies.audited()
    assert [e["operation"] for e in entries] == ["officer"] * 2 + ["begun", "done"] * 5


def test_one_officer_is_not_enough_and_counts_once(room: Room) -> None:
    signed = room.planned(Action.CREATE, ROOT, name="Root")
    assert refused(lambda: room.perform(signed)) is Refusal.APPROVALS_MISSING
    twice = room.approved(signed, "key-officer-a", "key-officer-a")
    assert refused(lambda: room.perform(twice)) is Refusal.APPROVALS_MISSING
    doubled = replace(twice, approvals=twice.approvals * 2)
    assert refused(lambda: room.perform(doubled)) is Refusal.APPROVALS_MISSING
    assert not room.files.has_certificate(ROOT)


def test_whoever_performs_is_one_of_those_who_approved(room: Room) -> None:
    signed = room.approved(room.planned(Action.CREATE, ROOT, name="Root"))
    room.officer("stranger")
    stranger = room.people["stranger"]
    assert refused(lambda: room.ceremonies.perform(signed, stranger)) is Refusal.APPROVALS_MISSING
    signed = approve(signed, stranger, now=AT)
    assert refused(lambda: room.perform(signed)) is Refusal.OFFICER_UNKNOWN


@pytest.mark.parametrize(
    "altered",
    [
        # Another reason, a longer time, another key than was approved.
        {"reason": "something else"},
        {"expires_at": AT + timedelta(days=300)},
        {"key": "file:tsa"},
    ],
)
def test_approvals_are_for_every_word_of_the_request(room: Room, altered: dict[str, Any]) -> None:
    signed = room.approved(room.planned(Action.CREATE, ROOT, name="Root"))
    other = replace(signed, request=replace(signed.request, **altered))
    assert refused(lambda: room.perform(other)) is Refusal.APPROVAL_FORGED


def test_a_request_is_performed_once_and_within_its_time(room: Room) -> None:
    signed = room.approved(room.planned(Action.CREATE, ROOT, name="Root"))
    room.now.at = AT + timedelta(hours=25)
    assert refused(lambda: room.perform(signed)) is Refusal.NOT_IN_TIME
    room.now.at = AT - timedelta(seconds=1)
    assert refused(lambda: room.perform(signed)) is Refusal.NOT_IN_TIME
    room.now.at = AT
    room.perform(signed)
    assert refused(lambda: room.perform(signed)) is Refusal.ALREADY_PERFORMED


def test_what_was_planned_on_another_state_is_not_performed(room: Room) -> None:
    room.founded()
    first, second = (room.approved(room.planned(Action.ROTATE, SEAL)) for _ in range(2))
    room.perform(first)
    assert refused(lambda: room.perform(second)) is Refusal.STATE_CHANGED


@pytest.mark.parametrize(
    ("action", "subject", "more"),
    [
        # A stolen root cannot say so itself, and the one in use is not retired.
        (Action.COMPROMISE, ROOT, {"compromised_at": AT}),
        (Action.RETIRE, ROOT, {}),
        (Action.RETIRE, SEAL, {}),
        # What exists is not created; what does not is not replaced.
        (Action.CREATE, SEAL, {"name": "x"}),
        (Action.ROTATE, "office.nowhere.seal", {}),
        # Nobody certifies a seal whose authority does not exist.
        (Action.CREATE, "office.nowhere.seal", {"name": "x"}),
        # A certificate without a name; a compromise without a beginning.
        (Action.CREATE, "office.b.authority", {}),
        (Action.COMPROMISE, SEAL, {}),
        # Only what was stolen is called by its certificate, and nothing unknown is.
        (Action.PUBLISH, ROOT, {"certificate": "0" * 64}),
        (Action.COMPROMISE, SEAL, {"certificate": "0" * 64, "compromised_at": AT}),
        (Action.COMPROMISE, ROOT, {"certificate": "0" * 64, "compromised_at": AT}),
        # Not a role.
        (Action.CREATE, "office.b.something", {"name": "x"}),
        (Action.CREATE, f"{SEAL}.2", {"name": "x"}),
        (Action.PUBLISH, SEAL, {}),
    ],
)
def test_what_cannot_be_done_is_not_even_planned(
    room: Room, action: Action, subject: str, more: More
) -> None:
    room.founded()
    assert refused(lambda: room.planned(action, subject, **more)) is Refusal.IMPOSSIBLE


def test_officers_are_added_and_removed_by_two_others(room: Room) -> None:
    third = room.officer("key-officer-c")
    assert refused(lambda: room.ceremonies.register_first(third)) is Refusal.DUAL_CONTROL

    def remove() -> SignedRequest:
        return room.planned(Action.REMOVE_OFFICER, "key-officer-b")

    assert refused(remove) is Refusal.TOO_FEW_OFFICERS
    again: More = {"public_key": room.people["key-officer-a"].public_key}
    add = Action.ADD_OFFICER
    assert refused(lambda: room.planned(add, "key-officer-d", **again)) is Refusal.OFFICER_EXISTS
    room.done(add, third.id, public_key=third.public_key)
    room.perform(room.approved(remove(), "key-officer-a", "key-officer-c"))
    assert [each.id for each in room.ceremonies.officers.all()] == ["key-officer-a", third.id]
    signed = room.planned(Action.CREATE, ROOT, name="Root")
    assert refused(lambda: room.perform(room.approved(signed))) is Refusal.OFFICER_UNKNOWN
    # What the removed one performed stays proven.
    assert room.ceremonies.audited()


def test_credentials_are_opened_by_their_own_passphrase_only(room: Room) -> None:
    assert refused(lambda: new_credential("short")) is Refusal.CREDENTIAL_WRONG
    pem, public = new_credential(PASSPHRASE)
    assert b"ENCRYPTED" in pem
    officer = Officer("x", public)
    for wrong in (
        lambda: open_credential(officer, pem, "another passphrase"),
        lambda: open_credential(officer, b"no key", PASSPHRASE),
        lambda: open_credential(room.ceremonies.officers.all()[0], pem, PASSPHRASE),
    ):
        assert refused(wrong) is Refusal.CREDENTIAL_WRONG


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: b"",
        lambda text: b"[" * 100_000,
        lambda text: text.replace(b'"version": "1"', b'"version": "2"'),
        lambda text: text.replace(b'"create"', b'"destroy"'),
        lambda text: text.replace(b'"requested_at": "2026', b'"requested_at": "x2026'),
        lambda text: text.replace(b"+00:00", b""),
        lambda text: text.replace(b'"nonce": "0', b'"nonce": "Z'),
        lambda text: text.replace(b'"name": "Root"', b'"name": 7'),
        lambda text: text.replace(b'"reason"', b'"why"'),
        lambda text: text.replace(b'"approvals": [', b'"approvals": [1, '),
        lambda text: text.replace(b'"officer": "key-officer-a"', b'"officer": 1'),
        lambda text: text.replace(b'"request"', b'"asked"', 1),
    ],
)
def test_a_request_file_is_read_strictly(room: Room, spoil: Callable[[bytes], bytes]) -> None:
    signed = room.approved(room.planned(Action.CREATE, ROOT, name="Root"))
    assert SignedRequest.from_json(signed.to_json()) == signed
    spoilt = spoil(signed.to_json())
    assert refused(lambda: SignedRequest.from_json(spoilt)) is Refusal.REQUEST_UNREADABLE


def test_the_protocol_says_who_did_what_and_is_signed(room: Room) -> None:
    room.founded()
    before = room.files.certificate(SEAL).fingerprint(hashes.SHA256()).hex()
    protocol = room.done(Action.ROTATE, SEAL)
    kept = room.ceremonies.protocol(protocol.facts["request_sha256"][:12])
    assert kept == Protocol.from_json(protocol.to_json()) == protocol
    kept.check(room.ceremonies.officers.get("key-officer-a"))
    assert (
        refused(lambda: kept.check(room.ceremonies.officers.get("key-officer-b")))
        is Refusal.APPROVAL_FORGED
    )
    printed = kept.printed()
    for word in ("更换密钥 · the key was replaced", "key-officer-b", before, "年度更换", SEAL):
        assert word in printed
    assert refused(lambda: room.ceremonies.protocol("")) is Refusal.REQUEST_UNREADABLE
    assert refused(lambda: Protocol.from_json(b"[]")) is Refusal.REQUEST_UNREADABLE


def test_an_altered_protocol_or_trail_is_noticed(room: Room) -> None:
    room.done(Action.CREATE, ROOT, name="Root")
    (path,) = room.ceremonies.protocols.glob("*.json")
    whole = path.read_bytes()
    plain = {**json.loads(whole), "performed_by": "key-officer-b"}
    path.write_text(json.dumps(plain))
    assert refused(room.ceremonies.audited) is Refusal.APPROVAL_FORGED
    path.write_bytes(whole)
    trail = room.ceremonies.trail
    trail.write_bytes(trail.read_bytes().replace(b'"begun"', b'"began"'))
    with pytest.raises(TrailBroken):
        room.ceremonies.audited()


class Interrupted(BaseException):
    """Stands for the power that fails: nothing catches it and nothing tidies up after it."""


def interrupted_after(lines: int, act: Callable[[], object]) -> bool:
    """Run ``act`` until so many lines of our own code ran; say whether it came to its end."""
    left = lines

    def trace(frame: FrameType, event: str, _: object) -> TraceFunction | None:
        nonlocal left
        name = frame.f_globals.get("__name__", "")
        if not name.startswith(("esign.keyceremony", "esign.authorities", "esign.custody")):
            return None
        if event == "line":
            left -= 1
            if left < 0:
                raise Interrupted
        return trace

    ended: list[object] = []

    def attempt() -> None:
        sys.settrace(trace)
        try:
            act()
            ended.append(True)
        except Interrupted:
            pass
        except BaseException as error:  # noqa: BLE001  # told to the test, in its own thread
            ended.append(error)
        finally:
            sys.settrace(None)

    # An exception out of a trace confuses what the interpreter takes for the one being
    # handled; that is a thread's own, and ends with it.
    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join()
    for outcome in ended:
        if isinstance(outcome, BaseException):
            raise outcome
    return bool(ended)


@pytest.mark.slow
# A file that was open when the power failed is found by the garbage collector here.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    ("action", "subject", "more"),
    [
        (Action.ROTATE, SEAL, {}),
        (Action.ROTATE, ROOT, {}),
        (Action.COMPROMISE, AUTHORITY, {"compromised_at": AT - timedelta(days=1)}),
    ],
)
def test_a_ceremony_interrupted_at_any_line_is_performed_again_and_ends_the_same(
    room: Room, action: Action, subject: str, more: More
) -> None:
    """One ceremony is cut off after 1, 2, 3 ... lines and always taken up by the next attempt."""
    room.founded()
    signed = room.approved(room.planned(action, subject, **more))
    old = room.files.certificate(subject)
    lines = 0

    def perform() -> None:
        # An attempt may be cut off when all is done but the telling.
        with suppress(CeremonyRefused):
            room.perform(signed)

    while not interrupted_after(lines, perform):
        lines += 1
        # Another process has read nothing yet.
        room.ceremonies = replace(
            room.ceremonies,
            house=replace(room.ceremonies.house, keyring=Keyring(room.files.keys)),
        )
    assert lines > 100
    files = room.files
    assert files.names(subject) == [subject, f"{subject}.2"]
    assert files.current(subject) == f"{subject}.2"
    made = {path.stem for path in files.keys.glob(f"{subject}*")}
    # Whoever answers for an authority has a key as well.
    assert {each.removesuffix(".responder") for each in made} == {subject, f"{subject}.2"}
    entries = [e for e in room.ceremonies.audited() if e.get("request") == signed.request.digest]
    assert [e["operation"] for e in entries] == ["begun", "done"]
    if action is Action.COMPROMISE:
        listed = x509.load_der_x509_crl(files.revocation_list(ROOT))
        assert [entry.serial_number for entry in listed] == [old.serial_number]
        assert files.is_stopped(subject)


@pytest.mark.parametrize(
    "altered",
    [
        # Somebody wrote the request by hand, and two officers signed without looking.
        {"key": "nonsense"},
        {"algorithm": "RSA-512"},
    ],
)
def test_a_request_that_no_plan_wrote_is_refused_although_two_signed_it(
    room: Room, altered: dict[str, Any]
) -> None:
    planned = room.planned(Action.CREATE, ROOT, name="Root")
    signed = room.approved(SignedRequest(replace(planned.request, **altered)))
    assert refused(lambda: room.perform(signed)) is Refusal.IMPOSSIBLE


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_what_was_begun_is_ended_by_two_officers_and_by_no_others(room: Room) -> None:
    """Also after its time, and also with signatures that were given again."""
    signed = room.approved(room.planned(Action.CREATE, ROOT, name="Root"))
    lines = 0
    while not room.ceremonies.trail.read_bytes().count(b'"begun"'):
        assert not interrupted_after(lines, lambda: room.perform(signed))
        lines += 1
    one = replace(signed, approvals=signed.approvals[:1])
    assert refused(lambda: room.perform(one)) is Refusal.APPROVALS_MISSING
    again = room.approved(signed, "key-officer-b", "key-officer-a")
    room.now.at = AT + timedelta(days=9)
    assert room.perform(again).facts["fingerprint_after"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_officer_s_own_removal_is_ended_by_the_other(room: Room) -> None:
    third = room.officer("key-officer-c")
    room.done(Action.ADD_OFFICER, third.id, public_key=third.public_key)
    signed = room.approved(room.planned(Action.REMOVE_OFFICER, "key-officer-b"))
    lines = 0
    while len(room.ceremonies.officers.all()) > 2:
        assert not interrupted_after(lines, lambda: room.perform(signed))
        lines += 1
    room.perform(signed)
    assert [each.id for each in room.ceremonies.officers.all()] == ["key-officer-a", third.id]


@pytest.mark.parametrize("id_", ["", "../a", "A", "a" * 65])
def test_an_officer_has_an_id_that_is_one_and_a_key_that_is_one(room: Room, id_: str) -> None:
    _, public = new_credential(PASSPHRASE)
    for officer in (Officer(id_, public), Officer("key-officer-d", public[:-1])):
        assert (
            refused(partial(room.ceremonies.officers.check_new, officer))
            is Refusal.REQUEST_UNREADABLE
        )


# ---- What it means for certificates.


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RunningOffice]:
    with running_office(tmp_path, at=AT) as running:
        running.vault.enrol_notary(office=OFFICE, notary=NOTARY, common_name="王公证")
        yield running


@pytest.fixture
def around(office: RunningOffice) -> Room:
    return Room(office.files.path, office.now).with_officers()


def sealed(office: RunningOffice) -> bytes:
    sealer = certificate_sealer(
        Sealing(office=OFFICE, notary=NOTARY, places=sealing_places()),
        files=office.files,
        custody=office.vault,
        stamps=office.stamps,
        now=office.now,
    )
    return sealer.seal(sealer.prepare(archival_page()))


def lists_of(office: RunningOffice) -> list[bytes]:
    return [path.read_bytes() for path in office.files.public.glob("*.crl")]


def serials(office: RunningOffice, document: bytes) -> list[int]:
    report = verify(document, roots=office.roots, at=office.now(), fresh_lists=lists_of(office))
    return [found.serial for found in report.signatures]


@pytest.mark.parametrize("subject", [SEAL, WHO])
def test_after_a_rotation_old_certificates_stay_and_new_ones_bear_the_new_key(
    office: RunningOffice, around: Room, subject: str
) -> None:
    old = office.files.certificate(subject).serial_number
    before = sealed(office)
    office.now.at += timedelta(minutes=1)
    around.done(Action.ROTATE, subject)
    after = sealed(office)
    new = office.files.certificate(f"{subject}.2").serial_number
    assert old in serials(office, before)
    assert new in serials(office, after)
    assert old not in serials(office, after)


def test_a_new_authority_takes_over_one_certificate_after_the_other(
    office: RunningOffice, around: Room
) -> None:
    """Between two authorities everybody seals on, under whichever certified them."""
    documents = [sealed(office)]
    office.now.at += timedelta(minutes=1)
    for subject in (AUTHORITY, SEAL, WHO):
        around.done(Action.ROTATE, subject)
        documents.append(sealed(office))
    for document in documents:
        assert len(serials(office, document)) == 2
    names = {
        office.files.certificate(name).issuer.rfc4514_string()
        for name in (SEAL, f"{SEAL}.2", f"{WHO}.2")
    }
    assert len(names) == 2
    assert any("G2" in name for name in names)


@pytest.mark.parametrize("subject", [SEAL, AUTHORITY])
def test_what_a_lost_key_sealed_is_void_from_the_day_it_was_lost(
    office: RunningOffice, around: Room, subject: str
) -> None:
    before = sealed(office)
    lost_at = office.now.at + timedelta(hours=1)
    office.now.at += timedelta(hours=2)
    # In these hours somebody else may have had the key; whatever it sealed looks like this.
    between = sealed(office)
    office.now.at += timedelta(hours=1)
    assert len(serials(office, between)) == 2
    around.done(Action.COMPROMISE, subject, compromised_at=lost_at)
    assert len(serials(office, before)) == 2
    with pytest.raises(CertificateRevoked):
        serials(office, between)
    (entry,) = [
        entry
        for der in lists_of(office)
        for entry in x509.load_der_x509_crl(der)
        if entry.serial_number == office.files.certificate(subject).serial_number
    ]
    reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    since = entry.extensions.get_extension_for_class(x509.InvalidityDate).value
    assert reason is x509.ReasonFlags.key_compromise
    assert since.invalidity_date_utc == lost_at


def test_a_key_that_was_given_up_signs_nothing_and_the_next_one_does(
    office: RunningOffice, around: Room
) -> None:
    around.done(Action.COMPROMISE, SEAL, compromised_at=AT)
    with pytest.raises(KeyStopped):
        office.vault.sign_digest(f"file:{SEAL}", bytes(32))
    office.now.at += timedelta(minutes=1)
    assert len(serials(office, sealed(office))) == 2
    around.done(Action.COMPROMISE, AUTHORITY, compromised_at=AT)
    with pytest.raises(KeyStopped):
        office.vault.revocation_list(office=OFFICE, authority=AUTHORITY)


def test_a_stolen_time_stamper_is_given_up_and_the_next_one_stamps_at_once(
    office: RunningOffice, around: Room
) -> None:
    office.server.authority = AuthorityOnDuty(
        office.files, custody=office.vault, now=office.now, proof=office.proof
    )
    before = sealed(office)
    lost_at = AT + timedelta(hours=1)
    office.now.at = AT + timedelta(hours=2)
    around.done(Action.COMPROMISE, TSA, compromised_at=lost_at)
    with pytest.raises(KeyStopped):
        office.vault.sign_digest(f"file:{TSA}", bytes(32))
    # Whatever the thief dates so looks like this; somebody else has to know of it.
    with pytest.raises(StamperStolen):
        serials(office, before)
    known = Existed(sha256=hashlib.sha256(before).hexdigest(), at=AT)
    lists = lists_of(office)
    verify(before, roots=office.roots, at=office.now(), fresh_lists=lists, existed=[known])
    office.now.at += timedelta(minutes=1)
    assert len(serials(office, sealed(office))) == 2
    stolen = office.files.certificate(TSA)
    (entry,) = x509.load_der_x509_crl(office.files.revocation_list(ROOT))
    since = entry.extensions.get_extension_for_class(x509.InvalidityDate).value
    assert (entry.serial_number, since.invalidity_date_utc) == (stolen.serial_number, lost_at)
    assert stolen_stampers(office.files) == {stolen.fingerprint(hashes.SHA256()).hex()}


def test_a_time_stamper_that_was_merely_replaced_is_not_stolen(
    office: RunningOffice, around: Room
) -> None:
    around.done(Action.ROTATE, TSA)
    assert stolen_stampers(office.files) == frozenset()


@pytest.mark.parametrize("subject", [TSA, SEAL])
def test_a_key_that_was_replaced_before_it_was_stolen_is_given_up_and_none_is_made(
    office: RunningOffice, around: Room, subject: str
) -> None:
    office.server.authority = AuthorityOnDuty(
        office.files, custody=office.vault, now=office.now, proof=office.proof
    )
    before = sealed(office)
    office.now.at = AT + timedelta(days=1)
    around.done(Action.ROTATE, subject)
    after, old = sealed(office), office.files.certificate(subject)
    more: More = {
        "certificate": old.fingerprint(hashes.SHA256()).hex(),
        "compromised_at": AT - timedelta(hours=1),
    }
    office.now.at += timedelta(days=1)
    around.done(Action.COMPROMISE, subject, **more)
    with pytest.raises(StamperStolen if subject == TSA else CertificateRevoked):
        serials(office, before)
    with pytest.raises(KeyStopped):
        office.vault.sign_digest(f"file:{subject}", bytes(32))
    assert office.files.names(subject) == [subject, f"{subject}.2"]
    assert len(serials(office, after)) == len(serials(office, sealed(office))) == 2
    # Once; and the one that is in use is given up by its subject alone.
    assert refused(lambda: around.planned(Action.COMPROMISE, subject, **more)) is IMPOSSIBLE
    now_used = office.files.certificate(f"{subject}.2").fingerprint(hashes.SHA256()).hex()
    more["certificate"] = now_used
    assert refused(lambda: around.planned(Action.COMPROMISE, subject, **more)) is IMPOSSIBLE


def test_once_officers_decide_nobody_else_makes_keys(office: RunningOffice, around: Room) -> None:
    assert around.files.is_under_dual_control
    with pytest.raises(KeyMisused):
        office.vault.enrol_notary(office=OFFICE, notary="n-2", common_name="李公证")


def test_the_root_s_list_is_renewed_and_keeps_who_is_on_it(room: Room) -> None:
    room.founded()
    room.done(Action.COMPROMISE, AUTHORITY, compromised_at=AT)
    room.now.at = AT + timedelta(days=300)
    room.done(Action.PUBLISH, ROOT)
    listed = x509.load_der_x509_crl(room.files.revocation_list(ROOT))
    assert listed.last_update_utc > AT + timedelta(days=299)
    assert len(list(listed)) == 1


def test_a_revocation_is_on_the_list_of_whoever_issued_the_certificate(
    office: RunningOffice, around: Room
) -> None:
    old = office.files.certificate(SEAL).serial_number
    around.done(Action.ROTATE, AUTHORITY)
    office.vault.revoke(office=OFFICE, serial=old)
    listed = {
        name: [
            entry.serial_number
            for entry in x509.load_der_x509_crl(
                office.vault.revocation_list(office=OFFICE, authority=name)
            )
        ]
        for name in (AUTHORITY, f"{AUTHORITY}.2")
    }
    assert listed == {AUTHORITY: [old], f"{AUTHORITY}.2": []}


def test_what_automatic_founding_made_can_be_replaced_by_a_ceremony(tmp_path: Path) -> None:
    create_authorities(tmp_path, now=AT, offices={OFFICE: "甲公证处"}, base_url=BASE_URL)
    room = Room(tmp_path, SetClock(AT)).with_officers()
    room.done(Action.ROTATE, AUTHORITY)
    vault = Vault(room.files, now=room.now, base_url=BASE_URL, proof=lambda: None)
    assert vault.revocation_list(office=OFFICE)
    assert len(verify_trail(room.files.records / "audit.jsonl")) == 1
