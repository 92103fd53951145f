"""What our log writes and what the shipped verifier reads are the same format.

The two share no code: each is written after c2sp.org/tlog-proof and RFC 9162.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from esign.offline import verify
from esign.transparency.checkpoints import Head
from esign.transparency.cosignatures import Cosigner, cosignature
from esign.transparency.errors import NoteUntrusted
from esign.transparency.merkle import inclusion_proof, leaf_hash, node_hash, root_hash
from esign.transparency.notes import Note, VerifierKey, decode64, encode64, signed_note
from esign.transparency.proofs import LogProof

LOG = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = VerifierKey("feigui.example/log", LOG.public_key().public_bytes_raw())
ENTRIES = [f"entry {number}".encode() for number in range(13)]


def node(level: int, position: int) -> bytes:
    if level == 0:
        return leaf_hash(ENTRIES[position])
    return node_hash(node(level - 1, 2 * position), node(level - 1, 2 * position + 1))


def proof(index: int, size: int, *seen: tuple[Cosigner, Ed25519PrivateKey, datetime]) -> bytes:
    head = Head(KEY.name, size, root_hash(size, node))
    lines = [cosignature(head.text, who, key.sign, at=at) for who, key, at in seen]
    return bytes(
        LogProof(
            index=index,
            path=tuple(inclusion_proof(index, size, node)),
            checkpoint=b"".join([signed_note(head.text, KEY, LOG.sign), *lines]),
            extra=ENTRIES[index],
        )
    )


@pytest.mark.parametrize("size", range(1, len(ENTRIES) + 1))
def test_every_entry_of_every_tree_is_found_and_no_other_in_its_place(size: int) -> None:
    for index in range(size):
        read = verify.read_log_proof(proof(index, size))
        assert (read.index, read.size, read.extra) == (index, size, ENTRIES[index])
        verify.check_checkpoint(read, str(KEY))
        verify.check_inclusion(read, ENTRIES[index])
        with pytest.raises(verify.Fault, match="log_inclusion"):
            verify.check_inclusion(read, b"another entry")


@pytest.mark.parametrize(
    "key",
    [
        # The same name with another key, another name, and no key at all.
        str(VerifierKey(KEY.name, bytes(32))),
        str(VerifierKey("other.example/log", KEY.public)),
        f"{KEY.name}+00000000+{str(KEY).rsplit('+', 1)[1]}",
    ],
)
def test_a_checkpoint_counts_under_the_key_that_is_trusted_only(key: str) -> None:
    with pytest.raises(verify.Fault, match="log_signature"):
        verify.check_checkpoint(verify.read_log_proof(proof(3, 7)), key)


# ---- When somebody saw the checkpoint (c2sp.org/tlog-cosignature).

WITNESS = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
SEEN = Cosigner("witness.example/w1", WITNESS.public_key().public_bytes_raw())
WITNESS_KEY = f"{SEEN.name}+{SEEN.id.hex()}+{encode64(bytes((4,)) + SEEN.public)}"
FIRST, LATER = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)


def test_who_cosigned_and_when_is_read_under_the_key_that_is_trusted() -> None:
    own = (Cosigner.of(KEY), LOG, FIRST)
    content = proof(3, 7, own, (SEEN, WITNESS, LATER))
    read = verify.read_log_proof(content)
    verify.check_checkpoint(read, str(KEY))
    assert verify.seen_at(read, str(KEY)) == [FIRST]
    assert verify.seen_at(read, WITNESS_KEY) == [LATER]
    assert verify.seen_at(read, str(VerifierKey(KEY.name, bytes(32)))) == []
    assert verify.seen_at(verify.read_log_proof(proof(3, 7)), str(KEY)) == []
    note = Note.read(LogProof.read(content).checkpoint)
    assert (Cosigner.of(KEY).seen_at(note), SEEN.seen_at(note)) == (FIRST, LATER)
    assert Cosigner(SEEN.name, KEY.public).seen_at(note) is None


def test_a_date_that_nobody_signed_is_refused_by_both() -> None:
    """A date is the eight bytes after the key's id: another one there is another statement."""
    content = proof(3, 7, (SEEN, WITNESS, LATER))
    line = content.splitlines()[-1].rpartition(b" ")[2]
    signed = bytearray(decode64(line.decode()))
    signed[11] ^= 1
    altered = content.replace(line, encode64(bytes(signed)).encode())
    with pytest.raises(verify.Fault, match="log_signature"):
        verify.seen_at(verify.read_log_proof(altered), WITNESS_KEY)
    with pytest.raises(NoteUntrusted):
        SEEN.seen_at(Note.read(LogProof.read(altered).checkpoint))


def test_a_signature_over_the_checkpoint_is_no_statement_of_a_date() -> None:
    """Neither the log's own under another id, nor a date without a signature."""
    stolen = Cosigner.of(KEY)
    for content in (LOG.sign(Head(KEY.name, 7, root_hash(7, node)).text.encode()), b""):
        line = f"\u2014 {KEY.name} {encode64(stolen.id + bytes(8) + content)}\n".encode()
        read = verify.read_log_proof(proof(3, 7) + line)
        with pytest.raises(verify.Fault, match="log_signature"):
            verify.seen_at(read, str(KEY))
        with pytest.raises(NoteUntrusted):
            stolen.seen_at(Note.read(LogProof.read(proof(3, 7) + line).checkpoint))


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        (b"c2sp.org/tlog-proof@v1", b"c2sp.org/tlog-proof@v2"),
        (b"index 3\n", b"index 03\n"),
        (b"index 3\n", b""),
        (b"\n7\n", b"\n07\n"),
        ("\u2014 ".encode(), b"-- "),
    ],
)
def test_a_proof_of_another_form_is_not_read(written: bytes, instead: bytes) -> None:
    content = proof(3, 7)
    assert written in content
    with pytest.raises(verify.Fault, match="log_form"):
        verify.read_log_proof(content.replace(written, instead))
