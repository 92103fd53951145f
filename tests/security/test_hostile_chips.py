"""A chip made to hurt its reader ends in a named refusal, soon; and no altered chip verifies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identity.chips.certificates import read_certificate
from identity.chips.files import ChipFiles
from identity.chips.finding import ChipHint
from identity.chips.master_list import read_master_list
from identity.chips.refusal import ChipFile, ChipRefused
from identity.chips.revocation import read_revocation_list
from identity.chips.tlv import check_limits
from identity.chips.verifying import verify_chip
from tests.unit.identity.chips import der, making
from tests.unit.identity.chips.issuing import AT, revocation_list
from tests.unit.identity.chips.making import state

if TYPE_CHECKING:
    from collections.abc import Callable

CHIP: Final = making.chip()
SIGNED: Final = sorted(CHIP.groups)
CHANGES: Final = st.lists(
    st.tuples(st.integers(0, 2**31), st.integers(0, 19), st.binary(max_size=20)),
    min_size=1,
    max_size=4,
)


def altered(content: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    """Several changes at once, anywhere, of any size."""
    found = bytearray(content)
    for place, length, put in changes:
        start = place % len(found) if found else 0
        found[start : start + length] = put
    return bytes(found)


def with_file(file: ChipFile, content: bytes) -> ChipFiles:
    return ChipFiles(contents={**CHIP.contents, file: content})


@settings(max_examples=150, deadline=None)
@given(file=st.sampled_from(SIGNED), changes=CHANGES)
def test_a_data_group_with_any_few_bytes_altered_never_verifies(
    file: ChipFile, changes: list[tuple[int, int, bytes]]
) -> None:
    content = altered(CHIP[file], changes)
    if content == CHIP[file]:
        return
    with pytest.raises(ChipRefused):
        verify_chip(with_file(file, content), state().trust, at=AT)


@settings(max_examples=250, deadline=None)
@given(changes=CHANGES)
def test_a_security_object_with_any_few_bytes_altered_ends_in_a_refusal_or_means_the_same(
    changes: list[tuple[int, int, bytes]],
) -> None:
    """What is not covered by a signature may change: the SOD's list of digest algorithms is one."""
    unaltered = verify_chip(CHIP, state().trust, at=AT)
    try:
        found = verify_chip(
            with_file(ChipFile.SOD, altered(CHIP[ChipFile.SOD], changes)), state().trust, at=AT
        )
    except ChipRefused:
        return
    assert (found.holder, found.portrait) == (unaltered.holder, unaltered.portrait)
    # A signer's certificate that was altered is one that nobody we believe has signed.
    assert ChipHint.SIGNER_UNKNOWN in found.hints or found.hints >= unaltered.hints


@settings(max_examples=150, deadline=None)
@given(file=st.sampled_from(sorted(CHIP.contents)), content=st.binary(max_size=300))
def test_any_bytes_in_place_of_a_file_are_refused(file: ChipFile, content: bytes) -> None:
    with pytest.raises(ChipRefused):
        verify_chip(with_file(file, content), state().trust, at=AT)


@settings(max_examples=100, deadline=None)
@given(file=st.sampled_from(SIGNED), changes=CHANGES)
def test_whatever_a_state_signs_is_read_or_refused_by_name(
    file: ChipFile, changes: list[tuple[int, int, bytes]]
) -> None:
    """The parsers behind the hashes see hostile bytes too, once a state's key is stolen."""
    chip = making.chip({**making.groups(), file: altered(CHIP[file], changes)})
    try:
        verify_chip(chip, state().trust, at=AT)
    except ChipRefused as refusal:
        assert refusal.fault  # noqa: PT017 - any named refusal will do


READERS: Final[list[tuple[Callable[[bytes], object], bytes]]] = [
    # A country's certificate.
    (read_certificate, state().root_certificate),
    # A revocation list.
    (read_revocation_list, revocation_list(state().root, 4, 5, 6)),
    # A master list.
    (
        read_master_list,
        der.sequence(der.integer(0), der.set_of(state().root_certificate)),
    ),
]


@settings(max_examples=200, deadline=None)
@given(reader=st.sampled_from(READERS), changes=CHANGES)
def test_altered_trust_is_read_or_refused_by_name(
    reader: tuple[Callable[[bytes], object], bytes], changes: list[tuple[int, int, bytes]]
) -> None:
    read, content = reader
    try:
        read(altered(content, changes))
    except ChipRefused as refusal:
        assert refusal.fault  # noqa: PT017 - any named refusal will do


@settings(max_examples=300, deadline=None)
@given(content=st.binary(max_size=100))
def test_the_walk_over_any_bytes_ends(content: bytes) -> None:
    try:
        check_limits(content, place=None)
    except ChipRefused as refusal:
        assert refusal.fault  # noqa: PT017 - any named refusal will do
