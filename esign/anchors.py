"""From the roots that somebody trusts to those that they vouch for: link certificates.

When a root's key is replaced, the old and the new key certify each other (RFC 4210
4.4): *new with old* for who trusts the old root, *old with new* for who trusts the new
one. All of them bear one name, as the RFC has it, so that they count in no path length.
A link is believed where it leads away from a trusted root and is on no list; nobody
trusts one for being there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography import x509

from esign.chain import check_issued_by, is_list_of
from esign.errors import ChainInvalid
from esign.unreadable import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from cryptography.x509 import Certificate, CertificateRevocationList

    Roots = Sequence[Certificate] | Callable[[], Sequence[Certificate]]
    """Those of now, or how to ask for them each time: a ceremony adds one while we run."""


def roots_now(roots: Roots) -> tuple[Certificate, ...]:
    return tuple(roots() if callable(roots) else roots)


def linked_roots(
    roots: Sequence[Certificate],
    others: Iterable[Certificate],
    lists: Sequence[CertificateRevocationList],
) -> Mapping[Certificate, Certificate]:
    """Return what may end a chain, each with the one of ``roots`` that vouches for it.

    First ``roots`` themselves, in their order; then links among ``others``, as far as
    they reach. A link says from when to when it holds, and is judged by that where it is
    used; so is the root that vouches for it (`vouched_until`). One that a list names, or
    that no list of its issuer could have named, is left out.
    """
    found = {root: root for root in roots}
    left = [each for each in dict.fromkeys(others) if _may_link(each)]
    while reached := [
        (link, issuer)
        for link in left
        for issuer in found
        if link not in found and _leads_from(issuer, link, lists)
    ]:
        for link, issuer in reached:
            found.setdefault(link, found[issuer])
    return found


def vouched_until(anchor: Certificate, roots: Mapping[Certificate, Certificate]) -> datetime:
    """Return until when the root that vouches for ``anchor`` does.

    Over several links a key of today could otherwise outlive the root that was trusted.
    """
    return roots.get(anchor, anchor).not_valid_after_utc


def _may_link(certificate: Certificate) -> bool:
    if certificate.subject != certificate.issuer:
        return False
    try:
        own = certificate.extensions
        constraints = own.get_extension_for_class(x509.BasicConstraints)
        usage = own.get_extension_for_class(x509.KeyUsage).value
        named = own.get_extension_for_class(x509.AuthorityKeyIdentifier).value
        key = own.get_extension_for_class(x509.SubjectKeyIdentifier).value
    except (*UNREADABLE, x509.ExtensionNotFound):
        return False
    if named.key_identifier == key.digest:
        # The other root itself, which would outlive the link that leads to it.
        return False
    return constraints.critical and constraints.value.ca and usage.key_cert_sign


def _leads_from(
    issuer: Certificate, link: Certificate, lists: Sequence[CertificateRevocationList]
) -> bool:
    try:
        check_issued_by(link, issuer)
    except ChainInvalid:
        return False
    own = [each for each in lists if is_list_of(each, issuer)]
    return bool(own) and not any(
        each.get_revoked_certificate_by_serial_number(link.serial_number) for each in own
    )
