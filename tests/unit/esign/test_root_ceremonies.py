"""The root's next key: who may certify what afterwards, when the old one ends, kill -9 anywhere."""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from esign.anchors import linked_roots
from esign.authorities.creation import issuer_of
from esign.authorities.directory import ROOT, TSA, link_name
from esign.authorities.issuing import CertificateOrder, Subject, issue
from esign.authorities.profiles import OFFICE_AUTHORITY, ROOT_LINK
from esign.authorities.profiles import ROOT as ROOT_PROFILE
from esign.authorities.revocation import Revoked
from esign.custody.keyring import Keyring
from esign.errors import AuthorityEnded, KeyStopped
from esign.keyceremony.house import publish
from esign.keyceremony.refusals import CeremonyRefused, Refusal
from esign.keyceremony.requests import Action
from esign.lints.certificates.issuer_name import issuer_name
from esign.lints.certificates.key_identifier import key_identifier
from esign.testing import BASE_URL, SetClock, ThrowawayCA
from esign.trust import root_lists, trusted_roots
from tests.servers.ceremony_room import AUTHORITY, SEAL, SM2, WHO, Room

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

AT = datetime(2026, 3, 1, tzinfo=UTC)
NEW = f"{ROOT}.2"
NEW_WITH_OLD, OLD_WITH_NEW = link_name(NEW, ROOT), link_name(ROOT, NEW)


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path, SetClock(AT)).with_officers().founded()


def refused(act: Callable[[], object]) -> Refusal:
    with pytest.raises(CeremonyRefused) as found:
        act()
    return found.value.refusal


def rotated(room: Room) -> Room:
    room.now.at += timedelta(days=1)
    room.done(Action.ROTATE, ROOT)
    return room


def moved(room: Room) -> Room:
    """Have everything in use hang from the new key."""
    for subject in (TSA, AUTHORITY, SEAL, WHO):
        room.done(Action.ROTATE, subject)
    return room


def key_of(certificate: x509.Certificate) -> bytes:
    named = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    return named.value.digest


def lists(room: Room) -> list[x509.CertificateRevocationList]:
    return list(map(x509.load_der_x509_crl, root_lists(room.files)))


def test_what_is_certified_after_the_rotation_is_under_the_new_key(room: Room) -> None:
    rotated(room)
    room.done(Action.CREATE, "office.b.authority", name="乙 CA", organization="乙")
    made = room.files.certificate("office.b.authority")
    made.verify_directly_issued_by(room.files.certificate(NEW))
    where = made.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert [each.full_name[0].value for each in where if each.full_name] == [
        f"{BASE_URL}/{NEW}.crl"
    ]


def test_the_old_key_goes_on_saying_what_was_taken_back_of_what_it_certified(room: Room) -> None:
    rotated(room)
    old = room.files.certificate(AUTHORITY)
    room.done(Action.COMPROMISE, AUTHORITY, compromised_at=AT)
    for name, serials in ((ROOT, [old.serial_number]), (NEW, [])):
        listed = x509.load_der_x509_crl(room.files.revocation_list(name))
        assert [each.serial_number for each in listed] == serials
    room.now.at += timedelta(days=300)
    room.done(Action.PUBLISH, ROOT)
    assert all(each.last_update_utc > AT + timedelta(days=300) for each in lists(room))


@pytest.mark.parametrize("trusted", [ROOT, f"{ROOT}.3"])
def test_links_lead_over_several_generations(room: Room, trusted: str) -> None:
    rotated(rotated(room))
    files = room.files
    assert len(files.links()) == 4
    root = files.certificate(trusted)
    found = linked_roots([root], files.links(), lists(room))
    keys = set(map(key_of, trusted_roots(files)))
    assert len(keys) == 3
    assert set(map(key_of, found)) == keys
    assert set(found.values()) == {root}


def test_sm2_roots_are_linked_as_well(room: Room) -> None:
    room.founded_by_sm2()
    room.now.at += timedelta(days=1)
    root = SM2.named(ROOT)
    room.done(Action.ROTATE, root)
    old = room.files.certificate(root)
    found = linked_roots([old], room.files.links(), lists(room))
    assert room.files.certificate(link_name(f"{root}.2", root)) in found


def test_a_link_that_is_on_a_list_or_that_no_list_could_name_leads_nowhere(room: Room) -> None:
    rotated(room)
    files, house = room.files, room.ceremonies.house
    old, link = files.certificate(ROOT), files.certificate(NEW_WITH_OLD)
    assert link in linked_roots([old], [link], lists(room))
    assert link not in linked_roots([old], [link], [])
    new_list = x509.load_der_x509_crl(files.revocation_list(NEW))
    assert link not in linked_roots([old], [link], [new_list])
    house.register.add(ROOT, Revoked(serial=link.serial_number, at=room.now()))
    publish(house, ROOT, room.now())
    assert link not in linked_roots([old], [link], lists(room))


def test_nobody_is_led_anywhere_by_a_stranger_or_by_what_is_no_link(room: Room) -> None:
    rotated(room)
    files = room.files
    others = [*files.links(), *map(files.certificate, (NEW, AUTHORITY, TSA))]
    stranger = ThrowawayCA.new(valid_from=AT).root
    assert list(linked_roots([stranger], others, lists(room))) == [stranger]
    # The other root itself is trusted by nobody for being there.
    old = files.certificate(ROOT)
    assert files.certificate(NEW) not in linked_roots([old], others, lists(room))


