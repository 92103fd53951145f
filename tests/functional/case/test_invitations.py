"""Somebody who has never been here takes a seat, and nobody else does."""

from __future__ import annotations

import itertools
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from server.access.codes import make_code
from server.access.principals import AccountKind, Principal, SessionId
from server.cases.ids import AccountId, OfficeId
from server.cases.roles import Role
from server.ceremony.invitations import InvitationId
from server.tasks.invitations import send_invitation
from server.transaction import NOBODY
from tests.functional.case.platform import KUNMING, Person, Reply, new_id
from tests.functional.case.staging import Staging, consent_to, good

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.functional.case.platform import Platform
    from tests.functional.case.worker import Worker

NEWLY = "ceremony.invitation.send"
NUMBERS = itertools.count(1000)
MOST = 30


@dataclass(slots=True, kw_only=True)
class Guest:
    """A person with a telephone or an e-mail address, and without an account."""

    case: Staging
    contact: dict[str, str]
    party: str = ""
    token: str = ""
    code: str = field(default="", repr=False)

    @property
    def platform(self) -> Platform:
        return self.case.platform

    @property
    def address(self) -> str:
        return next(iter(self.contact.values()))

    def send(self, path: str, body: object, language: str = "en") -> Reply:
        """Send something as nobody in particular."""
        response = self.platform.app.test_client().post(
            f"/v1{path}", json=body, headers={"Accept-Language": language}
        )
        return Reply(response.status_code, response.get_json(), None, dict(response.headers))

    def read_message(self) -> None:
        """Open the newest message that came to the contact."""
        assert NEWLY in self.case.worker.run()
        to, link, language = self.case.worker.sent[-1]
        assert (to, language) == (self.address, "en")
        page, _, secret = link.partition("#invitation=")
        assert page == "https://feigui.example/ceremony?lang=en"
        self.token = secret

    def ask_for_code(self, contact: str = "") -> Guest:
        with self.platform.open_transaction(NOBODY) as tx:
            self.code = make_code(
                contact or self.address,
                codes=tx.codes,
                making=self.platform.making,
                code_id=new_id(),
                now=self.platform.clock(),
            )
        return self

    def look_up(self) -> Reply:
        return self.send("/invitations/lookup", {"token": self.token})

    def accept(self, **changes: str) -> Reply:
        body = {"token": self.token, "code": self.code, "device": "browser", **self.contact}
        return self.send("/invitations/acceptance", body | changes)

    def come_in(self) -> Person:
        return person_of(self.platform, good(self.ask_for_code().accept()), self.address)


def person_of(platform: Platform, taken: Reply, address: str) -> Person:
    grant = taken["grant"]
    principal = Principal(
        account=AccountId(grant["account_id"]),
        kind=AccountKind.APPLICANT,
        office=None,
        roles=frozenset({Role.APPLICANT}),
        session=SessionId(grant["session_id"]),
    )
    return Person(platform=platform, principal=principal, phone=address)


def prepared(case: Staging, *, witnesses: int = 1) -> list[str]:
    """Bring a case with bound witnesses before its ceremony; return their party ids."""
    case.review()
    bound = [
        good(case.notary.post(case.path("/witnesses"), {"name": "李娜"}))["id"]
        for _ in range(witnesses)
    ]
    case.act(case.notary, "schedule_interview")
    return bound


def planned(case: Staging, witness: str = "") -> Guest:
    """Plan a ceremony without the witness, who has a telephone and no account."""
    witness = witness or prepared(case)[0]
    body = {"participants": [{"party": case.party, "seat": "party"}]}
    case.ceremony = good(case.notary.post(case.path("/ceremonies"), body))["id"]
    return Guest(case=case, contact={"phone": f"+3363998{next(NUMBERS)}"}, party=witness)


def invite(guest: Guest, person: Person | None = None, **changes: object) -> Reply:
    body = {"party": guest.party, "seat": "witness", "language": "en", **guest.contact}
    sender = person or guest.case.assistant
    return sender.post(guest.case.room("/invitations"), body | changes)


def listed(case: Staging) -> list[str]:
    found = good(case.notary.get(case.room("/invitations")))["items"]
    return [each["state"] for each in found]


def seats(case: Staging) -> list[str]:
    found = good(case.notary.get(case.room()))["participants"]
    return sorted(each["seat"] for each in found)


