"""The few functions of the system's libcrypto (OpenSSL 3) that SM2 needs, through ctypes.

The library inside ``cryptography`` is built without SM2. What a call here made is
given back when its owner goes, private numbers overwritten (BN_clear_free), and
the library's queue of errors is left empty: others in this thread read it, too.
"""

from __future__ import annotations

import ctypes
import weakref
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from esign.errors import AlgorithmUnavailable, EsignError

if TYPE_CHECKING:
    from collections.abc import Iterator

LIBRARY: Final = "libcrypto.so.3"
SUCCESS: Final = 1

_POINTER: Final = ctypes.c_void_p
_SIZE: Final = ctypes.c_size_t
_SIZE_BACK: Final = ctypes.POINTER(ctypes.c_size_t)
_TEXT: Final = ctypes.c_char_p
_NUMBER: Final = ctypes.c_int

# Name, what it returns, what it takes: the manual pages of the same names, OpenSSL 3.0.
_FUNCTIONS: Final[dict[str, tuple[Any, ...]]] = {
    "ERR_clear_error": (None,),
    "EVP_PKEY_CTX_new_from_name": (_POINTER, _POINTER, _TEXT, _TEXT),
    "EVP_PKEY_CTX_new_from_pkey": (_POINTER, _POINTER, _POINTER, _TEXT),
    "EVP_PKEY_CTX_free": (None, _POINTER),
    "EVP_PKEY_free": (None, _POINTER),
    "EVP_PKEY_keygen_init": (_NUMBER, _POINTER),
    "EVP_PKEY_generate": (_NUMBER, _POINTER, ctypes.POINTER(_POINTER)),
    "EVP_PKEY_get_octet_string_param": (_NUMBER, _POINTER, _TEXT, _TEXT, _SIZE, _SIZE_BACK),
    "EVP_PKEY_get_bn_param": (_NUMBER, _POINTER, _TEXT, ctypes.POINTER(_POINTER)),
    "EVP_PKEY_is_a": (_NUMBER, _POINTER, _TEXT),
    "EVP_PKEY_check": (_NUMBER, _POINTER),
    "BN_bn2binpad": (_NUMBER, _POINTER, _TEXT, _NUMBER),
    "BN_clear_free": (None, _POINTER),
    "d2i_PUBKEY": (_POINTER, _POINTER, ctypes.POINTER(_TEXT), ctypes.c_long),
    "d2i_AutoPrivateKey": (_POINTER, _POINTER, ctypes.POINTER(_TEXT), ctypes.c_long),
    "EVP_PKEY_sign_init": (_NUMBER, _POINTER),
    "EVP_PKEY_sign": (_NUMBER, _POINTER, _TEXT, _SIZE_BACK, _TEXT, _SIZE),
    "EVP_PKEY_verify_init": (_NUMBER, _POINTER),
    "EVP_PKEY_verify": (_NUMBER, _POINTER, _TEXT, _SIZE, _TEXT, _SIZE),
    "OPENSSL_cleanse": (None, _POINTER, _SIZE),
}


class LibcryptoRefused(EsignError):
    """OpenSSL did not do what it was asked; says which function, never about what."""


@lru_cache(maxsize=1)
def libcrypto() -> ctypes.CDLL:
    """Return the library, or raise `AlgorithmUnavailable`."""
    try:
        library = ctypes.CDLL(LIBRARY)
        for name, (returns, *takes) in _FUNCTIONS.items():
            function = getattr(library, name)
            function.restype, function.argtypes = returns, takes
    except (OSError, AttributeError) as error:
        raise AlgorithmUnavailable("SM2 needs the system's OpenSSL 3 (libcrypto.so.3)") from error
    return library


def call(name: str, *arguments: object) -> Any:  # noqa: ANN401 - what C returns
    """Return what the function answers; the queue of errors is empty afterwards."""
    library = libcrypto()
    answer = getattr(library, name)(*arguments)
    library.ERR_clear_error()
    return answer


def demand(name: str, *arguments: object) -> None:
    """Call a function that answers 1 when it worked, or raise `LibcryptoRefused`."""
    if call(name, *arguments) != SUCCESS:
        raise LibcryptoRefused(name)


class KeyHandle:
    """An EVP_PKEY, freed with the object that holds it; safe to read from many threads."""

    def __init__(self, pointer: int | None) -> None:
        if not pointer:
            raise LibcryptoRefused("no key")
        self.pointer = pointer
        weakref.finalize(self, libcrypto().EVP_PKEY_free, pointer)


@contextmanager
def algorithm_context(name: str) -> Iterator[int]:
    """Hold an EVP_PKEY_CTX of an algorithm, or raise `AlgorithmUnavailable`."""
    pointer = call("EVP_PKEY_CTX_new_from_name", None, name.encode(), None)
    if not pointer:
        raise AlgorithmUnavailable(f"the system's OpenSSL has no {name}")
    try:
        yield pointer
    finally:
        call("EVP_PKEY_CTX_free", pointer)


@contextmanager
def key_context(key: KeyHandle) -> Iterator[int]:
    """Hold an EVP_PKEY_CTX of a key."""
    pointer = call("EVP_PKEY_CTX_new_from_pkey", None, key.pointer, None)
    if not pointer:
        raise LibcryptoRefused("EVP_PKEY_CTX_new_from_pkey")
    try:
        yield pointer
    finally:
        call("EVP_PKEY_CTX_free", pointer)
