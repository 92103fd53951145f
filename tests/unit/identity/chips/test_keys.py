"""Keys are taken for what they are, and curves for what we know them to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from identity.chips.active import ActiveTranscript, demand_active
from identity.chips.curves import KNOWN, NAMED, Domain
from identity.chips.keys import read_key
from identity.chips.refusal import ChipFault, ChipFile, ChipRefused
from identity.chips.tlv import check_limits
from tests.unit.identity.chips import der
from tests.unit.identity.chips.signing import Signer, ec_key

if TYPE_CHECKING:
    from collections.abc import Callable

DOMAIN = next(each for each in KNOWN if each.curve.name == "brainpoolP256r1")
X, Y = bytes.fromhex(DOMAIN.x), bytes.fromhex(DOMAIN.y)
PRIME = der.sequence(der.oid("1.2.840.10045.1.1"), der.integer(int(DOMAIN.p, 16)))
EVEN = bytes([2 + Y[-1] % 2]) + X
POINT = ec_key("any").public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def written_out(
    *,
    field: bytes = PRIME,
    base: bytes = b"\x04" + X + Y,
    order: int = int(DOMAIN.n, 16),
    cofactor: int | None = 1,
) -> bytes:
    parameters = der.sequence(
        der.integer(1),
        field,
        der.sequence(der.octets(bytes.fromhex(DOMAIN.a)), der.octets(bytes.fromhex(DOMAIN.b))),
        der.octets(base),
        der.integer(order),
        *([] if cofactor is None else [der.integer(cofactor)]),
    )
    return of_curve(parameters)


def of_curve(parameters: bytes) -> bytes:
    algorithm = der.sequence(der.oid("1.2.840.10045.2.1"), parameters)
    return der.sequence(algorithm, der.bits(POINT))


@pytest.mark.parametrize(
    "info",
    [
        # As most countries write it.
        written_out,
        # The generator may be compressed.
        lambda: written_out(base=EVEN),
        # The cofactor may be left out.
        lambda: written_out(cofactor=None),
    ],
    ids=["written out", "compressed", "without cofactor"],
)
def test_parameters_of_a_known_curve_mean_that_curve(info: Callable[[], bytes]) -> None:
    key = read_key(info(), place=None)

    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert key.curve.name == "brainpoolP256r1"


@pytest.mark.parametrize(
    ("info", "fault"),
    [
        # The other square root is another generator.
        (lambda: written_out(base=bytes([EVEN[0] ^ 1]) + X), ChipFault.GENERATOR_WRONG),
        # The order is one more.
        (lambda: written_out(order=int(DOMAIN.n, 16) + 1), ChipFault.GENERATOR_WRONG),
        # The cofactor hides small subgroups.
        (lambda: written_out(cofactor=2), ChipFault.GENERATOR_WRONG),
        # The field is one of binary polynomials.
        (
            lambda: written_out(
                field=der.sequence(
                    der.oid("1.2.840.10045.1.2"),
                    der.sequence(der.integer(163), der.oid("1.2.840.10045.1.2.3.1"), der.null()),
                )
            ),
            ChipFault.CURVE_UNKNOWN,
        ),
        # The curve is whatever the issuer has, which we do not see.
        (lambda: of_curve(der.null()), ChipFault.CURVE_UNKNOWN),
    ],
    # The keys are drawn anew in every process; a test is called the same in each.
    ids=["other root", "order", "cofactor", "binary field", "implicit"],
)
def test_parameters_that_differ_in_anything_are_refused(
    info: Callable[[], bytes], fault: ChipFault
) -> None:
    with pytest.raises(ChipRefused) as refused:
        read_key(info(), place=None)
    assert refused.value.fault is fault


@pytest.mark.parametrize("domain", KNOWN, ids=lambda domain: domain.curve.name)
def test_our_table_of_curves_is_that_of_the_library(domain: Domain) -> None:
    """A key made by the library and written out with our parameters is read as itself."""
    curve = domain.curve
    signer = Signer(key=ec_key(f"table {curve.name}", curve.name), explicit=True)

    assert read_key(signer.key_info(), place=None) == signer.key.public_key()
    # The generator is the public point of the private key 1.
    one = ec.derive_private_key(1, curve).public_key().public_numbers()
    assert (one.x, one.y) == (int(domain.x, 16), int(domain.y, 16))


def test_every_known_curve_has_a_name() -> None:
    assert {each.name for each in NAMED.values()} == {each.curve.name for each in KNOWN}


def test_a_curves_answer_without_a_stated_scheme_proves_nothing() -> None:
    transcript = ActiveTranscript(challenge=bytes(8), response=bytes(64))

    with pytest.raises(ChipRefused) as refused:
        demand_active(ec_key("any").public_key(), transcript, signature=None)
    assert refused.value.place is ChipFile.DG14


def test_nothing_is_not_a_value() -> None:
    with pytest.raises(ChipRefused, match="cut_off"):
        check_limits(b"", place=None)
