"""Whatever is signed: the signature holds for this key and content, and for nothing else."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from esign.errors import KeyUnsuitable, SignatureBroken
from esign.sm.sm2 import Sm2PrivateKey, Sm2PublicKey

EXAMPLES: Final = settings(max_examples=60, deadline=None)
KEY: Final = Sm2PrivateKey.generate()
OTHER: Final = Sm2PrivateKey.generate().public_key()


@EXAMPLES
@given(message=st.binary(max_size=200), other=st.binary(max_size=200))
def test_signature_holds_for_its_message_alone(message: bytes, other: bytes) -> None:
    own = KEY.public_key()
    made = KEY.sign(own.imprint(message))
    own.check(made, own.imprint(message))
    assert len(made) <= 72
    with pytest.raises(SignatureBroken):
        OTHER.check(made, OTHER.imprint(message))
    assume(other != message)
    with pytest.raises(SignatureBroken):
        own.check(made, own.imprint(other))


@EXAMPLES
@given(message=st.binary(max_size=40), at=st.integers(0, 10_000), change=st.integers(1, 255))
def test_no_byte_of_a_signature_can_change(message: bytes, at: int, change: int) -> None:
    own = KEY.public_key()
    made = bytearray(KEY.sign(own.imprint(message)))
    made[at % len(made)] ^= change
    with pytest.raises(SignatureBroken):
        own.check(bytes(made), own.imprint(message))


@EXAMPLES
@given(st.binary(max_size=300))
def test_bytes_that_somebody_made_up_are_no_key(encoded: bytes) -> None:
    for read in (Sm2PublicKey.from_der, Sm2PublicKey, Sm2PrivateKey.from_der):
        with pytest.raises(KeyUnsuitable):
            read(encoded)


@EXAMPLES
@given(at=st.integers(0, 10_000), change=st.integers(1, 255))
def test_altered_private_key_is_refused_or_another_way_to_write_it(at: int, change: int) -> None:
    encoded = bytearray(KEY.to_der())
    encoded[at % len(encoded)] ^= change
    try:
        found = Sm2PrivateKey.from_der(bytes(encoded))
    except KeyUnsuitable:
        return
    assert found.public_key() == KEY.public_key()
