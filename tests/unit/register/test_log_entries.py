"""What the log says of a certificate, byte for byte, and what it never says."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from server.register.canonical_json import canonical_json
from server.register.certificates import (
    Allotted,
    Certificate,
    CertificateId,
    CertificateKind,
    CertificateStatus,
)
from server.register.errors import LogEntryMalformed
from server.register.log_entries import (
    ENDED_AS,
    ISSUED_AS,
    TELLS,
    LogEntry,
    LogKind,
    entries_of,
    mark_of,
    named_by,
    read_entry,
)

AT = datetime(2026, 3, 2, 9, 30, 15, 999, tzinfo=timezone(timedelta(hours=8)))
VALID = Certificate(
    id=CertificateId("c-1"),
    office="kunming-demo",
    case="case-1",
    matter="power-of-attorney",
    number=Allotted(year=2026, series="外", sequence=1, text="（2026）云昆示外证字第1号"),
    issue_date=date(2026, 3, 2),
    public_id="k7q2mzv4x3n5ahw6t7rjy2pdeu",
    check_code="7K3QXM",
    status=CertificateStatus.VALID,
    intended_at=AT,
    sealed_sha256="ab" * 32,
    deed_sha256="cd" * 32,
    sealed_at=AT,
)


def test_an_entry_is_these_bytes() -> None:
    (entry,) = entries_of(None, VALID, related=None)
    assert bytes(entry).decode() == (
        '{"at":"2026-03-02T01:30:15Z",'
        f'"certificate":"{mark_of(VALID.public_id)}",'
        f'"deed_sha256":"{"cd" * 32}",'
        '"kind":"issue","office":"kunming-demo","related":null,'
        f'"sealed_sha256":"{"ab" * 32}","type":"feigui.certificate","v":2}}'
    )
    assert read_entry(bytes(entry)) == entry


def test_an_entry_of_version_1_is_read_and_names_no_deed() -> None:
    (entry,) = entries_of(None, VALID, related=None)
    first = json.loads(bytes(entry))
    del first["deed_sha256"]
    content = canonical_json(first | {"v": 1})
    read = read_entry(content)
    assert bytes(read) == content
    assert read == replace(entry, deed_sha256=None, version=1)


def test_an_entry_tells_nothing_that_the_register_could_be_asked_by() -> None:
    (entry,) = entries_of(None, VALID, related=None)
    told = bytes(entry).decode()
    for secret in (VALID.public_id, VALID.check_code, VALID.number.text, VALID.id, VALID.case):
        assert secret not in told
    assert VALID.matter not in told


def test_every_status_but_intended_is_told_by_a_kind_of_entry() -> None:
    assert set(ISSUED_AS) == set(CertificateKind)
    assert set(ENDED_AS) | {CertificateStatus.VALID, CertificateStatus.INTENDED} == set(
        CertificateStatus
    )
    assert set(TELLS) == set(LogKind)


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        # Not yet issued: nothing.
        (None, {"status": CertificateStatus.INTENDED}, []),
        # Changed in what the log does not tell.
        (VALID, {"supplemented_by": "another"}, []),
        (VALID, {"status": CertificateStatus.REVOKED}, [LogKind.REVOCATION]),
        # Taken over from elsewhere with its end already known.
        (None, {"status": CertificateStatus.REVOKED}, [LogKind.ISSUE, LogKind.REVOCATION]),
        (None, {"status": CertificateStatus.VOIDED, "sealed_sha256": None}, [LogKind.VOID]),
    ],
)
def test_a_change_is_logged_as_what_it_is(
    before: Certificate | None, after: dict[str, Any], kinds: list[LogKind]
) -> None:
    entries = entries_of(before, replace(VALID, **after), related=None)
    assert [entry.kind for entry in entries] == kinds


def test_the_related_certificate_is_the_one_that_the_change_is_about() -> None:
    correction = replace(VALID, kind=CertificateKind.CORRECTED, relates_to="first")
    assert named_by(correction) == "first"
    gave_way = replace(correction, status=CertificateStatus.SUPERSEDED, successor="next")
    assert named_by(gave_way) == "next"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        bytes(
            LogEntry(
                kind=LogKind.ISSUE,
                certificate="m",
                sealed_sha256=None,
                related=None,
                office="o",
                at=AT.astimezone(UTC),
            )
        ).replace(b":2}", b":3}"),
        # Of one version, and says that it is of the other.
        bytes(entries_of(None, VALID, related=None)[0]).replace(b":2}", b":1}"),
        bytes(entries_of(None, VALID, related=None)[0]).replace(b":2}", b":true}"),
        bytes(entries_of(None, VALID, related=None)[0]).replace(b":2}", b':"2"}'),
    ],
)
def test_what_is_no_entry_of_this_version_is_refused(content: bytes) -> None:
    with pytest.raises(LogEntryMalformed):
        read_entry(content)


def test_an_entry_has_one_spelling() -> None:
    (entry,) = entries_of(None, VALID, related=None)
    spaced = json.dumps(json.loads(bytes(entry)), sort_keys=True).encode()
    with pytest.raises(LogEntryMalformed):
        read_entry(spaced)
