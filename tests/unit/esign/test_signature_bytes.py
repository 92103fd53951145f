"""What is in a signature, who may make one, and what happens when somebody errs."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import CertificateBuilder

from esign.authorities import profiles
from esign.authorities.creation import create_authorities, issuer_of
from esign.authorities.directory import ROOT, TSA, office_name
from esign.authorities.issuing import CertificateOrder, Subject, issue
from esign.authorities.revocation import Revoked, revocation_list
from esign.cms.algorithms import key_of
from esign.custody.keyring import Keyring
from esign.custody.uris import KeyUri
from esign.errors import (
    CertificateRevoked,
    ChainInvalid,
    KeyUnsuitable,
    LintFailed,
    SignatureBroken,
    TimeStampUnavailable,
)
from esign.pdf.fields import NOTARY_FIELD, prepare_fields
from esign.pdf.levels import PadesLevel
from esign.pdf.signing import Act, Revocation, Signatory, sign_field
from esign.testing import (
    BASE_URL,
    OFFICE,
    RunningOffice,
    archival_page,
    running_office,
    sealing_places,
)
from esign.trust import OfficeTrust, office_trust
from esign.tsa.authority import TimeStampingAuthority
from esign.tsa.client import TimeStampSource
from esign.verification.coverage import covered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from cryptography.x509 import Certificate

    from esign.testing import PrivateKey

AT: Final = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
PREPARED: Final = prepare_fields(archival_page(), sealing_places())


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with running_office(tmp_path_factory.mktemp("office"), at=AT) as running:
        yield running


def sign(
    office: RunningOffice,
    by: Signatory,
    *,
    revocation: Revocation | None = None,
    level: PadesLevel = PadesLevel.B_B,
) -> bytes:
    return sign_field(
        PREPARED,
        Act(field=NOTARY_FIELD, level=level, certifies=True, at=AT),
        by,
        revocation=revocation or office.revocation(),
        stamper=office.stamps.stamper() if level.has_time_stamp else None,
    )


def signer_info(document: bytes) -> Any:  # noqa: ANN401 - untyped library
    (signature,) = covered(document)
    (found,) = cms.ContentInfo.load(signature.contents, strict=True)["content"]["signer_infos"]
    return found


@pytest.mark.parametrize("key", [None, rsa.generate_private_key(65537, 3072)])
def test_signed_attributes_are_those_of_pades_and_no_others(
    office: RunningOffice, key: PrivateKey | None
) -> None:
    """EN 319 142-1 6.3: the signing time is the entry M and no attribute."""
    by = office.signatory(profiles.NOTARY, key=key)
    document = sign(office, by)
    found = signer_info(document)
    attributes = {each["type"].native: each["values"] for each in found["signed_attrs"]}
    assert attributes.keys() == {
        "content_type",
        "message_digest",
        "cms_algorithm_protection",
        "signing_certificate_v2",
    }
    protected = attributes["cms_algorithm_protection"][0]
    assert protected["digest_algorithm"].native == found["digest_algorithm"].native
    assert protected["signature_algorithm"].native == found["signature_algorithm"].native
    (named,) = attributes["signing_certificate_v2"][0]["certs"]
    encoded = by.certificate.public_bytes(Encoding.DER)
    assert named["cert_hash"].native == hashlib.sha256(encoded).digest()
    assert named["issuer_serial"]["serial_number"].native == by.certificate.serial_number
    assert b"/M (D:20260301093000Z)" in document
    assert not len(found["unsigned_attrs"])


def test_time_stamp_is_over_the_signature_value(office: RunningOffice) -> None:
    found = signer_info(sign(office, office.signatory(profiles.NOTARY), level=PadesLevel.B_T))
    ((stamp,),) = [each["values"] for each in found["unsigned_attrs"]]
    info = stamp["content"]["encap_content_info"]["content"].parsed
    signed = hashlib.sha256(found["signature"].native).digest()
    assert info["message_imprint"]["hashed_message"].native == signed


def test_root_is_in_the_store(office: RunningOffice) -> None:
    """Or pyHanko finds no past for the lists that the root signed."""
    document = sign(office, office.signatory(profiles.NOTARY), level=PadesLevel.B_LT)
    assert office.roots[0].public_bytes(Encoding.DER) in document
    assert office.files.certificate(TSA).public_bytes(Encoding.DER) in document


@pytest.mark.parametrize(
    "key", [ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048)]
)
def test_key_of_another_kind_or_strength_signs_nothing(
    office: RunningOffice, key: PrivateKey
) -> None:
    """It gets no certificate of ours; with a stranger's it is refused as well."""
    with pytest.raises(LintFailed):
        office.signatory(profiles.NOTARY, key=key)
    with pytest.raises(KeyUnsuitable):
        key_of(self_signed(key))


