"""Notes, keys, checkpoints and portable proofs, with vectors that others signed."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from esign.transparency.checkpoints import Head, empty_head, head_of, open_checkpoint
from esign.transparency.errors import NoteMalformed, NoteUntrusted, ProofInvalid
from esign.transparency.merkle import EMPTY_ROOT, leaf_hash, node_hash
from esign.transparency.notes import Note, VerifierKey, signed_note
from esign.transparency.proofs import LogProof

# golang.org/x/mod/sumdb/note, its example.
NEUMANN = VerifierKey.read("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
ANSWER = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdng"
    "otpRZb6KE6RyyBwJnAM=\n"
).encode()
# The key of Go's checksum database.
SUM = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = VerifierKey(
    "log.example/a", PRIVATE.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
)
ENTRIES = [b"first", b"second"]
ROOT = node_hash(leaf_hash(ENTRIES[0]), leaf_hash(ENTRIES[1]))
HEAD = Head("log.example/a", 2, ROOT)
CHECKPOINT = signed_note(HEAD.text, KEY, PRIVATE.sign)


def test_a_note_that_somebody_else_signed_is_believed() -> None:
    note = Note.read(ANSWER)
    note.require([NEUMANN])
    assert note.text.endswith("what your problem is.\n")


@pytest.mark.parametrize("text", [SUM, str(NEUMANN), str(KEY)])
def test_a_key_is_written_as_it_is_read(text: str) -> None:
    assert str(VerifierKey.read(f"{text}\n")) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sum.golang.org",
        "sum.golang.org+033de0ae+!",
        "sum.golang.org+033de0ae+AA==",  # another kind of key
        "sum.golang.org+033de0af+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
        "other.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
        "+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
        "sum.golang.org+033de0ae+AQ==",  # no key at all
        # The same bits, spelled with a stray bit at the end.
        "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn9=",
    ],
)
def test_what_is_not_a_key_is_refused(text: str) -> None:
    with pytest.raises(NoteMalformed):
        VerifierKey.read(text)


def test_an_altered_note_is_refused_and_one_by_strangers_too() -> None:
    with pytest.raises(NoteUntrusted, match="not that of the key"):
        Note.read(ANSWER.replace(b"answer", b"Answer")).require([NEUMANN])
    with pytest.raises(NoteUntrusted, match="no known key"):
        Note.read(ANSWER).require([KEY])


def test_signatures_of_strangers_below_a_note_do_no_harm() -> None:
    stranger = base64.b64encode(b"abcd" + b"s" * 80).decode()
    note = Note.read(CHECKPOINT + f"— witness.example {stranger}\n".encode())
    note.require([KEY])
    assert len(note.signatures) == 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"text without signatures\n",
        b"text\n\n",
        b"\n\n\xe2\x80\x94 a AAAAAAA=\n",  # no text
        b"text\n\n\xe2\x80\x94 a AAAAAAA=",  # the last newline is missing
        b"text\n\n- a AAAAAAA=\n",  # another dash
        b"text\n\n\xe2\x80\x94 a+b AAAAAAA=\n",
        b"text\n\n\xe2\x80\x94 a AAAA\n",  # an id and nothing else
        b"text\n\n\xe2\x80\x94 a !\n",
        b"te\x00xt\n\n\xe2\x80\x94 a AAAAAAA=\n",
        b"te\xffxt\n\n\xe2\x80\x94 a AAAAAAA=\n",
        b"x" * 70_000,
        b"text\n\n" + b"\xe2\x80\x94 a AAAAAAA=\n" * 65,
    ],
)
def test_what_is_not_a_note_is_refused(content: bytes) -> None:
    with pytest.raises(NoteMalformed):
        Note.read(content)


def test_a_checkpoint_says_what_its_log_signed() -> None:
    assert open_checkpoint(CHECKPOINT, KEY) == HEAD
    assert head_of(HEAD.text) == HEAD
    assert head_of(
        "sum.golang.org\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\next\n"
    ) == Head("sum.golang.org", 0, EMPTY_ROOT)
    assert empty_head("a").root == EMPTY_ROOT


def test_a_checkpoint_of_another_log_is_refused_though_the_key_signed_it() -> None:
    other = signed_note(Head("log.example/b", 2, ROOT).text, KEY, PRIVATE.sign)
    with pytest.raises(NoteMalformed, match="another log"):
        open_checkpoint(other, KEY)


@pytest.mark.parametrize(
    "text",
    [
        "origin\n1\n",
        "origin\n01\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "origin\n-1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "origin\n1\nAAAA\n",
        "\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "origin\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\nmore\n",
    ],
)
def test_what_is_not_a_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteMalformed):
        head_of(text)


PROOF = LogProof(index=1, path=(leaf_hash(b"first"),), checkpoint=CHECKPOINT, extra=b"second")


def test_a_proof_is_written_as_specified_and_proves_its_entry() -> None:
    above, below = bytes(PROOF).split(b"\n\n", 1)
    assert above.decode().split("\n") == [
        "c2sp.org/tlog-proof@v1",
        f"extra {base64.b64encode(b'second').decode()}",
        "index 1",
        base64.b64encode(leaf_hash(b"first")).decode(),
    ]
    assert below == CHECKPOINT
    assert LogProof.read(bytes(PROOF)) == PROOF
    assert PROOF.opened(KEY) == (b"second", HEAD)


def test_a_proof_proves_no_other_entry() -> None:
    with pytest.raises(ProofInvalid):
        PROOF.require(b"other", KEY)


def test_a_proof_may_come_without_its_entry() -> None:
    bare = LogProof(index=1, path=PROOF.path, checkpoint=CHECKPOINT)
    assert LogProof.read(bytes(bare)) == bare
    assert bare.require(b"second", KEY) == HEAD
    with pytest.raises(ProofInvalid, match="bring its entry"):
        bare.opened(KEY)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"c2sp.org/tlog-proof@v2\nindex 1\n\n" + CHECKPOINT,
        b"c2sp.org/tlog-proof@v1\n\n" + CHECKPOINT,
        b"c2sp.org/tlog-proof@v1\nextra AAAA\n\n" + CHECKPOINT,
        b"c2sp.org/tlog-proof@v1\nindex 01\n\n" + CHECKPOINT,
        b"c2sp.org/tlog-proof@v1\nindex\n\n" + CHECKPOINT,
        b"c2sp.org/tlog-proof@v1\nindex 1\nAAAA\n\n" + CHECKPOINT,
        b"c2sp.org/tlog-proof@v1\nindex 1\n" + CHECKPOINT,
        b"c2sp.org/tlog-proof@v1\nindex \xff1\n\n" + CHECKPOINT,
    ],
)
def test_what_is_not_a_proof_is_refused(content: bytes) -> None:
    with pytest.raises(NoteMalformed):
        LogProof.read(content)
