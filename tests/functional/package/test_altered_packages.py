"""Whatever is altered in a package is named by its code, offline and without us.

Each row: what somebody does to a real package, and every fault that is then told,
in order. Each is asked of the verifier here and in an environment without us.
"""

from __future__ import annotations

import hashlib
import json
import struct
import zipfile
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from esign.authorities.directory import notary_name, office_name
from esign.offline.verify import read_cms, write_zip
from esign.testing import ThrowawayCA
from server.register.canonical_json import canonical_json
from server.wiring.parts import now
from tests.functional.package.kit import (
    ANOTHER_OFFICE,
    OFFICE,
    Kit,
    StampsOfSomethingElse,
    chained,
    flipped,
    unpacked,
    with_extra_field,
    zipped,
)
from tests.functional.package.logs import HonestLog, entry_of
from tests.functional.package.verifying import judged

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.functional.package.verifying import Isolated

SEAL = office_name(OFFICE, "seal")
PDF = "certificate.pdf"


def name_of(kit: Kit, beginning: str) -> str:
    return next(name for name in sorted(kit.files) if name.startswith(beginning))


# What anybody can do who has a ZIP in his hands.


def entry_twice(kit: Kit) -> bytes:
    return zipped([*kit.files.items(), ("deed.pdf", b"another")])


def way_out(kit: Kit) -> bytes:
    return zipped([("../../etc/cron.d/x", b"boo"), *kit.files.items()])


def bomb(kit: Kit) -> bytes:
    entries = [*kit.files.items(), ("zeros", bytes(50_000_000))]
    return zipped(entries, method=zipfile.ZIP_DEFLATED)


def byte_under_the_checksum(kit: Kit) -> bytes:
    return flipped(kit.package, kit.package.index(b"%PDF-") + 1000)


def flipped_in(beginning: str, kit: Kit) -> bytes:
    return kit.altered(name_of(kit, beginning), lambda content: flipped(content, len(content) // 2))


def renamed(kit: Kit) -> bytes:
    files = kit.files
    name = name_of(kit, "materials/")
    files["materials/99-renamed"] = files.pop(name)
    return write_zip(files)


def without(beginning: str, kit: Kit) -> bytes:
    name = name_of(kit, beginning)
    return write_zip({n: content for n, content in kit.files.items() if n != name})


def byte_of_the_seal(kit: Kit) -> bytes:
    digest = hashlib.sha256(kit.files["manifest.json"]).digest()
    return kit.altered("manifest.p7s", lambda seal: flipped(seal, seal.index(digest)))


def byte_of_a_list(kit: Kit) -> bytes:
    """The last octet of a list is of its signature: it is read as before, and does not hold."""
    seal = kit.files["manifest.p7s"]
    listed = read_cms(seal).lists[0].public_bytes(Encoding.DER)
    return kit.altered(
        "manifest.p7s", lambda _: flipped(seal, seal.index(listed) + len(listed) - 1)
    )


def digest_in_the_manifest(kit: Kit) -> bytes:
    digest = kit.json("manifest.json")["files"]["recording.json"]["sha256"].encode()
    return kit.altered("manifest.json", lambda content: content.replace(digest, digest[::-1]))


# The manifest, rewritten so that it fits.


def events_rewritten(kit: Kit, change: Callable[[list[dict[str, Any]]], Any]) -> dict[str, bytes]:
    links = kit.json("audit/events.json")
    return {"audit/events.json": canonical_json(change(links) or links)}


def somebody_else_approved(kit: Kit) -> bytes:
    def change(links: list[dict[str, Any]]) -> list[dict[str, Any]]:
        approved = next(link for link in links if link["kind"] == "approve")
        approved["body"]["actor"] = "somebody else"
        return chained(links)

    return write_zip(kit.rewritten(events_rewritten(kit, change)))


def another_status(kit: Kit) -> bytes:
    return write_zip(kit.rewritten({}, about={"status": "revoked"}))


def seal_of_the_partys_package(kit: Kit) -> bytes:
    return kit.altered("manifest.p7s", lambda _: unpacked(kit.of_party)["manifest.p7s"])


# What only somebody can do who holds a key of the office.


def document_resealed(name: str, change: Callable[[Kit, bytes], bytes], kit: Kit) -> bytes:
    return kit.resealed({name: change(kit, kit.files[name])})


def appended_revision(_: Kit, document: bytes) -> bytes:
    table = document.rindex(b"xref\n", 0, document.rindex(b"startxref"))
    root = document[document.rindex(b"/Root ") :].split(b" ")[1]
    at = len(document)
    added = b"900 0 obj\n<< /Type /Annot >>\nendobj\n"
    trailer = b"trailer << /Root %b 0 R /Size 901 /Prev %d >>" % (root, table)
    return document + (
        b"%bxref\n900 1\n%010d 00000 n \n%b\nstartxref\n%d\n%%%%EOF\n"
        % (added, at, trailer, at + len(added))
    )


def ends(document: bytes) -> list[int]:
    found, at = [], document.find(b"%%EOF\n")
    while at >= 0:
        found.append(at + len(b"%%EOF\n"))
        at = document.find(b"%%EOF\n", at + 1)
    return found


def without_its_last_revision(_: Kit, document: bytes) -> bytes:
    return document[: ends(document)[-2]]


def flipped_on_the_page(_: Kit, document: bytes) -> bytes:
    return flipped(document, document.index(b"stream\n") + 20)


def of_another(name: str, kit: Kit) -> bytes:
    return kit.resealed({name: unpacked(kit.of_another)[name]})


def ceremony_resealed(
    change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]], kit: Kit
) -> bytes:
    name = name_of(kit, "ceremony/")
    ceremony = kit.json(name)
    ceremony["links"] = change(ceremony["links"])
    return kit.resealed({name: canonical_json(ceremony)})


