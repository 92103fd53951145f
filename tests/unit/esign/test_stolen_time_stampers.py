"""A time-stamper's key is stolen: what is back-dated is refused, what was there before is not.

Each question is put to both verifiers, the platform's and the shipped one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple, TypedDict, Unpack

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import CertificateRevocationList, ReasonFlags, load_der_x509_crl

from esign.authorities import profiles
from esign.authorities.creation import issuer_of
from esign.authorities.directory import ROOT, TSA
from esign.authorities.issuing import CertificateOrder, Subject, issue
from esign.authorities.revocation import Revoked, revocation_list
from esign.custody.keyring import Keyring
from esign.custody.uris import KeyUri
from esign.errors import CertificateRevoked, StamperStolen, VerificationFailed
from esign.offline import verify as shipped
from esign.pdf.renewal import append_stamp
from esign.renewing import StampRenewer, last_stamper
from esign.testing import BASE_URL, OFFICE, running_office, time_stamper
from esign.transparency.checkpoints import Head
from esign.transparency.cosignatures import Cosigner, cosignature
from esign.transparency.merkle import leaf_hash, node_hash
from esign.transparency.notes import VerifierKey, encode64, signed_note
from esign.transparency.proofs import LogProof
from esign.verification import verify
from esign.verification.coverage import covered
from esign.verification.existence import Existed, Existence, Token
from esign.verification.steps import At
from server.register.canonical_json import canonical_json
from tests.unit.esign.test_deeds import evidence_for, party, prepared_deed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from cryptography.x509 import Certificate

    from esign.testing import RunningOffice

SEALED_AT: Final = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
DAY: Final = timedelta(days=1)
STOLEN_AT, FOUND_OUT_AT = SEALED_AT + 10 * DAY, SEALED_AT + 20 * DAY
TODAY: Final = SEALED_AT + 30 * DAY


@dataclass(frozen=True, slots=True)
class Stamper:
    certificate: Certificate
    key: ec.EllipticCurvePrivateKey


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RunningOffice]:
    with running_office(tmp_path, at=SEALED_AT) as running:
        yield running


def new_stamper(office: RunningOffice) -> Stamper:
    """Give the time-stamping authority a key that we know, so that it can be stolen."""
    key = ec.generate_private_key(ec.SECP256R1())
    order = CertificateOrder(
        profile=profiles.TIME_STAMPER,
        subject=Subject(common_name="Time-Stamping"),
        public_key=key.public_key(),
    )
    issuer = issuer_of(office.files, Keyring(office.files.keys), ROOT, BASE_URL)
    made = Stamper(issue(order, issuer, now=office.now()), key)
    office.files.keep_certificate(TSA, made.certificate)
    on_duty(office, made)
    return made


def on_duty(office: RunningOffice, stamper: Stamper) -> None:
    office.server.authority = time_stamper(
        stamper.certificate, stamper.key, now=office.now, proof=office.proof
    )


def stamped(office: RunningOffice, document: bytes) -> bytes:
    """Return the document with another archive time-stamp, by whoever is on duty now."""
    authority = office.files.certificate(f"office.{OFFICE}.authority")
    certificates = [*office.roots, authority, office.files.certificate(TSA)]
    lists = [
        office.files.revocation_list(ROOT),
        office.vault.revocation_list(office=OFFICE),
    ]
    return append_stamp(
        document,
        certificates=[each.public_bytes(Encoding.DER) for each in certificates],
        lists=lists,
        stamper=office.stamps.stamper(),
    )


def listed(
    office: RunningOffice,
    stamper: Stamper,
    *,
    reason: ReasonFlags = ReasonFlags.key_compromise,
    since: datetime | None = STOLEN_AT,
) -> bytes:
    """Return the root's list on which the stamper is, found out at `FOUND_OUT_AT`."""
    entry = Revoked(
        serial=stamper.certificate.serial_number,
        at=FOUND_OUT_AT,
        reason=reason,
        invalid_since=since,
    )
    key = Keyring(office.files.keys).load(KeyUri("file", ROOT))
    return revocation_list(
        office.roots[0], key, [entry], now=FOUND_OUT_AT, valid_for=timedelta(days=366)
    )


def by_the_platform(
    document: bytes, office: RunningOffice, newest: bytes, existed: Sequence[Existed] = ()
) -> None:
    verify(document, roots=office.roots, at=TODAY, fresh_lists=[newest], existed=existed)


