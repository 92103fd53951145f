"""Whole chips of invented passports: what the state writes, and how the chip answers."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from hashlib import new as new_hash
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from PIL import Image

from identity.chips.certificates import read_certificate
from identity.chips.files import GROUP_TAGS, GROUPS, ChipFiles
from identity.chips.refusal import ChipFile
from identity.chips.trust import Trust
from tests.unit.identity.chips import der
from tests.unit.identity.chips.issuing import Certificate, authority, key_id
from tests.unit.identity.chips.signing import DIGEST_OIDS, Signer, ec_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

LDS_SECURITY_OBJECT: Final = "2.23.136.1.1.1"
SIGNED_DATA: Final = "1.2.840.113549.1.7.2"
CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_TIME = (
    f"1.2.840.113549.1.9.{number}" for number in (3, 4, 5)
)
ZONE: Final = (
    "P<NLDSPECIMEN<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<XX00013286NLD7110195F3110016<<<<<<<<<<<<<<08"
)
"""Invented; valid until 2031-10-01."""


@cache
def picture(form: str = "JPEG2000") -> bytes:
    image = Image.effect_mandelbrot((120, 160), (-2.0, -1.5, 1.0, 1.5), 60).convert("RGB")
    file = io.BytesIO()
    image.save(file, form)
    return file.getvalue()


def group(file: ChipFile, *parts: bytes) -> bytes:
    return der.tlv(GROUP_TAGS[file], *parts)


def holder(zone: str = ZONE) -> bytes:
    return group(ChipFile.DG1, der.tlv(0x5F1F, zone.encode("ascii")))


def face_record(image: bytes, *, faces: int = 1, length: int | None = None) -> bytes:
    """ISO/IEC 19794-5: header, facial information with two feature points, image information."""
    points = bytes(2 * 8)
    block = 20 + len(points) + 12 + len(image)
    whole = 14 + block if length is None else length
    header = b"FAC\x00010\x00" + whole.to_bytes(4, "big") + faces.to_bytes(2, "big")
    facial = block.to_bytes(4, "big") + (2).to_bytes(2, "big") + bytes(14)
    return header + facial + points + bytes(12) + image


def portrait(*records: bytes, stated: int | None = None) -> bytes:
    """CBEFF: one template for each record."""
    templates = [
        der.tlv(0x7F60, der.tlv(0xA1, der.tlv(0x81, b"\x02")), der.tlv(0x5F2E, record))
        for record in records
    ]
    count = der.tlv(0x02, bytes([len(records) if stated is None else stated]))
    return group(ChipFile.DG2, der.tlv(0x7F61, count, *templates))


def details(*, name: bytes | None = None, issued: bytes | None = None) -> dict[ChipFile, bytes]:
    """DG11 with a name, DG12 with the day of issue and an authority."""
    person = [der.tlv(0x5C, b"\x5f\x0e")] + ([der.tlv(0x5F0E, name)] if name is not None else [])
    document = [der.tlv(0x5F19, "国家移民管理局".encode())]
    document += [der.tlv(0x5F26, issued)] if issued is not None else []
    return {
        ChipFile.DG11: group(ChipFile.DG11, *person),
        ChipFile.DG12: group(ChipFile.DG12, *document),
    }


def public_info(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def active_group(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return group(ChipFile.DG15, public_info(key.public_key()))


def security_infos(
    chip: ec.EllipticCurvePrivateKey | None = None,
    *,
    cipher: int | None = 2,
    more: tuple[bytes, ...] = (),
    key_id: int | None = None,
    active: str | None = None,
) -> bytes:
    named = [der.integer(key_id)] if key_id is not None else []
    # PACE's info stands in every DG14 of today; it is none of ours.
    infos = [der.sequence(der.oid("0.4.0.127.0.7.2.2.4.2.2"), der.integer(2), der.integer(13))]
    if chip is not None:
        key = public_info(chip.public_key())
        infos.append(der.sequence(der.oid("0.4.0.127.0.7.2.2.1.2"), key, *named))
    if chip is not None and cipher is not None:
        protocol = der.oid(f"0.4.0.127.0.7.2.2.3.2.{cipher}")
        infos.append(der.sequence(protocol, der.integer(1), *named))
    if active is not None:
        info = (der.oid("2.23.136.1.1.5"), der.integer(1), der.oid(active))
        infos.append(der.sequence(*info))
    return group(ChipFile.DG14, der.set_of(*infos, *more))


def present(*groups: ChipFile, version: bytes = b"0107") -> bytes:
    """EF.COM."""
    tags = bytes(GROUP_TAGS[each] for each in groups)
    return der.tlv(0x60, der.tlv(0x5F01, version), der.tlv(0x5F36, b"040000"), der.tlv(0x5C, tags))


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityObjectSpec:
    """How the state signs; the defaults are right, and each field can be made wrong alone."""

    signer: Signer
    certificates: tuple[bytes, ...]
    issuer: bytes
    serial: int
    digest: str = "sha256"
    """Of the data groups."""
    content_digest: str = "sha256"
    hashes: Mapping[int, bytes] = field(default_factory=dict)
    """In place of the right ones, by number of the group; empty bytes leave one out."""
    repeated: bool = False
    version: int = 0
    version_info: tuple[str, str] | None = None
    content_type: str = LDS_SECURITY_OBJECT
    attribute_type: str | None = LDS_SECURITY_OBJECT
    with_attributes: bool = True
    message_digest: bytes | None = None
    signed_at: datetime | None = None
    more_attributes: tuple[bytes, ...] = ()
    signers: int = 1
    by_key_id: bytes | None = None
    sign_other: bytes | None = None
    """Sign these bytes instead of the attributes."""
    outer_type: str = SIGNED_DATA


def security_object(groups: Mapping[ChipFile, bytes], spec: SecurityObjectSpec) -> bytes:
    return der.tlv(0x77, signed_content(lds_object(groups, spec), spec))


def lds_object(groups: Mapping[ChipFile, bytes], spec: SecurityObjectSpec) -> bytes:
    digests = {
        GROUPS.index(file) + 1: new_hash(spec.digest, content).digest()
        for file, content in groups.items()
    }
    entries = [
        der.sequence(der.integer(number), der.octets(digest))
        for number, digest in sorted((digests | dict(spec.hashes)).items())
        if digest
    ]
    info = [der.sequence(*map(der.printable, spec.version_info))] if spec.version_info else []
    algorithm = der.sequence(der.oid(DIGEST_OIDS[spec.digest]))
    repeated = entries[:1] if spec.repeated else []
    return der.sequence(
        der.integer(spec.version), algorithm, der.sequence(*entries, *repeated), *info
    )


def signed_content(content: bytes, spec: SecurityObjectSpec) -> bytes:
    encapsulated = der.sequence(der.oid(spec.content_type), der.tlv(0xA0, der.octets(content)))
    infos = [_signer_info(content, spec)] * spec.signers
    data = der.sequence(
        der.integer(3),
        der.set_of(der.sequence(der.oid(DIGEST_OIDS[spec.content_digest]))),
        encapsulated,
        der.tlv(0xA0, *spec.certificates),
        der.tlv(der.SET, *infos),
    )
    return der.sequence(der.oid(spec.outer_type), der.tlv(0xA0, data))


def _signer_info(content: bytes, spec: SecurityObjectSpec) -> bytes:
    attributes = _attributes(content, spec)
    signed = der.set_of(*attributes) if spec.with_attributes else content
    identifier = der.sequence(spec.issuer, der.integer(spec.serial))
    if spec.by_key_id is not None:
        identifier = der.tlv(0x80, spec.by_key_id)
    return der.sequence(
        der.integer(1),
        identifier,
        der.sequence(der.oid(DIGEST_OIDS[spec.content_digest])),
        *([der.tlv(0xA0, *sorted(attributes))] if spec.with_attributes else []),
        spec.signer.algorithm(),
        der.octets(spec.signer.sign(spec.sign_other or signed)),
    )


def _attributes(content: bytes, spec: SecurityObjectSpec) -> list[bytes]:
    digest = spec.message_digest or new_hash(spec.content_digest, content).digest()
    found = [attribute(MESSAGE_DIGEST, der.octets(digest)), *spec.more_attributes]
    if spec.attribute_type is not None:
        found.append(attribute(CONTENT_TYPE, der.oid(spec.attribute_type)))
    if spec.signed_at is not None:
        found.append(attribute(SIGNING_TIME, der.utc_time(spec.signed_at)))
    return found


def attribute(dotted: str, *values: bytes) -> bytes:
    return der.sequence(der.oid(dotted), der.set_of(*values))


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A country with one document signer."""

    root: Signer
    signer: Signer
    root_certificate: bytes
    signer_spec: Certificate
    signer_certificate: bytes

    @property
    def trust(self) -> Trust:
        return Trust(authorities=(read_certificate(self.root_certificate),))

    def signs(self) -> SecurityObjectSpec:
        return SecurityObjectSpec(
            signer=self.signer,
            certificates=(self.signer_certificate,),
            issuer=self.signer_spec.issuer,
            serial=self.signer_spec.serial,
            content_digest=self.signer.digest,
        )


