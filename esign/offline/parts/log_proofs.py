"""The transparency log (c2sp.org/tlog-proof, tlog-cosignature, RFC 9162)."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from datetime import datetime, timezone

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ed25519

from esign.offline.parts.digests import sha256
from esign.offline.parts.faults import Fault, require

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
