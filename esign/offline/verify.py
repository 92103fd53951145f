#!/usr/bin/env python3
"""Verify a notarial evidence package (证据包) without its makers and without a network.

    python verify.py PACKAGE.zip [--root ROOT.pem ...] [--party-root ROOT.pem ...]
        [--log-key VKEY] [--witness-key VKEY ...] [--at TIME] [--lang zh|en] [--json]

Needs Python 3.9 or later and the package `cryptography` (44 or later), nothing else.
Exit code 0: everything holds; 1: a fault was found and is named; 2: wrong usage.

本程序独立核验公证证据包，不联网，也不依赖出证机构。只需 Python 3.9 以上和 cryptography 44 以上。
退出码：0 全部通过；1 发现问题并指出；2 用法错误。

How to read it. Each numbered step is one function `step_...` near the end of the file; the
parts above it, each with the standard it follows, are what the steps use. Nothing is repaired
or guessed: what is not exactly of the expected form is a fault. The program reads one file and
writes text; it unpacks nothing to disk and runs nothing from the package.

Whom do you trust? The certificates in the package lead to a root. A root that lies in the
package proves only that the package agrees with itself: get the root another way (from the
office, in writing) and pass it with --root; an office that signs by SM2 has a root for that
and one for P-256, by which the time-stamps are. The same holds for --log-key, and for
--party-root where another authority certified the parties: it is believed for them alone, and
for the one in the package only the office's seal vouches.

A time-stamper whose key was stolen (a list says so: --crl gives a newer one) proves nothing by
itself, since the thief writes any date. Then the log has to show that the certificate was there
before, by a checkpoint that the log or a witness signed with a date: under --log-key and
--witness-key only, never under the key in the package.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import struct
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any, Optional

import cryptography
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509 import ocsp

# ------------------------------------- What can be wrong, by code, and what people are told of it.

_FAULTS = """
zip_form | 不是本格式的 ZIP 文件，或含有多余字节 | not a ZIP of this form, or with extra bytes
zip_compressed | 条目被压缩或加密（可能是压缩炸弹） | an entry is compressed or encrypted (a zip bomb?)
zip_path | 条目名会离开解包目录 | an entry's name leaves the folder it is unpacked to
zip_duplicate | 同名条目出现两次 | two entries have the same name
zip_crc | 条目的 CRC-32 不符 | an entry does not have its CRC-32
too_large | 文件过大，不予读取 | the file is too large to be read
manifest_missing | 缺少 manifest.json | manifest.json is missing
manifest_form | 清单不是规范 JSON (RFC 8785)，或内容不符合格式 | the manifest is not canonical JSON (RFC 8785) or not of this form
file_missing | 清单所列文件缺失 | a file that the manifest lists is missing
file_undeclared | 文件未列入清单 | a file is not in the manifest
file_digest | 文件与清单中的大小、SHA-256 或 SM3 不符 | a file has not the size, SHA-256 or SM3 of the manifest
seal_missing | 清单没有公证机构电子印章 (manifest.p7s) | the manifest lacks the office's seal (manifest.p7s)
seal_wrong | 清单上的电子印章不成立：清单被改动或签名不真实 | the seal over the manifest does not hold: rewritten, or not genuine
seal_role | 清单不是由公证机构印章签署 | the manifest was not signed by an office's seal
root_missing | 没有可信任的根证书 | there is no root certificate to trust
chain_broken | 证书链不能到达所信任的根 | no certificate chain leads to a trusted root
chain_time | 证书在使用时不在有效期内 | a certificate was not valid at the time of use
chain_usage | 证书不得用于此用途 | a certificate may not be used for this
chain_mixed | 证书链中途改变了算法（SM2 与其他算法混用） | a chain changes between SM2 and another algorithm
revoked | 证书在使用时已被吊销 | a certificate had been revoked when it was used
revocation_unknown | 没有覆盖使用时刻的吊销信息 | nothing tells about revocation at the time of use
cms_form | 签名结构 (CMS) 不可读 | a signature (CMS) cannot be read
signature_wrong | 签名不成立 | a signature does not hold
algorithm_unknown | 本程序不能核验该算法 | this program cannot check the algorithm
algorithm_other | 签名算法与清单所载的不同 | signed by another algorithm than the manifest says
stamp_missing | 签名没有时间戳 | a signature has no time-stamp
stamp_wrong | 时间戳不成立或不属于该签名 | a time-stamp does not hold or is of something else
stamp_future | 时间戳晚于核验时刻 | a time-stamp is later than the time that was asked about
stamper_stolen | 时间戳机构的密钥曾被盗，没有独立证据证明该时间戳在被盗之前已经存在；这不说明文件被改动：请用 --log-key 或 --witness-key 指定另行取得的公钥，向公证机构索取新的证据包，或请其核实登记簿和透明日志 | a time-stamper's key was stolen, and nothing independent proves that its stamp was there before; that is no sign of an altered file: pass a key that you got another way with --log-key or --witness-key, ask the office for a new package, or whether its register and log vouch for it
archive_missing | 文件末尾没有归档时间戳 | the document does not end with an archive time-stamp
archive_expired | 归档时间戳已过期，未续期 | the archive time-stamp has expired and was not renewed
pdf_form | PDF 不是本平台所写的形式 | the PDF is not of the form that this platform writes
pdf_coverage | PDF 有字节未被签名覆盖 | some bytes of the PDF are covered by no signature
pdf_changed | PDF 在签名后被作了不允许的改动 | the PDF was changed after a signature in a way that is not allowed
pdf_signers | 签名人不全或身份不符 | a signer is missing, or signed as somebody else
office_differs | 证据包与公证书不是同一公证机构所盖 | package and certificate bear the seals of two offices
certificate_other | 公证书不是清单和审计链所指的那一份 | the certificate is not the one that manifest and audit chain name
deed_other | 文书不是清单和录像链所指的那一份 | the deed is not the one that manifest and ceremony name
number_differs | 编号或查验码与公证书上的不一致 | number or public id differ from what the certificate bears
evidence_missing | 事件证书没有绑定证据 | an event certificate names no evidence
evidence_identity | 签名所绑定的身份核验不在包中 | the identity check that a signature is bound to is not in the package
evidence_ceremony | 签名所绑定的录像链位置不在包中 | the point of the recording that a signature is bound to is not in the package
evidence_document | 当事人所见的文书与所签的不同 | the party was shown another document than was signed
ceremony_chain | 面签录像与事件的哈希链断裂 | the chain of recording and events is broken
recording_differs | 录像清单与哈希链不一致 | the list of recordings differs from the chain
audit_chain | 审计链断裂 | the audit chain is broken
audit_other_case | 审计链属于另一案件 | the audit chain is of another case
consent_text | 同意书文本与当时所示不符 | a consent's text is not the one that was shown
identity_digest | 身份核验结果与其摘要不符 | an identity check has not the digest that is stated
material_differs | 材料与材料清单不符 | a material differs from the list of materials
log_form | 透明日志证明不可读 | the log proof cannot be read
log_leaf | 透明日志条目不是这份公证书的 | the logged entry is not of this certificate
log_inclusion | 透明日志证明不成立 | the log proof does not hold
log_signature | 检查点不是所信任的日志签发 | the checkpoint is not signed by the trusted log
unreadable | 内容不可读 | the content cannot be read
"""
FAULTS = {
    code: (zh, en) for code, zh, en in (line.split(" | ") for line in _FAULTS.strip().split("\n"))
}


class Fault(Exception):
    """Something is wrong; ``where`` names the file or signature, ``more`` the detail."""

    def __init__(self, code: str, where: str = "", more: str = "") -> None:
        super().__init__(code, where, more)
        self.code, self.where, self.more = code, where, more


def require(condition: object, code: str, where: str = "", more: str = "") -> None:
    """Go on only if ``condition`` holds."""
    if not condition:
        raise Fault(code, where, more)


# ----------------------------------------------------- The container: ZIP (PKWARE APPNOTE 6.3.10).
# Ours are stored, sorted, without extra fields, comments or dates. The whole file is written
# again from what was read and must be the same bytes: there is no room for anything else.

LARGEST_PACKAGE = 1 << 30
_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_DATE = 0x21  # 1 January 1980
_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")


def read_zip(package: bytes) -> dict[str, bytes]:
    """Return the entries by name, or raise `Fault`."""
    files: dict[str, bytes] = {}
    at = 0
    while package[at : at + 4] == b"PK\x03\x04":
        require(at + _LOCAL.size <= len(package), "zip_form")
        _, _, flags, method, _, _, crc, packed, size, name_size, extra = _LOCAL.unpack_from(
            package, at
        )
        at += _LOCAL.size
        name = package[at : at + name_size].decode("utf-8", "replace")
        require((flags, method, packed) == (0, 0, size), "zip_compressed", name)
        require(_PART.fullmatch(name) and ".." not in name.split("/"), "zip_path", name)
        require(name not in files, "zip_duplicate", name)
        at += name_size + extra
        require(at + size <= len(package), "zip_form", name)
        files[name] = package[at : at + size]
        require(zlib.crc32(files[name]) == crc, "zip_crc", name)
        at += size
    require(files, "zip_form")
    require(write_zip(files) == package, "zip_form", "", "not the bytes that these entries make")
    return files


def write_zip(files: dict[str, bytes]) -> bytes:
    """Return the one ZIP that holds ``files``."""
    entries, directory = b"", b""
    parts: list[bytes] = []
    for name in sorted(files):
        content, raw = files[name], name.encode()
        crc, size = zlib.crc32(content), len(content)
        at = sum(map(len, parts))
        parts.append(
            _LOCAL.pack(b"PK\x03\x04", 20, 0, 0, 0, _DATE, crc, size, size, len(raw), 0) + raw
        )
        parts.append(content)
        directory += _CENTRAL.pack(
            *(b"PK\x01\x02", 20 | 3 << 8, 20, 0, 0, 0, _DATE, crc, size, size, len(raw)),
            *(0, 0, 0, 0, 0o644 << 16, at),
        )
        directory += raw
    entries = b"".join(parts)
    count = len(files)
    end = _END.pack(b"PK\x05\x06", 0, 0, count, count, len(directory), len(entries), 0)
    return entries + directory + end


# ------------------------- JSON (RFC 8259) and its canonical form (RFC 8785), of what occurs here.


def read_json(content: bytes, where: str) -> Any:
    """Return the value of a JSON file; a name twice, NaN or bad UTF-8 is a fault."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        require(len({name for name, _ in pairs}) == len(pairs), "unreadable", where)
        return dict(pairs)

    def refuse(_: str) -> None:
        raise Fault("unreadable", where)

    try:
        return json.loads(content.decode(), object_pairs_hook=once, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise Fault("unreadable", where) from error


def canonical(value: Any) -> bytes:
    """Return RFC 8785's form of text, integers, lists and objects; all that is hashed here."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        return b"{" + b",".join(canonical(n) + b":" + canonical(value[n]) for n in names) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(map(canonical, value)) + b"]"
    require(not isinstance(value, float), "manifest_form", "", "a number that is no integer")
    return json.dumps(value, ensure_ascii=False).encode()


# ------------------------------------------------------ SHA-256 (FIPS 180-4) and SM3 (GB/T 32905).


def sha256(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def sm3(content: bytes) -> bytes:
    """Return the digest of GB/T 32905; raise `UnsupportedAlgorithm` where nobody here has one.

    Not every Python has it, and not every build of `cryptography`.
    """
    if "sm3" in hashlib.algorithms_available:
        return hashlib.new("sm3", content).digest()
    running = hashes.Hash(hashes.SM3())
    running.update(content)
    return running.finalize()


def has_sm3() -> bool:
    try:
        sm3(b"")
    except (UnsupportedAlgorithm, ValueError):
        return False
    return True


# ---------------------------------- DER (X.690, 10): one form for one value, and no other is read.

INTEGER, BITS, OCTETS, OID, SEQUENCE, SET, TIME = 0x02, 0x03, 0x04, 0x06, 0x30, 0x31, 0x18
C0, C1 = 0xA0, 0xA1  # [0] and [1], constructed


def der_end(der: bytes, at: int) -> tuple[int, int]:
    """Return where the contents of the value at ``at`` begin and end; only the shortest form."""
    require(at + 2 <= len(der) and der[at] & 0x1F != 0x1F, "cms_form")
    start, length = at + 2, der[at + 1]
    if length >= 0x80:
        stated = der[start : start + length - 0x80]
        start += length - 0x80
        length = int.from_bytes(stated, "big")
        require(stated and stated[0] != 0 and length >= 0x80, "cms_form")
    require(start + length <= len(der), "cms_form")
    return start, start + length


def body(value: bytes) -> bytes:
    start, end = der_end(value, 0)
    require(end == len(value), "cms_form")
    return value[start:end]


def inside(value: bytes, *tags: int, of: int = SEQUENCE) -> list[bytes]:
    """Return the values in the one of tag ``of``; they have to be of ``tags`` if any are given."""
    require(value[:1] == bytes([of]), "cms_form")
    contents, found, at = body(value), [], 0
    while at < len(contents):
        _, end = der_end(contents, at)
        found.append(contents[at:end])
        at = end
    require(not tags or [each[0] for each in found] == list(tags), "cms_form")
    return found


def dotted(value: bytes) -> str:
    """Return an OBJECT IDENTIFIER as numbers with dots."""
    require(value[0] == OID, "cms_form")
    numbers, number = [], 0
    for octet in body(value):
        number = number << 7 | octet & 0x7F
        if not octet & 0x80:
            numbers.append(number)
            number = 0
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, [first, numbers[0] - 40 * first, *numbers[1:]]))


def algorithm_in(identifier: bytes) -> str:
    kind, *parameters = inside(identifier)
    require(parameters in ([], [b"\x05\x00"]), "cms_form")
    return dotted(kind)


# ------------------- SM2 (GB/T 32918.2), for verification only: no secret is ever in this program.

_P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
_A = _P - 3
_B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
_N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
_G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
Point = Optional[tuple[int, int]]


def _add(one: Point, other: Point) -> Point:
    if one is None or other is None:
        return one or other
    (x1, y1), (x2, y2) = one, other
    if x1 == x2 and (y1 + y2) % _P == 0:
        return None
    top, bottom = (3 * x1 * x1 + _A, 2 * y1) if one == other else (y2 - y1, x2 - x1)
    slope = top * pow(bottom, -1, _P) % _P
    x3 = (slope * slope - x1 - x2) % _P
    return x3, (slope * (x1 - x3) - y1) % _P


def _times(factor: int, point: Point) -> Point:
    found: Point = None
    while factor:
        found = _add(found, point) if factor & 1 else found
        point, factor = _add(point, point), factor >> 1
    return found


@lru_cache(maxsize=1024)  # one chain stands behind many signatures
def sm2_holds(
    point: bytes, signature: bytes, message: bytes, *, identity: bytes = b"1234567812345678"
) -> bool:
    """Say whether ``signature`` (DER) is of the key ``point`` (04 || x || y); GB/T 32918.2 7.1."""
    x, y = int.from_bytes(point[1:33], "big"), int.from_bytes(point[33:], "big")
    if not (len(point) == 65 and point[0] == 4 and x < _P and y < _P):
        return False
    if (y * y - (x * x * x + _A * x + _B)) % _P:
        return False
    r, s = (
        int.from_bytes(body(each), "big", signed=True)
        for each in inside(signature, INTEGER, INTEGER)
    )
    named = b"".join(n.to_bytes(32, "big") for n in (_A, _B, *_G, x, y))
    z = sm3((len(identity) * 8).to_bytes(2, "big") + identity + named)
    e, t = int.from_bytes(sm3(z + message), "big"), (r + s) % _N
    if not (0 < r < _N and 0 < s < _N and t):
        return False
    found = _add(_times(s, _G), _times(t, (x, y)))
    return found is not None and (e + found[0]) % _N == r


# ----------------------- Signatures: ECDSA P-256 and RSA by `cryptography`, SM2 by the part above.

SHA256_NAMED, SM3_NAMED = "2.16.840.1.101.3.4.2.1", "1.2.156.10197.1.401"
DIGESTS: dict[str, Callable[[bytes], bytes]] = {SHA256_NAMED: sha256, SM3_NAMED: sm3}
ECDSA, RSA, RSA_PLAIN = "1.2.840.10045.4.3.2", "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.1"
SM2_SIGNS, SM2_CURVE = {"1.2.156.10197.1.501", "1.2.156.10197.1.301.1"}, "1.2.156.10197.1.301"


def kind_of_key(spki: bytes) -> str:
    """Return "sm2", "p256" or "rsa"; a key of another kind signs nothing that holds."""
    parameters = inside(inside(spki, SEQUENCE, BITS)[0])[1:]
    if not (parameters and parameters[0][0] == OID):
        return "rsa"
    return "sm2" if dotted(parameters[0]) == SM2_CURVE else "p256"


def digest_with(algorithm: str) -> str:
    """Return the one digest that goes with a signature: SM3 with SM2, SHA-256 with all others."""
    return SM3_NAMED if algorithm in SM2_SIGNS else SHA256_NAMED


def check_signature(spki: bytes, algorithm: str, signature: bytes, message: bytes) -> None:
    """Raise `Fault` unless the key (SubjectPublicKeyInfo) made ``signature`` over ``message``."""
    if kind_of_key(spki) == "sm2":
        bits = inside(spki)[1]
        require(algorithm in SM2_SIGNS, "algorithm_unknown", "", algorithm)
        require(sm2_holds(body(bits)[1:], signature, message), "signature_wrong", "", "SM2")
        return
    key = serialization.load_der_public_key(spki)
    try:
        if isinstance(key, ec.EllipticCurvePublicKey) and algorithm == ECDSA:
            require(key.curve.name == "secp256r1", "algorithm_unknown", "", key.curve.name)
            key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
        elif isinstance(key, rsa.RSAPublicKey) and algorithm in {RSA, RSA_PLAIN}:
            require(key.key_size >= 3072, "algorithm_unknown", "", "RSA")
            key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        else:
            raise Fault("algorithm_unknown", "", algorithm)
    except InvalidSignature as error:
        raise Fault("signature_wrong") from error


# ---------------------------------- Certificates (RFC 5280): what is read of one, and whose it is.

ARC = "2.25.161721037323886305919617810267546220314"
POLICIES = {
    f"{ARC}.1.1": "party",
    f"{ARC}.1.2": "notary",
    f"{ARC}.1.3": "office_seal",
    f"{ARC}.1.4": "time_stamper",
}
EVIDENCE = f"{ARC}.2.1"
EMAIL, STAMPING, DOCUMENTS, OCSP_SIGNING = (f"1.3.6.1.5.5.7.3.{n}" for n in (4, 8, 36, 9))
LONGEST_CHAIN = 5
SKEW = timedelta(seconds=30)  # between two clocks of declared accuracy
KNOWN_EXTENSIONS = {f"2.5.29.{n}" for n in (14, 15, 19, 31, 32, 35, 37)} | {EVIDENCE}

Cert = x509.Certificate
Crl = x509.CertificateRevocationList


def der_of(certificate: Cert) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def spki_of(certificate: Cert) -> bytes:
    fields = inside(certificate.tbs_certificate_bytes)
    return fields[6 if fields[0][0] == C0 else 5]


def signed_part(der: bytes) -> tuple[str, bytes, bytes]:
    """Return algorithm, signature and what was signed, of a certificate or a list."""
    signed, algorithm, bits = inside(der, SEQUENCE, SEQUENCE, BITS)
    require(body(bits)[0] == 0, "cms_form", "", "unused bits")
    # What was signed names the algorithm as well (RFC 5280 4.1.1.2 and 5.1.1.2).
    require(algorithm in inside(signed)[:3], "cms_form", "", "two algorithms are named")
    return algorithm_in(algorithm), body(bits)[1:], signed


def is_issued_by(subject: Cert, issuer: Cert) -> bool:
    if subject.issuer != issuer.subject:
        return False
    try:
        check_signature(spki_of(issuer), *signed_part(der_of(subject)))
    except Fault:
        return False
    return True


def extension(certificate: Cert, kind: Any) -> Any:
    try:
        return certificate.extensions.get_extension_for_class(kind)
    except x509.ExtensionNotFound as error:
        raise Fault("chain_usage", name_of(certificate), kind.__name__) from error


def name_of(certificate: Cert) -> str:
    found = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(found[0].value) if found else "?"


def office_of(certificate: Cert) -> str:
    found = certificate.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)
    return str(found[0].value) if found else ""


def role_of(certificate: Cert) -> str:
    """Return what the certificate's policy says its holder is."""
    policies = extension(certificate, x509.CertificatePolicies).value
    roles = [
        POLICIES[p.policy_identifier.dotted_string]
        for p in policies
        if p.policy_identifier.dotted_string in POLICIES
    ]
    require(len(roles) == 1, "chain_usage", name_of(certificate), "policy")
    return roles[0]


# ------------------------------------------- Chains and revocation (RFC 5280 section 6, RFC 6960).

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


# ---------------------- Signatures as CMS (RFC 5652), with the attributes of CAdES (EN 319 122-1).

SIGNED_DATA = {"1.2.840.113549.1.7.2", "1.2.156.10197.6.1.4.2.2"}
DATA = {"1.2.840.113549.1.7.1", "1.2.156.10197.6.1.4.2.1"}
TST_INFO = "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE, MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
PROTECTION, CERTIFICATE_V2 = "1.2.840.113549.1.9.52", "1.2.840.113549.1.9.16.2.47"
SIGNATURE_STAMP = "1.2.840.113549.1.9.16.2.14"


@dataclass
class Cms:
    """One signature with all it carries; nothing in it is proven before `check_cms`."""

    content_type: str
    content: bytes | None
    certificates: list[Cert]
    lists: list[Crl]
    issuer: bytes
    serial: int
    digest: str
    attributes: dict[str, bytes]
    signed: bytes
    algorithm: str
    signature: bytes
    unsigned: dict[str, bytes]
    identifiers: tuple[bytes, bytes]


def read_cms(der: bytes) -> Cms:
    """Take SignedData with exactly one signer apart."""
    kind, wrapped = inside(der, OID, C0)
    require(dotted(kind) in SIGNED_DATA, "cms_form")
    (data,) = inside(wrapped, SEQUENCE, of=C0)
    version, digests, encapsulated, *optional, signers = inside(data)
    carried = {each[0]: inside(each, of=each[0]) for each in optional}
    require(list(carried) == sorted(carried) and set(carried) <= {C0, C1}, "cms_form")
    (digest_named,) = inside(digests, SEQUENCE, of=SET)
    require(len(carried) == len(optional), "cms_form")
    (signer,) = inside(signers, SEQUENCE, of=SET)
    fields = inside(signer)
    require(len(fields) in {6, 7} and fields[0] == b"\x02\x01\x01", "cms_form")
    _, sid, digest, attributes, algorithm, signature = fields[:6]
    require(signature[0] == OCTETS and digest == digest_named, "cms_form")
    issuer, serial = inside(sid, SEQUENCE, INTEGER)
    content_type, *content = inside(encapsulated)
    expected = b"\x02\x01\x03" if dotted(content_type) == TST_INFO else b"\x02\x01\x01"
    require(version == expected, "cms_form")
    return Cms(
        content_type=dotted(content_type),
        content=body(inside(content[0], OCTETS, of=C0)[0]) if content else None,
        certificates=[x509.load_der_x509_certificate(c) for c in carried.get(C0, [])],
        lists=[x509.load_der_x509_crl(c) for c in carried.get(C1, [])],
        issuer=issuer,
        serial=int.from_bytes(body(serial), "big", signed=True),
        digest=algorithm_in(digest),
        attributes=_attributes(attributes, C0),
        signed=bytes([SET]) + attributes[1:],
        algorithm=algorithm_in(algorithm),
        signature=body(signature),
        unsigned=_attributes(fields[6], C1) if len(fields) == 7 else {},
        identifiers=(digest, algorithm),
    )


def _attributes(holder: bytes, tag: int) -> dict[str, bytes]:
    """Return the one value of each attribute; DER wants them in the order of their bytes."""
    listed = inside(holder, of=tag)
    require(listed == sorted(listed), "cms_form")
    found: dict[str, bytes] = {}
    for each in listed:
        kind, values = inside(each, OID, SET)
        held = inside(values, of=SET)
        require(len(held) == 1 and dotted(kind) not in found, "cms_form")
        found[dotted(kind)] = held[0]
    return found


def check_cms(cms: Cms, content: bytes) -> Cert:
    """Return the certificate whose key signed ``content``, or raise; its chain is not looked at."""
    require(cms.digest in DIGESTS, "algorithm_unknown", "", cms.digest)
    # One digest throughout: a second one would be a second thing that could break.
    belongs = digest_with(cms.algorithm)
    require(cms.digest == belongs, "algorithm_unknown", "", "a digest of another algorithm")
    kind, digest = cms.attributes.get(CONTENT_TYPE), cms.attributes.get(MESSAGE_DIGEST)
    reference = cms.attributes.get(CERTIFICATE_V2)
    if kind is None or digest is None or reference is None:
        raise Fault("cms_form", "", "a signed attribute is missing")
    require(dotted(kind) == cms.content_type, "signature_wrong", "", "content type")
    require(
        body(digest) == DIGESTS[cms.digest](content), "signature_wrong", "", "digest of the content"
    )
    named = inside(inside(inside(reference)[0])[0])
    algorithm = algorithm_in(named[0]) if named[0][0] == SEQUENCE else "2.16.840.1.101.3.4.2.1"
    require(algorithm == belongs, "algorithm_unknown", "", algorithm)
    stated = next(body(each) for each in named if each[0] == OCTETS)
    signer = next((c for c in cms.certificates if DIGESTS[algorithm](der_of(c)) == stated), None)
    if signer is None or (signer.serial_number, signer.issuer.public_bytes()) != (
        cms.serial,
        cms.issuer,
    ):
        raise Fault("signature_wrong", "", "the certificate that is named is not there")
    protected = cms.attributes.get(PROTECTION)
    if protected is not None:
        own, signing = inside(protected, SEQUENCE, C1)
        same = (own, signing[1:]) == (cms.identifiers[0], cms.identifiers[1][1:])
        require(same, "signature_wrong", "", "algorithm protection")
    check_signature(spki_of(signer), cms.algorithm, cms.signature, cms.signed)
    return signer


# --------------------------------------------- Time-stamps (RFC 3161), and signatures with theirs.


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


# --------------------------------------------------------- PDF (ISO 32000-1), only as we write it.
# One cross-reference table for each revision, objects in the open.

Entries = dict[bytes, bytes]
_SPACE = re.compile(rb"[\x00\t\n\x0c\r ]*")
_NAME = re.compile(rb"/[^\x00-\x20()<>\[\]{}/%]+")
_PLAIN = re.compile(
    rb"\d{1,10} 0 R(?![^\x00-\x20()<>\[\]{}/%])|/[^\x00-\x20()<>\[\]{}/%]+|[+-]?(?:\d+\.?\d*|\.\d+)"
    rb"|true|false|null|\((?:[^()\\]|\\.)*\)|<[0-9A-Fa-f\s]*>",
    re.DOTALL,
)
_ROW = re.compile(rb"(\d{10}) (\d{5}) ([nf])(?: \n| \r|\r\n)")
_REFERENCE = re.compile(rb"(\d{1,10}) 0 R")


def read_dictionary(data: bytes, at: int, depth: int = 0) -> tuple[Entries, int]:
    """Return the dictionary at ``at``, its values as they are written, and where it ends."""
    require(data.startswith(b"<<", at) and depth < 16, "pdf_form")
    found: Entries = {}
    at = _skip(data, at + 2)
    while not data.startswith(b">>", at):
        name = _NAME.match(data, at)
        if name is None or name[0] in found:
            raise Fault("pdf_form", "", "a dictionary")
        start = _skip(data, name.end())
        end = _value_end(data, start, depth + 1)
        found[name[0]] = data[start:end]
        at = _skip(data, end)
    return found, at + 2


def _value_end(data: bytes, at: int, depth: int) -> int:
    plain = _PLAIN.match(data, at)
    if plain and not data.startswith(b"<<", at):
        return plain.end()
    if data.startswith(b"<<", at):
        return read_dictionary(data, at, depth)[1]
    require(data.startswith(b"[", at) and depth < 16, "pdf_form", "", "a value")
    at = _skip(data, at + 1)
    while not data.startswith(b"]", at):
        at = _skip(data, _value_end(data, at, depth + 1))
    return at + 1


def _skip(data: bytes, at: int) -> int:
    found = _SPACE.match(data, at)
    return found.end() if found else at


def references(value: bytes) -> list[int]:
    """Return the numbers in an array of references, or of the one reference that ``value`` is."""
    require(
        re.fullmatch(rb"(\[\s*(\d{1,10} 0 R\s*)*\]|\d{1,10} 0 R)", value),
        "pdf_form",
        "",
        "references",
    )
    return [int(found[1]) for found in _REFERENCE.finditer(value)]


@dataclass
class Revision:
    start: int
    table_at: int
    end: int
    offsets: dict[int, int]
    trailer: Entries
    written: dict[int, tuple[Entries, bytes]] = field(default_factory=dict)
    """Number -> dictionary and stream, in later revisions only."""


class Pdf:
    """The revisions of one file, oldest first."""

    def __init__(self, data: bytes, where: str) -> None:
        self.data, self.where = data, where
        require(data.startswith(b"%PDF-"), "pdf_form", where)
        tail = re.search(rb"startxref\n(\d{1,10})\n%%EOF\n\Z", data[-64:])
        if tail is None:
            raise Fault("pdf_coverage", where, "the file does not end where its last table says")
        at: int | None = int(tail[1])
        newest_first: list[Revision] = []
        while at is not None:
            revision = self._revision(at)
            newest_first.append(revision)
            previous = revision.trailer.get(b"/Prev")
            require(previous is None or int(previous) < at, "pdf_form", where, "order of tables")
            at = None if previous is None else int(previous)
        self.revisions = newest_first[::-1]
        require(
            self.revisions[-1].end == len(data),
            "pdf_coverage",
            where,
            "bytes after the last revision",
        )
        for before, revision in zip(self.revisions, self.revisions[1:]):
            revision.start = before.end
            self._read_objects(revision)

    def _revision(self, at: int) -> Revision:
        data, offsets = self.data, {}
        require(data.startswith(b"xref\n", at), "pdf_form", self.where, "a table")
        position = at + 5
        while True:
            run = re.compile(rb"(\d{1,7}) (\d{1,7}) ?\n").match(data, position)
            if run is None:
                break
            position = run.end()
            for number in range(int(run[1]), int(run[1]) + int(run[2])):
                row = _ROW.match(data, position)
                if row is None or number in offsets:
                    raise Fault("pdf_form", self.where, "a table")
                position = row.end()
                if row[3] == b"n":
                    require(row[2] == b"00000", "pdf_form", self.where, "generation")
                    offsets[number] = int(row[1])
        start = re.compile(rb"trailer\s+").match(data, position)
        if start is None:
            raise Fault("pdf_form", self.where, "a trailer")
        trailer, end = read_dictionary(data, start.end())
        require(not {b"/Encrypt", b"/XRefStm"} & set(trailer), "pdf_form", self.where)
        mark = b"\nstartxref\n%d\n%%%%EOF\n" % at
        require(data.startswith(mark, end), "pdf_coverage", self.where, "after a trailer")
        return Revision(0, at, end + len(mark), offsets, trailer)

    def _read_objects(self, revision: Revision) -> None:
        """Read a later revision from its first byte to its table: objects, and nothing between."""
        at = revision.start
        for number, offset in sorted(revision.offsets.items(), key=lambda pair: pair[1]):
            require(offset == at, "pdf_changed", self.where, "something between the objects")
            entries, stream, at = self._object(number, offset)
            revision.written[number] = (entries, stream)
        require(at == revision.table_at, "pdf_changed", self.where, "something between the objects")

    def _object(self, number: int, offset: int) -> tuple[Entries, bytes, int]:
        head = b"%d 0 obj\n" % number
        require(self.data.startswith(head, offset), "pdf_form", self.where, "an object")
        entries, at = read_dictionary(self.data, offset + len(head))
        stream = b""
        if self.data.startswith(b"\nstream\n", at):
            start = at + len(b"\nstream\n")
            stream = self.data[start : start + int(entries.get(b"/Length", b"-1"))]
            at = start + len(stream)
            require(self.data.startswith(b"\nendstream", at), "pdf_form", self.where, "a stream")
            at += len(b"\nendstream")
        require(self.data.startswith(b"\nendobj\n", at), "pdf_form", self.where, "an object's end")
        return entries, stream, at + len(b"\nendobj\n")

    def entries(self, number: int, upto: int) -> Entries | None:
        """Return a dictionary as it stands after revision ``upto``; ``None`` where there is none."""
        for revision in self.revisions[upto::-1]:
            if number in revision.written:
                return revision.written[number][0]
            if number in revision.offsets:
                head = b"%d 0 obj\n" % number
                require(
                    self.data.startswith(head, revision.offsets[number]), "pdf_form", self.where
                )
                return read_dictionary(self.data, revision.offsets[number] + len(head))[0]
        return None

    def known(self, number: int, upto: int) -> Entries:
        found = self.entries(number, upto)
        if found is None:
            raise Fault("pdf_form", self.where, "a reference to nothing")
        return found

    def stored(self, kind: bytes) -> list[bytes]:
        """Return what the document security store (EN 319 142-1 5.4.2) holds: certificates, lists."""
        last = len(self.revisions) - 1
        catalog = self.known(references(self.revisions[0].trailer[b"/Root"])[0], last)
        if b"/DSS" not in catalog:
            return []
        listed = self.known(references(catalog[b"/DSS"])[0], last).get(kind, b"[]")
        streams = {n: held[1] for r in self.revisions[1:] for n, held in r.written.items()}
        require(set(references(listed)) <= set(streams), "pdf_form", self.where, "security store")
        return [streams[number] for number in references(listed)]

    def has_state(self, digest: bytes) -> bool:
        """Say whether the file, or one of its earlier states, has this SHA-256."""
        return any(sha256(self.data[: revision.end]) == digest for revision in self.revisions)


# -------------------------------- What each revision of a PDF signs, and what it may have changed.
# In each revision after the first there is exactly one signature, which covers everything before
# and around it. Each object that a revision writes has to be one of the few that signing writes
# (DocMDP 2, ISO 32000-1 12.8.2.2).

_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")


@dataclass
class Covered:
    """The signature of one revision: its dictionary, its CMS, and the bytes it covers."""

    number: int
    entries: Entries
    contents: bytes
    content: bytes

    @property
    def is_stamp(self) -> bool:
        return self.entries.get(b"/Type") == b"/DocTimeStamp"


def signature_of(pdf: Pdf, index: int) -> Covered:
    """Return the one signature of a revision, which covers the file up to the revision's end."""
    revision, where = pdf.revisions[index], pdf.where
    numbers = [n for n, (entries, _) in revision.written.items() if b"/ByteRange" in entries]
    require(len(numbers) == 1, "pdf_coverage", where, "a revision without exactly one signature")
    entries = revision.written[numbers[0]][0]
    reach = _RANGE.fullmatch(b"/ByteRange " + entries[b"/ByteRange"])
    if reach is None:
        raise Fault("pdf_coverage", where, "ByteRange")
    zero, gap, after, rest = (int(number) for number in reach.groups())
    hole = entries.get(b"/Contents", b"")
    starts = revision.start < gap < after < revision.table_at
    require(zero == 0 and starts and pdf.data[gap:after] == hole, "pdf_coverage", where, "Contents")
    require(
        after + rest == revision.end, "pdf_coverage", where, "a signature does not reach to the end"
    )
    require(re.fullmatch(rb"<(?:[0-9a-f]{2})+>", hole), "pdf_coverage", where, "Contents")
    padded = bytes.fromhex(hole[1:-1].decode())
    _, end = der_end(padded, 0)
    require(not any(padded[end:]), "pdf_coverage", where, "after the signature")
    kinds = {(b"/Sig", b"/ETSI.CAdES.detached"), (b"/DocTimeStamp", b"/ETSI.RFC3161")}
    require((entries.get(b"/Type"), entries.get(b"/SubFilter")) in kinds, "pdf_form", where)
    return Covered(
        numbers[0], entries, padded[:end], pdf.data[:gap] + pdf.data[after : revision.end]
    )


def check_changes(pdf: Pdf, index: int, signature: Covered) -> None:
    """Raise `pdf_changed` unless a revision wrote only what signing writes."""
    revision, before = pdf.revisions[index], index - 1
    root = references(pdf.revisions[0].trailer[b"/Root"])[0]
    same = all(
        revision.trailer.get(k) == pdf.revisions[0].trailer.get(k) for k in (b"/Root", b"/Info")
    )
    require(same, "pdf_changed", pdf.where, "trailer")
    form = references(pdf.known(root, before)[b"/AcroForm"])[0]
    old_fields = references(pdf.known(form, before)[b"/Fields"])
    new_fields = references(pdf.known(form, index)[b"/Fields"])
    catalog = pdf.known(root, index)
    store = references(catalog[b"/DSS"])[0] if b"/DSS" in catalog else None
    held = pdf.known(store, index) if store is not None else {}
    stored = {
        n
        for kind in (b"/Certs", b"/CRLs", b"/OCSPs")
        if kind in held
        for n in references(held[kind])
    }
    own = (b"%d 0 R" % signature.number, index == 1)
    for number, (entries, _) in revision.written.items():
        old = pdf.entries(number, before)
        changed = {k for k in {*entries, *(old or {})} if entries.get(k) != (old or {}).get(k)}
        if number == root:
            good = _catalog_may(entries, old or {}, changed, own)
        elif number == form:
            good = changed <= {b"/Fields"} and new_fields[: len(old_fields)] == old_fields
        elif number == signature.number:
            good = old is None
        elif number == store:
            good = changed <= {b"/Certs", b"/CRLs", b"/OCSPs"} and _grows(old, entries, changed)
        elif number in stored:
            good = old is None and set(entries) == {b"/Length"}
        elif old is None:
            good = _is_new_stamp(entries, own[0]) if number in new_fields else _is_drawing(entries)
        elif number in old_fields:
            good = _is_filled(entries, changed, own[0], revision)
        else:
            good = (
                old.get(b"/Type") == b"/Page"
                and changed <= {b"/Annots"}
                and _grows(old, entries, changed)
            )
            added = references(entries.get(b"/Annots", b"[]"))[
                len(references(old.get(b"/Annots", b"[]"))) :
            ]
            good = good and set(added) <= set(new_fields) - set(old_fields)
        require(good, "pdf_changed", pdf.where, f"object {number}")
    values = [pdf.known(number, index).get(b"/V") for number in new_fields]
    require(values.count(own[0]) == 1, "pdf_changed", pdf.where, "a signature without its field")


def _catalog_may(
    entries: Entries, old: Entries, changed: set[bytes], own: tuple[bytes, bool]
) -> bool:
    """Only the security store is added, and by the first signature the certification."""
    certifies = b"/Perms" not in changed or (
        own[1]
        and re.fullmatch(rb"<<\s*/DocMDP\s+%b\s*>>" % own[0], entries.get(b"/Perms", b""))
        is not None
    )
    return (
        certifies
        and changed <= {b"/DSS", b"/Perms"}
        and (b"/DSS" not in changed or b"/DSS" not in old)
    )


def _grows(old: Entries | None, new: Entries, names: set[bytes]) -> bool:
    """Each list of references begins with what it was."""
    pairs = [(references((old or {}).get(n, b"[]")), references(new.get(n, b"[]"))) for n in names]
    return all(after[: len(before)] == before for before, after in pairs)


def _is_new_stamp(entries: Entries, own: bytes) -> bool:
    unseen = entries.get(b"/Rect") == b"[0 0 0 0]" and entries.get(b"/V") == own
    allowed = {b"/FT", b"/T", b"/TU", b"/Type", b"/Subtype", b"/F", b"/Rect", b"/P", b"/V"}
    return unseen and entries.get(b"/FT") == b"/Sig" and set(entries) <= allowed


def _is_drawing(entries: Entries) -> bool:
    """Handwriting: a form of lines, without resources of its own."""
    plain = entries.get(b"/Subtype") == b"/Form" and entries.get(b"/Resources") == b"<< >>"
    return plain and set(entries) <= {b"/Type", b"/Subtype", b"/BBox", b"/Resources", b"/Length"}


def _is_filled(entries: Entries, changed: set[bytes], own: bytes, revision: Revision) -> bool:
    """A field that waited gets its value, and a party's field the handwriting of this revision."""
    drawn = re.fullmatch(rb"<<\s*/N\s+(\d+) 0 R\s*>>", entries.get(b"/AP", b""))
    fresh = drawn is not None and int(drawn[1]) in revision.written
    may_draw = b"/AP" not in changed or (fresh and entries.get(b"/T", b"").startswith(b"(party-"))
    return (
        entries.get(b"/V") == own and changed <= {b"/V", b"/AP"} and b"/V" in changed and may_draw
    )


# ---------------------------- A signed PDF as a whole: every signature, every stamp, every change.


@dataclass
class Document:
    pdf: Pdf
    signatures: list[Signed]
    archived: list[datetime]
    stamps: list[Stamp]


def check_document(
    data: bytes,
    where: str,
    roots: Iterable[Cert],
    at: datetime,
    *,
    party_roots: Sequence[Cert] = (),
    lists: Sequence[Crl] = (),
    existed: Sequence[tuple[bytes, datetime]] = (),
) -> Document:
    """Check every signature and stamp of a PDF, and everything that was added after each.

    ``existed`` is when, by others than time-stampers, a file of a SHA-256 was there.
    """
    pdf = Pdf(data, where)
    require(len(pdf.revisions) > 1, "pdf_coverage", where, "nothing is signed")
    require(data.count(b"/ByteRange") == len(pdf.revisions) - 1, "pdf_coverage", where, "ByteRange")
    covered = [signature_of(pdf, index) for index in range(1, len(pdf.revisions))]
    for index, each in enumerate(covered, start=1):
        check_changes(pdf, index, each)
    first = b"".join(covered[0].entries.get(b"/Reference", b"").split())
    require(b"/DocMDP" in first and b"/P2" in first, "pdf_form", where, "not certified")
    proof = Proof(
        roots,
        [x509.load_der_x509_certificate(c) for c in pdf.stored(b"/Certs")],
        [*lists, *(x509.load_der_x509_crl(c) for c in pdf.stored(b"/CRLs"))],
        [ocsp.load_der_ocsp_response(c) for c in pdf.stored(b"/OCSPs")],
        party_roots,
    )
    found = Document(pdf, [], [], [])
    stamps = found.stamps
    for number, each in enumerate(covered, start=1):
        name = f"{where}#{number}"
        try:
            if each.is_stamp:
                stamps.append(check_stamp(each.contents, each.content, proof))
                found.archived.append(stamps[-1].at)
            else:
                signed = check_signer(read_cms(each.contents), each.content, proof, name)
                found.signatures.append(signed)
                stamps.append(signed.stamp)
        except Fault as fault:
            raise Fault(fault.code, f"{name} {fault.where}".strip(), fault.more) from fault
    _check_existed(pdf, covered, stamps, existed)
    times = [*(s.at for s in found.signatures), *found.archived]
    require(covered[-1].is_stamp, "archive_missing", where)
    require(max(times) == found.archived[-1], "stamp_wrong", where, "order of times")
    require(found.archived[-1] <= at + SKEW, "stamp_future", where, at.isoformat())
    require(
        max(at, found.archived[-1]) <= stamps[-1].by.not_valid_after_utc, "archive_expired", where
    )
    return found


def _check_existed(
    pdf: Pdf,
    covered: Sequence[Covered],
    stamps: Sequence[Stamp],
    existed: Sequence[tuple[bytes, datetime]],
) -> None:
    """From the last one on: what an earlier stamp of a stolen key needs is a later one that counts."""
    proven: list[datetime] = []
    for number in range(len(stamps), 0, -1):
        if existed:
            digest = sha256(pdf.data[: pdf.revisions[number].end])
            proven += [at for known, at in existed if known == digest]
        check_existed(stamps[number - 1], proven, f"{pdf.where}#{number}")
        if covered[number - 1].is_stamp:
            proven.append(stamps[number - 1].at)


# ------------------------- The transparency log (c2sp.org/tlog-proof, tlog-cosignature, RFC 9162).

LOG, COSIGNER = 1, 4  # kinds of keys


@dataclass
class LogProof:
    extra: bytes | None
    index: int
    hashes: list[bytes]
    text: bytes
    """Of the checkpoint, as it was signed."""

    origin: str
    size: int
    root: bytes
    signatures: list[tuple[str, bytes]]


def read_log_proof(content: bytes) -> LogProof:
    head, _, note = content.decode().partition("\n\n")
    lines = head.split("\n")
    require(lines.pop(0) == "c2sp.org/tlog-proof@v1" and lines, "log_form")
    extra = _base64(lines.pop(0)[6:]) if lines[0].startswith("extra ") else None
    index = re.fullmatch(r"index (0|[1-9]\d{0,18})", lines.pop(0) if lines else "")
    text, _, signed = note.rpartition("\n\n")
    body_lines = text.split("\n")
    if index is None or len(body_lines) < 3 or not signed.endswith("\n"):
        raise Fault("log_form")
    signatures = [
        re.fullmatch("\u2014 ([^ +]+) ([A-Za-z0-9+/=]+)", s) for s in signed[:-1].split("\n")
    ]
    require(all(signatures) and re.fullmatch(r"0|[1-9]\d{0,18}", body_lines[1]), "log_form")
    hashes_ = [_base64(line) for line in lines]
    root = _base64(body_lines[2])
    require(all(len(each) == 32 for each in [*hashes_, root]), "log_form")
    named = [(found[1], _base64(found[2])) for found in signatures if found]
    return LogProof(
        extra,
        int(index[1]),
        hashes_,
        f"{text}\n".encode(),
        body_lines[0],
        int(body_lines[1]),
        root,
        named,
    )


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Fault("log_form") from error


def check_inclusion(proof: LogProof, leaf: bytes) -> None:
    """Raise unless ``leaf`` is the entry at the index, by RFC 9162 2.1.3.2."""
    node, last = proof.index, proof.size - 1
    require(node <= last, "log_inclusion", "", "index beyond the tree")
    found = sha256(b"\x00" + leaf)
    for sibling in proof.hashes:
        require(last > 0, "log_inclusion", "", "proof too long")
        if node & 1 or node == last:
            found = sha256(b"\x01" + sibling + found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = sha256(b"\x01" + found + sibling)
        node, last = node >> 1, last >> 1
    require(last == 0 and found == proof.root, "log_inclusion")


def _key_in(text: str) -> tuple[str, bytes]:
    """Return name and key of a verifier key (c2sp.org/signed-note), its kind before the key."""
    name, number, encoded = [*text.strip().split("+", 2), "", ""][:3]
    raw = _base64(encoded)
    require(len(raw) == 33 and raw[0] in {LOG, COSIGNER}, "log_signature", "", name)
    require(_key_id(name, raw).hex() == number.lower(), "log_signature", "", "key id")
    return name, raw


def _key_id(name: str, raw: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + raw)[:4]


def seen_at(proof: LogProof, key: str) -> list[datetime]:
    """Return when the cosigner with this verifier key says it saw the checkpoint.

    A log cosigns with its own key as well. Raises `Fault` for a cosignature that is wrong.
    """
    name, raw = _key_in(key)
    public, own = raw[1:], _key_id(name, bytes((COSIGNER,)) + raw[1:])
    found = []
    for signer, value in proof.signatures:
        if (signer, value[:4]) != (name, own):
            continue
        require(len(value) == 4 + 8 + 64, "log_signature", "", name)
        seconds = int.from_bytes(value[4:12], "big")
        said = b"cosignature/v1\ntime %d\n%b" % (seconds, proof.text)
        try:
            ed25519.Ed25519PublicKey.from_public_bytes(public).verify(value[12:], said)
            found.append(datetime.fromtimestamp(seconds, timezone.utc))
        except (InvalidSignature, OverflowError, ValueError, OSError) as error:
            raise Fault("log_signature", "", name) from error
    return found


def check_checkpoint(proof: LogProof, key: str) -> None:
    """Raise unless the log with this verifier key signed the checkpoint."""
    name, raw = _key_in(key)
    require(raw[0] == LOG and proof.origin == name, "log_signature", "", proof.origin)
    own = _key_id(name, raw)
    made = [value[4:] for signer, value in proof.signatures if (signer, value[:4]) == (name, own)]
    require(made, "log_signature", "", "not signed by this log")
    try:
        for signature in made:
            ed25519.Ed25519PublicKey.from_public_bytes(raw[1:]).verify(signature, proof.text)
    except InvalidSignature as error:
        raise Fault("log_signature") from error


# --------------------------------------------------------- What is asked, and what the steps find.


@dataclass
class Step:
    number: int
    zh: str
    en: str
    evidence: list[tuple[str, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    reached: bool = True

    def shows(self, zh: str, en: str) -> None:
        self.evidence.append((zh, en))

    def notes_that(self, zh: str, en: str) -> None:
        self.notes.append((zh, en))


@dataclass
class Asked:
    package: bytes
    at: datetime
    roots: list[Cert] = field(default_factory=list)
    log_key: str | None = None
    party_roots: list[Cert] = field(default_factory=list)
    links: list[Cert] = field(default_factory=list)
    lists: list[Crl] = field(default_factory=list)
    witness_keys: list[str] = field(default_factory=list)


@dataclass
class Found:
    """What the steps learn and hand on."""

    files: dict[str, bytes] = field(default_factory=dict)
    manifest: dict[str, Any] = field(default_factory=dict)
    roots: dict[Cert, Cert] = field(default_factory=dict)
    party_roots: list[Cert] = field(default_factory=list)
    lists: list[Crl] = field(default_factory=list)
    seal: Signed | None = None
    certificate: Document | None = None
    deed: Document | None = None
    links: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def about(self) -> dict[str, Any]:
        return dict(self.manifest["about"])

    @property
    def algorithms(self) -> list[str]:
        """By which the office signs; packages of before there was a choice do not say."""
        return str(self.about.get("algorithms", "")).split()

    def json(self, name: str) -> Any:
        require(name in self.files, "file_missing", name)
        return read_json(self.files[name], name)


def shown(at: datetime) -> str:
    return at.astimezone(timezone(timedelta(hours=8))).isoformat(timespec="seconds")


# -------------------------------- The package itself: its form, its manifest, its files, its seal.

PARTY_ROOTS = "trust/party-roots.pem"
OWN_ROOTS = ("trust/root.pem", "trust/sm2.root.pem")
LINKS = "trust/links.pem"
LISTS = re.compile(r"trust/(?:sm2\.)?root(?:\.[0-9]+)?\.crl")
FORMAT = "feigui.evidence-package/1"


def step_container(step: Step, asked: Asked, found: Found) -> None:
    require(len(asked.package) <= LARGEST_PACKAGE, "too_large")
    found.files = read_zip(asked.package)
    step.shows(f"{len(found.files)} 个文件，均未压缩", f"{len(found.files)} files, all stored")


def step_manifest(step: Step, _: Asked, found: Found) -> None:
    require("manifest.json" in found.files, "manifest_missing")
    raw = found.files["manifest.json"]
    try:
        manifest = read_json(raw, "manifest.json")
        is_canonical = canonical(manifest) == raw
    except Fault as fault:
        raise Fault("manifest_form", "manifest.json", fault.more) from fault
    shape = isinstance(manifest, dict) and set(manifest) == {"about", "files", "format", "left_out"}
    require(
        is_canonical and shape and manifest["format"] == FORMAT, "manifest_form", "manifest.json"
    )
    found.manifest = manifest
    step.shows(f"公证书编号 {found.about['number']}", f"certificate number {found.about['number']}")
    for each in manifest["left_out"]:
        step.notes_that(f"未提供：{each['zh']}（{each['citation']}）", f"left out: {each['en']}")


def step_files(step: Step, _: Asked, found: Found) -> None:
    listed = found.manifest["files"]
    present = set(found.files) - {"manifest.json", "manifest.p7s"}
    step.faults += [Fault("file_missing", name) for name in sorted(set(listed) - present)]
    step.faults += [Fault("file_undeclared", name) for name in sorted(present - set(listed))]
    with_sm3 = has_sm3()
    for name in sorted(present & set(listed)):
        content, stated = found.files[name], listed[name]
        same = (len(content), sha256(content).hex()) == (stated["bytes"], stated["sha256"])
        if not (same and (not with_sm3 or sm3(content).hex() == stated["sm3"])):
            step.faults.append(Fault("file_digest", name))
    step.shows(
        f"{len(listed)} 个文件的大小、SHA-256 和 SM3",
        f"size, SHA-256 and SM3 of {len(listed)} files",
    )
    if not with_sm3:
        step.notes_that(
            "此 Python 没有 SM3，未核对 SM3", "this Python has no SM3: SM3 was not checked"
        )


def step_trust(step: Step, asked: Asked, found: Found) -> None:
    trusted = list(asked.roots)
    if not trusted:
        # One root for each algorithm; that of the time-stamps is always among them.
        carried = [found.files[name] for name in OWN_ROOTS if name in found.files]
        require(carried, "root_missing")
        trusted = x509.load_pem_x509_certificates(b"\n".join(carried))
        step.notes_that(
            "！根证书取自证据包本身：只能证明包内自洽。请从公证机构另行取得根证书，用 --root 指定。",
            "! The root is the package's own: this proves only that the package agrees with itself. "
            "Get the root from the office another way and pass it with --root.",
        )
    found.party_roots = list(asked.party_roots)
    if not found.party_roots and PARTY_ROOTS in found.files:
        found.party_roots = x509.load_pem_x509_certificates(found.files[PARTY_ROOTS])
        step.notes_that(
            "！当事人证书由其他机构签发，其根证书取自证据包：仅由公证机构盖章担保。"
            "可另行取得后用 --party-root 指定。",
            "! Another authority certified parties; its root is the package's, for which only the "
            "office's seal vouches. Get it another way and pass it with --party-root.",
        )
    # Untrusted: a link counts where a trusted root made it, a list where its issuer did.
    links = [*asked.links]
    if LINKS in found.files:
        links += x509.load_pem_x509_certificates(found.files[LINKS])
    carried_lists = [name for name in sorted(found.files) if LISTS.fullmatch(name)]
    found.lists = [*asked.lists, *(x509.load_der_x509_crl(found.files[n]) for n in carried_lists)]
    found.roots = led_to(trusted, links, found.lists)
    for link in [each for each in found.roots if each not in trusted]:
        digest = sha256(der_of(link)).hex()
        step.shows(
            f"根证书换代链接 {name_of(link)}，SHA-256 {digest}",
            f"link to another key of the root {name_of(link)}, SHA-256 {digest}",
        )
    for root in [*trusted, *found.party_roots]:
        digest = sha256(der_of(root)).hex()
        step.shows(
            f"根证书 {name_of(root)}，SHA-256 {digest}", f"root {name_of(root)}, SHA-256 {digest}"
        )


def step_seal(step: Step, asked: Asked, found: Found) -> None:
    require("manifest.p7s" in found.files, "seal_missing")
    try:
        seal = check_signer(
            read_cms(found.files["manifest.p7s"]),
            found.files["manifest.json"],
            Proof(found.roots, lists=found.lists),
            "manifest.p7s",
        )
    except Fault as fault:
        code = "seal_wrong" if fault.code in {"signature_wrong", "cms_form"} else fault.code
        raise Fault(code, f"manifest.p7s {fault.where}".strip(), fault.more) from fault
    # Nothing covers the seal: of a stolen stamper, a new package is asked for.
    check_existed(seal.stamp, [], "manifest.p7s")
    require(seal.role == "office_seal", "seal_role", "manifest.p7s", seal.role)
    # A package has one seal: by SM2 wherever that is asked for.
    stated = found.algorithms
    wanted = "sm2" if "sm2" in stated else "p256"
    kind = kind_of_key(spki_of(seal.signer))
    require(not stated or kind == wanted, "algorithm_other", "manifest.p7s", kind)
    require(seal.at <= asked.at + SKEW, "stamp_future", "manifest.p7s", asked.at.isoformat())
    # No archive time-stamp carries this one on: it holds as long as its own certificate.
    until = seal.stamp.by.not_valid_after_utc
    require(asked.at <= until, "archive_expired", "manifest.p7s", until.isoformat())
    found.seal = seal
    step.shows(
        f"{name_of(seal.signer)} 于 {shown(seal.at)} 盖章",
        f"sealed by {name_of(seal.signer)} at {shown(seal.at)}",
    )


# -------------------------------------------------------- The signed papers: certificate and deed.

LOG_PROOF = "log/certificate.tlog-proof"


def step_certificate(step: Step, asked: Asked, found: Found) -> None:
    require("certificate.pdf" in found.files, "file_missing", "certificate.pdf")
    document = check_document(
        found.files["certificate.pdf"],
        "certificate.pdf",
        found.roots,
        asked.at,
        lists=found.lists,
        existed=_existed(asked, found),
    )
    for kind, signed in _by_kind(document, "certificate.pdf", found).items():
        roles = sorted(each.role for each in signed)
        told = ", ".join([kind, *roles])
        require(roles == ["notary", "office_seal"], "pdf_signers", "certificate.pdf", told)
    found.certificate = document
    _show_document(step, document)
    office = next(each for each in document.signatures if each.role == "office_seal")
    if found.seal is not None:
        require(office_of(office.signer) == office_of(found.seal.signer), "office_differs")


def _existed(asked: Asked, found: Found) -> list[tuple[bytes, datetime]]:
    """Return when, by the log, a file of which SHA-256 was there.

    Under keys that the caller got another way: who made up a package made up its log as well.
    What is wrong with the proof is told where the log is judged; here it only proves nothing.
    """
    keys = [key for key in (asked.log_key, *asked.witness_keys) if key]
    if LOG_PROOF not in found.files or not keys:
        return []
    try:
        proof = read_log_proof(found.files[LOG_PROOF])
        leaf = proof.extra or b""
        entry = read_json(leaf, LOG_PROOF)
        require(canonical(entry) == leaf, "log_leaf")
        check_inclusion(proof, leaf)
        seen = [at for key in keys for at in seen_at(proof, key)]
        # Entries of version 1 name no deed.
        named = [entry["sealed_sha256"], entry.get("deed_sha256")]
        return [(bytes.fromhex(each), at) for each in named if each is not None for at in seen]
    except (Fault, ValueError, LookupError, TypeError):
        return []


def step_deed(step: Step, asked: Asked, found: Found) -> None:
    if found.about["deed_sha256"] is None and "deed.pdf" not in found.files:
        step.notes_that("本案没有当事人签署的文书", "no deed was signed in this case")
        return
    require("deed.pdf" in found.files, "file_missing", "deed.pdf")
    document = check_document(
        found.files["deed.pdf"],
        "deed.pdf",
        found.roots,
        asked.at,
        party_roots=found.party_roots,
        lists=found.lists,
        existed=_existed(asked, found),
    )
    roles = {each.role for each in document.signatures}
    require(roles == {"party"}, "pdf_signers", "deed.pdf", ", ".join(sorted(roles)))
    kinds = _by_kind(document, "deed.pdf", found)
    signers = [sorted(name_of(each.signer) for each in signed) for signed in kinds.values()]
    require(all(each == signers[0] for each in signers), "pdf_signers", "deed.pdf", "by one only")
    found.deed = document
    _show_document(step, document)


def _by_kind(document: Document, where: str, found: Found) -> dict[str, list[Signed]]:
    """Return the signatures by the kind of their keys, which have to be those of the manifest."""
    kinds: dict[str, list[Signed]] = {}
    for each in document.signatures:
        kinds.setdefault(kind_of_key(spki_of(each.signer)), []).append(each)
    stated = found.algorithms
    require(
        not stated or sorted(kinds) == sorted(stated), "algorithm_other", where, " ".join(kinds)
    )
    return kinds


def _show_document(step: Step, document: Document) -> None:
    for each in document.signatures:
        who = f"{name_of(each.signer)} [{each.role}, {kind_of_key(spki_of(each.signer)).upper()}]"
        step.shows(f"{who} 签于 {shown(each.at)}", f"{who} signed by {shown(each.at)}")
    for stolen in sorted({each.stolen for each in document.stamps if each.stolen is not None}):
        step.notes_that(
            f"！时间戳机构的密钥自 {shown(stolen)} 起可能在他人手中；另有证据证明文件在此之前已经存在",
            f"! A time-stamper's key may have been in other hands since {shown(stolen)}; "
            "something else proves that the file was there before",
        )
    step.shows(
        f"归档时间戳 {shown(document.archived[-1])}",
        f"archive time-stamp {shown(document.archived[-1])}",
    )


# ------------------------------------ The records: ceremony, evidence, audit, consents, materials.

ZEROS = "0" * 64


def check_links(links: Any, code: str, where: str) -> int:
    """Check a hash chain; a withheld link keeps its place and hash. Returns how many are withheld."""
    before, withheld = ZEROS, 0
    require(isinstance(links, list) and links, code, where)
    for index, link in enumerate(links):
        require(link["index"] == index and link["prev"] == before, code, f"{where} {index}")
        if link.get("withheld") is True:
            require(set(link) == {"index", "prev", "hash", "withheld"}, code, f"{where} {index}")
            withheld += 1
        else:
            hashed = sha256(canonical({name: link[name] for name in link if name != "hash"})).hex()
            require(link["hash"] == hashed, code, f"{where} {index}")
        before = link["hash"]
    return withheld


def step_ceremony(step: Step, _: Asked, found: Found) -> None:
    names = [name for name in sorted(found.files) if name.startswith("ceremony/")]
    recorded: list[dict[str, Any]] = []
    for name in names:
        ceremony = found.json(name)
        require(ceremony["case"] == found.about["case"], "ceremony_chain", name, "of another case")
        withheld = check_links(ceremony["links"], "ceremony_chain", name)
        require(not withheld, "ceremony_chain", name, "withheld")
        found.links[name] = ceremony["links"]
        recorded += [
            {"ceremony": ceremony["ceremony"], **link["body"]}
            for link in ceremony["links"]
            if link["kind"] == "segment"
        ]
        step.shows(
            f"{name}：{len(ceremony['links'])} 环完整",
            f"{name}: {len(ceremony['links'])} links hold",
        )
    keys = (
        "ceremony",
        "participant",
        "index",
        "starts_ms",
        "ends_ms",
        "sha256",
        "bytes",
        "media_type",
    )
    chained = ("ceremony", "by", "segment", "starts_ms", "ends_ms", "sha256", "size", "media_type")
    listed = found.json("recording.json")
    told = [[each[key] for key in keys] for each in listed]
    require(
        told == [[each[key] for key in chained] for each in recorded],
        "recording_differs",
        "recording.json",
    )
    for each in listed:
        if each["file"] is not None:
            held = sha256(found.files.get(each["file"], b"")).hex()
            require(held == each["sha256"], "recording_differs", each["file"])
    here = sum(each["file"] is not None for each in listed)
    step.shows(
        f"{len(listed)} 段录像，其中 {here} 段随包",
        f"{len(listed)} segments of recording, {here} of them here",
    )


def step_evidence(step: Step, _: Asked, found: Found) -> None:
    checks = found.json("identity/checks.json")
    stated = set()
    for number, check in enumerate(checks):
        if check.get("withheld") is not True:
            held = sha256(
                json.dumps(check["evidence"], sort_keys=True, separators=(",", ":")).encode()
            ).hex()
            require(
                held == check["evidence_sha256"],
                "identity_digest",
                f"identity/checks.json {number}",
            )
        stated.add(check["evidence_sha256"])
    if found.deed is None:
        return
    heads = {ZEROS} | {link["hash"] for links in found.links.values() for link in links}
    for signature in found.deed.signatures:
        where = f"{signature.where} {name_of(signature.signer)}"
        try:
            raw = signature.signer.extensions.get_extension_for_oid(
                x509.ObjectIdentifier(EVIDENCE)
            ).value
        except x509.ExtensionNotFound as error:
            raise Fault("evidence_missing", where) from error
        identity, ceremony, document = (
            body(v) for v in inside(raw.public_bytes(), INTEGER, OCTETS, OCTETS, OCTETS)[1:]
        )
        require(identity.hex() in stated, "evidence_identity", where)
        require(ceremony.hex() in heads, "evidence_ceremony", where)
        require(found.deed.pdf.has_state(document), "evidence_document", where)
        step.shows(
            f"{where}：身份核验、录像位置、文书一致",
            f"{where}: identity check, point of recording and document agree",
        )


def step_audit(step: Step, _: Asked, found: Found) -> None:
    links, about = found.json("audit/events.json"), found.about
    withheld = check_links(links, "audit_chain", "audit/events.json")
    told = [link for link in links if not link.get("withheld")]
    own = all(
        (link["body"]["case"], link["body"]["office"]) == (about["case"], about["office"])
        for link in told
    )
    require(own, "audit_other_case", "audit/events.json")
    step.shows(
        f"{len(links)} 环完整，其中 {withheld} 环只列哈希",
        f"{len(links)} links hold, {withheld} of them by hash only",
    )
    objects: dict[str, list[tuple[Any, Any]]] = {link["kind"]: [] for link in told}
    for link in told:
        objects[link["kind"]].append(
            (link["body"].get("fact:certificate"), link["body"].get("fact:object"))
        )
    sealed = sha256(found.files.get("certificate.pdf", b"")).hex()
    named = (about["certificate"], about["sealed_sha256"]) in objects.get("sealed", [])
    require(sealed == about["sealed_sha256"] and named, "certificate_other", "certificate.pdf")
    if about["deed_sha256"] is not None:
        signed = sha256(found.files.get("deed.pdf", b"")).hex()
        made = [
            link["body"].get("object")
            for links_ in found.links.values()
            for link in links_
            if link["kind"] == "deed_signed"
        ]
        named = any(digest == signed for _, digest in objects.get("deed_signed", []))
        require(
            signed == about["deed_sha256"] and named and signed in made, "deed_other", "deed.pdf"
        )


def step_people(step: Step, _: Asked, found: Found) -> None:
    consents = found.json("consents.json")
    for consent in consents:
        held = sha256(found.files.get(consent["file"], b"")).hex()
        require(held == consent["text_sha256"], "consent_text", consent["file"])
    materials = found.json("materials.json")
    for material in materials:
        if material["file"] is not None:
            held = sha256(found.files.get(material["file"], b"")).hex()
            require(held == material["sha256"], "material_differs", material["file"])
    step.shows(
        f"{len(consents)} 份同意书文本与当时所示一致，{len(materials)} 项材料",
        f"{len(consents)} consents with the text that was shown, {len(materials)} materials",
    )


# ---------------------------------------- What others can be asked about: the number, and the log.


def step_number(step: Step, _: Asked, found: Found) -> None:
    about = found.about
    # The QR code's address, which the certificate spells out for screen readers.
    printed = set(
        re.findall(rb"/verify/([a-z2-7]{26})(?![a-z0-9])", found.files["certificate.pdf"])
    )
    stated = {str(about["public_id"]).encode()}
    require(printed == stated, "number_differs", "certificate.pdf", about["public_id"])
    step.shows(f"公证书上的二维码是 {about['public_id']}", f"the QR code says {about['public_id']}")
    step.notes_that(
        f"请目视核对公证书所印编号：{about['number']}",
        f"compare by eye the number that is printed: {about['number']}",
    )
    if about["status"] != "valid":
        step.notes_that(f"！登记状态：{about['status']}", f"! registered as {about['status']}")


def step_log(step: Step, asked: Asked, found: Found) -> None:
    if LOG_PROOF not in found.files:
        step.notes_that("本包没有透明日志证明", "the package has no proof of a transparency log")
        return
    try:
        proof = read_log_proof(found.files[LOG_PROOF])
    except (ValueError, IndexError) as error:
        raise Fault("log_form", LOG_PROOF) from error
    # The log calls a certificate by a digest of what its QR code says.
    leaf, about = proof.extra or b"", found.about
    mark = sha256(b"feigui.certificate\x00" + str(about["public_id"]).encode()).hex()
    entry = read_json(leaf, LOG_PROOF)
    named = (entry["certificate"], entry["sealed_sha256"]) == (mark, about["sealed_sha256"])
    require(named and canonical(entry) == leaf, "log_leaf", LOG_PROOF)
    check_inclusion(proof, leaf)
    key = asked.log_key
    if key is None:
        key = found.files.get("trust/log.vkey", b"").decode()
        step.notes_that(
            "！日志公钥取自证据包本身，请用 --log-key 指定另行取得的公钥",
            "! The log's key is the package's own: pass one that you got another way with --log-key",
        )
    check_checkpoint(proof, key)
    for at in [at for each in (key, *asked.witness_keys) for at in seen_at(proof, each)]:
        step.shows(
            f"不晚于 {shown(at)} 已列入日志（有签名的时刻）",
            f"in the log at the latest at {shown(at)}, as a signature says",
        )
    _show_deed(step, entry.get("deed_sha256"), found.deed)
    step.shows(
        f"{proof.origin} 第 {proof.index} 条，共 {proof.size} 条",
        f"entry {proof.index} of {proof.size} in {proof.origin}",
    )


def _show_deed(step: Step, logged: str | None, deed: Document | None) -> None:
    """Say whether the log tells of this deed; another certificate's may have taken its place."""
    if logged is None or deed is None:
        return
    kept = (deed.pdf.data[: each.end] for each in deed.pdf.revisions)
    if logged in {sha256(each).hex() for each in kept}:
        step.shows(
            "日志条目所列文书即本包中的文书", "the entry names the deed that is in the package"
        )
    else:
        step.notes_that(
            "！日志条目所列文书不是本包中的文书",
            "! the entry names another deed than the one in the package",
        )


# ---------------------------------------------------------------------- All steps, in their order.

STEPS: tuple[tuple[Callable[[Step, Asked, Found], None], str, str, bool], ...] = (
    (step_container, "容器：ZIP 结构", "container: the form of the ZIP", True),
    (step_manifest, "清单：规范 JSON", "manifest: canonical JSON", True),
    (step_files, "文件：大小与摘要", "files: sizes and digests", False),
    (step_trust, "信任：根证书", "trust: the root", True),
    (
        step_seal,
        "清单上的公证机构电子印章与时间戳",
        "the office's seal and time-stamp over the manifest",
        False,
    ),
    (
        step_certificate,
        "公证书：签名、印章、时间戳、改动",
        "certificate: signatures, seal, time-stamps, changes",
        False,
    ),
    (
        step_deed,
        "文书：当事人签名、时间戳、改动",
        "deed: the parties' signatures, time-stamps, changes",
        False,
    ),
    (
        step_ceremony,
        "面签：录像与事件的哈希链",
        "ceremony: the chain of recording and events",
        False,
    ),
    (
        step_evidence,
        "事件证书所绑定的证据",
        "the evidence that event certificates are bound to",
        False,
    ),
    (step_audit, "审计链", "audit chain", False),
    (step_people, "同意书与材料", "consents and materials", False),
    (step_number, "编号与查验码", "number and public id", False),
    (step_log, "透明日志", "transparency log", False),
)


def verify(asked: Asked) -> list[Step]:
    """Take every step; one that later ones stand on ends the rest when it fails."""
    found, steps, over = Found(), [], False
    for number, (take, zh, en, carries) in enumerate(STEPS, start=1):
        step = Step(number, zh, en, reached=not over)
        steps.append(step)
        if over:
            continue
        try:
            take(step, asked, found)
        except Fault as fault:
            step.faults.append(fault)
        except Exception as error:  # noqa: BLE001  # the outer edge: no parser's surprise passes
            step.faults.append(Fault("unreadable", "", type(error).__name__))
        over = carries and bool(step.faults)
    return steps


# -------------------------------------------------------------- What people and machines are told.


def as_lines(steps: Sequence[Step], lang: str) -> Iterator[str]:
    def both(zh: str, en: str) -> str:
        return {"zh": zh, "en": en}.get(lang, f"{zh} · {en}")

    for step in steps:
        state = both("未进行", "not reached") if not step.reached else both("通过", "ok")
        state = both("！！问题", "FAULT") if step.faults else state
        yield f"[{step.number:2}] {both(step.zh, step.en)} — {state}"
        for evidence in step.evidence:
            yield f"       {both(*evidence)}"
        for note in step.notes:
            yield f"     * {both(*note)}"
        for fault in step.faults:
            where = " ".join(
                each for each in (fault.where, fault.more and f"({fault.more})") if each
            )
            yield f"     ! {fault.code}: {both(*FAULTS[fault.code])}  {where}"
    faults = [fault.code for step in steps for fault in step.faults]
    if faults:
        yield both(
            f"结论：发现 {len(faults)} 处问题，不可采信。",
            f"RESULT: {len(faults)} faults. Do not rely on this package.",
        )
    else:
        yield both("结论：全部通过。", "RESULT: everything holds.")


def as_json(steps: Sequence[Step], asked: Asked) -> str:
    told = [
        {
            "number": step.number,
            "step": {"zh": step.zh, "en": step.en},
            "state": "fault" if step.faults else "ok" if step.reached else "not_reached",
            "evidence": [{"zh": zh, "en": en} for zh, en in step.evidence],
            "notes": [{"zh": zh, "en": en} for zh, en in step.notes],
            "faults": [
                {
                    "code": f.code,
                    "where": f.where,
                    "more": f.more,
                    "zh": FAULTS[f.code][0],
                    "en": FAULTS[f.code][1],
                }
                for f in step.faults
            ],
        }
        for step in steps
    ]
    verdict = "fault" if any(step.faults for step in steps) else "good"
    return json.dumps(
        {
            "verdict": verdict,
            "at": asked.at.isoformat(),
            "root_given": bool(asked.roots),
            "steps": told,
        },
        ensure_ascii=False,
        indent=2,
    )


# --------------------------------------------- The program: from the command line to an exit code.

OLDEST_LIBRARY = 44  # earlier ones cannot read object identifiers as long as ours


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return found if found.tzinfo else found.replace(tzinfo=timezone(timedelta(hours=8)))


def _list_in(content: bytes) -> x509.CertificateRevocationList:
    if content.startswith(b"-----"):
        return x509.load_pem_x509_crl(content)
    return x509.load_der_x509_crl(content)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description="核验公证证据包 · Verify a notarial evidence package"
    )
    parser.add_argument("package", type=Path, help="证据包 · the package (ZIP)")
    parser.add_argument(
        "--root",
        type=Path,
        action="append",
        default=[],
        help="所信任的根证书，可多次给出 · trusted root certificate (PEM), once for each",
    )
    parser.add_argument(
        "--party-root",
        type=Path,
        action="append",
        default=[],
        help="为当事人签发证书的其他机构的根证书 · root of an outside authority of parties (PEM)",
    )
    parser.add_argument(
        "--link",
        type=Path,
        action="append",
        default=[],
        help="根证书换代链接 · certificates by which keys of a root vouch for each other (PEM)",
    )
    parser.add_argument(
        "--crl",
        type=Path,
        action="append",
        default=[],
        help="更新的吊销列表，可多次给出 · newer revocation list (DER or PEM), once for each",
    )
    parser.add_argument("--log-key", metavar="VKEY", help="透明日志公钥 · verifier key of the log")
    parser.add_argument(
        "--witness-key",
        metavar="VKEY",
        action="append",
        default=[],
        help="见证透明日志者的公钥，可多次给出 · verifier key of a witness of the log, once for each",
    )
    parser.add_argument(
        "--at",
        type=_moment,
        metavar="TIME",
        help="核验时刻，默认现在 · judge for this time (ISO 8601; default now)",
    )
    parser.add_argument("--lang", choices=("zh", "en"), help="只用一种语言 · one language only")
    parser.add_argument("--json", action="store_true", help="机器可读 · for machines")
    wanted = parser.parse_args(arguments)
    if int(cryptography.__version__.split(".")[0]) < OLDEST_LIBRARY:
        parser.error(
            f"需要 cryptography {OLDEST_LIBRARY} 以上 · needs cryptography {OLDEST_LIBRARY}"
        )
    try:
        with wanted.package.open("rb") as file:
            package = file.read(LARGEST_PACKAGE + 1)
        roots, party_roots, links = (
            [each for path in paths for each in x509.load_pem_x509_certificates(path.read_bytes())]
            for paths in (wanted.root, wanted.party_root, wanted.link)
        )
        lists = [_list_in(path.read_bytes()) for path in wanted.crl]
    except (OSError, ValueError) as error:
        parser.error(f"不可读 · cannot be read: {error}")
    at = wanted.at or datetime.now(timezone.utc)
    asked = Asked(package, at, roots, wanted.log_key, party_roots, links, lists, wanted.witness_key)
    steps = verify(asked)
    if isinstance(getattr(sys.stdout, "encoding", None), str) and hasattr(
        sys.stdout, "reconfigure"
    ):
        sys.stdout.reconfigure(encoding="utf-8")
    print(as_json(steps, asked) if wanted.json else "\n".join(as_lines(steps, wanted.lang or "")))
    return 1 if any(step.faults for step in steps) else 0


if __name__ == "__main__":
    sys.exit(main())
