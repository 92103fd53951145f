"""The office's seal over the manifest of an evidence package: CAdES, detached.

A document's seal is in the document; a package's stands beside its manifest. It
carries its time-stamp, its chain and the revocation lists of the moment (ETSI EN
319 122-1, level B-LT), so that it is judged years later without a network. A
manifest is canonical JSON and so never the bytes of a document: what was sealed as
the one cannot be shown as the other.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.serialization import Encoding

from esign.algorithms import SigningAlgorithm
from esign.authorities.directory import office_name
from esign.cms.cades import CadesSigner
from esign.pdf.standing import check_standing
from esign.sealing import DocumentSealer
from esign.trust import office_trust

if TYPE_CHECKING:
    from esign.authorities.directory import AuthorityDirectory
    from esign.clock import Clock
    from esign.custody.ports import Custody
    from esign.tsa.client import TimeStampSource

FORMAT: Final = "feigui.evidence-package/1"


def manifest_sealer(
    office: str,
    *,
    files: AuthorityDirectory,
    custody: Custody,
    stamps: TimeStampSource,
    now: Clock,
    algorithm: SigningAlgorithm = SigningAlgorithm.P256,
) -> DocumentSealer:
    """Return the sealer of an office's manifests; ``seal`` returns the CMS in DER."""
    steps = _Steps(office, files, custody, stamps, now, algorithm)
    return DocumentSealer(lints=[not_a_manifest], sign=steps.seal)


def not_a_manifest(content: bytes) -> str | None:
    """Say why the office would not put its seal over ``content`` as a manifest."""
    try:
        found = json.loads(content)
    except ValueError:
        found = None
    if not (isinstance(found, dict) and found.get("format") == FORMAT):
        return "the content is not the manifest of an evidence package"
    return None


@dataclass(frozen=True, slots=True)
class _Steps:
    office: str
    files: AuthorityDirectory
    custody: Custody
    stamps: TimeStampSource
    now: Clock
    algorithm: SigningAlgorithm

    def seal(self, manifest: bytes) -> bytes:
        # (1) Without a time-stamp nothing is signed; ask before any key is used.
        stamper = self.stamps.stamper()
        # (2) Nor with a seal that was taken back.
        role = self.algorithm.named(office_name(self.office, "seal"))
        key, certificate = self.files.signing(role)
        trust = office_trust(self.files, self.office, self.algorithm, signer=certificate)
        office_list = self.custody.revocation_list(
            office=self.office, authority=trust.authority_name
        )
        check_standing(certificate, trust=trust, office_list=office_list, at=self.now())
        # (3) The signature, its time-stamp and what proves both.
        signer = CadesSigner(
            certificate,
            lambda digest: self.custody.sign_digest(str(key), digest),
            issuers=[each.public_bytes(Encoding.DER) for each in (trust.authority, trust.root)],
            lists=list(dict.fromkeys([office_list, trust.root_list, trust.stamping_root_list])),
            stamps=stamper,
        )
        return signer.signature(signer.hashed(manifest).digest())
