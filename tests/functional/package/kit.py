"""A real package in parts, and what it takes to put an altered one together.

Whoever alters a file without the office's key is one attacker; `resealed` is the
worse one, who holds the key of the seal and signs a manifest of what he altered.
"""

from __future__ import annotations

import hashlib
import io
import json
import struct
import warnings
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.serialization import Encoding

from esign.algorithms import SigningAlgorithm
from esign.authorities.directory import office_name
from esign.authorities.revocation import OFFICE_LIST_VALID, Revoked, revocation_list
from esign.cms.cades import CadesSigner
from esign.custody.keyring import Keyring
from esign.custody.uris import KeyUri
from esign.offline.verify import write_zip
from esign.pdf.growing_file import GrowingFile
from esign.pdf.signature_form import STAMP, SignatureForm
from esign.trust import office_trust
from server.register.canonical_json import canonical_json
from server.wiring.parts import now

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import timedelta

    from cryptography import x509

    from server.wiring.parts import Parts

OFFICE = "kunming-demo"
ANOTHER_OFFICE = "hekou-demo"

Files = dict[str, bytes]


def unpacked(package: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def chained(links: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return ``links`` as a chain that holds, whatever they were before."""
    before, made = "0" * 64, []
    for index, each in enumerate(links):
        link = {**{k: v for k, v in each.items() if k != "hash"}, "index": index, "prev": before}
        before = hashlib.sha256(canonical_json(link)).hexdigest()
        made.append({**link, "hash": before})
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    package: bytes
    of_party: bytes
    """The same certificate's package as the applicant takes it."""

    of_another: bytes
    """The package of another case."""

    notary: str
    parts: Parts

    @property
    def files(self) -> Files:
        return unpacked(self.package)

    @property
    def root(self) -> x509.Certificate:
        return office_trust(self.parts.authorities, OFFICE).root

    def altered(self, name: str, change: Callable[[bytes], bytes]) -> bytes:
        """Return the package with one file changed and nothing made to fit."""
        files = self.files
        return write_zip({**files, name: change(files[name])})

    def json(self, name: str) -> Any:  # noqa: ANN401  # JSON is of any type
        return json.loads(self.files[name])

    def rewritten(self, changes: Files, *, about: dict[str, str] | None = None) -> Files:
        """Return the files with a manifest that fits them, under the seal of before."""
        files = {**self.files, **changes}
        manifest = json.loads(files["manifest.json"])
        manifest["about"] |= about or {}
        manifest["files"] = {
            name: {
                "bytes": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
                "sm3": hashlib.new("sm3", content).hexdigest(),
            }
            for name, content in files.items()
            if not name.startswith("manifest.")
        }
        return {**files, "manifest.json": canonical_json(manifest)}

    def resealed(
        self,
        changes: Files,
        *,
        about: dict[str, str] | None = None,
        algorithm: SigningAlgorithm = SigningAlgorithm.P256,
    ) -> bytes:
        files = self.rewritten(changes, about=about)
        seal = self.parts.signing.seal_manifest(OFFICE, files["manifest.json"], algorithm=algorithm)
        return write_zip({**files, "manifest.p7s": seal})

    def sealed_by(
        self,
        key: str,
        *,
        office: str = OFFICE,
        lists: Sequence[bytes] | None = None,
        stamps: StampsOfSomethingElse | bool | None = True,
    ) -> bytes:
        """Return the package with a seal over its manifest that somebody made by hand."""
        parts = self.parts
        trust = office_trust(parts.authorities, office)
        stamper = parts.signing.stamps.stamper() if stamps is True else stamps or None
        signer = CadesSigner(
            parts.authorities.certificate(key),
            lambda digest: parts.custody.sign_digest(f"file:{key}", digest),
            issuers=[c.public_bytes(Encoding.DER) for c in (trust.authority, trust.root)],
            lists=self.lists(office) if lists is None else lists,
            stamps=stamper,
        )
        manifest = hashlib.sha256(self.files["manifest.json"]).digest()
        return write_zip({**self.files, "manifest.p7s": signer.signature(manifest)})

    def lists(self, office: str = OFFICE) -> list[bytes]:
        parts = self.parts
        fresh = parts.custody.revocation_list(office=office)
        return [fresh, office_trust(parts.authorities, office).root_list]

    def list_that_revokes(self, key: str, *, ago: timedelta) -> list[bytes]:
        """Return lists by which the certificate ``key`` was taken back a while ago."""
        files = self.parts.authorities
        authority = office_name(OFFICE, "authority")
        revoked = Revoked(serial=files.certificate(key).serial_number, at=now() - ago)
        made = revocation_list(
            files.certificate(authority),
            Keyring(files.keys).load(KeyUri("file", authority)),
            [revoked],
            now=now(),
            valid_for=OFFICE_LIST_VALID,
        )
        return [made, office_trust(files, OFFICE).root_list]

    def with_another_page(self, document: bytes) -> bytes:
        """Show another page, in a revision that is covered by a genuine time-stamp."""
        stamper = self.parts.signing.stamps.stamper()
        file = GrowingFile(document)
        form = SignatureForm(file)
        field = next(n for n in form._fields() if b"(office-1)" in file.entries(n)[b"/T"])
        page = form._page_of(field)
        file.update(page, {b"/Contents": b"%d 0 R" % file.add_stream(b"0 0 m 9 9 l S")})
        number = file.new_number()
        form.add_stamp_field("archive-again", beside=field, stamp=number)
        file.fill(stamper.stamp(file.close(number, STAMP, stamper.room)))
        return file.document()


class StampsOfSomethingElse:
    """Genuine time-stamps, of another signature than the one they are put into."""

    def __init__(self, parts: Parts) -> None:
        self._stamper = parts.signing.stamps.stamper()

    @property
    def room(self) -> int:
        return self._stamper.room

    def stamp(self, _: bytes) -> bytes:
        return self._stamper.stamp(hashlib.sha256(b"something else").digest())


def zipped(entries: Sequence[tuple[str, bytes]], *, method: int = zipfile.ZIP_STORED) -> bytes:
    """Return a ZIP of ``entries`` as they are listed, which may name one twice."""
    target = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(target, "w", method) as archive:
        warnings.simplefilter("ignore")  # that a name comes twice is what is wanted
        for name, content in entries:
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr, entry.compress_type = 3, 0o644 << 16, method
            archive.writestr(entry, content)
    return target.getvalue()


def with_extra_field(package: bytes) -> bytes:
    """Give the first local header an extra field, which most readers pass over."""
    name_size, extra_size = struct.unpack_from("<2H", package, 26)
    assert extra_size == 0
    end = 30 + name_size
    return (
        package[:26]
        + struct.pack("<2H", name_size, 4)
        + package[30:end]
        + b"\xfe\xca\x00\x00"
        + package[end:]
    )
