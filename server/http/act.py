"""The act in the room: devices, faces, identifications, answers, a hand-over, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from server.access.errors import AccountNotFound
from server.cases.actor import Actor
from server.cases.asking import Answered, put_answers
from server.cases.dating import SHANGHAI
from server.cases.identifying_in_room import (
    Ground,
    identify_as_notary,
    require_look,
    set_challenge,
)
from server.cases.ids import AccountId
from server.cases.jobs import Job
from server.cases.leading import HandOverReason, hand_over
from server.cases.trying_devices import DeviceKind, Gear, TechCheck, report_tech_check
from server.catalogue.errors import NoRulesInForce
from server.http.call import Answer, Binding, etag_of
from server.http.case_at_hand import case_held, case_read
from server.http.ceremonies import ceremony_of
from server.http.languages import shipped_messages
from server.http.shown.act import Onlooker, act_as_seen, set_challenge_as_seen
from server.http.shown.ceremonies import ceremony_as_seen, link_as_seen
from server.http.started import started

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.cases.case import Case
    from server.catalogue.ceremony_forms import CeremonyForm
    from server.catalogue.loading import Catalogue
    from server.catalogue.notices import Notices
    from server.ceremony.ceremony import Ceremony
    from server.ceremony.chain import Link
    from server.http.call import Call

NOTICE = "notice_of_rights"


def get_act(call: Call) -> Answer:
    case = case_read(call)
    ceremony = ceremony_of(call, case)
    if not call.actor.is_staff:
        ceremony.seat_of(call.actor.account)
    return _act(call, case, ceremony)


def tech_check(call: Call) -> Answer:
    case, body = case_held(call), call.body
    ceremony = ceremony_of(call, case, lock=True)
    check = TechCheck(
        camera=Gear(body["camera"]),
        microphone=Gear(body["microphone"]),
        uplink_kbps=body.get("uplink_kbps"),
        round_trip_ms=body.get("round_trip_ms"),
        loss_permille=body.get("loss_permille"),
        device=DeviceKind(body["device"]),
    )
    link = report_tech_check(case, ceremony, check, call.actor, at=call.now)
    call.tx.ceremonies.save(ceremony)
    return _linked(ceremony, link)


def look(call: Call) -> Answer:
    case, body = case_held(call), call.body
    ceremony, challenge = ceremony_of(call, case), body.get("challenge")
    require_look(case, ceremony, body["account"], call.actor, challenge=challenge)
    return started(
        call,
        case,
        Job.LOOK_AT_PARTICIPANT,
        ceremony=ceremony.id,
        participant=body["account"],
        challenge=challenge or "",
    )


def identify(call: Call) -> Answer:
    case, body = case_held(call), call.body
    ceremony = ceremony_of(call, case, lock=True)
    link = identify_as_notary(
        case,
        ceremony,
        body["account"],
        call.actor,
        ground=Ground(body["ground"]),
        reason=body["reason"],
        at=call.now,
    )
    _save(call, case, ceremony)
    return _linked(ceremony, link)


def pass_on(call: Call) -> Answer:
    case, body = case_held(call), call.body
    ceremony = ceremony_of(call, case, lock=True)
    hand_over(
        case,
        ceremony,
        _successor(call, case, AccountId(body["to"])),
        call.actor,
        reason=HandOverReason(body["reason"]),
        at=call.now,
    )
    _save(call, case, ceremony)
    return Answer(body=ceremony_as_seen(ceremony), etag=etag_of(ceremony.version))


def _successor(call: Call, case: Case, account: AccountId) -> Actor:
    """Return who is named with the roles held at this office: none for a stranger."""
    try:
        named = call.tx.accounts.staff(account)
    except AccountNotFound:
        return Actor(account=account, roles=frozenset())
    is_ours = named.office == case.office and named.is_active
    return Actor(account=account, roles=named.roles if is_ours else frozenset())


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenging:
    new_nonce: Callable[[], bytes]

    def set(self, call: Call) -> Answer:
        case = case_held(call)
        ceremony = ceremony_of(call, case, lock=True)
        link = set_challenge(
            case,
            ceremony,
            call.body["account"],
            call.actor,
            nonce=self.new_nonce(),
            at=call.now,
        )
        call.tx.ceremonies.save(ceremony)
        return Answer(
            status=201,
            body=set_challenge_as_seen(link, call.language),
            etag=etag_of(ceremony.version),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    catalogue: Catalogue
    notices: Notices

    def get(self, call: Call) -> Answer:
        case = case_read(call)
        ceremony = ceremony_of(call, case)
        form, language = self._form_of(case), call.language
        on = call.now.astimezone(SHANGHAI).date()
        notice = self.notices.in_force(NOTICE, language, on=on)
        return Answer(
            body={
                "form": form.version,
                "citation": form.citation,
                "language": language,
                "notice": {
                    "version": notice.version,
                    "text": notice.text,
                    "sha256": notice.sha256,
                },
                "questions": [
                    {
                        "code": each.code,
                        "about": each.about,
                        "text": form.text(each, language),
                        "sha256": form.digest_of(each.code, language),
                    }
                    for each in form.questions
                ],
                "told": list(form.told(language)),
                "terms": _terms(case),
            },
            etag=etag_of(ceremony.version),
        )

    def answer(self, call: Call) -> Answer:
        case, body = case_held(call), call.body
        ceremony, form = ceremony_of(call, case, lock=True), self._form_of(case)
        put_answers(
            case,
            ceremony,
            body["account"],
            call.actor,
            answers=[
                Answered(
                    question=each["question"],
                    satisfies=each["satisfies"],
                    text_sha256=form.digest_of(each["question"], body["language"]) or "",
                )
                for each in body["answers"]
            ],
            at=call.now,
        )
        call.tx.ceremonies.save(ceremony)
        return _act(call, case, ceremony)

    def _form_of(self, case: Case) -> CeremonyForm:
        try:
            return self.catalogue.ceremony_forms[case.rules.ceremony.form]
        except KeyError:
            raise NoRulesInForce(case.office) from None


def _terms(case: Case) -> dict[str, Any]:
    rules = case.rules.ceremony
    return {
        "tech_check": rules.tech_check,
        "least_uplink_kbps": rules.least_uplink_kbps,
        "reidentify_after_s": rules.reidentify_after_s,
        "look_every_s": rules.look_every_s,
        "look_fresh_s": rules.look_fresh_s,
    }


def _act(call: Call, case: Case, ceremony: Ceremony) -> Answer:
    onlooker = Onlooker(
        account=call.actor.account,
        language=call.language,
        at=call.now,
        messages=shipped_messages(),
    )
    return Answer(body=act_as_seen(case, ceremony, onlooker), etag=etag_of(ceremony.version))


def _linked(ceremony: Ceremony, link: Link) -> Answer:
    return Answer(status=201, body=link_as_seen(link), etag=etag_of(ceremony.version))


def _save(call: Call, case: Case, ceremony: Ceremony) -> None:
    call.tx.ceremonies.save(ceremony)
    call.tx.cases.save(case)


def bindings(
    *, catalogue: Catalogue, notices: Notices, new_nonce: Callable[[], bytes]
) -> list[Binding]:
    forms = Forms(catalogue=catalogue, notices=notices)
    return [
        Binding(operation_id="get_act", handler=get_act),
        Binding(operation_id="get_ceremony_form", handler=forms.get),
        Binding(operation_id="report_tech_check", handler=tech_check),
        Binding(operation_id="set_challenge", handler=Challenging(new_nonce=new_nonce).set),
        Binding(operation_id="look_at_participant", handler=look),
        Binding(operation_id="identify_participant", handler=identify),
        Binding(operation_id="answer_questions", handler=forms.answer),
        Binding(operation_id="hand_over_ceremony", handler=pass_on),
    ]
