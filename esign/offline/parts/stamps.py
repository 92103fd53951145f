"""Time-stamps (RFC 3161), and signatures with theirs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from cryptography import x509

from esign.offline.parts.certificates import (
    DOCUMENTS,
    EMAIL,
    STAMPING,
    Cert,
    extension,
    is_issued_by,
    name_of,
    role_of,
)
from esign.offline.parts.chains import (
    Proof,
    check_chain,
    check_stamper,
    check_unrevoked,
    find_chain,
    list_is_of,
    same_key,
)
from esign.offline.parts.cms import DATA, SIGNATURE_STAMP, TST_INFO, Cms, check_cms, read_cms
from esign.offline.parts.der import OCTETS, SEQUENCE, TIME, algorithm_in, body, inside
from esign.offline.parts.faults import Fault, require
from esign.offline.parts.signatures import DIGESTS


@dataclass
class Stamp:
    """A time-stamp that holds; whether its time counts, `check_existed` is asked."""

    at: datetime
    by: Cert
    stolen: datetime | None  # from when on somebody else may have had the key


def check_existed(stamp: Stamp, proven: Iterable[datetime], where: str) -> None:
    """Raise for a stamp of a stolen key, unless something shows that it was there before.

    ``proven`` is when, by others, what the stamp is in was there (ETSI EN 319 102-1 5.6.2).
    """
    if stamp.stolen is None:
        return
    before = stamp.at < stamp.stolen and any(at < stamp.stolen for at in proven)
    require(before, "stamper_stolen", where, f"{name_of(stamp.by)} {stamp.stolen.isoformat()}")


def check_stamp(token: bytes, stamped: bytes, proof: Proof) -> Stamp:
    """Return the time that a token (RFC 3161) proves for ``stamped``, and who says so."""
    cms = read_cms(token)
    require(cms.content_type == TST_INFO and cms.content is not None, "stamp_wrong")
    content = cms.content or b""
    try:
        signer = check_cms(cms, content)
    except Fault as fault:
        raise Fault("stamp_wrong", "", fault.code) from fault
    version, _, imprint, _, time, *_ = inside(content)
    kind, digest = inside(imprint, SEQUENCE, OCTETS)
    algorithm = algorithm_in(kind)
    require(version == b"\x02\x01\x01" and algorithm in DIGESTS, "stamp_wrong")
    require(body(digest) == DIGESTS[algorithm](stamped), "stamp_wrong", "", "of something else")
    usage = extension(signer, x509.ExtendedKeyUsage)
    purposes = [each.dotted_string for each in usage.value]
    require(usage.critical and purposes == [STAMPING], "chain_usage", name_of(signer))
    at = _time(body(time) if time[0] == TIME else b"")
    require(len(cms.certificates) == 1 and not cms.unsigned, "stamp_wrong", "", "more than a stamp")
    with_own = Proof(
        proof.roots, [*cms.certificates, *proof.certificates], proof.lists, proof.answers
    )
    path = find_chain(signer, with_own, at)
    stolen = [check_stamper(signer, issuer, with_own, at) for issuer in path[1:2]]
    for subject, issuer in zip(path[1:], path[2:]):
        check_unrevoked(subject, issuer, with_own, at)
    return Stamp(at, signer, *stolen or [None])


def _time(text: bytes) -> datetime:
    """Return a GeneralizedTime in UTC, as RFC 3161 2.4.2 writes it."""
    found = re.fullmatch(rb"(\d{14})(?:\.(\d{1,6}))?Z", text)
    if found is None:
        raise Fault("stamp_wrong", "", "time")
    whole = datetime.strptime(found[1].decode(), "%Y%m%d%H%M%S").replace(tzinfo=timezone.utc)
    return whole + timedelta(microseconds=int((found[2] or b"").ljust(6, b"0")))


@dataclass
class Signed:
    """A signature that holds: who, as what, and when at the latest."""

    where: str
    signer: Cert
    role: str
    at: datetime
    stamp: Stamp


def check_signer(cms: Cms, content: bytes, proof: Proof, where: str) -> Signed:
    """Check signature, time-stamp, chain, usage and revocation at the time of signing.

    Whether that time counts, `check_existed` is asked.
    """
    signer = check_cms(cms, content)
    require(cms.content_type in DATA, "cms_form", where)
    token = cms.unsigned.get(SIGNATURE_STAMP)
    if token is None:
        raise Fault("stamp_missing", where)
    known = Proof(
        proof.roots,
        [*cms.certificates, *proof.certificates],
        [*cms.lists, *proof.lists],
        proof.answers,
    )
    stamp = check_stamp(token, cms.signature, known)
    usage = extension(signer, x509.KeyUsage).value
    purposes = {each.dotted_string for each in extension(signer, x509.ExtendedKeyUsage).value}
    may_sign = (
        usage.digital_signature and usage.content_commitment and purposes & {DOCUMENTS, EMAIL}
    )
    require(may_sign, "chain_usage", name_of(signer))
    among = dict(proof.roots) if isinstance(proof.roots, dict) else {c: c for c in proof.roots}
    among.update((root, root) for root in proof.party_roots)
    path = check_chain(
        signer, Proof(among, known.certificates, known.lists, known.answers), stamp.at
    )
    # What is carried along and used for nothing is covered by nothing.
    for each in cms.certificates:
        # A root that is reached by a link is carried as it signed itself, every byte of it.
        is_linked = is_issued_by(each, each) and any(same_key(each, one) for one in path)
        require(each in path or is_linked, "cms_form", where, "certificates")
    for found in cms.lists:
        makers = [c for c in (*path, *proof.roots) if c.subject == found.issuer]
        is_genuine = any(list_is_of(found, maker) for maker in makers)
        require(is_genuine, "revocation_unknown", where, "a list of nobody in the chain")
    # An outside authority could write any policy into its certificates, ours too.
    role = role_of(signer) if path[-1] in proof.roots else "party"
    return Signed(where, signer, role, stamp.at, stamp)
