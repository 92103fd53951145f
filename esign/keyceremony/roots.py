"""A root gets another key: the keys vouch for each other, and the old one is retired.

RFC 4210 4.4: the old key certifies the new one, the new one the old. What was issued
under either is then proven to whoever trusts one of them. The old key certifies nothing
else any more; it says until its end what was taken back of what it certified, or until
it is retired with a last list.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from cryptography.x509.oid import NameOID

from esign.authorities import profiles
from esign.authorities.creation import issuer_of, live_roots
from esign.authorities.directory import link_name
from esign.authorities.issuing import BACKDATED, CertificateOrder, Subject, issue
from esign.chain import Span
from esign.custody.uris import KeyUse, use_of
from esign.keyceremony.house import named_by, publish, publish_until

if TYPE_CHECKING:
    from datetime import datetime

    from esign.authorities.directory import AuthorityDirectory
    from esign.keyceremony.house import House


def link_keys(house: House, root: str, new: str, now: datetime) -> None:
    """Have the key before ``new`` and ``new`` certify each other, and publish their lists.

    Each link holds until the old root's end (RFC 4210 4.4); *old with new* from the old
    root's beginning, so that what was signed before the ceremony is proven as well.
    """
    files = house.files
    for old, following in pairwise(files.names(root)):
        if following != new:
            continue
        before = files.certificate(old)
        begins, ends = before.not_valid_before_utc, before.not_valid_after_utc
        if now <= ends:
            # A root past its end signs nothing: who trusts it alone has to be told.
            _link(house, new, old, span=Span(begins=now - BACKDATED, ends=ends), now=now)
        _link(house, old, new, span=Span(begins=begins, ends=ends), now=now)
    for name in live_roots(files, root, now=now):
        # A list that is older than a link says nothing about it.
        publish(house, name, now)


def _link(house: House, subject: str, issuer: str, *, span: Span, now: datetime) -> None:
    files, name = house.files, link_name(subject, issuer)
    if files.has_certificate(name):
        return
    order = CertificateOrder(
        profile=profiles.ROOT_LINK,
        subject=_name_of(house, subject),
        public_key=house.keyring.load(files.uri(subject)).public_key(),
        span=span,
    )
    above = issuer_of(files, house.keyring, issuer, house.base_url)
    certificate = issue(
        order, above, now=now, record=lambda draft: files.record(draft, stage="intended")
    )
    files.record(certificate, stage="issued")
    files.keep_certificate(name, certificate)


def _name_of(house: House, name: str) -> Subject:
    named = house.files.certificate(name).subject.get_attributes_for_oid
    organization = named(NameOID.ORGANIZATION_NAME)
    return Subject(
        common_name=str(named(NameOID.COMMON_NAME)[0].value),
        organization=str(organization[0].value) if organization else None,
    )


def publish_root(house: House, root: str, now: datetime) -> None:
    """Publish the lists of every key of a root that still speaks."""
    for name in live_roots(house.files, root, now=now):
        publish(house, name, now)


def retire(house: House, root: str, digest: str, now: datetime) -> None:
    """Have the key with the certificate ``digest`` sign its last list, and nothing ever again.

    The list lasts until the key's own end, since no later one can follow.
    """
    files = house.files
    name = named_by(files, root, digest)
    if files.is_stopped(name):
        return
    ends = files.certificate(name).not_valid_after_utc
    if now < ends:
        publish_until(house, name, now, ends - now)
    files.stop(name)


def retirable(files: AuthorityDirectory, root: str) -> list[str]:
    """Return the keys that may be retired, the first one first.

    Another one is in use, and nothing that is in use hangs from them: only their own
    list could take that back.
    """
    return [
        name
        for name in files.names(root)
        if name != files.current(root)
        and not files.is_stopped(name)
        and not _is_above_what_is_used(files, name)
    ]


def _is_above_what_is_used(files: AuthorityDirectory, root: str) -> bool:
    names = [path.stem for path in files.public.glob("*.pem")]
    keys = [name for name in names if name not in files.link_names()]
    keys = [name for name in keys if use_of(name) is not KeyUse.ANSWER]
    used = {files.current(files.role_of(name)) for name in keys}
    authorities = [name for name in keys if use_of(name) is KeyUse.CERTIFY and name not in used]
    # A seal signs on under the authority that certified it, though that was replaced.
    used |= {above for above in authorities for name in used if files.is_under(name, above)}
    return any(name != root and files.is_under(name, root) for name in used)