@pytest.fixture(scope="module")
def shared(platform: Platform, worker: Worker) -> tuple[Staging, Iterator[str]]:
    """One case for all who are refused: each gets a witness and a ceremony of its own."""
    case = Staging(platform=platform, worker=worker)
    return case, iter(prepared(case, witnesses=MOST))


@pytest.fixture
def guest(shared: tuple[Staging, Iterator[str]]) -> Guest:
    case, witnesses = shared
    return planned(case, next(witnesses))


@pytest.fixture
def invited(guest: Guest) -> Guest:
    good(invite(guest))
    guest.read_message()
    return guest


@pytest.mark.parametrize("contact", ["phone", "email"])
def test_a_witness_without_an_account_comes_in_and_the_deed_is_signed(
    case: Staging, contact: str
) -> None:
    guest = planned(case)
    if contact == "email":
        guest.contact = {"email": f"li.{new_id()}@example.com"}
    sent = good(invite(guest))
    assert (sent["state"], sent["sent_at"]) == ("open", None)
    guest.read_message()
    seen = good(guest.look_up())
    assert (seen["state"], seen["seat"], seen["office"]["id"]) == ("open", "witness", KUNMING)
    witness = guest.come_in()
    assert (listed(case), seats(case)) == (["accepted"], ["notary", "party", "witness"])
    for purpose in ("personal_data", "recording"):
        body = consent_to(purpose, case.platform.clock.at.date())
        good(witness.post(case.path("/consents"), body))
    people = (case.notary, case.applicant, witness)
    for each in people:
        case.try_devices(each)
    case.step("admit")
    for each in people:
        good(each.post(case.room("/joins")))
    case.step("start_recording")
    for each in (case.applicant, witness):
        good(case.identify(each))
    case.step("confirm_identities")
    good(case.record(case.applicant, 0, b"one", None))
    good(case.record(witness, 0, b"three", None))
    good(case.record(case.applicant, 1, b"two", b"one"))
    case.inform_and_ask()
    case.write_record()
    case.read_back()
    case.confirm_record()
    # A witness is told the rights and signs the record as well, or nothing is signed.
    refused = case.notary.post(case.room("/steps"), {"step": "open_signing"})
    assert refused.codes == ["notice_of_rights_not_confirmed", "interview_record_not_confirmed"]
    notice = good(witness.get(case.room("/form")))["notice"]["sha256"]
    good(case.tell(witness, "notice_confirmed", sha256=notice))
    confirmed = {"record_sha256": case.record_sha256()}
    case.change(witness, witness.post, "/interview-record/confirmation", confirmed)
    case.step("open_signing")
    case.show_pages()
    case.confirm_presence()
    case.sign_deed()
    assert case.worker.run() == ["deed.sign"]
    case.step("complete")
    assert good(case.notary.get(case.room()))["status"] == "completed"


def test_whoever_took_the_seat_gives_every_consent_and_is_identified_as_the_seat_says(
    invited: Guest,
) -> None:
    case, witness = invited.case, invited.come_in()
    for each in (case.notary, case.applicant):
        case.try_devices(each)
    case.step("admit")
    for each in (case.notary, case.applicant):
        good(each.post(case.room("/joins")))
    refused = case.notary.post(case.room("/steps"), {"step": "start_recording"})
    wanting = {each["code"] for each in refused["errors"] if each["subject"] == invited.party}
    assert wanting == {"participant_missing", "consent_missing_recording", "device_not_tried"}
    act = good(witness.get(case.room("/act")))
    (own,) = [each for each in act["participants"] if each["account"] == witness.account]
    assert (own["seat"], own["identified_by"]) == ("witness", None)


def test_somebody_else_with_the_link_does_not_take_the_seat(invited: Guest) -> None:
    other = "+33639989998"
    invited.ask_for_code(other)
    refused = invited.accept(phone=other)
    assert (refused.status, refused["code"]) == (403, "invitation_for_another")
    # Nor does the right contact without the code that was sent there.
    wrong = invited.accept(code="000000")
    assert (wrong.status, wrong["code"]) == (401, "login_refused")
    assert (listed(invited.case), seats(invited.case)) == (["open"], ["notary", "party"])


def test_a_link_works_once(invited: Guest) -> None:
    invited.come_in()
    invited.platform.clock.at += timedelta(minutes=2)
    refused = invited.ask_for_code().accept()
    assert (refused.status, refused["code"]) == (409, "invitation_spent")
    assert good(invited.look_up())["state"] == "accepted"
    assert "sign in" in refused["detail"]


