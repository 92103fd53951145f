"""A certificate of the whole platform is carried on, in the real store and register."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from esign.authorities import profiles
from esign.authorities.creation import issuer_of
from esign.authorities.directory import ROOT
from esign.authorities.issuing import CertificateOrder, Subject, issue
from esign.custody.keyring import Keyring
from esign.errors import RenewalUseless
from esign.pdf.revisions import has_revision
from esign.renewing import StampRenewer
from esign.testing import time_stamper
from esign.tsa.client import TimeStampSource
from server.cases.ids import AccountId, OfficeId
from server.cases.issuing import issue_case
from server.cases.restamping import files_of, renew_stamp
from server.register.certificates import CertificateId
from server.register.generations import GenerationState
from server.tasks.stamps import Came, Ended
from server.transaction import NOBODY, Scope
from server.wiring.parts import now
from server.wiring.press import press_of
from server.wiring.stamping import (
    log_ended,
    renew_stamps,
    stamp_desk,
    stamps_due,
    told_due,
    told_ended,
)
from storage.objects import Digest
from tests.faults.issuing.issues import agree_to_issue, approved_case
from tests.servers.platform import with_people

if TYPE_CHECKING:
    from server.register.generations import SignedFile
    from server.wiring.parts import Parts
    from tests.servers.whole import Whole


OFFICE = OfficeId("kunming-demo")


@pytest.fixture(scope="module")
def sealed(whole: Whole) -> SignedFile:
    """Seal a certificate as the worker does; the deed of its case is nowhere."""
    parts, running = whole.platform.parts, whole.platform.running
    case = approved_case(AccountId(with_people(running)["km.notary"].account))
    with parts.open_transaction(Scope(office=OFFICE)) as tx:
        tx.cases.add(case)
    agreed = agree_to_issue(parts, case)
    certificate = issue_case(OFFICE, case.id, press=press_of(parts), step_up=agreed)
    return files_of(case, certificate)[0]


def with_new_stamper(parts: Parts) -> StampRenewer:
    """Return a renewer whose authority has a key and a certificate of its own, and longer ones."""
    files = parts.authorities
    own = ec.generate_private_key(ec.SECP256R1())
    order = CertificateOrder(
        profile=replace(profiles.TIME_STAMPER, valid_for=timedelta(days=4000)),
        subject=Subject(common_name="Feigui Time-Stamping"),
        public_key=own.public_key(),
    )
    issuer = issuer_of(files, Keyring(files.keys), ROOT, parts.settings.public_url)
    authority = time_stamper(issue(order, issuer, now=now()), own, now=now)
    roots = [files.certificate(ROOT)]
    return StampRenewer(
        roots=roots,
        root_list=files.revocation_list(ROOT),
        stamps=TimeStampSource("", roots=roots, now=now, exchange=authority.answer),
        now=now,
    )


def test_the_nightly_job_looks_at_what_was_sealed_and_one_lost_file_stops_nothing(
    whole: Whole, sealed: SignedFile
) -> None:
    parts, told = whole.platform.parts, list[Ended]()
    due = [told_due(each)["subject"] for each in stamps_due(parts)]
    assert {sealed.subject, sealed.case} <= set(due)
    renew_stamps(parts, tell=told.append, waits_for=())
    for ended in told:
        log_ended(ended)
    came = {each["subject"]: (each["came"], each["trouble"]) for each in map(told_ended, told)}
    assert came[sealed.subject] == (Came.CARRIES, None)
    assert came[sealed.case] == (Came.FAILED, "ObjectMissing")
    # Nobody's key was stolen, so the hourly one finds nothing to do.
    told.clear()
    renew_stamps(parts, tell=told.append, waits_for=(), only_stolen=True)
    assert told == []
    left = {told_due(each)["subject"] for each in stamps_due(parts)}
    assert sealed.subject not in left
    assert sealed.case in left


def test_a_renewed_certificate_is_what_is_delivered_and_the_earlier_one_still_leads_to_it(
    whole: Whole, sealed: SignedFile
) -> None:
    parts = whole.platform.parts
    with parts.open_transaction(Scope(office=OFFICE)) as tx:
        earlier = Digest(str(tx.certificates.get(CertificateId(sealed.subject)).sealed_sha256))
    parts.store.set_legal_hold(OFFICE, earlier, on=True)
    kept_until = parts.store.stat(OFFICE, earlier).retain_until + timedelta(days=1000)
    parts.store.extend_retention(OFFICE, earlier, until=kept_until)
    desk = replace(
        stamp_desk(parts),
        renew=lambda _, __, content: with_new_stamper(parts).renew(content),
        margin=timedelta(days=5000),
    )
    newest = renew_stamp(OFFICE, sealed, desk=desk)
    assert newest.state is GenerationState.KEPT
    stored = parts.store.stat(OFFICE, Digest(str(newest.sha256)))
    assert stored.legal_hold
    assert stored.retain_until >= kept_until
    with parts.open_transaction(NOBODY) as tx:
        found = tx.public_register.by_sealed_digest(earlier.hex)
    assert found is not None
    # What was sealed, and what the transparency log says of it, is for ever this one.
    assert (found.id, found.sealed_sha256) == (sealed.subject, earlier.hex)
    assert found.newest_sha256 == newest.sha256
    renewed = parts.get(OFFICE, Digest(str(newest.sha256)))
    assert parts.signing.verify(renewed).archive_stamps[1:]
    # Whoever has the newest copy alone finds in it the file that the log tells of.
    assert has_revision(renewed, earlier.hex)


def test_the_jobs_own_renewal_waits_for_a_stamper_that_carries_further(
    whole: Whole, sealed: SignedFile
) -> None:
    """The authority that runs has the certificate under which the file was stamped."""
    parts = whole.platform.parts
    desk = replace(stamp_desk(parts), margin=timedelta(days=9000))
    with pytest.raises(RenewalUseless):
        renew_stamp(OFFICE, sealed, desk=desk)
