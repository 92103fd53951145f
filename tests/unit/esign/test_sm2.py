"""SM2 and SM3 against the examples in the standards, and against what strangers hand us."""

from __future__ import annotations

import ctypes
import gc
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from esign.cms import der
from esign.errors import AlgorithmUnavailable, KeyUnsuitable, RequestRefused, SignatureBroken
from esign.sm.libcrypto import LIBRARY, LibcryptoRefused, algorithm_context, demand
from esign.sm.sm2 import CURVE, EC_PUBLIC_KEY, Sm2PrivateKey, Sm2PublicKey
from esign.sm.sm3 import sm3

# GB/T 32918.5-2017 annex A.2: digital signature over the curve of the same standard.
EXAMPLE_ID: Final = b"1234567812345678"
EXAMPLE_MESSAGE: Final = b"message digest"
EXAMPLE_PRIVATE: Final = "3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8"
EXAMPLE_POINT: Final = bytes.fromhex(
    "04"
    "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
    "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
)
EXAMPLE_ZA: Final = "b2e14c5c79c6df5b85f4fe7ed8db7a262b9da7e07ccb0ea9f4747b8ccda8a4f3"
EXAMPLE_E: Final = "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640"
EXAMPLE_R: Final = 0xF5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3
EXAMPLE_S: Final = 0xB1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA

ALGORITHM: Final = der.sequence(EC_PUBLIC_KEY, CURVE)
P256_ALGORITHM: Final = der.sequence(EC_PUBLIC_KEY, der.oid("1.2.840.10045.3.1.7"))
PAGE: Final = os.sysconf("SC_PAGE_SIZE")


def pair(r: int, s: int) -> bytes:
    return der.sequence(der.integer(r), der.integer(s))


def bits(contents: bytes) -> bytes:
    return der.value(0x03, contents)


def pkcs8(number: bytes, point: bytes, algorithm: bytes = ALGORITHM) -> bytes:
    inner = der.sequence(der.integer(1), der.octets(number), der.tagged(1, bits(b"\0" + point)))
    return der.sequence(der.integer(0), algorithm, der.octets(inner))


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


# GB/T 32905-2016 annex A: examples 1 and 2.
@pytest.mark.parametrize(
    ("message", "digest"),
    [
        (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ],
)
def test_sm3_gives_the_digests_of_the_standard(message: bytes, digest: str) -> None:
    assert sm3(message).hexdigest() == digest


def test_za_and_e_are_those_of_the_standard() -> None:
    key = Sm2PublicKey(EXAMPLE_POINT)
    assert key.identity(EXAMPLE_ID).hex() == EXAMPLE_ZA
    assert key.imprint(EXAMPLE_MESSAGE, EXAMPLE_ID).hex() == EXAMPLE_E


def test_signature_of_the_standard_is_accepted_and_another_is_not() -> None:
    key = Sm2PublicKey(EXAMPLE_POINT)
    imprint = bytes.fromhex(EXAMPLE_E)
    key.check(pair(EXAMPLE_R, EXAMPLE_S), imprint)
    with pytest.raises(SignatureBroken):
        key.check(pair(EXAMPLE_R, EXAMPLE_S ^ 1), imprint)


def test_private_key_of_the_standard_has_its_public_key_and_signs_for_it() -> None:
    key = Sm2PrivateKey.from_der(pkcs8(bytes.fromhex(EXAMPLE_PRIVATE), EXAMPLE_POINT))
    assert key.public_key() == Sm2PublicKey(EXAMPLE_POINT)
    key.public_key().check(key.sign(bytes.fromhex(EXAMPLE_E)), bytes.fromhex(EXAMPLE_E))


def test_two_signatures_over_the_same_are_not_the_same() -> None:
    """A nonce that can be foretold gives the private key away."""
    key = Sm2PrivateKey.generate()
    imprint = key.public_key().imprint(b"deed")
    assert len({key.sign(imprint) for _ in range(8)}) == 8


def test_signature_binds_the_signers_identifier() -> None:
    key = Sm2PrivateKey.generate()
    made = key.sign(key.public_key().imprint(b"deed"))
    # `openssl cms` signs with an empty identifier; nobody else does.
    for other in (b"", b"ALICE123@YAHOO.COM"):
        with pytest.raises(SignatureBroken):
            key.public_key().check(made, key.public_key().imprint(b"deed", other))


def test_openssl_verifies_what_we_sign(tmp_path: Path) -> None:
    """Its command line computes ZA and e itself."""
    key = Sm2PrivateKey.generate()
    (tmp_path / "key").write_bytes(key.public_key().encoded)
    (tmp_path / "deed").write_bytes(b"deed")
    (tmp_path / "made").write_bytes(key.sign(key.public_key().imprint(b"deed")))
    command = [
        *("openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-rawin"),
        *("-digest", "sm3", "-pkeyopt", "distid:1234567812345678"),
        *("-inkey", "key", "-in", "deed", "-sigfile", "made"),
    ]
    assert subprocess.run(command, cwd=tmp_path, check=False, capture_output=True).returncode == 0
    (tmp_path / "deed").write_bytes(b"Deed")
    assert subprocess.run(command, cwd=tmp_path, check=False, capture_output=True).returncode == 1


def test_private_key_is_found_again_in_what_was_kept() -> None:
    key = Sm2PrivateKey.generate()
    again = Sm2PrivateKey.from_der(key.to_der())
    imprint = again.public_key().imprint(b"deed")
    key.public_key().check(again.sign(imprint), imprint)


@pytest.mark.parametrize(
    "point",
    [
        # Of another length, compressed, and beside the curve.
        b"",
        EXAMPLE_POINT[:-1],
        b"\x02" + EXAMPLE_POINT[1:33],
        b"\x06" + EXAMPLE_POINT[1:],
        EXAMPLE_POINT[:-1] + b"\x14",
        b"\x04" + bytes(64),
        b"\x04" + b"\xff" * 64,
    ],
)
def test_what_is_no_point_of_the_curve_is_no_key(point: bytes) -> None:
    with pytest.raises(KeyUnsuitable):
        Sm2PublicKey(point)


@pytest.mark.parametrize(
    "encoded",
    [
        b"",
        b"\x30\x80",
        der.sequence(ALGORITHM),
        der.sequence(P256_ALGORITHM, bits(b"\0" + EXAMPLE_POINT)),
        der.sequence(ALGORITHM, bits(b"\x01" + EXAMPLE_POINT)),
        der.sequence(ALGORITHM, bits(b"")),
        der.sequence(ALGORITHM, bits(b"\0" + EXAMPLE_POINT)) + b"\0",
    ],
)
def test_what_is_no_sm2_key_is_not_read_as_one(encoded: bytes) -> None:
    with pytest.raises(KeyUnsuitable):
        Sm2PublicKey.from_der(encoded)


@pytest.mark.parametrize(
    "encoded",
    [
        b"",
        b"\x30\x03\x02\x01\x00",
        # A number that does not belong to its point.
        pkcs8(bytes(31) + b"\x07", EXAMPLE_POINT),
        # A number that is none, and the same bytes on another curve.
        pkcs8(bytes(32), EXAMPLE_POINT),
        pkcs8(bytes.fromhex(EXAMPLE_PRIVATE), EXAMPLE_POINT, P256_ALGORITHM),
    ],
)
def test_private_key_that_cannot_be_right_is_refused(encoded: bytes) -> None:
    with pytest.raises(KeyUnsuitable):
        Sm2PrivateKey.from_der(encoded)


def test_key_of_another_kind_is_no_sm2_key(tmp_path: Path) -> None:
    command = ["openssl", "genpkey", "-algorithm", "ed25519", "-outform", "DER"]
    made = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True).stdout
    with pytest.raises(KeyUnsuitable):
        Sm2PrivateKey.from_der(made)


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_only_an_imprint_is_signed(size: int) -> None:
    with pytest.raises(RequestRefused):
        Sm2PrivateKey.generate().sign(bytes(size))


