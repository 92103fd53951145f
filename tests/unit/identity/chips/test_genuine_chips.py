"""Chips as states write them are verified, and every weakness is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from identity.chips.active import ActiveTranscript
from identity.chips.chip_authentication import ChipTranscript, ask_chip
from identity.chips.files import ChipFiles
from identity.chips.finding import ChipHint, ChipStep
from identity.chips.pictures import PictureFormat
from identity.chips.refusal import ChipFault, ChipFile, ChipRefused
from identity.chips.revocation import read_revocation_list
from identity.chips.security_infos import read_security_infos
from identity.chips.trust import Trust
from identity.chips.verifying import ChipProofs, verify_chip
from identity.verdict import Outcome
from tests.unit.identity.chips import answering, making
from tests.unit.identity.chips.issuing import AT, revocation_list
from tests.unit.identity.chips.signing import Signer, ec_key, rsa_key

CHALLENGE = bytes(range(8))


def test_a_genuine_chip_that_proves_itself_is_proven() -> None:
    chip, state = making.chip(), making.state()
    response = answering.sign_plainly(ec_key("active"), CHALLENGE)
    proofs = ChipProofs(active=ActiveTranscript(challenge=CHALLENGE, response=response))

    found = verify_chip(chip, state.trust, at=AT, proofs=proofs)

    assert found.outcome is Outcome.PROVEN
    assert found.hints == {ChipHint.REVOCATION_UNKNOWN}
    assert [each.step for each in found.evidence] == [
        ChipStep.SIGNATURE,
        ChipStep.HASHES,
        ChipStep.HOLDER,
        ChipStep.CHAIN,
        ChipStep.PORTRAIT,
        ChipStep.ACTIVE_AUTHENTICATION,
    ]
    assert (found.holder.surname, found.holder.birth) == ("SPECIMEN", date(1971, 10, 19))
    assert found.portrait is not None
    assert found.portrait.content == making.picture()
    assert (found.portrait.width, found.portrait.height) == (120, 160)


ROOTS = {
    "RSA": lambda: Signer(key=rsa_key("root")),
    "RSA-PSS": lambda: Signer(key=rsa_key("root"), pss=True),
    "ECDSA": lambda: Signer(key=ec_key("root")),
    "ECDSA, NIST": lambda: Signer(key=ec_key("nist", "secp384r1"), digest="sha384"),
}
SIGNERS = {
    "RSA": lambda: Signer(key=rsa_key("signer")),
    "RSA, named so": lambda: Signer(key=rsa_key("signer"), named_rsa_only=True),
    "RSA-PSS": lambda: Signer(key=rsa_key("signer"), pss=True, digest="sha512"),
    "ECDSA": lambda: Signer(key=ec_key("signer"), digest="sha224"),
    "ECDSA, written out": lambda: Signer(key=ec_key("signer"), explicit=True),
    "ECDSA, largest": lambda: Signer(key=ec_key("large", "secp521r1"), explicit=True),
}


@pytest.mark.parametrize("root", ROOTS)
@pytest.mark.parametrize("signer", SIGNERS)
def test_every_kind_of_key_that_states_use_is_verified(root: str, signer: str) -> None:
    state = making.state(ROOTS[root](), SIGNERS[signer]())

    found = verify_chip(making.chip(spec=state.signs()), state.trust, at=AT)

    assert ChipStep.CHAIN in {each.step for each in found.evidence}
    assert found.hints == {ChipHint.COPY_NOT_EXCLUDED, ChipHint.REVOCATION_UNKNOWN}


@pytest.mark.parametrize("explicit", [False, True])
@pytest.mark.parametrize(
    "curve",
    ["secp224r1", "secp256r1", "secp384r1", "brainpoolP384r1", "brainpoolP512r1"],
)
def test_a_curve_means_the_same_named_and_written_out(curve: str, explicit: bool) -> None:
    state = making.state(signer=Signer(key=ec_key(curve, curve), explicit=explicit))

    found = verify_chip(making.chip(spec=state.signs()), state.trust, at=AT)

    assert f"EC {curve}" in found.evidence[0].detail


@pytest.mark.parametrize("cipher", [1, 2, 3, 4])
def test_a_chip_that_holds_its_private_key_proves_it_in_every_cipher(cipher: int) -> None:
    groups = making.groups()
    infos = making.security_infos(ec_key("chip"), cipher=cipher, key_id=3)
    groups[ChipFile.DG14] = infos
    question = ask_chip(read_security_infos(infos), private_value=20260301)
    response = answering.answer(ec_key("chip"), question, cipher=cipher)
    proofs = ChipProofs(chip=ChipTranscript(private_value=20260301, response=response))

    found = verify_chip(making.chip(groups), making.state().trust, at=AT, proofs=proofs)

    assert question.key_id == 3
    assert found.evidence[-1].step is ChipStep.CHIP_AUTHENTICATION
    assert found.outcome is Outcome.PROVEN


def test_a_chip_that_does_not_state_its_cipher_means_the_oldest() -> None:
    infos = making.security_infos(ec_key("chip"), cipher=None)
    groups = making.groups() | {ChipFile.DG14: infos}
    question = ask_chip(read_security_infos(infos), private_value=5)
    response = answering.answer(ec_key("chip"), question, cipher=1)
    proofs = ChipProofs(chip=ChipTranscript(private_value=5, response=response))

    found = verify_chip(making.chip(groups), making.state().trust, at=AT, proofs=proofs)

    assert found.evidence[-1].detail == "chip authentication 1, 3DES"


def test_a_chip_with_a_cipher_that_nobody_knows_is_not_asked() -> None:
    infos = read_security_infos(making.security_infos(ec_key("chip"), cipher=9))

    with pytest.raises(ChipRefused) as refused:
        ask_chip(infos, private_value=5)
    assert refused.value.fault is ChipFault.CHIP_KEY_MISSING


def test_an_answer_without_data_is_an_answer() -> None:
    infos = making.groups()[ChipFile.DG14]
    question = ask_chip(read_security_infos(infos), private_value=5)
    response = answering.answer(ec_key("chip"), question, cryptogram=b"")
    proofs = ChipProofs(chip=ChipTranscript(private_value=5, response=response))

    found = verify_chip(making.chip(), making.state().trust, at=AT, proofs=proofs)

    assert found.outcome is Outcome.PROVEN


@pytest.mark.parametrize("digest", list(answering.TRAILERS))
def test_active_authentication_by_rsa_recovers_its_message(digest: str) -> None:
    key = rsa_key("active", 1024)
    groups = making.groups() | {ChipFile.DG15: making.active_group(key)}
    response = answering.sign_recoverably(key, CHALLENGE, digest=digest)
    proofs = ChipProofs(active=ActiveTranscript(challenge=CHALLENGE, response=response))

    found = verify_chip(making.chip(groups), making.state().trust, at=AT, proofs=proofs)

    assert found.evidence[-1].detail == f"RSA 1024 ISO 9796-2 {digest}"


def test_active_authentication_knows_the_short_trailer() -> None:
    key = rsa_key("active", 1024)
    groups = making.groups() | {ChipFile.DG15: making.active_group(key)}
    response = answering.sign_recoverably(key, CHALLENGE, digest="sha1", trailer=b"\xbc")
    proofs = ChipProofs(active=ActiveTranscript(challenge=CHALLENGE, response=response))

    found = verify_chip(making.chip(groups), making.state().trust, at=AT, proofs=proofs)

    assert found.outcome is Outcome.PROVEN


def weakened_by(chip: ChipFiles, trust: Trust, *, at: datetime = AT) -> frozenset[ChipHint]:
    usual = {ChipHint.COPY_NOT_EXCLUDED, ChipHint.REVOCATION_UNKNOWN}
    return verify_chip(chip, trust, at=at).hints - usual


def test_a_signer_of_a_country_that_nobody_knows_is_for_a_person() -> None:
    found = verify_chip(making.chip(), Trust(), at=AT)

    assert ChipHint.SIGNER_UNKNOWN in found.hints
    assert found.outcome is Outcome.PERSON_DECIDES


def test_sha_1_is_verified_and_called_weak() -> None:
    state = making.state(signer=Signer(key=rsa_key("signer"), digest="sha1"))

    assert weakened_by(making.chip(spec=state.signs()), state.trust) == {ChipHint.WEAK_DIGEST}


def test_sha_1_above_the_signer_is_called_weak_as_well() -> None:
    state = making.state(root=Signer(key=rsa_key("root"), digest="sha1"))

    assert weakened_by(making.chip(spec=state.signs()), state.trust) == {ChipHint.WEAK_DIGEST}


def test_a_short_key_of_a_signer_is_called_short() -> None:
    state = making.state(signer=Signer(key=rsa_key("short", 1024)))

    assert weakened_by(making.chip(spec=state.signs()), state.trust) == {ChipHint.SHORT_KEY}


def test_an_expired_document_is_judged_at_its_last_day_and_refused() -> None:
    state = making.state()

    found = verify_chip(making.chip(), state.trust, at=datetime(2038, 1, 1, tzinfo=UTC))

    assert found.judged_at.date() == date(2031, 10, 1)
    assert ChipHint.DOCUMENT_EXPIRED in found.hints
    assert found.outcome is Outcome.REFUSED


def test_a_document_is_good_on_its_last_day() -> None:
    last = datetime(2031, 10, 1, 23, 59, tzinfo=UTC)

    assert weakened_by(making.chip(), making.state().trust, at=last) == set()


def test_a_state_that_is_in_no_list_is_for_a_person() -> None:
    zone = making.ZONE.replace("P<NLD", "P<UTO")
    chip = making.chip(making.groups() | {ChipFile.DG1: making.holder(zone)})

    assert weakened_by(chip, making.state().trust) == {ChipHint.ISSUER_UNKNOWN}


def test_a_portrait_of_the_coming_coding_is_for_a_person() -> None:
    record = b"\x65\x10" + bytes(16)
    chip = making.chip(making.groups() | {ChipFile.DG2: making.portrait(record)})

    found = verify_chip(chip, making.state().trust, at=AT)

    assert found.portrait is None
    assert ChipHint.PORTRAIT_UNKNOWN in found.hints


def test_a_jpeg_portrait_is_a_portrait() -> None:
    record = making.face_record(making.picture("JPEG"))
    chip = making.chip(making.groups() | {ChipFile.DG2: making.portrait(record)})

    found = verify_chip(chip, making.state().trust, at=AT)

    assert found.portrait is not None
    assert found.portrait.format is PictureFormat.JPEG


def test_an_ecdsa_proof_whose_scheme_nobody_states_is_for_a_person() -> None:
    groups = making.groups() | {ChipFile.DG14: making.security_infos(ec_key("chip"))}
    transcript = ActiveTranscript(challenge=CHALLENGE, response=bytes(64))

    found = verify_chip(
        making.chip(groups),
        making.state().trust,
        at=AT,
        proofs=ChipProofs(active=transcript),
    )

    assert {ChipHint.PROOF_NOT_VERIFIABLE, ChipHint.COPY_NOT_EXCLUDED} <= found.hints


def test_a_chip_without_its_own_list_and_keys_is_still_verified() -> None:
    groups = {file: making.groups()[file] for file in (ChipFile.DG1, ChipFile.DG2)}
    contents = dict(making.chip(groups).contents)
    del contents[ChipFile.COM]

    assert weakened_by(ChipFiles(contents=contents), making.state().trust) == set()


def test_a_group_that_was_signed_need_not_be_sent() -> None:
    """Fingerprints (DG3) are signed, and no app can read them."""
    spec = replace(making.state().signs(), hashes={3: bytes(32)})
    chip = dict(making.chip(spec=spec).contents)
    chip[ChipFile.COM] = making.present(*making.groups(), ChipFile.DG3)

    assert weakened_by(ChipFiles(contents=chip), making.state().trust) == set()


def test_lds_1_8_states_its_version_twice() -> None:
    spec = replace(making.state().signs(), version=1, version_info=("0108", "040000"))
    chip = dict(making.chip(spec=spec).contents)
    chip[ChipFile.COM] = making.present(*making.groups(), version=b"0108")

    assert weakened_by(ChipFiles(contents=chip), making.state().trust) == set()


def test_a_signer_is_found_by_the_identifier_of_its_key() -> None:
    state = making.state()
    spec = replace(state.signs(), by_key_id=state.signer_spec.own_key)

    assert weakened_by(making.chip(spec=spec), state.trust) == set()


def test_a_stated_time_of_signing_is_kept() -> None:
    spec = replace(making.state().signs(), signed_at=making.SIGNED_AT)

    found = verify_chip(making.chip(spec=spec), making.state().trust, at=AT)

    assert found.signed_at == making.SIGNED_AT
    assert found.as_record()["signed_at"] == "2025-02-01T00:00:00+00:00"


def test_the_record_of_a_chip_says_nothing_of_its_holder() -> None:
    found = verify_chip(making.chip(), making.state().trust, at=AT)

    for text in (str(found.as_record()), repr(found)):
        assert not any(word in text for word in ("SPECIMEN", "ANNA", "XX0001328", "1971"))


@pytest.mark.parametrize(
    ("issued", "until", "hint"),
    [
        # A list of this week that does not name the signer clears it.
        (AT - timedelta(days=3), AT + timedelta(days=87), None),
        # A list that ran out yesterday may have missed something.
        (AT - timedelta(days=90), AT - timedelta(days=1), ChipHint.REVOCATION_UNCERTAIN),
        # So may one that does not say when it runs out.
        (AT - timedelta(days=3), None, ChipHint.REVOCATION_UNCERTAIN),
    ],
)
def test_a_revocation_list_counts_while_it_is_current(
    issued: datetime, until: datetime | None, hint: ChipHint | None
) -> None:
    state = making.state()
    der = revocation_list(state.root, 1, 2, issued_at=issued, next_at=until)
    trust = state.trust | Trust(revocations=(read_revocation_list(der),))

    found = verify_chip(making.chip(), trust, at=AT)

    assert found.hints - {ChipHint.COPY_NOT_EXCLUDED} == ({hint} if hint else set())


def test_a_list_that_another_key_signed_neither_clears_nor_revokes() -> None:
    state = making.state()
    der = revocation_list(Signer(key=ec_key("another")), state.signer_spec.serial)
    trust = state.trust | Trust(revocations=(read_revocation_list(der),))

    assert ChipHint.REVOCATION_UNCERTAIN in verify_chip(making.chip(), trust, at=AT).hints


def test_a_list_too_large_to_be_one_is_not_read() -> None:
    with pytest.raises(ChipRefused) as refused:
        read_revocation_list(bytes(4 * 1024 * 1024 + 1))
    assert refused.value.fault is ChipFault.FILE_TOO_LARGE
