"""Certificate profiles as data: what each kind of certificate may do and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from esign import oids
from esign.errors import ProfileUnknown

EMAIL_PROTECTION: Final = "1.3.6.1.5.5.7.3.4"
TIME_STAMPING: Final = "1.3.6.1.5.5.7.3.8"
OCSP_SIGNING: Final = "1.3.6.1.5.5.7.3.9"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    name: str
    policy: str
    valid_for: timedelta
    key_usage: frozenset[str]
    extended_usage: tuple[str, ...] = ()
    extended_usage_critical: bool = False
    path_length: int | None = None
    """``None`` for an end certificate, which is not the same as 0."""
    needs_evidence: bool = False
    signs_itself: bool = False
    """A root: nobody above it could take it back."""

    links_roots: bool = False
    """One key of a root certifies another: it bears the name of its issuer and not its key."""

    no_check: bool = False
    """Its own revocation is not asked for (RFC 6960 4.2.2.2.1); it is short-lived instead."""

    citation: str

    @property
    def is_authority(self) -> bool:
        return self.path_length is not None


# NSS, and so Debian's pdfsig, accepts a document signer only with the e-mail
# usage; RFC 9336 defines the proper one. We state both.
_SIGNER_USAGE: Final = (oids.DOCUMENT_SIGNING, EMAIL_PROTECTION)
_SIGNS: Final = frozenset({"digital_signature", "content_commitment"})
_CERTIFIES: Final = frozenset({"key_cert_sign", "crl_sign"})

ROOT: Final = Profile(
    name="root",
    policy=oids.POLICY_ROOT_AND_OFFICES,
    valid_for=timedelta(days=7300),
    key_usage=_CERTIFIES,
    path_length=1,
    signs_itself=True,
    citation="RFC 5280 4.2.1.9",
)
ROOT_LINK: Final = Profile(
    name="root_link",
    policy=oids.POLICY_ROOT_AND_OFFICES,
    valid_for=ROOT.valid_for,
    key_usage=_CERTIFIES,
    path_length=1,
    links_roots=True,
    citation="RFC 4210 4.4",
)
OFFICE_AUTHORITY: Final = Profile(
    name="office_authority",
    policy=oids.POLICY_ROOT_AND_OFFICES,
    valid_for=timedelta(days=3650),
    key_usage=_CERTIFIES,
    path_length=0,
    citation="RFC 5280 4.2.1.9",
)
NOTARY: Final = Profile(
    name="notary",
    policy=oids.POLICY_NOTARY,
    valid_for=timedelta(days=730),
    key_usage=_SIGNS,
    extended_usage=_SIGNER_USAGE,
    citation="公证法 Art. 32; 电子签名法 Art. 13",
)
OFFICE_SEAL: Final = Profile(
    name="office_seal",
    policy=oids.POLICY_OFFICE_SEAL,
    valid_for=timedelta(days=1095),
    key_usage=_SIGNS,
    extended_usage=_SIGNER_USAGE,
    citation="公证法 Art. 32; 电子签名法 Art. 13",
)
EVENT: Final = Profile(
    name="event",
    policy=oids.POLICY_PARTY,
    valid_for=timedelta(minutes=10),
    key_usage=_SIGNS,
    extended_usage=_SIGNER_USAGE,
    needs_evidence=True,
    citation="电子签名法 Art. 13; ETSI EN 319 411-1 (short-term certificates)",
)
TIME_STAMPER: Final = Profile(
    name="time_stamper",
    policy=oids.POLICY_TSA,
    valid_for=timedelta(days=3285),
    key_usage=frozenset({"digital_signature"}),
    extended_usage=(TIME_STAMPING,),
    extended_usage_critical=True,
    citation="RFC 3161 2.3",
)
RESPONDER: Final = Profile(
    name="responder",
    policy=oids.POLICY_RESPONDER,
    valid_for=timedelta(days=366),
    key_usage=frozenset({"digital_signature"}),
    extended_usage=(OCSP_SIGNING,),
    no_check=True,
    citation="RFC 6960 4.2.2.2",
)

PROFILES: Final = {
    p.name: p
    for p in (
        ROOT,
        ROOT_LINK,
        OFFICE_AUTHORITY,
        NOTARY,
        OFFICE_SEAL,
        EVENT,
        TIME_STAMPER,
        RESPONDER,
    )
}


def profile(name: str) -> Profile:
    try:
        return PROFILES[name]
    except KeyError:
        raise ProfileUnknown from None
