"""What is agreed to before a key is used: bound to everything, proven by the device alone."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server.cases.device_keys import require_device_key, require_device_signature
from server.cases.errors import (
    DeviceKeyRefused,
    DeviceSignatureRefused,
    StepUpExpired,
    StepUpNotFound,
    StepUpOfAnotherAct,
    StepUpOfAnotherCase,
    StepUpOfAnotherDocument,
    StepUpUnanswered,
)
from server.cases.ids import CaseId
from server.cases.roles import Role
from server.cases.status import CaseStatus
from server.cases.step_up import (
    LIFE,
    MAY_ASK,
    KeyUse,
    Wanted,
    evidence_digest,
    put_on_record,
    require_answered,
    shown_digests,
)
from server.demo.device import DeviceKey
from tests.unit.cases.a_case import APPLICANT, STRANGER, ready_case
from tests.unit.cases.agreeing import PHONE, agreed_to_deed, answered, asked

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

CASE = ready_case(CaseStatus.INTERVIEW_SET)
DEED = "2" * 64
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
WANTED = Wanted(
    use=KeyUse.SIGN_DEED,
    case=CASE.id,
    digests=frozenset({DEED}),
    account=APPLICANT.account,
)


def test_nobody_of_the_office_is_asked_for_a_party_s_signature() -> None:
    assert MAY_ASK[KeyUse.SIGN_DEED] == {Role.APPLICANT}
    assert MAY_ASK.keys() == set(KeyUse)
    of_parties = {use for use in KeyUse if Role.APPLICANT in MAY_ASK[use]}
    assert of_parties == {KeyUse.SIGN_DEED, KeyUse.TAKE_EVIDENCE}


def test_the_statement_is_canonical_and_names_everything() -> None:
    step_up = agreed_to_deed(CASE, DEED)
    told = json.loads(step_up.statement)
    assert told == {
        "action": "sign_deed",
        "case": "c-1",
        "challenge": step_up.id,
        "digest": DEED,
        "expires_at": "2026-03-02T03:02:00Z",
        "nonce": "6e" * 32,
        "session": "s-1",
        "type": "feigui.step-up.v1",
    }
    assert step_up.statement == json.dumps(told, sort_keys=True, separators=(",", ":"))
    assert step_up.statement.isascii()


def test_what_can_be_shown_is_what_can_be_agreed_to() -> None:
    case = ready_case()
    assert shown_digests(case, KeyUse.SIGN_DEED) == {"2" * 64, "3" * 64}
    for use in (KeyUse.APPROVE, KeyUse.APPROVE_ENFORCEMENT, KeyUse.ISSUE):
        assert shown_digests(case, use) == {"4" * 64}
    # A certificate is no paper of the case: evidence is agreed to by the certificate alone.
    assert shown_digests(case, KeyUse.TAKE_EVIDENCE) == frozenset()
    case.deed = case.draft = None
    assert {shown_digests(case, use) for use in KeyUse} == {frozenset()}


@pytest.mark.parametrize(
    ("change", "error"),
    [
        # Of another case, act, document or person.
        ({"case": CaseId("c-2")}, StepUpOfAnotherCase),
        ({"use": KeyUse.ISSUE}, StepUpOfAnotherAct),
        ({"digests": frozenset({"f" * 64})}, StepUpOfAnotherDocument),
        ({"account": STRANGER.account}, StepUpNotFound),
    ],
)
def test_an_answer_covers_what_it_was_asked_for(
    change: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        require_answered(agreed_to_deed(CASE, DEED), replace(WANTED, **change))


def test_where_anybody_of_some_may_answer_the_person_is_not_compared() -> None:
    step_up = agreed_to_deed(CASE, DEED)
    assert require_answered(step_up, replace(WANTED, account=None)) == step_up.answer


def test_what_nobody_answered_proves_nothing() -> None:
    open_one = asked(CASE, KeyUse.SIGN_DEED, DEED)
    with pytest.raises(StepUpUnanswered):
        require_answered(open_one, WANTED)
    with pytest.raises(StepUpUnanswered):
        put_on_record(CASE, open_one, APPLICANT)
    with pytest.raises(StepUpUnanswered):
        evidence_digest(open_one)


@pytest.mark.parametrize("after", [timedelta(microseconds=-1), LIFE])
def test_an_answer_before_or_after_its_time_is_none(after: timedelta) -> None:
    late = answered(asked(CASE, KeyUse.SIGN_DEED, DEED), after=after)
    with pytest.raises(StepUpExpired):
        require_answered(late, WANTED)


@pytest.mark.parametrize(
    "change",
    [
        # The same signature under anything that was asked otherwise.
        {"nonce": b"m" * 32},
        {"session": "s-2"},
        {"expires_at": asked(CASE, KeyUse.SIGN_DEED, DEED).expires_at + timedelta(hours=1)},
    ],
)
def test_an_altered_row_is_not_what_the_device_signed(change: dict[str, Any]) -> None:
    with pytest.raises(DeviceSignatureRefused):
        require_answered(replace(agreed_to_deed(CASE, DEED), **change), WANTED)


def test_the_trail_holds_what_proves_the_answer_to_a_stranger() -> None:
    case, step_up = ready_case(), agreed_to_deed(CASE, DEED)
    put_on_record(case, step_up, APPLICANT)
    facts = case.pending[-1].facts
    assert facts.keys() == {
        "action",
        "step_up",
        "object",
        "device",
        "device_key",
        "statement",
        "signature",
    }
    assert facts["statement"] == step_up.statement
    other = answered(replace(step_up, answer=None), by=DeviceKey(id="d-2"))
    assert evidence_digest(step_up) != evidence_digest(other)


def encoded(key: PublicKeyTypes, form: PublicFormat = PublicFormat.SubjectPublicKeyInfo) -> bytes:
    return key.public_bytes(Encoding.DER, form)


@pytest.mark.parametrize(
    "key",
    [
        b"",
        b"no key",
        PHONE.public + b"\0",
        # The curve, and no other.
        encoded(ec.generate_private_key(ec.SECP384R1()).public_key()),
        encoded(ec.generate_private_key(ec.SECP256K1()).public_key()),
        encoded(ed25519.Ed25519PrivateKey.generate().public_key()),
        encoded(rsa.generate_private_key(65537, 2048).public_key()),
        # A second spelling of a key would be a second device.
        b"\x30\x39"
        + PHONE.public[2:23]
        + b"\x03\x22\x00"
        + PHONE.private.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint),
        # A point that is not on the curve.
        PHONE.public[:-1] + bytes([PHONE.public[-1] ^ 1]),
    ],
    ids=itertools.count(),
)
def test_a_device_key_is_p_256_in_its_one_encoding(key: bytes) -> None:
    with pytest.raises(DeviceKeyRefused):
        require_device_key(key)
    assert isinstance(require_device_key(PHONE.public).curve, ec.SECP256R1)


GOOD = PHONE.sign("statement")


@pytest.mark.parametrize(
    "signature",
    [
        b"",
        GOOD[:-1],
        GOOD + b"\0",
        # BER: the length in its long form.
        GOOD[:1] + b"\x81" + GOOD[1:],
        encode_dss_signature(0, 1),
        encode_dss_signature(1, ORDER),
        encode_dss_signature(ORDER, ORDER),
        # Raw r and s, as browsers write them.
        b"".join(n.to_bytes(32, "big") for n in decode_dss_signature(GOOD)),
        DeviceKey().sign("statement"),
        PHONE.sign("another statement"),
    ],
    ids=itertools.count(),
)
def test_only_the_key_s_own_strict_signature_over_this_text_is_one(signature: bytes) -> None:
    with pytest.raises(DeviceSignatureRefused):
        require_device_signature(PHONE.public, "statement", signature)


def test_phones_give_either_of_the_two_values_of_s() -> None:
    r, s = decode_dss_signature(GOOD)
    for twin in (s, ORDER - s):
        require_device_signature(PHONE.public, "statement", encode_dss_signature(r, twin))
