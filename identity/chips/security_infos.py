"""DG14: what the chip can prove of itself, and with which keys (BSI TR-03110-3).

Infos that we do not know are passed over, as TR-03110 demands: PACE and terminal
authentication have theirs in the same place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from asn1crypto import core

from identity.chips.asn1 import load, understood
from identity.chips.files import GROUP_TAGS
from identity.chips.keys import read_key
from identity.chips.refusal import ChipFault, ChipFile, ChipRefused
from identity.chips.tlv import Tlv, read_all, read_only

if TYPE_CHECKING:
    from identity.chips.keys import PublicKey

ACTIVE_AUTHENTICATION: Final = "2.23.136.1.1.5"
"""id-icao-mrtd-security-aaProtocolObject (ICAO 9303-11)."""
KEY_ECDH: Final = "0.4.0.127.0.7.2.2.1.2"
"""id-PK-ECDH."""
CHIP_AUTHENTICATION: Final = "0.4.0.127.0.7.2.2.3."
"""id-CA; ``.2`` is ECDH, and the last number the cipher."""
_SEQUENCE, _SET, _INTEGER, _OBJECT_IDENTIFIER = 0x30, 0x31, 0x02, 0x06
_MOST_INFOS: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipKey:
    key: PublicKey
    key_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipProtocol:
    oid: str
    version: int
    key_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityInfos:
    chip_keys: tuple[ChipKey, ...] = ()
    """Of chip authentication by elliptic curves; other groups are passed over."""
    chip_protocols: tuple[ChipProtocol, ...] = ()
    active_signature: str | None = None
    """Object identifier of the signature that active authentication by ECDSA makes."""


def read_security_infos(content: bytes) -> SecurityInfos:
    """Return what a DG14 says; raises `ChipRefused`."""
    group = read_only(content, GROUP_TAGS[ChipFile.DG14], place=ChipFile.DG14)
    entries = read_only(group.value, _SET, place=ChipFile.DG14).value
    keys: list[ChipKey] = []
    protocols: list[ChipProtocol] = []
    active: str | None = None
    for entry in read_all(entries, place=ChipFile.DG14, most=_MOST_INFOS):
        oid, parts = _info(entry)
        if oid == KEY_ECDH:
            keys.append(_chip_key(parts))
        elif oid.startswith(CHIP_AUTHENTICATION):
            version = _integer(parts[0])
            protocols.append(ChipProtocol(oid=oid, version=version, key_id=_key_id(parts)))
        elif oid == ACTIVE_AUTHENTICATION and len(parts) > 1:
            active = _oid(parts[1])
    return SecurityInfos(
        chip_keys=tuple(keys), chip_protocols=tuple(protocols), active_signature=active
    )


def _info(entry: Tlv) -> tuple[str, list[Tlv]]:
    parts = read_all(
        read_only(entry.raw, _SEQUENCE, place=ChipFile.DG14).value, place=ChipFile.DG14
    )
    if not 2 <= len(parts) <= 3:  # noqa: PLR2004 - protocol, required data, optional data
        raise ChipRefused(ChipFault.MALFORMED, ChipFile.DG14)
    return _oid(parts[0]), parts[1:]


def _chip_key(parts: list[Tlv]) -> ChipKey:
    return ChipKey(key=read_key(parts[0].raw, place=ChipFile.DG14), key_id=_key_id(parts))


def _key_id(parts: list[Tlv]) -> int | None:
    return _integer(parts[1]) if len(parts) > 1 else None


def _oid(part: Tlv) -> str:
    parsed = load(core.ObjectIdentifier, part.raw, place=ChipFile.DG14)
    with understood(ChipFile.DG14):
        return str(parsed.dotted)


def _integer(part: Tlv) -> int:
    parsed = load(core.Integer, part.raw, place=ChipFile.DG14)
    with understood(ChipFile.DG14):
        return int(parsed.native)