def reordered(links: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [links[1], links[0], *links[2:]]


def event_cut(links: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return chained([link for link in links if link["kind"] != "joined"])


def segment_cut(links: list[dict[str, Any]]) -> list[dict[str, Any]]:
    segment = next(link for link in links if link["kind"] == "segment")
    return [link for link in links if link is not segment]


def audit_resealed(change: Callable[[list[dict[str, Any]]], Any], kit: Kit) -> bytes:
    return kit.resealed(events_rewritten(kit, change))


def events_of_another(kit: Kit) -> bytes:
    return kit.resealed({"audit/events.json": unpacked(kit.of_another)["audit/events.json"]})


def list_resealed(name: str, change: Callable[[list[Any]], None], kit: Kit) -> bytes:
    listed = kit.json(name)
    change(listed)
    return kit.resealed({name: canonical_json(listed)})


def shorter_segment(listed: list[Any]) -> None:
    listed[0]["ends_ms"] -= 500


def another_policy(listed: list[Any]) -> None:
    listed[0]["evidence"]["policy"] = "none"


def another_check(listed: list[Any]) -> None:
    another_policy(listed)
    plain = json.dumps(listed[0]["evidence"], sort_keys=True, separators=(",", ":"))
    listed[0]["evidence_sha256"] = hashlib.sha256(plain.encode()).hexdigest()


def other_text(beginning: str, kit: Kit) -> bytes:
    return kit.resealed({name_of(kit, beginning): "另一份".encode()})


# The transparency log.


@dataclass(frozen=True, slots=True)
class Logged:
    """A package with a proof, and the key of the log that its reader trusts."""

    package: bytes
    key: str


def log_with(kit: Kit, *, deed_sha256: str | None = None) -> HonestLog:
    about = kit.json("manifest.json")["about"]
    others = [entry_of(f"other-{n}", f"{n:064}") for n in range(6)]
    own = entry_of(about["public_id"], about["sealed_sha256"], deed_sha256=deed_sha256)
    return HonestLog(entries=[*others[:4], own, *others[4:]])


def logged(
    kit: Kit, proof: Callable[[HonestLog], bytes], *, deed_sha256: str | None = None
) -> Logged:
    log = log_with(kit, deed_sha256=deed_sha256)
    changes = {
        "log/certificate.tlog-proof": proof(log),
        "trust/log.vkey": f"{log.verifier_key}\n".encode(),
    }
    return Logged(kit.resealed(changes), log.verifier_key)


def checkpoint_of_another_log(log: HonestLog) -> bytes:
    return HonestLog(origin=log.origin, entries=log.entries).proof(4)


def checkpoint_of_another_tree(log: HonestLog) -> bytes:
    own, smaller = log.proof(4), HonestLog(log.origin, log.entries[:5], log.key)
    return own.replace(log.checkpoint(), smaller.checkpoint())


Made = bytes | Logged
ALTERED: Mapping[str, tuple[Callable[[Kit], Made], list[str]]] = {
    # The container: nothing is looked at that is not exactly a package.
    "an entry twice": (entry_twice, ["zip_duplicate"]),
    "a name that leaves the folder": (way_out, ["zip_path"]),
    "a zip bomb": (bomb, ["zip_compressed"]),
    "a byte changed under the checksum": (byte_under_the_checksum, ["zip_crc"]),
    "junk after the end": (lambda kit: kit.package + b"junk", ["zip_form"]),
    "junk before the beginning": (lambda kit: b"#!/bin/sh\n" + kit.package, ["zip_form"]),
    "entries in another order": (
        lambda kit: zipped(list(reversed(kit.files.items()))),
        ["zip_form"],
    ),
    "an extra field": (lambda kit: with_extra_field(kit.package), ["zip_form"]),
    "cut off": (lambda kit: kit.package[:-30], ["zip_form"]),
    # A byte in each kind of file; what stands on the file is told as well.
    "a byte of the certificate": (
        partial(flipped_in, PDF),
        ["file_digest", "signature_wrong", "certificate_other"],
    ),
    "a byte of the deed": (
        partial(flipped_in, "deed.pdf"),
        ["file_digest", "signature_wrong", "deed_other"],
    ),
    "a byte of a material": (
        partial(flipped_in, "materials/"),
        ["file_digest", "material_differs"],
    ),
    "a byte of a consent": (partial(flipped_in, "consents/"), ["file_digest", "consent_text"]),
    "a byte of the verifier": (partial(flipped_in, "verify.py"), ["file_digest"]),
    "a byte of the instructions": (partial(flipped_in, "VERIFY.md"), ["file_digest"]),
    "a byte of a trusted certificate": (partial(flipped_in, "trust/notary"), ["file_digest"]),
    "a byte of the seal": (byte_of_the_seal, ["seal_wrong"]),
    "a byte of a revocation list in the seal": (
        byte_of_a_list,
        ["revocation_unknown"],
    ),
    "a digest in the manifest": (digest_in_the_manifest, ["file_digest", "seal_wrong"]),
    # Files that come, go and move.
    "a file removed": (partial(without, "verify.py"), ["file_missing"]),
    "the deed removed": (
        partial(without, "deed.pdf"),
        ["file_missing", "file_missing", "deed_other"],
    ),
    "a file added": (
        lambda kit: write_zip({**kit.files, "materials/99-more": b"more"}),
        ["file_undeclared"],
    ),
    "a file renamed": (renamed, ["file_missing", "file_undeclared", "material_differs"]),
    "no manifest": (partial(without, "manifest.json"), ["manifest_missing"]),
    "a manifest with spaces": (
        lambda kit: kit.altered("manifest.json", lambda c: c.replace(b":", b": ", 1)),
        ["manifest_form"],
    ),
    "no seal": (partial(without, "manifest.p7s"), ["seal_missing"]),
    # Everything made to fit: only the seal tells.
    "an event rewritten with its chain and manifest": (somebody_else_approved, ["seal_wrong"]),
    "another status with its manifest": (another_status, ["seal_wrong"]),
    "the seal of another manifest": (seal_of_the_partys_package, ["seal_wrong"]),
    # Seals that are genuine signatures and not the office's seal.
    "sealed by the notary": (
        lambda kit: kit.sealed_by(notary_name(OFFICE, kit.notary)),
        ["seal_role"],
    ),
    "sealed by another office": (
        lambda kit: kit.sealed_by(office_name(ANOTHER_OFFICE, "seal"), office=ANOTHER_OFFICE),
        ["office_differs"],
    ),
    "sealed with a revoked seal": (
        lambda kit: kit.sealed_by(SEAL, lists=kit.list_that_revokes(SEAL, ago=timedelta(hours=1))),
        ["revoked"],
    ),
    "sealed without revocation lists": (
        lambda kit: kit.sealed_by(SEAL, lists=[]),
        ["revocation_unknown"],
    ),
    "sealed without a time-stamp": (
        lambda kit: kit.sealed_by(SEAL, stamps=None),
        ["stamp_missing"],
    ),
    "sealed with the stamp of something else": (
        lambda kit: kit.sealed_by(SEAL, stamps=StampsOfSomethingElse(kit.parts)),
        ["stamp_wrong"],
    ),
    # From here on somebody in the office seals what he altered.
    "junk after the certificate's end": (
        partial(document_resealed, PDF, lambda _, pdf: pdf + b"junk\n"),
        ["pdf_coverage", "certificate_other"],
    ),
    "an unsigned revision of the certificate": (
        partial(document_resealed, PDF, appended_revision),
        ["pdf_coverage", "certificate_other"],
    ),
    "another page under a genuine time-stamp": (
        partial(document_resealed, PDF, Kit.with_another_page),
        ["pdf_changed", "certificate_other"],
    ),
    "the archive time-stamp stripped": (
        partial(document_resealed, PDF, without_its_last_revision),
        ["revocation_unknown", "certificate_other"],
    ),
    "the deed's archive time-stamp stripped": (
        partial(document_resealed, "deed.pdf", without_its_last_revision),
        ["revocation_unknown", "deed_other"],
    ),
    "a byte on the certificate's page": (
        partial(document_resealed, PDF, flipped_on_the_page),
        ["signature_wrong", "certificate_other"],
    ),
    "a file that is no PDF": (
        partial(document_resealed, PDF, lambda _, __: b"not a PDF"),
        ["pdf_form", "certificate_other", "number_differs"],
    ),
    "the certificate of another case": (
        partial(of_another, PDF),
        ["certificate_other", "number_differs"],
    ),
    "the deed of another case": (
        partial(of_another, "deed.pdf"),
        ["evidence_identity", "deed_other"],
    ),
    "the deed in the place of the certificate": (
        lambda kit: kit.resealed({PDF: kit.files["deed.pdf"]}),
        ["pdf_signers", "certificate_other", "number_differs"],
    ),
    # Evidence that parties' signatures are bound to.
    "the ceremony reordered": (
        partial(ceremony_resealed, reordered),
        ["ceremony_chain", "evidence_ceremony", "deed_other"],
    ),
    "a segment cut out of the ceremony": (
        partial(ceremony_resealed, segment_cut),
        ["ceremony_chain", "evidence_ceremony", "deed_other"],
    ),
    "an event cut and the chain made anew": (
        partial(ceremony_resealed, event_cut),
        ["evidence_ceremony"],
    ),
    "the ceremony of another case": (
        lambda kit: kit.resealed(
            {
                name_of(kit, "ceremony/"): next(
                    content
                    for name, content in unpacked(kit.of_another).items()
                    if name.startswith("ceremony/")
                )
            }
        ),
        ["ceremony_chain", "evidence_ceremony", "deed_other"],
    ),
    "a segment told shorter": (
        partial(list_resealed, "recording.json", shorter_segment),
        ["recording_differs"],
    ),
    "an identity check rewritten": (
        partial(list_resealed, "identity/checks.json", another_policy),
        ["identity_digest"],
    ),
    "an identity check exchanged": (
        partial(list_resealed, "identity/checks.json", another_check),
        ["evidence_identity"],
    ),
    # The file of the case.
    "an audit event cut": (
        partial(audit_resealed, lambda links: [*links[:5], *links[6:]]),
        ["audit_chain"],
    ),
    "audit events reordered": (
        partial(audit_resealed, lambda links: [*links[:4], links[5], links[4], *links[6:]]),
        ["audit_chain"],
    ),
    "the audit chain of another case": (events_of_another, ["audit_other_case"]),
    "an audit trail without the sealing": (
        partial(
            audit_resealed,
            lambda links: chained([link for link in links if link["kind"] != "sealed"]),
        ),
        ["certificate_other"],
    ),
    "another text of a consent": (partial(other_text, "consents/"), ["consent_text"]),
    "another material": (partial(other_text, "materials/"), ["material_differs"]),
    "another public id": (
        lambda kit: kit.resealed({}, about={"public_id": "a" * 26}),
        ["number_differs", "log_leaf"],
    ),
    # The log.
    "a wrong index in the log": (
        lambda kit: logged(kit, lambda log: log.proof(4, says=3)),
        ["log_inclusion"],
    ),
    "a truncated proof": (
        lambda kit: logged(kit, lambda log: log.proof(4, drop=1)),
        ["log_inclusion"],
    ),
    "the proof of another entry": (lambda kit: logged(kit, lambda log: log.proof(0)), ["log_leaf"]),
    "a checkpoint of another log": (
        lambda kit: logged(kit, checkpoint_of_another_log),
        ["log_signature"],
    ),
    "a checkpoint of another tree": (
        lambda kit: logged(kit, checkpoint_of_another_tree),
        ["log_inclusion"],
    ),
    "a proof that is none": (lambda kit: logged(kit, lambda _: b"trust me\n"), ["log_form"]),
}


@pytest.mark.parametrize("name", ALTERED)
def test_an_altered_package_is_refused_with_the_fault_named(
    name: str, kit: Kit, isolated: Isolated
) -> None:
    alter, expected = ALTERED[name]
    made = alter(kit)
    package, options = made, []
    if isinstance(made, Logged):
        package, options = made.package, ["--log-key", made.key]
    assert isinstance(package, bytes)
    log_key = options[1] if options else None
    assert judged(package, roots=[kit.root], log_key=log_key) == expected
    assert isolated.judge(package, "--root", "root.pem", *options) == (1, expected)


def test_no_byte_of_the_seal_is_without_meaning(kit: Kit) -> None:
    # Every byte in turn, the first time; a sample is enough to notice a step back.
    for at in range(0, len(kit.files["manifest.p7s"]), 97):
        package = kit.altered("manifest.p7s", partial(flipped, at=at))
        assert judged(package, roots=[kit.root]), at


def test_another_root_is_not_ours(kit: Kit, isolated: Isolated, tmp_path: Path) -> None:
    other = ThrowawayCA.new(valid_from=now() - timedelta(days=1)).root
    path = tmp_path / "other.pem"
    path.write_bytes(other.public_bytes(Encoding.PEM))
    code, faults = isolated.judge(kit.package, "--root", str(path))
    assert (code, set(faults)) == (1, {"chain_broken"})


@pytest.mark.parametrize(
    ("later", "fault"),
    [
        # Nine years are over, and nobody renewed the archive time-stamps.
        (timedelta(days=3300), {"archive_expired"}),
        # Nothing was sealed yet at the time that is asked about.
        (timedelta(days=-1), {"stamp_future"}),
    ],
)
def test_a_package_is_judged_for_a_time(
    kit: Kit, isolated: Isolated, later: timedelta, fault: set[str]
) -> None:
    at = (now() + later).isoformat()
    code, faults = isolated.judge(kit.package, "--root", "root.pem", "--at", at)
    assert (code, set(faults)) == (1, fault)


def test_the_headers_that_most_readers_pass_over_are_read(kit: Kit) -> None:
    # A date is no content, and still the file is then not the one that was exported.
    dated = bytearray(kit.package)
    struct.pack_into("<H", dated, 12, 0x5A21)
    assert judged(bytes(dated), roots=[kit.root]) == ["zip_form"]