def by_the_shipped(
    document: bytes, office: RunningOffice, newest: bytes, existed: Sequence[Existed] = ()
) -> None:
    lists: list[CertificateRevocationList] = [load_der_x509_crl(newest)]
    known = [(bytes.fromhex(each.sha256), each.at) for each in existed]
    shipped.check_document(document, "x.pdf", office.roots, TODAY, lists=lists, existed=known)


class Refusal(NamedTuple):
    """As the platform says it, and as the shipped verifier does."""

    error: type[VerificationFailed]
    fault: str


STOLEN, REVOKED = Refusal(StamperStolen, "stamper_stolen"), Refusal(CertificateRevoked, "revoked")


def accepted(
    document: bytes, office: RunningOffice, newest: bytes, existed: Sequence[Existed] = ()
) -> None:
    by_the_platform(document, office, newest, existed)
    by_the_shipped(document, office, newest, existed)


def refused(
    document: bytes,
    office: RunningOffice,
    newest: bytes,
    existed: Sequence[Existed] = (),
    *,
    as_: Refusal = STOLEN,
) -> None:
    with pytest.raises(VerificationFailed) as by_platform:
        by_the_platform(document, office, newest, existed)
    with pytest.raises(shipped.Fault) as by_shipped:
        by_the_shipped(document, office, newest, existed)
    assert (type(by_platform.value), by_shipped.value.code) == as_


def existed(document: bytes, at: datetime) -> list[Existed]:
    return [Existed(sha256=hashlib.sha256(document).hexdigest(), at=at)]


# ---- What the thief makes.


def test_what_a_thief_back_dates_is_refused_however_it_is_dated(office: RunningOffice) -> None:
    """Byte for byte what an honest stamper would have made on that day."""
    thief = new_stamper(office)
    back_dated = office.sealed()
    refused(back_dated, office, listed(office, thief))


def test_a_thief_s_token_inside_a_signature_is_refused_under_another_s_archive_stamp(
    office: RunningOffice,
) -> None:
    """People's stamps by the stolen key, dated before; the whole stamped by an honest one after."""
    thief = new_stamper(office)
    back_dated = office.sealed()
    signed = back_dated[: covered(back_dated)[-2].end]
    office.now.at = STOLEN_AT + DAY
    new_stamper(office)
    laundered = stamped(office, signed)
    refused(laundered, office, listed(office, thief))


def test_stamps_of_the_stolen_key_do_not_prove_one_another(office: RunningOffice) -> None:
    thief = new_stamper(office)
    sealed = office.sealed()
    office.now.at += DAY
    twice = stamped(office, sealed)
    refused(twice, office, listed(office, thief))


# ---- What was there before.


def test_a_later_stamp_by_another_key_proves_what_was_there_before(office: RunningOffice) -> None:
    stolen = new_stamper(office)
    sealed = office.sealed()
    office.now.at = STOLEN_AT - DAY
    new_stamper(office)
    twice, newest = stamped(office, sealed), listed(office, stolen)
    accepted(twice, office, newest)
    # Nobody is left to believe that nothing happened.
    report = verify(twice, roots=office.roots, at=TODAY, fresh_lists=[newest])
    assert [each.stolen_since for each in report.archive_stamps] == [STOLEN_AT, None]
    (told,) = (step.evidence for step in report.steps if step.code == "archive_stamps")
    assert told.count(f"before its key was stolen ({STOLEN_AT.isoformat()})") == 1


@pytest.mark.parametrize("later", [timedelta(0), DAY], ids=["just then", "after"])
def test_a_stamp_by_another_key_proves_nothing_of_the_time_before_it(
    office: RunningOffice, later: timedelta
) -> None:
    stolen = new_stamper(office)
    sealed = office.sealed()
    office.now.at = STOLEN_AT + later
    new_stamper(office)
    refused(stamped(office, sealed), office, listed(office, stolen))


def test_what_a_stamp_proves_is_proven_on_to_the_stolen_ones_before_it(
    office: RunningOffice,
) -> None:
    """The first key and the second are stolen; a third stamped before either was."""
    first = new_stamper(office)
    document = office.sealed()
    office.now.at += DAY
    second = new_stamper(office)
    document = stamped(office, document)
    office.now.at += DAY
    new_stamper(office)
    document = stamped(office, document)
    both = [listed(office, first), listed(office, second)]
    for newest in both:
        accepted(document, office, newest)


def test_a_proof_from_elsewhere_counts_when_it_is_of_the_time_before(office: RunningOffice) -> None:
    stolen = new_stamper(office)
    sealed = office.sealed()
    newest = listed(office, stolen)
    accepted(sealed, office, newest, existed(sealed, STOLEN_AT - DAY))
    for late in (STOLEN_AT, STOLEN_AT + DAY):
        refused(sealed, office, newest, existed(sealed, late))
    refused(sealed, office, newest, existed(sealed + b"\n", STOLEN_AT - DAY))