def test_a_key_is_retired_when_nothing_in_use_hangs_from_it_and_signs_no_more(room: Room) -> None:
    rotated(room)
    for subject in (TSA, AUTHORITY, SEAL):
        assert refused(partial(room.planned, Action.RETIRE, ROOT)) is Refusal.IMPOSSIBLE
        room.done(Action.ROTATE, subject)
    # A notary signs on under the authority that the old key certified.
    assert refused(partial(room.planned, Action.RETIRE, ROOT)) is Refusal.IMPOSSIBLE
    room.done(Action.ROTATE, WHO)
    room.done(Action.RETIRE, ROOT)
    files = room.files
    last = x509.load_der_x509_crl(files.revocation_list(ROOT))
    assert last.next_update_utc == files.certificate(ROOT).not_valid_after_utc
    with pytest.raises(KeyStopped):
        issuer_of(files, Keyring(files.keys), ROOT, BASE_URL)
    before = files.revocation_list(ROOT)
    room.now.at += timedelta(days=400)
    room.done(Action.PUBLISH, ROOT)
    assert files.revocation_list(ROOT) == before
    assert len(trusted_roots(files)) == 2
    assert refused(partial(room.planned, Action.RETIRE, ROOT)) is Refusal.IMPOSSIBLE


def test_a_root_past_its_end_certifies_nothing_and_can_be_replaced(room: Room) -> None:
    files, keyring = room.files, Keyring(room.files.keys)
    ends = files.certificate(ROOT).not_valid_after_utc
    room.now.at = ends + timedelta(days=1)
    for action, subject in ((Action.ROTATE, TSA), (Action.PUBLISH, ROOT)):
        assert refused(partial(room.planned, action, subject)) is Refusal.AUTHORITY_ENDED
    order = CertificateOrder(
        profile=OFFICE_AUTHORITY,
        subject=Subject(common_name="乙 CA"),
        public_key=keyring.load(files.uri(AUTHORITY)).public_key(),
    )
    with pytest.raises(AuthorityEnded):
        issue(order, issuer_of(files, keyring, ROOT, BASE_URL), now=room.now())
    before = files.revocation_list(ROOT)
    room.done(Action.ROTATE, ROOT)
    # The old key is past its end: it vouches for nobody, and makes no list.
    assert files.link_names() == [OLD_WITH_NEW]
    assert files.revocation_list(ROOT) == before
    room.done(Action.ROTATE, TSA)


def test_a_root_past_its_end_is_retired_without_another_list(room: Room) -> None:
    moved(rotated(room))
    files = room.files
    room.now.at = files.certificate(ROOT).not_valid_after_utc + timedelta(seconds=1)
    before = files.revocation_list(ROOT)
    room.done(Action.RETIRE, ROOT)
    assert (files.revocation_list(ROOT), files.is_stopped(ROOT)) == (before, True)


def test_a_link_bears_the_name_of_its_issuer_and_not_its_key(room: Room) -> None:
    rotated(room)
    root, link, authority = map(room.files.certificate, (NEW, NEW_WITH_OLD, AUTHORITY))
    assert issuer_name(link, ROOT_LINK) is None
    assert key_identifier(link, ROOT_LINK) is None
    assert key_identifier(root, ROOT_LINK) == "a link names no other key than its own"
    assert issuer_name(authority, ROOT_LINK) == (
        "issuer and subject of a root_link certificate are wrongly alike or unlike"
    )
    assert key_identifier(link, ROOT_PROFILE) == "a root names another key than its own"


def killed_at(step: int, act: Callable[[], object]) -> bool:
    """Do ``act`` in a process that is killed before it changes the ``step``-th file."""
    child = os.fork()
    if child == 0:
        left = step

        def watch(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal left
            appends = event == "open" and bool(int(str(arguments[2] or 0)) & os.O_APPEND)
            if event == "os.rename" or appends:
                left -= 1
                if left < 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(watch)
        status = 1
        try:
            act()
            status = 0
        finally:
            os._exit(status)
    _, ended = os.waitpid(child, 0)
    assert os.WIFSIGNALED(ended) or os.WEXITSTATUS(ended) == 0
    return os.WIFSIGNALED(ended)


def test_a_rotation_that_is_killed_at_any_step_ends_the_same(room: Room) -> None:
    signed = room.approved(room.planned(Action.ROTATE, ROOT))
    steps = 0
    while killed_at(steps, lambda: room.perform(signed)):
        steps += 1
    # A new attempt leaves out what is done: it gets further by more than one step.
    assert steps > 5
    files = room.files
    assert files.names(ROOT) == [ROOT, NEW]
    assert files.current(ROOT) == NEW
    assert files.link_names() == sorted([NEW_WITH_OLD, OLD_WITH_NEW])
    found = linked_roots([files.certificate(ROOT)], files.links(), lists(room))
    assert files.certificate(NEW_WITH_OLD) in found
    entries = [e for e in room.ceremonies.audited() if e.get("request") == signed.request.digest]
    assert [e["operation"] for e in entries] == ["begun", "done"]
    moved(room)
