"""Chains and revocation (RFC 5280 section 6, RFC 6960)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp

from esign.offline.parts.certificates import (
    KNOWN_EXTENSIONS,
    LONGEST_CHAIN,
    OCSP_SIGNING,
    SKEW,
    Cert,
    Crl,
    extension,
    is_issued_by,
    name_of,
    signed_part,
    spki_of,
)
from esign.offline.parts.der import body, inside
from esign.offline.parts.faults import Fault, require
from esign.offline.parts.signatures import check_signature, kind_of_key

# Why a time-stamper was given up though nobody else had its key (RFC 3161 section 4, item 1).
KEPT_TO_ITSELF = {
    x509.ReasonFlags.unspecified,
    x509.ReasonFlags.affiliation_changed,
    x509.ReasonFlags.superseded,
    x509.ReasonFlags.cessation_of_operation,
}


@dataclass
class Proof:
    """What a signature is judged by: trusted roots, and untrusted certificates and lists."""

    roots: Iterable[Cert]  # a mapping where links lead to some: each to the root that vouches
    certificates: Sequence[Cert] = ()
    lists: Sequence[Crl] = ()
    answers: Sequence[ocsp.OCSPResponse] = ()
    party_roots: Sequence[Cert] = ()  # of outside authorities: believed for parties, nobody else


def led_to(roots: Iterable[Cert], others: Sequence[Cert], lists: Sequence[Crl]) -> dict[Cert, Cert]:
    """Return ``roots`` and the links among ``others`` that lead from them (RFC 4210 4.4).

    By a link one key of a root certifies another, under one name. It counts while a list of
    the key that made it could have named it and none does, and no longer than its root.
    """
    found = {root: root for root in roots}
    for _ in others:
        for each in others:
            issuer = next((c for c in found if is_issued_by(each, c)), None)
            if (
                issuer is None
                or each in found
                or each.subject != each.issuer
                or is_issued_by(each, each)
            ):
                continue
            known = [c for c in lists if c.issuer == issuer.subject and list_is_of(c, issuer)]
            named = [c.get_revoked_certificate_by_serial_number(each.serial_number) for c in known]
            if known and not any(named) and _may_issue(each):
                found[each] = found[issuer]
    return found


def _may_issue(certificate: Cert) -> bool:
    limits, usage = (
        extension(certificate, x509.BasicConstraints),
        extension(certificate, x509.KeyUsage),
    )
    return bool(limits.value.ca and limits.critical and usage.value.key_cert_sign)


def same_key(one: Cert, other: Cert) -> bool:
    """A root and the link to it are two certificates of one key under one name."""
    return one.subject == other.subject and spki_of(one) == spki_of(other)


def check_chain(leaf: Cert, proof: Proof, at: datetime) -> list[Cert]:
    """Return the chain from ``leaf`` to a root, all of it valid, usable and unrevoked at ``at``."""
    path = find_chain(leaf, proof, at)
    for subject, issuer in zip(path, path[1:]):
        check_unrevoked(subject, issuer, proof, at)
    return path


def find_chain(leaf: Cert, proof: Proof, at: datetime) -> list[Cert]:
    """Return the same, of which nobody has asked yet whether anything was revoked."""
    path = [leaf]
    while path[-1] not in proof.roots:
        require(len(path) < LONGEST_CHAIN, "chain_broken", name_of(leaf))
        candidates = [*proof.roots, *proof.certificates]
        issuer = next((c for c in candidates if c not in path and is_issued_by(path[-1], c)), None)
        if issuer is None:
            raise Fault("chain_broken", name_of(leaf))
        path.append(issuer)
    kinds = {kind_of_key(spki_of(each)) for each in path}
    require("sm2" not in kinds or len(kinds) == 1, "chain_mixed", name_of(leaf))
    for depth, each in enumerate(path):
        within = each.not_valid_before_utc - SKEW <= at <= each.not_valid_after_utc
        require(within, "chain_time", name_of(each), at.isoformat())
        critical = {e.oid.dotted_string for e in each.extensions if e.critical}
        require(critical <= KNOWN_EXTENSIONS, "chain_usage", name_of(each), "critical extension")
        if depth:
            longest = extension(each, x509.BasicConstraints).value.path_length
            require(_may_issue(each), "chain_usage", name_of(each), "not an authority")
            require(
                longest is None or depth - 1 <= longest, "chain_usage", name_of(each), "path length"
            )
    if isinstance(proof.roots, dict):
        vouching = proof.roots[path[-1]]
        require(at <= vouching.not_valid_after_utc, "chain_time", name_of(vouching), at.isoformat())
    return path


def check_unrevoked(subject: Cert, issuer: Cert, proof: Proof, at: datetime) -> None:
    """Raise unless a list or answer that was not yet over at ``at`` lets ``subject`` stand."""
    for taken in _taken_back(subject, issuer, proof):
        require(at < taken.since, "revoked", name_of(subject))
    _check_known(subject, issuer, proof, at)


def check_stamper(stamper: Cert, issuer: Cert, proof: Proof, at: datetime) -> datetime | None:
    """Raise as `check_unrevoked`, or return from when on somebody else may have had the key.

    Of a stolen key no token counts by its own date, which is whatever the thief writes
    (RFC 3161 section 4): somebody else has to show that it was there before.
    """
    every = list(_taken_back(stamper, issuer, proof))
    stolen = min((taken.since for taken in every if taken.may_be_stolen), default=None)
    for taken in every:
        is_theft = stolen is not None and taken.may_be_stolen
        require(is_theft or at < taken.since, "revoked", name_of(stamper))
    _check_known(stamper, issuer, proof, at)
    return stolen


@dataclass
class _Taken:
    """Since when a list or an answer says that a certificate is taken back."""

    since: datetime
    may_be_stolen: bool


def _taken_back(subject: Cert, issuer: Cert, proof: Proof) -> Iterator[_Taken]:
    for found in proof.lists:
        if found.issuer == issuer.subject and list_is_of(found, issuer):
            entry = found.get_revoked_certificate_by_serial_number(subject.serial_number)
            if entry is not None:
                reason = _extension_of(entry.extensions, x509.CRLReason)
                yield _taken(entry.revocation_date_utc, entry.extensions, reason and reason.reason)
    for answer in proof.answers:
        status = _answered(answer, subject, issuer)
        if status is ocsp.OCSPCertStatus.REVOKED and answer.revocation_time_utc is not None:
            since, reason = answer.revocation_time_utc, answer.revocation_reason
            yield _taken(since, answer.single_extensions, reason)


def _taken(since: datetime, extensions: x509.Extensions, reason: x509.ReasonFlags | None) -> _Taken:
    """It counts from the invalidity date where that is earlier (RFC 5280 5.3.2)."""
    invalid = _extension_of(extensions, x509.InvalidityDate)
    if invalid is not None:
        since = min(since, invalid.invalidity_date_utc)
    return _Taken(since, reason not in KEPT_TO_ITSELF)


def _extension_of(extensions: x509.Extensions, kind: Any) -> Any:
    return next((each.value for each in extensions if isinstance(each.value, kind)), None)


def _check_known(subject: Cert, issuer: Cert, proof: Proof, at: datetime) -> None:
    known = False
    for found in proof.lists:
        if found.issuer == issuer.subject and list_is_of(found, issuer):
            known |= found.next_update_utc is not None and at <= found.next_update_utc + SKEW
    for answer in proof.answers:
        is_good = _answered(answer, subject, issuer) is ocsp.OCSPCertStatus.GOOD
        known |= is_good and (answer.next_update_utc or answer.this_update_utc) + SKEW >= at
    require(known, "revocation_unknown", name_of(subject))


def list_is_of(found: Crl, issuer: Cert) -> bool:
    """Did ``issuer``, whose name is on it, sign this list?"""
    encoded = found.public_bytes(serialization.Encoding.DER)
    try:
        check_signature(spki_of(issuer), *signed_part(encoded))
    except Fault:
        return False
    return not any(e.critical for e in found.extensions)


def _answered(answer: ocsp.OCSPResponse, subject: Cert, issuer: Cert) -> ocsp.OCSPCertStatus | None:
    """Return what a genuine answer of the issuer, or of its responder, says about ``subject``."""
    if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        return None
    digest = hashes.Hash(answer.hash_algorithm)
    digest.update(body(inside(spki_of(issuer))[1])[1:])
    if answer.serial_number != subject.serial_number or answer.issuer_key_hash != digest.finalize():
        return None
    signer = issuer
    for other in answer.certificates:
        usages = [u.dotted_string for u in extension(other, x509.ExtendedKeyUsage).value]
        if is_issued_by(other, issuer) and OCSP_SIGNING in usages:
            signer = other
    algorithm = answer.signature_algorithm_oid.dotted_string
    try:
        check_signature(spki_of(signer), algorithm, answer.signature, answer.tbs_response_bytes)
    except Fault:
        return None
    return answer.certificate_status