def test_a_proof_of_the_file_as_it_was_sealed_carries_over_to_the_renewed_file(
    office: RunningOffice,
) -> None:
    stolen = new_stamper(office)
    sealed = office.sealed()
    office.now.at = FOUND_OUT_AT + DAY
    new_stamper(office)
    renewed = stamped(office, sealed)
    newest = listed(office, stolen)
    accepted(renewed, office, newest, existed(sealed, STOLEN_AT - DAY))


def test_a_proof_of_less_than_the_stamp_does_not_reach_it(office: RunningOffice) -> None:
    """That the signed paper was there says nothing of a stamp that was put over it later."""
    stolen = new_stamper(office)
    sealed = office.sealed()
    signed = sealed[: covered(sealed)[-2].end]
    refused(sealed, office, listed(office, stolen), existed(signed, STOLEN_AT - DAY))


def test_a_stamp_dated_after_the_theft_is_doubtful_and_not_altered(office: RunningOffice) -> None:
    stolen = new_stamper(office)
    office.now.at = STOLEN_AT + DAY
    sealed = office.sealed()
    refused(sealed, office, listed(office, stolen))
    # And no proof helps that contradicts it.
    refused(sealed, office, listed(office, stolen), existed(sealed, STOLEN_AT - DAY))


def test_a_stamp_proves_nothing_of_what_came_after_it(office: RunningOffice) -> None:
    thief, (root, *_) = new_stamper(office), office.roots
    existence = Existence(document=b"", ends=[0, 0])
    honest = office.files.certificate(TSA)
    existence.count(Token(certificate=honest, issuer=root, at=SEALED_AT, reach=0))
    back_dated = Token(certificate=thief.certificate, issuer=root, at=SEALED_AT, reach=1)
    with pytest.raises(StamperStolen):
        existence.check(back_dated, [load_der_x509_crl(listed(office, thief))])


# ---- Stamping anew.


def renewer(office: RunningOffice, newest: bytes, known: Sequence[Existed] = ()) -> StampRenewer:
    return replace(office.renewer(), root_list=newest, existed=lambda _: known)


def test_what_nobody_proves_is_not_even_brought_to_the_next_stamper(
    office: RunningOffice,
) -> None:
    stolen = new_stamper(office)
    sealed = office.sealed()
    office.now.at = FOUND_OUT_AT + DAY
    new_stamper(office)
    # Whoever asked would hear that it is down.
    office.proof.stamps_left = 0
    with pytest.raises(StamperStolen):
        renewer(office, listed(office, stolen)).renew(sealed)


def test_what_is_proven_is_stamped_anew_though_the_next_stamper_ends_no_later(
    office: RunningOffice,
) -> None:
    """As where both end with their algorithm: a stolen stamp carries nothing by itself."""
    stolen = new_stamper(office)
    sealed = office.sealed()
    known, newest = existed(sealed, STOLEN_AT - DAY), listed(office, stolen)
    office.now.at = FOUND_OUT_AT + DAY
    office.new_stamper(valid_for=100 * DAY)
    renewed = renewer(office, newest, known).renew(sealed)
    accepted(renewed.document, office, newest, known)
    assert renewed.stamper == last_stamper(renewed.document) != last_stamper(sealed)


# ---- Why a stamper was given up.


def test_who_ceased_before_the_theft_is_believed_no_longer_than_that(
    office: RunningOffice,
) -> None:
    """Whatever is proven of a token: an honest stamper made none then."""
    known, (root, *_) = new_stamper(office), office.roots
    stamper = known.certificate
    ceased_at, at = SEALED_AT + 2 * DAY, SEALED_AT + 5 * DAY
    told = [
        listed(office, known, reason=ReasonFlags.superseded, since=ceased_at),
        listed(office, known),
    ]
    lists = [load_der_x509_crl(each) for each in told]
    existence = Existence(document=b"", ends=[0], existed=existed(b"", SEALED_AT + 6 * DAY))
    with pytest.raises(CertificateRevoked):
        existence.check(Token(certificate=stamper, issuer=root, at=at, reach=0), lists)
    with pytest.raises(shipped.Fault, match="revoked"):
        shipped.check_stamper(stamper, root, shipped.Proof([root], lists=lists), at)


