"""What our log writes and what the shipped verifier reads are the same format.

The two share no code: each is written after c2sp.org/tlog-proof and RFC 9162.
"""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from esign.offline import verify
from esign.transparency.checkpoints import Head
from esign.transparency.merkle import inclusion_proof, leaf_hash, node_hash, root_hash
from esign.transparency.notes import VerifierKey, signed_note
from esign.transparency.proofs import LogProof

LOG = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = VerifierKey("feigui.example/log", LOG.public_key().public_bytes_raw())
ENTRIES = [f"entry {number}".encode() for number in range(13)]


def node(level: int, position: int) -> bytes:
    if level == 0:
        return leaf_hash(ENTRIES[position])
    return node_hash(node(level - 1, 2 * position), node(level - 1, 2 * position + 1))


def proof(index: int, size: int) -> bytes:
    head = Head(KEY.name, size, root_hash(size, node))
    return bytes(
        LogProof(
            index=index,
            path=tuple(inclusion_proof(index, size, node)),
            checkpoint=signed_note(head.text, KEY, LOG.sign),
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
