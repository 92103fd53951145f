"""The document security store: what proves the signatures when nobody can be asked any more.

ETSI EN 319 142-1 5.4.2, without entries per signature: the archive time-stamp is
to cover all that it depends on. Roots are among the certificates: without them
pyHanko finds no past for the lists that a root signed. Nobody trusts a root for
being there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from esign.pdf.syntax import Entries, reference, referred, referred_list, write_references

if TYPE_CHECKING:
    from collections.abc import Iterable

    from esign.pdf.growing_file import GrowingFile

_STORE: Final = b"/DSS"
_CERTIFICATES: Final = b"/Certs"
_LISTS: Final = b"/CRLs"


def extend_store(
    file: GrowingFile, *, certificates: Iterable[bytes], lists: Iterable[bytes]
) -> None:
    """Add what the store does not have yet, all of it DER."""
    catalog = file.entries(file.root)
    if _STORE in catalog:
        number = referred(catalog, _STORE)
        known = file.entries(number)
    else:
        number, known = file.new_number(), {}
        file.update(file.root, {_STORE: reference(number)})
    file.put(
        number,
        {
            **known,
            _CERTIFICATES: _extended(file, known, _CERTIFICATES, certificates),
            _LISTS: _extended(file, known, _LISTS, lists),
        },
    )


def _extended(file: GrowingFile, known: Entries, kind: bytes, found: Iterable[bytes]) -> bytes:
    numbers = referred_list(known, kind) if kind in known else []
    inside = {file.stream(number) for number in numbers}
    missing = [each for each in dict.fromkeys(found) if each not in inside]
    return write_references([*numbers, *map(file.add_stream, missing)])
