"""The root's key is replaced in a ceremony, and who trusts either key verifies both generations."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from asn1crypto import crl as asn1_crl
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator import ValidationContext

from esign.asn1 import to_asn1
from esign.authorities.directory import ROOT, TSA, link_name
from esign.errors import VerificationFailed
from esign.keyceremony.requests import Action
from esign.manifests import manifest_sealer
from esign.offline import verify as offline
from esign.pdf.certificate_sealer import Sealing, certificate_sealer
from esign.renewing import StampRenewer
from esign.testing import (
    NOTARY,
    OFFICE,
    ThrowawayCA,
    archival_page,
    running_office,
    sealing_places,
)
from esign.trust import root_lists, trusted_roots
from esign.tsa.on_duty import AuthorityOnDuty
from esign.verification import verify
from esign.verification.report import Role
from tests.servers.ceremony_room import AUTHORITY, SEAL, WHO, Room

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from esign.testing import RunningOffice

AT = datetime(2026, 3, 1, tzinfo=UTC)
ROTATED = AT + timedelta(days=30)
ASKED = ROTATED + timedelta(days=2)
NEW = f"{ROOT}.2"


@dataclass(frozen=True)
class Generations:
    """A file of before the root's next key, and one of after it."""

    office: RunningOffice
    room: Room
    old: bytes
    new: bytes

    def root(self, which: str) -> x509.Certificate:
        return self.office.files.certificate({"old": ROOT, "new": NEW}[which])

    @property
    def links(self) -> list[x509.Certificate]:
        return self.office.files.links()

    @property
    def lists(self) -> list[bytes]:
        return [self.office.files.revocation_list(name) for name in (ROOT, NEW)]


@pytest.fixture(scope="module")
def generations(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generations]:
    with running_office(tmp_path_factory.mktemp("roots"), at=AT) as office:
        office.server.authority = AuthorityOnDuty(
            office.files, custody=office.vault, now=office.now, proof=office.proof
        )
        old = office.sealed()
        room = Room(office.files.path, office.now).with_officers()
        office.now.at = ROTATED
        room.done(Action.ROTATE, ROOT)
        for subject in (TSA, AUTHORITY, SEAL, WHO):
            room.done(Action.ROTATE, subject)
        office.now.at = ROTATED + timedelta(days=1)
        yield Generations(office, room, old, _sealed(office))


def _sealed(office: RunningOffice) -> bytes:
    sealing = Sealing(office=OFFICE, notary=NOTARY, places=sealing_places())
    sealer = certificate_sealer(
        sealing, files=office.files, custody=office.vault, stamps=office.stamps, now=office.now
    )
    return sealer.seal(sealer.prepare(archival_page()))


EVERY = pytest.mark.parametrize("trusted", ["old", "new"])
FILES = pytest.mark.parametrize("which", ["old", "new"])


@EVERY
@FILES
def test_who_trusts_either_root_verifies_files_of_both(
    generations: Generations, trusted: str, which: str
) -> None:
    root = generations.root(trusted)
    report = verify(
        getattr(generations, which),
        roots=[root],
        at=ASKED,
        links=generations.links,
        fresh_lists=generations.lists,
    )
    assert {each.role for each in report.signatures} == {Role.NOTARY, Role.OFFICE_SEAL}
    # What is shown is the root that was trusted, whatever the links lead over.
    assert {each.root for each in report.signatures} == {root.fingerprint(hashes.SHA256()).hex()}


@FILES
def test_who_trusts_a_third_root_verifies_none(generations: Generations, which: str) -> None:
    with pytest.raises(VerificationFailed):
        verify(
            getattr(generations, which),
            roots=[ThrowawayCA.new(valid_from=AT).root],
            at=ASKED,
            links=generations.links,
            fresh_lists=generations.lists,
        )


def test_a_new_file_carries_what_leads_from_the_old_root_to_it(generations: Generations) -> None:
    verify(generations.new, roots=[generations.root("old")], at=ASKED)


