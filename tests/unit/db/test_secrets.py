"""A ciphertext opens in its own place, under its own key, unaltered, or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.db.errors import FieldSealBroken
from server.db.secrets import FieldCipher, FieldKeys, Place

OLD, NEW = b"o" * 32, b"n" * 32
KEYS = FieldKeys(current="old", keys={"old": OLD}, index_key=b"i" * 32)
PLACE = Place(table="parties", column="papers", row="1")
CIPHER = FieldCipher(KEYS)


@given(st.text())
def test_what_was_encrypted_opens_in_its_place(plain: str) -> None:
    """Any text, the empty one too."""
    assert CIPHER.decrypt_text(CIPHER.encrypt_text(plain, PLACE), PLACE) == plain


@pytest.mark.parametrize(
    "elsewhere",
    [
        # The row of another person.
        replace(PLACE, row="2"),
        # Another column of the same row.
        replace(PLACE, column="phone"),
        # Another table.
        replace(PLACE, table="applicants"),
    ],
)
def test_a_ciphertext_does_not_open_elsewhere(elsewhere: Place) -> None:
    stored = CIPHER.encrypt(b"plain", PLACE)
    with pytest.raises(FieldSealBroken):
        CIPHER.decrypt(stored, elsewhere)


@given(st.data())
def test_no_altered_ciphertext_opens(data: st.DataObject) -> None:
    """One bit anywhere, or any cut: the header is as good a place as the rest."""
    stored = CIPHER.encrypt(b"plain", PLACE)
    position = data.draw(st.integers(0, len(stored) * 8 - 1))
    altered = bytearray(stored)
    altered[position // 8] ^= 1 << position % 8
    cut = stored[: data.draw(st.integers(0, len(stored) - 1))]
    for broken in (bytes(altered), cut):
        with pytest.raises(FieldSealBroken):
            CIPHER.decrypt(broken, PLACE)


def test_a_new_key_reads_what_the_old_one_wrote() -> None:
    both = FieldKeys(current="new", keys={"old": OLD, "new": NEW}, index_key=KEYS.index_key)
    stored = CIPHER.encrypt(b"plain", PLACE)
    assert FieldCipher(both).decrypt(stored, PLACE) == b"plain"
    with pytest.raises(FieldSealBroken):
        CIPHER.decrypt(FieldCipher(both).encrypt(b"plain", PLACE), PLACE)


def test_the_same_text_never_looks_the_same() -> None:
    assert CIPHER.encrypt(b"plain", PLACE) != CIPHER.encrypt(b"plain", PLACE)


def test_an_index_finds_the_same_value_and_only_for_the_same_purpose() -> None:
    other = FieldCipher(replace(KEYS, index_key=b"j" * 32))
    index = CIPHER.blind_index("phone", "+33600000000")
    assert index == CIPHER.blind_index("phone", "+33600000000")
    assert index != CIPHER.blind_index("parties.id_number", "+33600000000")
    assert index != other.blind_index("phone", "+33600000000")


@pytest.mark.parametrize(
    ("current", "key"),
    [
        # The current key is not among the keys.
        ("missing", b"k" * 32),
        # A key of 16 bytes would silently be AES-128.
        ("k", b"k" * 16),
    ],
)
def test_keys_that_do_not_fit_are_refused(current: str, key: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        FieldKeys(current=current, keys={"k": key}, index_key=b"i" * 32)
