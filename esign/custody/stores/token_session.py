"""One logged-in session with a PKCS#11 token, opened again when it was lost.

A PIN that was refused is never sent again: the mark on disk outlives this
process, so that a supervisor that starts it anew does not use up the tries.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, TypeVar

import pkcs11
from pkcs11 import TokenFlag, exceptions

from esign.authorities.directory import write_whole
from esign.errors import KeyStoreUnavailable, PinRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pkcs11 import Session
    from pkcs11._pkcs11 import lib

    from esign.custody.places import TokenPlace

T = TypeVar("T")

PATIENCE_S: Final = 5.0
"""A module that needs longer for those before us is down; the caller is told and goes on."""

_NO_MORE_TRIES: Final = TokenFlag.USER_PIN_FINAL_TRY | TokenFlag.USER_PIN_LOCKED
_WRONG_PIN: Final = (
    exceptions.PinIncorrect,
    exceptions.PinInvalid,
    exceptions.PinLenRange,
    exceptions.PinLocked,
    exceptions.PinExpired,
)
# The library is initialised without locks of its own, so one thread at a time is in it.
_turn: Final = threading.Lock()


class TokenSession:
    def __init__(self, place: TokenPlace, *, refused: Path, patience_s: float = PATIENCE_S) -> None:
        self._place = place
        self._refused = refused
        self._patience_s = patience_s
        self._session: Session | None = None

    def use(self, act: Callable[[Session], T]) -> T:
        """Run ``act`` in the session; a session that fails is replaced, once.

        Raises `KeyStoreUnavailable`, or `PinRefused` without asking the token.
        `NoSuchKey` and its like come through, and only from a session that is fresh.
        """
        with self._alone():
            if self._session is not None:
                # What fails may be the session, the token or the whole module.
                with suppress(exceptions.PKCS11Error):
                    return act(self._session)
                self._session = None
            try:
                self._start_anew()
                self._session = self._opened()
                return act(self._session)
            except (exceptions.NoSuchKey, exceptions.MultipleObjectsReturned):
                raise
            except exceptions.PKCS11Error as error:
                self._session = None
                raise KeyStoreUnavailable(f"the token fails: {type(error).__name__}") from None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if not _turn.acquire(timeout=self._patience_s):
            raise KeyStoreUnavailable("the module does not come back from its last work")
        try:
            yield
        finally:
            _turn.release()

    def _library(self) -> lib:
        try:
            return pkcs11.lib(str(self._place.module))
        except exceptions.PKCS11Error:
            raise
        except (RuntimeError, OSError):
            raise KeyStoreUnavailable("the module cannot be loaded") from None

    def _start_anew(self) -> None:
        """Have the module look again at what is plugged in."""
        library = self._library()
        with suppress(exceptions.PKCS11Error):
            library.finalize()
        library.initialize()

    def _opened(self) -> Session:
        place = self._place
        serial = {} if place.serial is None else {"token_serial": place.serial.encode()}
        token = self._library().get_token(token_label=place.token, **serial)
        pin = self._pin()
        if token.flags & _NO_MORE_TRIES:
            raise PinRefused("the token has one try left or none; that one is for a person")
        try:
            session = token.open(rw=True, user_pin=pin)
        except _WRONG_PIN:
            write_whole(self._refused, self._which_pin().encode(), mode=0o600)
            raise PinRefused("the token does not take the PIN of its file") from None
        self._refused.unlink(missing_ok=True)
        return session

    def _pin(self) -> str:
        path = self._place.pin_source
        try:
            if path.stat().st_mode & 0o007:
                raise KeyStoreUnavailable("the file with the PIN is open to everybody")
            if self._refused.exists() and self._refused.read_text() == self._which_pin():
                raise PinRefused("the PIN in the file was refused; write the right one")
            return path.read_text().rstrip("\r\n")
        except (OSError, UnicodeDecodeError):
            raise KeyStoreUnavailable("the file with the PIN cannot be read") from None

    def _which_pin(self) -> str:
        """Tell one state of the file from the next, without a word about the PIN."""
        found = self._place.pin_source.stat()
        return f"{found.st_ino} {found.st_size} {found.st_mtime_ns}"
