"""What a state adds about the holder is told where it can be read, and refuses nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from identity.chips.certificates import read_certificate
from identity.chips.refusal import ChipFault, ChipFile, ChipRefused
from identity.chips.verifying import verify_chip
from tests.unit.identity.chips import der, making
from tests.unit.identity.chips.issuing import AT, PERIOD, extension
from tests.unit.identity.chips.making import state


@pytest.mark.parametrize(
    ("written", "name"),
    [
        # In the state's own script.
        ("欧阳明".encode(), "欧阳明"),
        # With the fillers of the zone.
        (b"SPECIMEN<<ANNA<MARIA", "SPECIMEN ANNA MARIA"),
        # In an older coding than UTF-8.
        ("欧阳明".encode("gbk"), None),
        # With a line of somebody's log in it.
        (b"ANNA\x00MARIA", None),
        # As nothing.
        (b"<<<", None),
        # As a novel.
        (b"A" * 201, None),
        # Not at all.
        (None, None),
    ],
)
def test_a_full_name_is_told_where_it_can_be_read(written: bytes | None, name: str | None) -> None:
    chip = making.chip(making.groups() | making.details(name=written))

    found = verify_chip(chip, state().trust, at=AT)

    assert found.details.name == name
    assert found.details.authority == "国家移民管理局"
    assert found.details.personal_number is None


@pytest.mark.parametrize(
    ("written", "issued"),
    [
        # Eight digits.
        (b"20250201", date(2025, 2, 1)),
        # Four bytes of two digits each, as older chips have it.
        (b"\x20\x25\x02\x01", date(2025, 2, 1)),
        # No such day.
        (b"20250231", None),
        # No digits.
        (b"\xff\xff\xff\xff", None),
        # Too few.
        (b"2025", None),
        # None.
        (None, None),
    ],
)
def test_the_day_of_issue_is_told_where_it_is_one(
    written: bytes | None, issued: date | None
) -> None:
    chip = making.chip(making.groups() | making.details(issued=written))

    assert verify_chip(chip, state().trust, at=AT).details.issued == issued


def test_what_is_added_is_signed_as_well() -> None:
    contents = dict(making.chip(making.groups() | making.details(name=b"ANNA")).contents)
    contents[ChipFile.DG11] = making.details(name=b"EMMA")[ChipFile.DG11]

    with pytest.raises(ChipRefused, match=r"^hash_mismatch: DG11$"):
        verify_chip(replace(making.chip(), contents=contents), state().trust, at=AT)


def test_a_time_without_a_zone_is_refused_before_anything_is_compared_with_it() -> None:
    moment = f"{datetime(2025, 1, 1, tzinfo=UTC):%Y%m%d%H%M%S}".encode()
    period = der.sequence(der.tlv(0x80, moment))
    spec = replace(state().signer_spec, more=(extension(PERIOD, period),))

    with pytest.raises(ChipRefused) as refused:
        read_certificate(spec.by(state().root))
    assert refused.value.fault is ChipFault.MALFORMED


def test_the_period_of_a_key_may_have_one_end() -> None:
    period = der.sequence(der.generalized_time(datetime(2025, 6, 1, tzinfo=UTC), tag=0x81))
    spec = replace(state().signer_spec, more=(extension(PERIOD, period),))

    found = read_certificate(spec.by(state().root))

    assert found.key_used_from is None
    assert found.key_used_until == datetime(2025, 6, 1, tzinfo=UTC)
