"""What everybody may know: the root, the authorities under it, and their lists.

Read from ``public/`` of the authorities' directory; holds no key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from esign.authorities.directory import ROOT, TSA, office_name

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from esign.authorities.directory import AuthorityDirectory


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeTrust:
    """What a signature of one office is checked against."""

    root: Certificate
    root_list: bytes
    """The root's revocation list, DER."""

    authority: Certificate
    time_stamper: Certificate


def office_trust(files: AuthorityDirectory, office: str) -> OfficeTrust:
    return OfficeTrust(
        root=files.certificate(ROOT),
        root_list=files.revocation_list(ROOT),
        authority=files.signing(office_name(office, "authority"))[1],
        time_stamper=files.signing(TSA)[1],
    )