@cache
def state(root: Signer | None = None, signer: Signer | None = None) -> State:
    root = root or Signer(key=ec_key("root"))
    signer = signer or Signer(key=ec_key("signer"))
    spec = Certificate(signer=signer, authority_key=key_id(root), own_key=key_id(signer))
    return State(
        root=root,
        signer=signer,
        root_certificate=authority(root).by(root),
        signer_spec=spec,
        signer_certificate=spec.by(root),
    )


def groups() -> dict[ChipFile, bytes]:
    """Return the data groups of a chip that can prove itself in both ways."""
    return {
        ChipFile.DG1: holder(),
        ChipFile.DG2: portrait(face_record(picture())),
        ChipFile.DG14: security_infos(ec_key("chip"), active="0.4.0.127.0.7.1.1.4.1.3"),
        ChipFile.DG15: active_group(ec_key("active")),
    }


def chip(
    contents: Mapping[ChipFile, bytes] | None = None, spec: SecurityObjectSpec | None = None
) -> ChipFiles:
    """Return the files of a chip with these data groups, signed as ``spec`` says."""
    contents = groups() if contents is None else contents
    sod = security_object(contents, spec or state().signs())
    com = present(*contents)
    return ChipFiles(contents={ChipFile.COM: com, ChipFile.SOD: sod, **contents})


SIGNED_AT: Final = datetime(2025, 2, 1, tzinfo=UTC)
