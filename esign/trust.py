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

    authority_name: str
    """Which of the authority's keys: its list is asked for by this name."""

    authority: Certificate
    time_stamper: Certificate
    stamping_root: Certificate
    """Above the time-stamper; another than ``root`` where an outside authority certified."""

    stamping_root_list: bytes
    """DER."""


def office_trust(
    files: AuthorityDirectory, office: str, *, signer: Certificate | None = None
) -> OfficeTrust:
    """Return what a signature with the certificate ``signer`` is checked against.

    An authority with a new key has issued nothing yet, and what its old one issued
    is good until it is replaced: who issued ``signer`` decides. ``None`` is a
    certificate that the office's authority is about to issue.
    """
    role = office_name(office, "authority")
    issuer = files.current(role) if signer is None else files.authority_of(role, signer)
    return OfficeTrust(
        root=files.certificate(ROOT),
        root_list=files.revocation_list(ROOT),
        authority_name=issuer,
        authority=files.certificate(issuer),
        time_stamper=files.signing(TSA)[1],
        stamping_root=files.certificate(ROOT),
        stamping_root_list=files.revocation_list(ROOT),
    )
