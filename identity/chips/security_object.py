"""EF.SOD: the hashes of the data groups, signed by the document signer (ICAO 9303-10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from asn1crypto import algos, core

from identity.chips.asn1 import load, understood
from identity.chips.files import SOD_TAG, group_of
from identity.chips.refusal import ChipFault, ChipFile, ChipRefused
from identity.chips.signatures import demand_digest
from identity.chips.signed_content import read_signed
from identity.chips.tlv import read_only

if TYPE_CHECKING:
    from collections.abc import Mapping

    from identity.chips.asn1 import Asn1
    from identity.chips.signed_content import SignedContent

LDS_SECURITY_OBJECT: Final = "2.23.136.1.1.1"
"""id-icao-mrtd-security-ldsSecurityObject."""
_WITH_VERSION_INFO: Final = 1
_VERSIONS: Final = frozenset({0, _WITH_VERSION_INFO})


class _Hash(core.Sequence):  # type: ignore[misc]  # asn1crypto ships no types
    _fields = [("number", core.Integer), ("value", core.OctetString)]  # noqa: RUF012 - its way


class _Hashes(core.SequenceOf):  # type: ignore[misc]  # asn1crypto ships no types
    _child_spec = _Hash


class _VersionInfo(core.Sequence):  # type: ignore[misc]  # asn1crypto ships no types
    _fields = [("lds", core.PrintableString), ("unicode", core.PrintableString)]  # noqa: RUF012 - its way


class _SecurityObject(core.Sequence):  # type: ignore[misc]  # asn1crypto ships no types
    _fields = [  # noqa: RUF012 - asn1crypto's way
        ("version", core.Integer),
        ("digest", algos.DigestAlgorithm),
        ("hashes", _Hashes),
        ("version_info", _VersionInfo, {"optional": True}),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityObject:
    signed: SignedContent
    digest: str
    """Of the data groups, by name; need not be that of the signature."""
    hashes: Mapping[ChipFile, bytes]
    lds_version: str | None
    """As the signed object states it from LDS 1.8 on (four digits); ``None`` before."""


def read_security_object(content: bytes) -> SecurityObject:
    """Return the proven hashes of an EF.SOD; raises `ChipRefused`."""
    der = read_only(content, SOD_TAG, place=ChipFile.SOD).value
    signed = read_signed(der, content_type=LDS_SECURITY_OBJECT, place=ChipFile.SOD)
    parsed = load(_SecurityObject, signed.content, place=ChipFile.SOD)
    with understood(ChipFile.SOD):
        version = int(parsed["version"].native)
        if version not in _VERSIONS:
            raise ChipRefused(ChipFault.LDS_VERSION_UNKNOWN, ChipFile.SOD)
        info = parsed["version_info"].native
        if (info is not None) != (version == _WITH_VERSION_INFO):
            raise ChipRefused(ChipFault.LDS_VERSION_UNKNOWN, ChipFile.SOD)
        return SecurityObject(
            signed=signed,
            digest=demand_digest(parsed["digest"]["algorithm"].native, place=ChipFile.SOD),
            hashes=_hashes(parsed["hashes"]),
            lds_version=info["lds"] if info is not None else None,
        )


def _hashes(entries: Asn1) -> dict[ChipFile, bytes]:
    found: dict[ChipFile, bytes] = {}
    for entry in entries:
        group = group_of(int(entry["number"].native))
        if group in found:
            raise ChipRefused(ChipFault.HASH_REPEATED, group)
        found[group] = bytes(entry["value"].native)
    return found
