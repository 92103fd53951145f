"""A permit is the only way to a seal, and it is good for one."""

from __future__ import annotations

import hashlib
import threading

import pytest

from esign.errors import LintFailed, PermitMisused, PermitSpent
from esign.sealing import DocumentSealer, SealPermit


def sealer() -> DocumentSealer:
    return DocumentSealer(
        lints=[lambda d: None if d else "empty"], sign=lambda document: b"sealed " + document
    )


def test_permit_spends_once() -> None:
    ours = sealer()
    permit = ours.prepare(b"deed")
    assert ours.seal(permit) == b"sealed deed"
    with pytest.raises(PermitSpent):
        ours.seal(permit)


def test_permit_of_another_sealer_is_refused_and_stays_good() -> None:
    ours, theirs = sealer(), sealer()
    permit = ours.prepare(b"deed")
    with pytest.raises(PermitMisused):
        theirs.seal(permit)
    assert ours.seal(permit) == b"sealed deed"


def test_document_that_breaks_a_rule_gets_no_permit() -> None:
    with pytest.raises(LintFailed, match="empty"):
        sealer().prepare(b"")


def test_permit_tells_the_digest_of_what_will_be_sealed() -> None:
    assert sealer().prepare(b"deed").digest == hashlib.sha256(b"deed").hexdigest()


def test_of_many_threads_one_spends_the_permit() -> None:
    ours = sealer()
    permit, sealed, start = ours.prepare(b"deed"), [], threading.Barrier(16)

    def spend(permit: SealPermit) -> None:
        start.wait()
        try:
            sealed.append(ours.seal(permit))
        except PermitSpent:
            return

    threads = [threading.Thread(target=spend, args=(permit,)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sealed == [b"sealed deed"]