def self_signed(key: PrivateKey) -> Certificate:
    name = Subject(common_name="x").as_name()
    return (
        CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(AT)
        .not_valid_after(AT + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )


@pytest.mark.parametrize("key", [None, rsa.generate_private_key(65537, 3072)])
def test_answer_that_is_no_signature_of_the_key_goes_into_no_file(
    office: RunningOffice, key: PrivateKey | None
) -> None:
    """Custody with another key under the name, or a fault in its hardware."""
    honest = office.signatory(profiles.NOTARY, key=key)
    another = office.signatory(profiles.NOTARY)
    for lie in (another.sign, lambda digest: honest.sign(digest[::-1]), lambda _: b""):
        with pytest.raises(SignatureBroken):
            sign(office, replace(honest, sign=lie))


def test_certificate_that_is_not_for_documents_signs_none(office: RunningOffice) -> None:
    for usage in ({"digital_signature"}, {"content_commitment"}):
        other = replace(profiles.NOTARY, key_usage=frozenset(usage))
        with pytest.raises(ChainInvalid, match="not for signing"):
            sign(office, office.signatory(other))


def root_list(office: RunningOffice, *revoked: str, at: datetime = AT) -> bytes:
    return revocation_list(
        office.roots[0],
        Keyring(office.files.keys).load(KeyUri("file", ROOT)),
        [Revoked(serial=office.files.certificate(name).serial_number, at=AT) for name in revoked],
        now=at,
        valid_for=timedelta(days=1),
    )


def with_root_list(office: RunningOffice, encoded: bytes) -> Revocation:
    known = office.revocation()
    trust = replace(known.trust, root_list=encoded, stamping_root_list=encoded)
    return replace(known, trust=trust)


@pytest.mark.parametrize("name", [TSA, office_name(OFFICE, "authority")])
def test_under_a_revoked_authority_nobody_signs(office: RunningOffice, name: str) -> None:
    listed = with_root_list(office, root_list(office, name))
    with pytest.raises(CertificateRevoked):
        sign(office, office.signatory(profiles.NOTARY), revocation=listed)


@pytest.mark.parametrize("days", [-2, 2])
def test_list_of_another_time_proves_nothing(office: RunningOffice, days: int) -> None:
    listed = with_root_list(office, root_list(office, at=AT + timedelta(days=days)))
    with pytest.raises(ChainInvalid, match="not of this time"):
        sign(office, office.signatory(profiles.NOTARY), revocation=listed)


@pytest.mark.parametrize(
    "spoil",
    [
        # Not a list.
        lambda known, _: replace(known, office_list=b"junk"),
        # The root's list in the place of the office's.
        lambda known, _: replace(known, office_list=known.trust.root_list),
        # A signature that was altered.
        lambda known, _: replace(known, office_list=known.office_list[:-1] + b"\x00"),
        # An authority of the same name under another root, and the other root.
        lambda known, other: replace(known, trust=replace(known.trust, authority=other.authority)),
        lambda known, other: replace(
            known, trust=replace(known.trust, root=other.root, root_list=other.root_list)
        ),
        # An authority that is none.
        lambda known, _: replace(
            known, trust=replace(known.trust, authority=known.trust.time_stamper)
        ),
    ],
)
def test_list_or_authority_of_somebody_else_is_refused(
    office: RunningOffice, tmp_path: Path, spoil: Callable[[Revocation, OfficeTrust], Revocation]
) -> None:
    others = create_authorities(tmp_path, now=AT, offices={OFFICE: "甲"}, base_url=BASE_URL)
    spoilt = spoil(office.revocation(), office_trust(others, OFFICE))
    with pytest.raises(ChainInvalid):
        sign(office, office.signatory(profiles.NOTARY), revocation=spoilt)


def test_notary_of_the_root_is_no_authority(office: RunningOffice) -> None:
    """A key that may sign documents cannot give itself people who may."""
    keyring, key = Keyring(office.files.keys), ec.generate_private_key(ec.SECP256R1())
    order = CertificateOrder(
        profile=profiles.NOTARY, subject=Subject(common_name="某人"), public_key=key.public_key()
    )
    notary = issue(order, issuer_of(office.files, keyring, ROOT, BASE_URL), now=AT)
    known = office.revocation()
    posing = Revocation(
        trust=replace(known.trust, authority=notary),
        office_list=revocation_list(notary, key, [], now=AT, valid_for=timedelta(days=1)),
    )
    by = office.signatory(profiles.NOTARY)
    of_his = replace(order, subject=Subject(common_name="他人"))
    addresses = issuer_of(office.files, keyring, ROOT, BASE_URL)
    issued = issue(of_his, replace(addresses, certificate=notary, key=key), now=AT)
    with pytest.raises(ChainInvalid, match="may not certify"):
        sign(office, replace(by, certificate=issued), revocation=posing)


def authority(office: RunningOffice, certificate: Certificate) -> TimeStampingAuthority:
    return TimeStampingAuthority(
        certificate=certificate,
        key=f"file:{TSA}",
        custody=office.vault,
        now=office.now,
        proof=lambda: None,
    )


def renewed(office: RunningOffice) -> Certificate:
    """Return another good certificate for the time-stamper's key."""
    keyring = Keyring(office.files.keys)
    key = keyring.load(KeyUri("file", TSA)).public_key()
    order = CertificateOrder(
        profile=profiles.TIME_STAMPER, subject=Subject(common_name="Renewed"), public_key=key
    )
    return issue(order, issuer_of(office.files, keyring, ROOT, BASE_URL), now=AT)


def test_time_stamper_that_changes_within_a_document_is_not_taken(office: RunningOffice) -> None:
    """What proves it would not be in the store; the next document is stamped by the new one."""
    answers = [office.files.certificate(TSA), renewed(office), renewed(office)]
    source = TimeStampSource(
        "",
        roots=office.roots,
        now=office.now,
        exchange=lambda asked: authority(office, answers.pop(0)).answer(asked),
    )
    with pytest.raises(TimeStampUnavailable, match="changed"):
        source.stamper().stamp(bytes(32))
    source.stamper()
