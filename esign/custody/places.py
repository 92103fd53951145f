"""Where new keys are made: one URI of the settings.

``file:`` for development; ``pkcs11:token=feigui?module-path=...&pin-source=...``
(RFC 7512) for a hardware module, whose PIN is in a file and in no argument.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from esign.custody.uris import KeyUri, path_attributes, query_attributes
from esign.errors import KeyUnknown

_PATH: Final = frozenset({"token", "serial"})
# "pin-value" is missing on purpose: a PIN in a URI is a PIN in every process list.
_QUERY: Final = frozenset({"module-path", "pin-source"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPlace:
    """A token of a PKCS#11 module."""

    token: str
    serial: str | None
    module: Path
    """The module's shared library."""

    pin_source: Path
    """File with the user's PIN and nothing else."""


@dataclass(frozen=True, slots=True)
class KeyPlace:
    token: TokenPlace | None = None
    """``None``: files in the authorities' directory."""

    @classmethod
    def parse(cls, text: str) -> KeyPlace:
        """Read the setting, or raise `KeyUnknown` without repeating it."""
        if text == "file:":
            return cls()
        scheme, _, rest = text.partition(":")
        path, _, query = rest.partition("?")
        if scheme != "pkcs11":
            raise KeyUnknown("keys are made in file: or in a pkcs11: token")
        token = path_attributes(path, allowed=_PATH)
        where = query_attributes(query, allowed=_QUERY)
        if not token.get("token") or where.keys() != _QUERY:
            raise KeyUnknown("a place in a token has token, module-path and pin-source")
        return cls(
            TokenPlace(
                token=token["token"],
                serial=token.get("serial"),
                module=_file(where["module-path"]),
                pin_source=_file(where["pin-source"]),
            )
        )

    def uri(self, name: str) -> KeyUri:
        """Name a key that is to be made here."""
        if self.token is None:
            return KeyUri("file", name)
        return KeyUri("pkcs11", name, self.token.token, self.token.serial)


FILES: Final = KeyPlace()


def _file(text: str) -> Path:
    # RFC 7512 2.4 also knows "|command", which would run a program of the URI's.
    path = Path(text.removeprefix("file:").removeprefix("//"))
    if not path.is_absolute():
        raise KeyUnknown("module-path and pin-source are absolute paths of files")
    return path