@pytest.mark.parametrize(
    "reason",
    [
        ReasonFlags.affiliation_changed,
        ReasonFlags.superseded,
        ReasonFlags.cessation_of_operation,
    ],
)
def test_a_stamper_that_merely_ceased_is_believed_for_the_time_before(
    office: RunningOffice, reason: ReasonFlags
) -> None:
    ceased = new_stamper(office)
    sealed = office.sealed()
    newest = listed(office, ceased, reason=reason, since=None)
    accepted(sealed, office, newest)
    office.now.at = FOUND_OUT_AT + timedelta(hours=1)
    late = office.sealed()
    refused(late, office, newest, as_=REVOKED)


@pytest.mark.parametrize(
    "reason",
    [
        # Said by leaving the reason out (RFC 5280 5.3.1): RFC 3161 believes no token then.
        ReasonFlags.unspecified,
        ReasonFlags.key_compromise,
        ReasonFlags.ca_compromise,
        ReasonFlags.aa_compromise,
        # Nothing that would say that the key stayed where it was.
        ReasonFlags.certificate_hold,
        ReasonFlags.privilege_withdrawn,
    ],
)
def test_for_every_other_reason_and_none_its_tokens_are_believed_no_more(
    office: RunningOffice, reason: ReasonFlags
) -> None:
    given_up = new_stamper(office)
    sealed = office.sealed()
    refused(sealed, office, listed(office, given_up, reason=reason, since=None))


def test_it_counts_from_the_day_of_the_theft_and_not_of_its_discovery(
    office: RunningOffice,
) -> None:
    stolen = new_stamper(office)
    sealed = office.sealed()
    between = existed(sealed, STOLEN_AT + DAY)
    accepted(sealed, office, listed(office, stolen, since=None), between)
    refused(sealed, office, listed(office, stolen), between)


def test_the_refusal_names_the_step_at_which_the_stamp_is_judged(office: RunningOffice) -> None:
    stolen = new_stamper(office)
    sealed = office.sealed()
    signed = sealed[: covered(sealed)[-2].end]
    office.now.at = STOLEN_AT + DAY
    new_stamper(office)
    newest = listed(office, stolen)
    for document, at in ((sealed, At.ARCHIVE_STAMPS), (stamped(office, signed), At.TIME_STAMPS)):
        with pytest.raises(VerificationFailed) as refused:
            by_the_platform(document, office, newest)
        assert (type(refused.value), refused.value.step) == (StamperStolen, int(at))


def test_a_file_without_an_archive_stamp_is_told_that_its_stamper_was_stolen(
    office: RunningOffice,
) -> None:
    stolen = new_stamper(office)
    sealed = office.sealed()
    signed = sealed[: covered(sealed)[-2].end]
    with pytest.raises(StamperStolen):
        by_the_platform(signed, office, listed(office, stolen))


# ---- What the transparency log says, in the shipped verifier.

LOG, WITNESS = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
LOG_NAME: Final = VerifierKey("feigui.example/log", LOG.public_key().public_bytes_raw())
SEEN_BY: Final = Cosigner("witness.example/w1", WITNESS.public_key().public_bytes_raw())
WITNESS_KEY: Final = f"{SEEN_BY.name}+{SEEN_BY.id.hex()}+{encode64(bytes((4,)) + SEEN_BY.public)}"


def logged(
    document: bytes,
    *,
    by_log: datetime | None = None,
    by_witness: datetime | None = None,
    beside: bytes = b"another",
    deed: bytes | None = None,
) -> bytes:
    """Return a proof that the document is in a log of two, under a checkpoint that was seen."""
    named = {"sealed_sha256": document} | ({} if deed is None else {"deed_sha256": deed})
    entry = canonical_json({name: hashlib.sha256(each).hexdigest() for name, each in named.items()})
    leaves = [leaf_hash(entry), leaf_hash(b"another")]
    text = Head(LOG_NAME.name, 2, node_hash(*leaves)).text
    note = signed_note(text, LOG_NAME, LOG.sign)
    if by_log is not None:
        note += cosignature(text, Cosigner.of(LOG_NAME), LOG.sign, at=by_log)
    if by_witness is not None:
        note += cosignature(text, SEEN_BY, WITNESS.sign, at=by_witness)
    path = (leaf_hash(beside),)
    return bytes(LogProof(index=0, path=path, checkpoint=note, extra=entry))


class Keys(TypedDict, total=False):
    log_key: str
    witness_keys: list[str]


BOTH: Final[Keys] = {"log_key": str(LOG_NAME), "witness_keys": [WITNESS_KEY]}


