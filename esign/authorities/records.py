"""How long the records of certificates are kept, and what may go after that.

电子签名法 Art. 24: an authority keeps what concerns a certificate for at least five years
after the certificate has lost its validity. What may be deleted is said; anything
earlier is refused, one number among many refuses them all, and what is deleted is on
record before it goes.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from cryptography import x509

from esign.errors import RecordMissing, RetentionRunning

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from esign.authorities.directory import AuthorityDirectory

KEPT_YEARS: Final = 5
"""After the end of a certificate: 电子签名法 Art. 24."""

BEING_MADE: Final = timedelta(minutes=1)
"""A certificate is issued within moments of being intended; later, something stopped it."""

_RECORD: Final = re.compile(r"(?P<serial>[0-9a-f]{40})\.(?P<stage>intended|issued)\.der")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsFound:
    """Serial numbers, in lower-case hexadecimal of 40 digits."""

    kept: tuple[str, ...]
    """Whose time is not over."""

    deletable: tuple[str, ...]
    unfinished: tuple[str, ...]
    """Intended and never issued: a crash, or a certificate that exists and is on no record."""


def kept_until(certificate: x509.Certificate) -> datetime:
    """Return the moment (UTC) before which the records of ``certificate`` are not deleted."""
    ends = certificate.not_valid_after_utc
    try:
        return ends.replace(year=ends.year + KEPT_YEARS)
    except ValueError:
        # The 29th of February of a year that has none.
        return ends.replace(year=ends.year + KEPT_YEARS, month=3, day=1)


def look_through(files: AuthorityDirectory, *, now: datetime) -> RecordsFound:
    """Return what is kept, what may be deleted, and what was intended and never issued."""
    stages = _stages(files.records)
    ends = {serial: _kept_until(paths.values()) for serial, paths in stages.items()}
    unfinished = [
        serial
        for serial, paths in stages.items()
        if "issued" not in paths and not _is_being_made(paths["intended"], now)
    ]
    return RecordsFound(
        kept=tuple(sorted(serial for serial, until in ends.items() if not until <= now)),
        deletable=tuple(sorted(serial for serial, until in ends.items() if until <= now)),
        unfinished=tuple(sorted(unfinished)),
    )


def delete_records(files: AuthorityDirectory, serials: Iterable[str], *, now: datetime) -> None:
    """Delete the records of every one of ``serials``, or of none.

    Raises `RecordMissing` for a number that no record has, `RetentionRunning` for one
    whose time is not over.
    """
    stages, asked = _stages(files.records), list(serials)
    for serial in asked:
        if serial not in stages:
            raise RecordMissing("no record has this serial number")
        until = _kept_until(stages[serial].values())
        if not until <= now:
            raise RetentionRunning(f"kept until {until:%Y-%m-%d}: 电子签名法 Art. 24")
    _put_on_record(files.records / "deleted.jsonl", asked, now)
    for serial in asked:
        for path in stages[serial].values():
            path.unlink(missing_ok=True)


def _stages(records: Path) -> dict[str, dict[str, Path]]:
    found: dict[str, dict[str, Path]] = {}
    for path in records.iterdir():
        match = _RECORD.fullmatch(path.name)
        if match is not None:
            found.setdefault(match["serial"], {})[match["stage"]] = path
    return found


def _kept_until(paths: Iterable[Path]) -> datetime:
    return max(kept_until(x509.load_der_x509_certificate(path.read_bytes())) for path in paths)


def _is_being_made(path: Path, now: datetime) -> bool:
    begun = x509.load_der_x509_certificate(path.read_bytes()).not_valid_before_utc
    return now <= begun + BEING_MADE


def _put_on_record(path: Path, serials: Iterable[str], now: datetime) -> None:
    rows = [json.dumps({"at": now.isoformat(), "serial": serial}) for serial in serials]
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.writelines(f"{row}\n" for row in rows)
        file.flush()
        os.fsync(file.fileno())
