"""A stranger's file is judged out of this process, and nothing but a report is believed."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING

import pikepdf
import pytest

from esign.errors import ChainInvalid, NotAPdf, NotOurs, Tampered, TooLarge, VerificationUnavailable
from esign.evidence import EvidenceDigests
from esign.testing import RunningOffice, ThrowawayCA, archival_page, running_office
from esign.verification import Role, child, coverage, limited, verify
from esign.verification.answer_text import AnswerMalformed, tell_report, understand
from esign.verification.limited import Allowance, LimitedVerifier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SEALED_AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with running_office(tmp_path_factory.mktemp("office"), at=SEALED_AT) as running:
        yield running


@pytest.fixture(scope="module")
def sealed(office: RunningOffice) -> bytes:
    return office.sealed()


def verifier(office: RunningOffice, allowance: Allowance | None = None) -> LimitedVerifier:
    return LimitedVerifier(
        roots=office.roots, now=lambda: SEALED_AT, allowance=allowance or Allowance()
    )


def test_the_child_reports_what_this_process_would_find(
    office: RunningOffice, sealed: bytes
) -> None:
    here = verify(sealed, roots=office.roots, at=SEALED_AT)
    assert verifier(office)(sealed) == here
    assert [s.role for s in here.signatures] == [Role.NOTARY, Role.OFFICE_SEAL]


def test_a_partys_evidence_survives_the_way_back(office: RunningOffice, sealed: bytes) -> None:
    """Deeds carry it, certificates do not."""
    report = verify(sealed, roots=office.roots, at=SEALED_AT)
    evidence = EvidenceDigests(
        identity_check="a" * 64, ceremony_segment="b" * 64, document="c" * 64
    )
    party = replace(report.signatures[0], role=Role.PARTY, organization=None, evidence=evidence)
    deed = replace(report, signatures=(party,))
    assert understand(tell_report(deed)) == deed


def _flipped(sealed: bytes, position: int) -> bytes:
    altered = bytearray(sealed)
    altered[position] ^= 1
    return bytes(altered)


@pytest.mark.parametrize(
    ("alter", "refusal"),
    [
        # One bit in the middle of the file.
        (lambda sealed: _flipped(sealed, len(sealed) // 2), Tampered),
        # Something after the end.
        (lambda sealed: sealed + b"\n%", Tampered),
        # Something before the beginning.
        (lambda sealed: b"%" + sealed, Tampered),
    ],
    ids=["flipped", "appended", "prepended"],
)
def test_a_refusal_keeps_its_class_across_the_pipe(
    alter: Callable[[bytes], bytes],
    refusal: type[Exception],
    office: RunningOffice,
    sealed: bytes,
) -> None:
    with pytest.raises(refusal):
        verifier(office)(alter(sealed))


def test_the_roots_cross_the_pipe_too(sealed: bytes) -> None:
    stranger = ThrowawayCA.new(valid_from=SEALED_AT - timedelta(days=1))
    judge = LimitedVerifier(roots=[stranger.root], now=lambda: SEALED_AT)
    with pytest.raises((ChainInvalid, Tampered)) as refused:
        judge(sealed)
    with pytest.raises(refused.type):
        verify(sealed, roots=[stranger.root], at=SEALED_AT)


@pytest.mark.parametrize(
    ("rubbish", "refusal"),
    [
        # A PDF that nobody signed.
        (archival_page(), NotOurs),
        # A picture.
        (b"\x89PNG\r\n\x1a\n" + bytes(500), NotAPdf),
        # Nothing at all.
        (b"", NotAPdf),
        # Larger than anything of ours.
        (b"%PDF-/ByteRange" + bytes(coverage.LARGEST), TooLarge),
    ],
    ids=["unsigned", "picture", "empty", "large"],
)
def test_rubbish_starts_no_child_and_is_refused_as_it_would_be(
    rubbish: bytes,
    refusal: type[Exception],
    office: RunningOffice,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(refusal):
        verify(rubbish, roots=office.roots, at=SEALED_AT)
    monkeypatch.setattr(limited, "_PROGRAM", ("/nonexistent",))
    with pytest.raises(refusal):
        verifier(office)(rubbish)


@pytest.mark.parametrize(
    "allowance",
    [
        # Not enough time to start.
        Allowance(wall_seconds=0.01),
        # Nobody's turn ever comes.
        Allowance(at_once=0, wall_seconds=0.01),
    ],
    ids=["no time", "no turn"],
)
def test_a_child_that_does_not_answer_never_makes_a_file_valid(
    allowance: Allowance, office: RunningOffice, sealed: bytes
) -> None:
    with pytest.raises(VerificationUnavailable):
        verifier(office, allowance)(sealed)


def test_a_child_without_memory_for_a_file_never_makes_it_valid(office: RunningOffice) -> None:
    """It dies; in particular it does not take its own want of memory for a change."""
    with pikepdf.open(BytesIO(archival_page())) as pdf:
        pdf.Root.Large = pikepdf.Stream(pdf, os.urandom(16 * child.MIB))
        page = BytesIO()
        pdf.save(page)
    sealer = office.sealer()
    large = sealer.seal(sealer.prepare(page.getvalue()))
    assert verifier(office)(large).signatures  # or this proves nothing
    with pytest.raises(VerificationUnavailable):
        verifier(office, Allowance(memory_mib=60))(large)


@pytest.mark.parametrize(
    "answer",
    [
        # Silence, half an answer, and answers of other shapes.
        b"",
        b'{"report": {"document": "00"',
        b"null",
        b"[]",
        b'{"report": {}}',
        # A refusal that is not on the list; naming one must not reach any other class.
        b'{"refused": "SystemExit", "why": ""}',
        b'{"refused": ["Tampered"], "why": ""}',
        # A step that there is not.
        b'{"refused": "Tampered", "why": "", "step": 99}',
    ],
)
def test_an_answer_of_another_shape_is_no_answer(answer: bytes) -> None:
    with pytest.raises(AnswerMalformed):
        understand(answer)


def test_a_child_that_was_taken_over_cannot_vouch_for_another_file(
    office: RunningOffice, sealed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The register is asked by the digest; a child may not choose it."""
    lie = replace(verify(sealed, roots=office.roots, at=SEALED_AT), document="0" * 64)
    monkeypatch.setattr(limited, "_PROGRAM", ("/bin/echo", tell_report(lie).decode()))
    with pytest.raises(VerificationUnavailable):
        verifier(office)(sealed)


def test_a_refusal_names_its_step_through_the_pipe(office: RunningOffice, sealed: bytes) -> None:
    altered = bytearray(sealed)
    altered[sealed.index(b"595")] ^= 1
    for document in (sealed + b"junk", bytes(altered)):
        with pytest.raises(Tampered) as here:
            verify(document, roots=office.roots, at=SEALED_AT)
        with pytest.raises(Tampered) as there:
            verifier(office)(document)
        assert (there.value.step, str(there.value)) == (here.value.step, str(here.value))


def test_the_child_inherits_no_secret(
    office: RunningOffice, sealed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEIGUI_DATABASE_URL", "postgresql://secret")
    show = (
        "import json, os\n"
        "print(json.dumps({'refused': 'Tampered', 'why': str(sorted(os.environ))}))"
    )
    monkeypatch.setattr(limited, "_PROGRAM", (limited._PROGRAM[0], "-c", show))
    assert "FEIGUI_DATABASE_URL" in os.environ
    with pytest.raises(Tampered) as told:
        verifier(office)(sealed)
    assert "PYTHONPATH" in str(told.value)
    assert "FEIGUI" not in str(told.value)