@EVERY
@FILES
def test_openssl_agrees(generations: Generations, tmp_path: Path, trusted: str, which: str) -> None:
    for leaf in _leaves(getattr(generations, which)):
        said = _openssl(generations, tmp_path, generations.root(trusted), leaf)
        assert said.returncode == 0, said.stderr
        stranger = ThrowawayCA.new(valid_from=AT).root
        assert _openssl(generations, tmp_path, stranger, leaf).returncode != 0


@EVERY
def test_openssl_finds_each_link_on_no_list(
    generations: Generations, tmp_path: Path, trusted: str
) -> None:
    own, other = {"old": (ROOT, NEW), "new": (NEW, ROOT)}[trusted]
    _write(tmp_path / "root.pem", [generations.root(trusted)])
    listed = x509.load_der_x509_crl(generations.office.files.revocation_list(own))
    (tmp_path / "list.pem").write_bytes(listed.public_bytes(Encoding.PEM))
    link = generations.office.files.certificate(link_name(other, own))
    said = _verified(tmp_path, link, "-crl_check", "-CRLfile", "list.pem", "-CAfile", "root.pem")
    assert said.returncode == 0, said.stderr


@EVERY
@FILES
def test_pyhanko_agrees(generations: Generations, trusted: str, which: str) -> None:
    document = getattr(generations, which)
    assert _pyhanko_accepts(generations, document, generations.root(trusted))
    assert not _pyhanko_accepts(generations, document, ThrowawayCA.new(valid_from=AT).root)


@EVERY
@FILES
def test_the_shipped_verifier_agrees(generations: Generations, trusted: str, which: str) -> None:
    document = getattr(generations, which)
    lists = list(map(x509.load_der_x509_crl, generations.lists))
    for root, holds in (
        (generations.root(trusted), True),
        (ThrowawayCA.new(valid_from=AT).root, False),
    ):
        anchors = offline.led_to([root], generations.links, lists)
        if holds:
            found = offline.check_document(document, "a.pdf", anchors, ASKED, lists=lists)
            assert {each.role for each in found.signatures} == {"notary", "office_seal"}
        else:
            with pytest.raises(offline.Fault, match="chain_broken"):
                offline.check_document(document, "a.pdf", anchors, ASKED, lists=lists)


@EVERY
def test_a_package_s_seal_under_the_new_key_is_proven_to_who_trusts_either(
    generations: Generations, trusted: str
) -> None:
    office = generations.office
    sealer = manifest_sealer(
        OFFICE, files=office.files, custody=office.vault, stamps=office.stamps, now=office.now
    )
    manifest = b'{"about":{},"format":"feigui.evidence-package/1"}'
    seal = offline.read_cms(sealer.seal(sealer.prepare(manifest)))
    lists = list(map(x509.load_der_x509_crl, generations.lists))
    anchors = offline.led_to([generations.root(trusted)], generations.links, lists)
    proof = offline.Proof(anchors, lists=lists)
    assert offline.check_signer(seal, manifest, proof, "seal").role == "office_seal"
    of_a_third = offline.Proof([ThrowawayCA.new(valid_from=AT).root], lists=lists)
    with pytest.raises(offline.Fault, match="chain_broken"):
        offline.check_signer(seal, manifest, of_a_third, "seal")


def test_the_shipped_verifier_follows_no_link_without_its_list(generations: Generations) -> None:
    old, link = generations.root("old"), generations.office.files.certificate(link_name(NEW, ROOT))
    of_old, of_new = map(x509.load_der_x509_crl, generations.lists)
    assert offline.led_to([old], [link], [of_old]) == {old: old, link: old}
    assert offline.led_to([old], [link], [of_new]) == {old: old}
    assert offline.led_to([old], [link], []) == {old: old}


def test_an_old_file_that_was_renewed_carries_what_leads_to_it_from_the_new_root(
    generations: Generations, tmp_path: Path
) -> None:
    office = generations.office
    roots = trusted_roots(office.files)
    # A stamp has to carry further than the last: the old root's time-stamper ends first.
    renewed = StampRenewer(
        roots=roots,
        root_list=office.files.revocation_list(NEW),
        links=office.files.links(),
        root_lists=root_lists(office.files),
        stamps=office.stamps,
        now=office.now,
    ).renew(generations.old)
    for which in ("old", "new"):
        verify(renewed.document, roots=[generations.root(which)], at=ASKED)