def test_a_link_that_is_too_old_names_the_office_to_ask(invited: Guest) -> None:
    invited.platform.clock.at += timedelta(hours=72)
    seen = good(invited.look_up())
    assert seen["state"] == "expired"
    assert seen["office"]["phone"]
    refused = invited.ask_for_code().accept()
    assert (refused.status, refused["code"]) == (409, "invitation_expired")
    assert "Ask the notary office" in refused["detail"]
    for who in ("notary", "assistant", "applicant"):
        before = getattr(invited.case, who)
        setattr(invited.case, who, invited.platform.again(before))
        getattr(invited.case, who).phone = before.phone
    assert listed(invited.case) == ["expired"]


def test_a_link_that_was_taken_back_opens_nothing(invited: Guest) -> None:
    case = invited.case
    (sent,) = good(case.notary.get(case.room("/invitations")))["items"]
    path = case.room(f"/invitations/{sent['id']}/revocation")
    for _ in range(2):  # taking it back again does no harm
        assert good(case.notary.post(path))["state"] == "revoked"
    assert good(invited.look_up())["state"] == "revoked"
    refused = invited.ask_for_code().accept()
    assert (refused.status, refused["code"]) == (409, "invitation_revoked")
    assert "office" in refused["detail"]


def test_an_invitation_that_was_taken_up_is_not_taken_back(invited: Guest) -> None:
    case = invited.case
    invited.come_in()
    (sent,) = good(case.notary.get(case.room("/invitations")))["items"]
    refused = case.notary.post(case.room(f"/invitations/{sent['id']}/revocation"))
    assert (refused.status, refused["code"]) == (409, "invitation_spent")


def test_a_link_that_nobody_sent_is_told_the_way_on(guest: Guest) -> None:
    guest.token = "x" * 43
    for refused in (guest.look_up(), guest.ask_for_code().accept()):
        assert (refused.status, refused["code"]) == (404, "invitation_not_found")
        assert "ask the notary office" in refused["detail"]


def test_only_the_newest_of_two_links_opens_the_seat(invited: Guest) -> None:
    older = invited.token
    invited.platform.clock.at += timedelta(minutes=2)
    good(invite(invited))
    invited.read_message()
    newer, invited.token = invited.token, older
    assert invited.ask_for_code().accept()["code"] == "invitation_revoked"
    assert listed(invited.case) == ["open", "revoked"]
    invited.platform.clock.at += timedelta(minutes=2)
    invited.token = newer
    invited.come_in()
    assert seats(invited.case) == ["notary", "party", "witness"]


def test_the_same_request_again_invites_once(guest: Guest) -> None:
    body = {"party": guest.party, "seat": "witness", "language": "en", **guest.contact}
    key, path = new_id(), guest.case.room("/invitations")
    first, second = (good(guest.case.notary.post(path, body, key=key)) for _ in range(2))
    assert first.body == second.body
    assert listed(guest.case) == ["open"]
    assert guest.case.worker.run() == [NEWLY]


def test_one_contact_is_invited_as_rarely_as_it_is_sent_codes(guest: Guest) -> None:
    good(invite(guest))
    refused = invite(guest)
    assert (refused.status, refused["code"]) == (429, "too_many_invitations")
    assert refused.headers["Retry-After"] == "60"
    assert listed(guest.case) == ["open"]
    assert guest.case.worker.run() == [NEWLY]


def test_an_invitation_is_sent_once_even_if_the_job_runs_again(invited: Guest) -> None:
    case = invited.case
    (sent,) = good(case.notary.get(case.room("/invitations")))["items"]
    before = len(case.worker.sent)
    assert sent["sent_at"]
    send_invitation(OfficeId(KUNMING), InvitationId(sent["id"]), post=case.worker.post())
    assert len(case.worker.sent) == before
    invited.come_in()


def test_a_message_whose_job_was_killed_is_replaced_by_one_that_opens(guest: Guest) -> None:
    case = guest.case
    made = good(invite(guest))

    class KilledError(Exception):
        """The process ended right after the partner took the message."""

    def and_die(*message: str) -> None:
        case.worker.sent.append(message)  # type: ignore[arg-type]  # three texts
        raise KilledError

    post = case.worker.post()
    killed = type(post)(
        open_transaction=post.open_transaction,
        send=and_die,
        new_token=post.new_token,
        public_url=post.public_url,
        now=post.now,
    )
    with pytest.raises(KilledError):
        send_invitation(OfficeId(KUNMING), InvitationId(made["id"]), post=killed)
    lost = case.worker.sent[-1][1].partition("#invitation=")[2]
    guest.read_message()
    newest, guest.token = guest.token, lost
    assert guest.look_up().status == 404
    guest.token = newest
    guest.come_in()


