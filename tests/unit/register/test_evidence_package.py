"""The package is the same bytes every time and says what is in it."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from server.register.evidence_package import Contents, LeftOut, evidence_package, manifest_of
from server.register.package_seals import (
    PackageBooks,
    PackageSeal,
    PackageSealBook,
    Sealing,
    sealed_package,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PARTS = {"certificate.pdf": b"%PDF-certificate", "ceremony/c1.json": b"[]", "VERIFY.md": b"#"}
AT = datetime(2026, 3, 2, tzinfo=UTC)


def contents(parts: dict[str, bytes] | None = None) -> Contents:
    left_out = LeftOut(what="pictures", zh="不提供", en="not here", citation="PIPL Art. 6")
    return Contents(
        parts=PARTS if parts is None else parts, about={"number": "1"}, left_out=[left_out]
    )


def opened(package: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(package))


def test_the_order_in_which_parts_come_makes_no_difference() -> None:
    reordered = dict(reversed(PARTS.items()))
    assert evidence_package(contents(), seal=b"s") == evidence_package(
        contents(reordered), seal=b"s"
    )


def test_every_file_but_manifest_and_seal_is_listed_with_size_and_both_digests() -> None:
    archive = opened(evidence_package(contents(), seal=b"the seal"))
    manifest = json.loads(archive.read("manifest.json"))
    assert set(manifest["files"]) == set(archive.namelist()) - {"manifest.json", "manifest.p7s"}
    for name, stated in manifest["files"].items():
        content = archive.read(name)
        assert stated == {
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "sm3": hashlib.new("sm3", content).hexdigest(),
        }
    assert archive.read("manifest.p7s") == b"the seal"
    assert manifest["about"] == {"number": "1"}
    assert [each["citation"] for each in manifest["left_out"]] == ["PIPL Art. 6"]


@pytest.mark.parametrize(
    "name",
    ["../x", "/etc/passwd", "a//b", "a/../b", "A.pdf", "", "a\n", "manifest.json", "manifest.p7s"],
)
def test_a_name_that_could_leave_the_folder_or_is_taken_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="part's name"):
        manifest_of(contents({name: b""}))


class MemorySeals(PackageSealBook):
    def __init__(self) -> None:
        self.every: dict[str, PackageSeal] = {}

    def intend(self, seal: PackageSeal) -> PackageSeal:
        return self.every.setdefault(seal.manifest_sha256, seal)

    def keep(self, intended: PackageSeal, signature: bytes, *, at: datetime) -> PackageSeal:
        known = self.every[intended.manifest_sha256]
        if known.signature is None:
            known = replace(known, signature=signature, sealed_at=at)
            self.every[known.manifest_sha256] = known
        return known


@dataclass
class Office(PackageBooks):
    """Seals with another number each time, and says when a transaction is open."""

    seals: MemorySeals = field(default_factory=MemorySeals)
    meanwhile: Callable[[], None] = lambda: None
    """What happens while the seal is being made."""

    is_open: bool = False
    used: int = 0

    @property
    def package_seals(self) -> PackageSealBook:
        return self.seals

    @contextmanager
    def open_books(self) -> Iterator[PackageBooks]:
        self.is_open = True
        yield self
        self.is_open = False

    def seal(self, office: str, manifest: bytes) -> bytes:
        self.meanwhile()
        self.used += 1
        return f"seal {self.used} of {office}".encode()

    @property
    def intended(self) -> PackageSeal:
        (seal,) = self.seals.every.values()
        return seal

    def packed(self) -> bytes:
        return sealed_package(
            contents(),
            office="kunming",
            case="case-1",
            certificate="certificate-1",
            sealing=Sealing(open_books=self.open_books, seal=self.seal, now=lambda: AT),
        )


def test_the_seal_is_made_once_and_then_kept() -> None:
    office = Office()
    assert office.packed() == office.packed()
    assert office.used == 1


def test_the_intent_is_on_record_and_no_transaction_open_when_the_seal_is_used() -> None:
    office = Office()
    seen = []

    def look() -> None:
        seen.append((office.intended.signature, office.is_open))

    office.meanwhile = look
    office.packed()
    assert seen == [(None, False)]
    assert (office.intended.signature, office.intended.sealed_at) == (b"seal 1 of kunming", AT)


def test_a_seal_that_was_only_intended_is_made_by_the_next_export() -> None:
    office = Office()

    def unreachable() -> None:
        raise TimeoutError

    office.meanwhile = unreachable
    with pytest.raises(TimeoutError):
        office.packed()
    assert office.intended.signature is None
    office.meanwhile = lambda: None
    assert opened(office.packed()).read("manifest.p7s") == b"seal 1 of kunming"


def test_whoever_comes_second_hands_out_the_seal_that_was_kept_first() -> None:
    office = Office()
    office.meanwhile = lambda: _ignore(
        office.seals.keep(office.intended, b"of somebody faster", at=AT)
    )
    assert opened(office.packed()).read("manifest.p7s") == b"of somebody faster"


def _ignore(_: PackageSeal) -> None: ...
