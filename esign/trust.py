"""What everybody may know: the root, the authorities under it, and their lists.

Read from ``public/`` of the authorities' directory; holds no key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from esign.algorithms import SigningAlgorithm
from esign.authorities.directory import ROOT, TSA, office_name

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    """Above the time-stamper; another than ``root`` where an outside authority certified, or
    the office signs by another algorithm than it."""

    stamping_root_list: bytes
    """DER."""


def office_trust(
    files: AuthorityDirectory,
    office: str,
    algorithm: SigningAlgorithm = SigningAlgorithm.P256,
    *,
    signer: Certificate | None = None,
) -> OfficeTrust:
    """Return what a signature with the certificate ``signer`` is checked against.

    An authority with a new key has issued nothing yet, and what its old one issued
    is good until it is replaced: who issued ``signer`` decides. ``None`` is a
    certificate that the office's authority is about to issue. Raises
    `AuthorityMissing` where the office does not sign by this algorithm.
    """
    root, role = algorithm.named(ROOT), algorithm.named(office_name(office, "authority"))
    issuer = files.current(role) if signer is None else files.authority_of(role, signer)
    return OfficeTrust(
        root=files.certificate(root),
        root_list=files.revocation_list(root),
        authority_name=issuer,
        authority=files.certificate(issuer),
        time_stamper=files.signing(TSA)[1],
        stamping_root=files.certificate(ROOT),
        stamping_root_list=files.revocation_list(ROOT),
    )


def office_trusts(
    files: AuthorityDirectory, office: str, algorithms: Sequence[SigningAlgorithm]
) -> dict[SigningAlgorithm, OfficeTrust]:
    """Return the same for each of ``algorithms``, in their order."""
    return {algorithm: office_trust(files, office, algorithm) for algorithm in algorithms}


def trusted_roots(files: AuthorityDirectory) -> list[Certificate]:
    """Return the root of each algorithm that any office here signs by, the stampers' first."""
    names = [algorithm.named(ROOT) for algorithm in SigningAlgorithm]
    return [files.certificate(name) for name in names if files.has_certificate(name)]