def test_a_witness_is_nobody_whose_matter_it_is(guest: Guest) -> None:
    case = guest.case
    guest.party = case.party
    refused = invite(guest)
    assert (refused.status, refused.codes) == (
        409,
        ["seat_of_another_role", "seated_already"],
    )


def test_the_applicant_s_own_telephone_makes_no_second_person(guest: Guest) -> None:
    case = guest.case
    guest.contact = {"phone": case.applicant.phone}
    good(invite(guest))
    guest.read_message()
    refused = guest.ask_for_code().accept()
    assert (refused.status, refused.codes) == (
        409,
        ["account_of_another_party", "seated_already"],
    )
    assert seats(case) == ["notary", "party"]


def test_nobody_is_seated_once_it_is_recorded(invited: Guest) -> None:
    case = invited.case
    for each in (case.notary, case.applicant):
        case.try_devices(each)
    case.step("admit")
    for each in (case.notary, case.applicant):
        good(each.post(case.room("/joins")))
    case.step("start_recording")
    refused = invited.ask_for_code().accept()
    assert (refused.status, refused["code"]) == (409, "ceremony_refused")
    assert invite(invited, case.notary)["code"] == "ceremony_refused"


def test_parties_and_neighbours_invite_nobody_and_see_no_list(invited: Guest) -> None:
    case = invited.case
    colleague = case.platform.staff(Role.NOTARY, office=OfficeId("hekou-demo"))
    for person, status in ((case.applicant, 403), (colleague, 404)):
        assert invite(invited, person).status == status
        assert person.get(case.room("/invitations")).status == status


def test_whoever_only_takes_part_moves_nothing_and_reads_no_papers(invited: Guest) -> None:
    case, witness = invited.case, invited.come_in()
    seen = case.read(witness)
    material = seen["materials"][0]["id"]
    withdrawn = witness.post(
        case.path("/actions"), {"action": "withdraw", "report": "不再需要"}, etag=seen.etag
    )
    for refused in (
        withdrawn,
        witness.get(case.path(f"/materials/{material}/content")),
        witness.get(case.path("/certificates")),
        witness.post(case.path("/parties"), {"role": "applicant", "name": "某甲"}),
    ):
        assert (refused.status, refused["code"]) == (403, "not_permitted")
    assert case.read()["status"] == "interview_set"


def test_an_invitation_belongs_to_its_ceremony(invited: Guest) -> None:
    case = invited.case
    (sent,) = good(case.notary.get(case.room("/invitations")))["items"]
    body = {"participants": [{"party": case.party, "seat": "party"}]}
    other = good(case.notary.post(case.path("/ceremonies"), body))["id"]
    path = case.path(f"/ceremonies/{other}/invitations/{sent['id']}/revocation")
    assert case.notary.post(path)["code"] == "invitation_not_found"


def test_a_link_that_is_taken_up_twice_at_once_seats_once(invited: Guest) -> None:
    """Two of the person's own devices, each with the link and the same code."""
    invited.ask_for_code()
    together = threading.Barrier(2)

    def accept(_: int) -> Reply:
        together.wait()
        return invited.accept()

    with ThreadPoolExecutor(2) as pool:
        replies = list(pool.map(accept, range(2)))
    assert sorted(each.status for each in replies) in ([201, 401], [201, 409])
    assert seats(invited.case) == ["notary", "party", "witness"]
    assert listed(invited.case) == ["accepted"]


def test_contact_and_secret_are_in_no_answer_and_no_log(
    invited: Guest, capsys: pytest.CaptureFixture[str]
) -> None:
    case = invited.case
    replies = [
        good(case.notary.get(case.room("/invitations"))),
        good(case.notary.get(case.room())),
        good(case.notary.get(case.path("/events"))),
        invited.look_up(),
        invited.accept(code="000000"),
        good(invited.ask_for_code().accept()),
        invited.accept(),
        invite(invited),
    ]
    told: list[Any] = [(each.body, each.headers) for each in replies]
    logged = capsys.readouterr()
    for canary in (invited.address, invited.token):
        assert canary not in json.dumps(told, ensure_ascii=False)
        assert canary not in logged.out + logged.err
