"""RFC 5280 appendix A and X.520: names that every reader can compare.

"ub-common-name INTEGER ::= 64", "ub-organization-name INTEGER ::= 64"; 4.1.2.4:
"CAs MUST use either the PrintableString or UTF8String encoding". ETSI EN 319
412-2 4.2.4 and GM/T 0015 want a country in every name. Of the parts that ETSI EN
319 412-2 4.2.4 lists for people (given name, surname, serial number) none is
here: a Chinese name is one name, and a number of a person does not belong into
a file that goes round the world.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asn1crypto.x509 import Name
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from cryptography import x509

    from esign.asn1 import Asn1
    from esign.authorities.profiles import Profile

_LONGEST: Final = {NameOID.COMMON_NAME: 64, NameOID.ORGANIZATION_NAME: 64}
_COUNTRY: Final = 2
_ENCODINGS: Final = {
    NameOID.COUNTRY_NAME.dotted_string: "printable_string",
    NameOID.COMMON_NAME.dotted_string: "utf8_string",
    NameOID.ORGANIZATION_NAME.dotted_string: "utf8_string",
}


def names(certificate: x509.Certificate, profile: Profile) -> str | None:
    subject = certificate.subject
    kinds = [attribute.oid for attribute in subject]
    if kinds[:1] != [NameOID.COUNTRY_NAME] or kinds[-1:] != [NameOID.COMMON_NAME]:
        return f"the name in a {profile.name} certificate has no country or no common name"
    if len(set(kinds)) != len(kinds) or not set(kinds) <= {NameOID.COUNTRY_NAME, *_LONGEST}:
        return "the name has parts that it should not have"
    if not all(_fits(attribute) for attribute in subject):
        return "a part of the name is empty, too long, or no country"
    if not all(_encoded_well(attribute) for attribute in _attributes(subject)):
        return "a part of the name is not in UTF-8, or the country is not printable"
    return None


def _fits(attribute: x509.NameAttribute[str | bytes]) -> bool:
    stated = str(attribute.value)
    if attribute.oid == NameOID.COUNTRY_NAME:
        return len(stated) == _COUNTRY and stated.isascii() and stated.isupper()
    return 0 < len(stated) <= _LONGEST[attribute.oid] and stated == stated.strip()


def _attributes(subject: x509.Name) -> list[Asn1]:
    return [part for parts in Name.load(subject.public_bytes()).chosen for part in parts]


def _encoded_well(attribute: Asn1) -> bool:
    encoding: str = attribute["value"].name
    return encoding == _ENCODINGS[attribute["type"].dotted]
