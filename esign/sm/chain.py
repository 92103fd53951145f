"""Chains of SM2 certificates, judged at the time the signature was made (RFC 5280 section 6).

`esign.chain` has ``cryptography`` walk the others; that verifier knows no SM2. The
form is ours alone: version 3, no name constraints, no policy mappings. What a
certificate calls critical and is not read here refuses it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cryptography import x509

from esign.errors import ChainInvalid
from esign.sm.certificates import check_made_by, is_by_sm2
from esign.unreadable import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

MOST_CERTIFICATES: Final = 32
"""Beside the roots; each is tried against each, so there is an end to how many."""

LONGEST_CHAIN: Final = 5
_READ_HERE: Final = frozenset({x509.BasicConstraints.oid, x509.KeyUsage.oid})
_MALFORMED: Final = (*UNREADABLE, x509.ExtensionNotFound)


def sm2_chain_at(
    leaf: x509.Certificate,
    intermediates: Sequence[x509.Certificate],
    *,
    roots: Sequence[x509.Certificate],
    at: datetime,
) -> list[x509.Certificate]:
    """Return the chain from ``leaf`` to one of ``roots`` that was valid at ``at``.

    Raises `ChainInvalid`.
    """
    if not len(intermediates) <= MOST_CERTIFICATES:
        raise ChainInvalid("more certificates than any chain needs")
    try:
        _check_leaf(leaf, at)
    except _MALFORMED as error:
        raise ChainInvalid("a certificate cannot be read") from error
    # A root among the others is not trusted for being there.
    known = [*roots, *(each for each in intermediates if is_by_sm2(each))]
    chain = [leaf]
    while chain[-1] not in roots:
        if len(chain) == LONGEST_CHAIN:
            raise ChainInvalid("no chain to a trusted root at that time")
        chain.append(_issuer_of(chain, known, at))
    return chain


def _issuer_of(
    chain: Sequence[x509.Certificate], known: Sequence[x509.Certificate], at: datetime
) -> x509.Certificate:
    for candidate in known:
        if candidate in chain:
            continue
        try:
            _check_names(chain[-1], candidate)
            _check_authority(candidate, at, below=len(chain) - 1)
            check_made_by(chain[-1], candidate)
        except (*_MALFORMED, ChainInvalid):
            continue
        return candidate
    raise ChainInvalid("no chain to a trusted root at that time")


def _check_leaf(leaf: x509.Certificate, at: datetime) -> None:
    _check_form(leaf, at)
    if not leaf.extensions.get_extension_for_class(x509.KeyUsage).critical:
        raise ChainInvalid("the certificate does not say what its key is for")


def _check_authority(certificate: x509.Certificate, at: datetime, *, below: int) -> None:
    """Raise `ChainInvalid` unless it may sign, with ``below`` authorities under it."""
    _check_form(certificate, at)
    constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    length = constraints.value.path_length
    reaches = length is None or below <= length
    if not (constraints.critical and constraints.value.ca and usage.key_cert_sign and reaches):
        raise ChainInvalid("the certificate may not certify this")


def _check_form(certificate: x509.Certificate, at: datetime) -> None:
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise ChainInvalid("a certificate is not of this time")
    critical = {each.oid for each in certificate.extensions if each.critical}
    if certificate.version is not x509.Version.v3 or not critical <= _READ_HERE:
        raise ChainInvalid("a certificate is of another form")


def _check_names(subject: x509.Certificate, issuer: x509.Certificate) -> None:
    """Compare names, and key identifiers (RFC 5280 4.2.1.1): ours all have them."""
    if subject.issuer != issuer.subject:
        raise ChainInvalid("the certificate names another issuer")
    named = subject.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    own = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    if named.key_identifier != own.digest:
        raise ChainInvalid("the certificate names another issuer's key")