def test_links_are_as_rfc_4210_has_them(generations: Generations) -> None:
    files = generations.office.files
    old, new = generations.root("old"), generations.root("new")
    new_with_old = files.certificate(link_name(NEW, ROOT))
    old_with_new = files.certificate(link_name(ROOT, NEW))
    assert old.subject == new.subject == new_with_old.issuer == old_with_new.issuer
    assert new_with_old.public_key() == new.public_key() != old.public_key()
    assert old_with_new.public_key() == old.public_key()
    new_with_old.verify_directly_issued_by(old)
    old_with_new.verify_directly_issued_by(new)
    # Old with new from the old key's beginning; both to the old root's end.
    assert old_with_new.not_valid_before_utc == old.not_valid_before_utc
    assert new_with_old.not_valid_after_utc == old.not_valid_after_utc
    assert old_with_new.not_valid_after_utc == old.not_valid_after_utc


def test_after_the_rotation_everything_new_is_under_the_new_root(generations: Generations) -> None:
    files, new = generations.office.files, generations.root("new")
    for role in (TSA, AUTHORITY):
        files.certificate(files.current(role)).verify_directly_issued_by(new)
    assert trusted_roots(files) == [new, generations.root("old")]


def _leaves(document: bytes) -> list[x509.Certificate]:
    reader = PdfFileReader(BytesIO(document), strict=True)
    return [
        x509.load_der_x509_certificate(each.signer_cert.dump())
        for each in reader.embedded_signatures
    ]


def _openssl(
    generations: Generations, folder: Path, root: x509.Certificate, leaf: x509.Certificate
) -> subprocess.CompletedProcess[str]:
    """Give openssl one trusted root, and all others as what they are: strangers."""
    files = generations.office.files
    # Without the other root itself: openssl takes a dead end of a chain for the chain.
    others = map(files.certificate, files.names(AUTHORITY))
    _write(folder / "root.pem", [root])
    _write(folder / "others.pem", [*others, *generations.links])
    return _verified(folder, leaf, "-CAfile", "root.pem", "-untrusted", "others.pem")


def _verified(folder: Path, leaf: x509.Certificate, *how: str) -> subprocess.CompletedProcess[str]:
    _write(folder / "leaf.pem", [leaf])
    at = str(int(ASKED.timestamp()))
    alone = ("-no-CAstore", "-no-CApath", "-x509_strict", "-attime", at)
    return subprocess.run(
        ["openssl", "verify", *alone, *how, "leaf.pem"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def _write(path: Path, certificates: Sequence[x509.Certificate]) -> None:
    path.write_bytes(b"".join(each.public_bytes(Encoding.PEM) for each in certificates))


def _pyhanko_accepts(generations: Generations, document: bytes, root: x509.Certificate) -> bool:
    reader = PdfFileReader(BytesIO(document), strict=True)
    store = DocumentSecurityStore.read_dss(reader)
    inside = [asn1_crl.CertificateList.load(each.get_object().data) for each in store.crls]
    today = [asn1_crl.CertificateList.load(each) for each in generations.lists]

    def context(moment: datetime) -> ValidationContext:
        return ValidationContext(
            trust_roots=[to_asn1(root)],
            other_certs=[*store.load_certs(), *map(to_asn1, generations.links)],
            crls=[*inside, *today],
            moment=moment,
            allow_fetching=False,
            revocation_mode="require",
            # A link from the new root to the old one is on no list that old files carry.
            retroactive_revinfo=True,
        )

    stamps = [
        validate_pdf_timestamp(each, context(ASKED))
        for each in reader.embedded_timestamp_signatures
    ]
    people = [
        validate_pdf_signature(each, context(stamps[0].timestamp))
        for each in reader.embedded_regular_signatures
    ]
    hold = [each.intact and each.valid and each.trusted for each in stamps]
    return all([*hold, *(each.bottom_line for each in people)])