@pytest.mark.parametrize(
    "spoilt",
    [
        b"",
        b"\x30\x00",
        pair(0, EXAMPLE_S),
        pair(EXAMPLE_R, 0),
        pair(EXAMPLE_S, EXAMPLE_R),
        pair(EXAMPLE_R, EXAMPLE_S) + b"\x00",
        # One number in two ways of writing it is two signatures for one.
        der.sequence(
            der.value(der.INTEGER, b"\0\0" + EXAMPLE_R.to_bytes(32, "big")), der.integer(EXAMPLE_S)
        ),
        pair(
            EXAMPLE_R,
            EXAMPLE_S + 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123,
        ),
    ],
)
def test_signature_that_is_not_exactly_one_is_refused(spoilt: bytes) -> None:
    with pytest.raises(SignatureBroken):
        Sm2PublicKey(EXAMPLE_POINT).check(spoilt, bytes.fromhex(EXAMPLE_E))


def test_machine_without_sm2_says_so(tmp_path: Path) -> None:
    """An OpenSSL whose only provider is the empty one; no other way is taken."""
    (tmp_path / "none.cnf").write_text(
        "openssl_conf = init\n[init]\nproviders = all\n[all]\nnull = none\n[none]\nactivate = 1\n"
    )
    program = (
        "from esign.errors import AlgorithmUnavailable\n"
        "from esign.sm.sm2 import Sm2PrivateKey, Sm2PublicKey\n"
        "from esign.sm.sm3 import sm3\n"
        "for asked in (Sm2PrivateKey.generate, lambda: Sm2PublicKey(b'\\x04' + bytes(64)),\n"
        "              lambda: Sm2PrivateKey.from_der(b''), lambda: sm3(b'')):\n"
        "    try:\n"
        "        asked()\n"
        "    except AlgorithmUnavailable as error:\n"
        "        print(error)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", program],
        env={"OPENSSL_CONF": str(tmp_path / "none.cnf"), "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.splitlines() == [
        *["the system's OpenSSL has no SM2"] * 3,
        "the OpenSSL of this Python has no SM3",
    ]


def test_refusal_of_the_library_says_which_function_and_leaves_nothing_behind() -> None:
    """Whoever uses OpenSSL next in this thread must not find our error in its queue."""
    made = ctypes.c_void_p()
    with (
        algorithm_context("SM2") as context,
        pytest.raises(LibcryptoRefused, match="EVP_PKEY_generate"),
    ):
        demand("EVP_PKEY_generate", context, ctypes.byref(made))
    with pytest.raises(AlgorithmUnavailable, match="SM9"), algorithm_context("SM9"):
        raise AssertionError
    assert ctypes.CDLL(LIBRARY).ERR_peek_error() == 0


def test_keys_that_nobody_holds_any_more_take_no_memory() -> None:
    def live_once() -> None:
        key = Sm2PrivateKey.generate()
        imprint = key.public_key().imprint(b"deed")
        key.public_key().check(key.sign(imprint), imprint)
        Sm2PrivateKey.from_der(key.to_der())

    for _ in range(50):
        live_once()
    gc.collect()
    before = resident()
    for _ in range(1000):
        live_once()
    gc.collect()
    # A key that stayed would be some 4 KiB, and each round makes four.
    assert resident() - before < 4 * 1024 * 1024
