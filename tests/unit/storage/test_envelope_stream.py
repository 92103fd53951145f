"""Our streaming encryption is Tink's: each reads the other, and neither is fooled."""

from __future__ import annotations

import io
import secrets
from typing import TYPE_CHECKING

import pytest
import tink
from hypothesis import given, settings
from hypothesis import strategies as st
from tink import cleartext_keyset_handle, streaming_aead
from tink.proto import aes_gcm_hkdf_streaming_pb2, common_pb2, tink_pb2

from storage.envelope_stream import HEADER, SEGMENT, TAG, decrypt, encrypt
from storage.errors import EnvelopeBroken

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = bytes(range(32))
PLACE = b"evidence/offices/kunming-a/00/00"
FIRST = SEGMENT - HEADER - TAG  # What the first segment holds,
LATER = SEGMENT - TAG  # and what every other holds.


def oracle(key: bytes) -> streaming_aead.StreamingAead:
    """Return Google's implementation over the same key."""
    parameters = aes_gcm_hkdf_streaming_pb2.AesGcmHkdfStreamingParams(
        ciphertext_segment_size=SEGMENT, derived_key_size=32, hkdf_hash_type=common_pb2.SHA256
    )
    message = aes_gcm_hkdf_streaming_pb2.AesGcmHkdfStreamingKey(key_value=key, params=parameters)
    keyset = tink_pb2.Keyset(primary_key_id=1)
    entry = keyset.key.add(key_id=1, status=tink_pb2.ENABLED, output_prefix_type=tink_pb2.RAW)
    entry.key_data.type_url = "type.googleapis.com/google.crypto.tink.AesGcmHkdfStreamingKey"
    entry.key_data.value = message.SerializeToString()
    entry.key_data.key_material_type = tink_pb2.KeyData.SYMMETRIC
    streaming_aead.register()
    handle = cleartext_keyset_handle.from_keyset(keyset)
    return handle.primitive(streaming_aead.StreamingAead)


class Sink(io.BytesIO):
    """Tink closes what it writes to; this keeps what was written."""

    def close(self) -> None:
        pass


def tink_encrypt(content: bytes) -> bytes:
    sink = Sink()
    with oracle(KEY).new_encrypting_stream(sink, PLACE) as stream:
        stream.write(content)
    return sink.getvalue()


def tink_decrypt(ciphertext: bytes) -> bytes:
    with oracle(KEY).new_decrypting_stream(io.BytesIO(ciphertext), PLACE) as stream:
        return bytes(stream.read())


def ours(content: bytes) -> bytes:
    return b"".join(encrypt(io.BytesIO(content), key=KEY, aad=PLACE))


def read(ciphertext: bytes, *, key: bytes = KEY, aad: bytes = PLACE) -> bytes:
    return b"".join(decrypt(io.BytesIO(ciphertext), key=key, aad=aad))


def segments(ciphertext: bytes) -> list[bytes]:
    head, rest = ciphertext[:SEGMENT], ciphertext[SEGMENT:]
    return [head, *(rest[at : at + SEGMENT] for at in range(0, len(rest), SEGMENT))]


near_borders = st.sampled_from([0, FIRST, FIRST + LATER, FIRST + 2 * LATER]).flatmap(
    lambda border: st.integers(max(0, border - 20), border + 20)
)


@settings(max_examples=40, deadline=None)
@given(size=near_borders)
def test_tink_reads_ours_and_we_read_tinks_around_every_border(size: int) -> None:
    content = secrets.token_bytes(size)
    assert tink_decrypt(ours(content)) == content
    assert read(tink_encrypt(content)) == content
    assert len(ours(content)) == len(tink_encrypt(content))


# Nothing, one byte, and exactly full segments.
@pytest.mark.parametrize("size", [0, 1, FIRST, FIRST + LATER])
def test_what_is_encrypted_twice_differs_and_decrypts_alike(size: int) -> None:
    content = secrets.token_bytes(size)
    assert ours(content) != ours(content)
    assert read(ours(content)) == content


def attacks() -> Iterator[tuple[str, bytes]]:
    good = ours(secrets.token_bytes(FIRST + LATER + 100))
    other = ours(secrets.token_bytes(FIRST + LATER + 100))
    first, second, last = segments(good)
    yield "nothing at all", b""
    yield "cut inside the header", good[: HEADER - 1]
    yield "cut after the header", good[:HEADER]
    yield "cut inside a segment", good[: SEGMENT + 1000]
    yield "cut inside a tag", good[:-1]
    yield "cut at a border", first + second
    yield "only the first segment", first
    yield "segments swapped", first + second[: len(last)] + last
    yield "a segment left out", first + last
    yield "a segment twice", first + second + second + last
    yield "a segment of another object", first + segments(other)[1] + last
    yield "the last of another object", first + second + segments(other)[2]
    yield "something appended", good + b"\0"
    yield "itself appended", good + good
    yield "a bit of the salt", good[:5] + bytes([good[5] ^ 1]) + good[6:]
    yield "a bit of the nonce prefix", good[:35] + bytes([good[35] ^ 1]) + good[36:]
    yield "a bit of the text", good[:2000] + bytes([good[2000] ^ 1]) + good[2001:]
    yield "another length of header", b"\x29" + good[1:]


@pytest.mark.parametrize(
    "ciphertext", [pytest.param(altered, id=name) for name, altered in attacks()]
)
def test_altered_ciphertext_is_refused_by_us_and_by_tink(ciphertext: bytes) -> None:
    with pytest.raises(EnvelopeBroken):
        read(ciphertext)
    with pytest.raises(tink.TinkError):
        tink_decrypt(ciphertext)


def test_another_place_or_key_does_not_read_it() -> None:
    with pytest.raises(EnvelopeBroken):
        read(ours(b"deed"), aad=b"evidence/offices/kunming-b/00/00")
    with pytest.raises(EnvelopeBroken):
        read(ours(b"deed"), key=bytes(32))


class Trickle(io.RawIOBase):
    """Hands out a few bytes at a time, and counts what it has handed out."""

    def __init__(self, size: int) -> None:
        self.left = size

    def read(self, size: int = -1, /) -> bytes:
        given = min(size, self.left, 4000)
        self.left -= given
        return bytes(given)


def test_a_slow_source_makes_the_same_segments() -> None:
    pieces = list(encrypt(Trickle(FIRST + 10), key=KEY, aad=PLACE))
    assert [len(piece) for piece in pieces] == [HEADER, FIRST + TAG, 10 + TAG]
    assert tink_decrypt(b"".join(pieces)) == bytes(FIRST + 10)


def test_no_more_than_two_segments_are_held() -> None:
    source = Trickle(50 * SEGMENT)
    pieces = encrypt(source, key=KEY, aad=PLACE)
    next(pieces)
    next(pieces)
    assert source.left >= 48 * SEGMENT
