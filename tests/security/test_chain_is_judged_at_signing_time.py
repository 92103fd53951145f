"""An expired certificate must not void the deeds it once signed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from esign.chain import verify_chain_at
from esign.errors import ChainInvalid
from esign.testing import ThrowawayCA

SIGNED_AT = datetime(2024, 5, 1, tzinfo=UTC)
AFTER_EXPIRY = SIGNED_AT + timedelta(days=400)


def test_deed_stays_valid_after_its_certificate_expired() -> None:
    ca = ThrowawayCA.new(valid_from=SIGNED_AT)
    leaf = ca.issue("Li Lei", valid_from=SIGNED_AT, valid_for=timedelta(days=365))
    assert leaf.not_valid_after_utc < AFTER_EXPIRY  # or this test proves nothing

    assert verify_chain_at(leaf, [], roots=[ca.root], at=SIGNED_AT)[-1] == ca.root
    with pytest.raises(ChainInvalid):
        verify_chain_at(leaf, [], roots=[ca.root], at=AFTER_EXPIRY)


def test_namesake_root_is_not_trusted() -> None:
    ours, theirs = (ThrowawayCA.new(valid_from=SIGNED_AT) for _ in range(2))
    leaf = theirs.issue("Li Lei", valid_from=SIGNED_AT, valid_for=timedelta(days=365))
    assert ours.root.subject == theirs.root.subject  # or this test proves nothing

    with pytest.raises(ChainInvalid):
        verify_chain_at(leaf, [], roots=[ours.root], at=SIGNED_AT)


def test_end_certificate_cannot_act_as_an_authority() -> None:
    ca = ThrowawayCA.new(valid_from=SIGNED_AT)
    leaf = ca.issue("Li Lei", valid_from=SIGNED_AT, valid_for=timedelta(days=365))
    other = ThrowawayCA.new(valid_from=SIGNED_AT)
    stranger = other.issue("Han Mei", valid_from=SIGNED_AT, valid_for=timedelta(days=365))
    with pytest.raises(ChainInvalid):
        verify_chain_at(stranger, [leaf], roots=[ca.root], at=SIGNED_AT)