def taken_in_a_package(
    office: RunningOffice, sealed: bytes, newest: bytes, proof: bytes | None, **keys: Unpack[Keys]
) -> shipped.Step:
    """Take the step in which the shipped verifier judges the certificate of a package."""
    found = shipped.Found(
        files={"certificate.pdf": sealed, "trust/log.vkey": str(LOG_NAME).encode()},
        manifest={"about": {}},
        roots={root: root for root in office.roots},
        lists=[load_der_x509_crl(newest)],
    )
    if proof is not None:
        found.files["log/certificate.tlog-proof"] = proof
    step = shipped.Step(1, "", "")
    shipped.step_certificate(step, shipped.Asked(b"", TODAY, **keys), found)
    return step


def test_a_dated_checkpoint_over_the_certificate_proves_that_it_was_there(
    office: RunningOffice,
) -> None:
    stolen = new_stamper(office)
    sealed, before, after = office.sealed(), STOLEN_AT - DAY, STOLEN_AT + DAY
    newest = listed(office, stolen)
    for proof, keys in (
        (logged(sealed, by_log=before), BOTH),
        (logged(sealed, by_witness=before), BOTH),
        (logged(sealed, by_log=before), Keys(log_key=str(LOG_NAME))),
        (logged(sealed, by_witness=before), Keys(witness_keys=[WITNESS_KEY])),
        # The log was slow to be seen by one of the two.
        (logged(sealed, by_log=before, by_witness=after), BOTH),
    ):
        step = taken_in_a_package(office, sealed, newest, proof, **keys)
        # Nobody is left to believe that nothing happened.
        assert [en for _, en in step.notes if "in other hands since" in en]


def test_a_log_that_proves_nothing_of_the_time_before_saves_nothing(office: RunningOffice) -> None:
    stolen = new_stamper(office)
    sealed, before = office.sealed(), STOLEN_AT - DAY
    newest, nothing = listed(office, stolen), Keys()
    for proof, keys in (
        # No log at all.
        (None, BOTH),
        # Whoever made the package up brought a log and its key along.
        (logged(sealed, by_log=before, by_witness=before), nothing),
        # A log without dates, and dates after the theft.
        (logged(sealed), BOTH),
        (logged(sealed, by_log=STOLEN_AT, by_witness=STOLEN_AT), BOTH),
        # Seen in time by somebody whom nobody asked about.
        (logged(sealed, by_log=before), Keys(witness_keys=[WITNESS_KEY])),
        (logged(sealed, by_witness=before), Keys(log_key=str(LOG_NAME))),
        # Another file, and a tree in which this one is not.
        (logged(sealed + b"\n", by_log=before), BOTH),
        (logged(sealed, by_log=before, beside=b"made up"), BOTH),
        (b"not a proof", BOTH),
    ):
        with pytest.raises(shipped.Fault, match="stamper_stolen"):
            taken_in_a_package(office, sealed, newest, proof, **keys)


def deed_taken_in_a_package(
    office: RunningOffice, deed: bytes, newest: bytes, proof: bytes
) -> shipped.Step:
    found = shipped.Found(
        files={"deed.pdf": deed, "log/certificate.tlog-proof": proof},
        manifest={"about": {"deed_sha256": hashlib.sha256(deed).hexdigest()}},
        roots={root: root for root in office.roots},
        lists=[load_der_x509_crl(newest)],
    )
    step = shipped.Step(1, "", "")
    shipped.step_deed(step, shipped.Asked(b"", TODAY, **BOTH), found)
    return step


def test_the_log_proves_as_well_that_the_signed_deed_was_there(office: RunningOffice) -> None:
    stolen = new_stamper(office)
    prepared = prepared_deed(1)
    deed = office.deed_signer().sign(prepared, party(1, evidence_for(prepared)))
    sealed, newest, before = office.sealed(), listed(office, stolen), STOLEN_AT - DAY
    proof = logged(sealed, by_log=before, deed=deed)
    step = deed_taken_in_a_package(office, deed, newest, proof)
    assert [en for _, en in step.notes if "in other hands since" in en]
    # With a stamp of after the theft on it, it is the same deed.
    office.now.at = STOLEN_AT + DAY
    new_stamper(office)
    deed_taken_in_a_package(office, stamped(office, deed), newest, proof)
    for nothing in (
        # An entry of version 1, another deed, a checkpoint of after the theft.
        logged(sealed, by_log=before),
        logged(sealed, by_log=before, deed=prepared),
        logged(sealed, by_log=STOLEN_AT, deed=deed),
    ):
        with pytest.raises(shipped.Fault, match="stamper_stolen"):
            deed_taken_in_a_package(office, deed, newest, nothing)
