"""What everybody may know: the roots, the authorities under them, and their lists.

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

    links: tuple[Certificate, ...] = ()
    """By which the keys of a root vouch for each other, for who trusts another one of them."""

    root_lists: tuple[bytes, ...] = ()
    """Of every key of a root, DER: a link is judged by the list of the key that made it."""


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
    role = algorithm.named(office_name(office, "authority"))
    issuer = files.current(role) if signer is None else files.authority_of(role, signer)
    authority, time_stamper = files.certificate(issuer), files.signing(TSA)[1]
    root = files.authority_of(algorithm.named(ROOT), authority)
    stamping = files.authority_of(ROOT, time_stamper)
    links = tuple(files.links())
    return OfficeTrust(
        root=files.certificate(root),
        root_list=files.revocation_list(root),
        authority_name=issuer,
        authority=authority,
        time_stamper=time_stamper,
        stamping_root=files.certificate(stamping),
        stamping_root_list=files.revocation_list(stamping),
        links=links,
        root_lists=tuple(root_lists(files)) if links else (),
    )


def office_trusts(
    files: AuthorityDirectory, office: str, algorithms: Sequence[SigningAlgorithm]
) -> dict[SigningAlgorithm, OfficeTrust]:
    """Return the same for each of ``algorithms``, in their order."""
    return {algorithm: office_trust(files, office, algorithm) for algorithm in algorithms}


def trusted_roots(files: AuthorityDirectory) -> list[Certificate]:
    """Return every root there ever was here, of each algorithm.

    The one above today's time-stamper is the first. A root that was replaced stays: what
    it certified is as good as it was.
    """
    names = _root_names(files)
    if files.has_certificate(files.current(TSA)):
        names.sort(key=files.authority_of(ROOT, files.signing(TSA)[1]).__ne__)
    return [files.certificate(name) for name in names]


def root_lists(files: AuthorityDirectory) -> list[bytes]:
    """Return the newest list of every root, DER, in the order of their making."""
    names = _root_names(files)
    return [files.revocation_list(name) for name in names if files.has_revocation_list(name)]


def _root_names(files: AuthorityDirectory) -> list[str]:
    roles = [algorithm.named(ROOT) for algorithm in SigningAlgorithm]
    return [name for role in roles for name in files.names(role)]
