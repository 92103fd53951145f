"""The package is the same bytes every time and says what is in it."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile

import pytest

from server.register.evidence_package import evidence_package

PARTS = {"certificate.pdf": b"%PDF-certificate", "ceremony/c1.json": b"[]"}


def opened(package: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(package))


def test_two_exports_are_the_same_bytes() -> None:
    reordered = dict(reversed(PARTS.items()))
    assert evidence_package(PARTS, about={"a": "b"}) == evidence_package(
        reordered, about={"a": "b"}
    )


def test_every_file_is_in_the_manifest_with_its_digest() -> None:
    archive = opened(evidence_package(PARTS, about={"number": "1"}))
    manifest = json.loads(archive.read("manifest.json"))
    assert set(manifest["files"]) == set(archive.namelist()) - {"manifest.json"}
    for name, digest in manifest["files"].items():
        assert hashlib.sha256(archive.read(name)).hexdigest() == digest
    assert manifest["about"] == {"number": "1"}


def test_the_instructions_are_in_both_languages() -> None:
    text = opened(evidence_package(PARTS, about={})).read("VERIFY.md").decode()
    assert "如何验证" in text
    assert "How to verify" in text


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a//b", "a/../b", "A.pdf", "", "a\n"])
def test_a_name_that_could_leave_the_folder_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="part's name"):
        evidence_package({name: b""}, about={})
