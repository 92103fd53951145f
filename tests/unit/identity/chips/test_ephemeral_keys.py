"""Our ephemeral key is made of a secret and of what is asked, and kept nowhere."""

from __future__ import annotations

import pytest

from identity.chips.chip_authentication import ask_chip, ephemeral_value
from identity.chips.curves import KNOWN, Domain
from identity.chips.security_infos import SecurityInfos, read_security_infos
from tests.unit.identity.chips import making
from tests.unit.identity.chips.signing import ec_key

SEED = bytes(range(32))


def infos(curve: str) -> SecurityInfos:
    return read_security_infos(making.security_infos(ec_key(curve, curve)))


@pytest.mark.parametrize("domain", KNOWN, ids=lambda domain: domain.curve.name)
def test_the_value_is_a_private_key_of_the_chips_curve(domain: Domain) -> None:
    name, order = domain.curve.name, int(domain.n, 16)
    value = ephemeral_value(infos(name), SEED)
    assert 1 <= value < order
    assert value.bit_length() > order.bit_length() - 64
    assert ask_chip(infos(name), private_value=value).public_point[0] == 4


def test_the_same_secret_asks_the_same_and_another_asks_otherwise() -> None:
    first, again, other = (ephemeral_value(infos("secp256r1"), s) for s in (SEED, SEED, SEED[::-1]))
    assert first == again != other
