"""The domain's values as JSON and back, and encrypted JSON in a column.

What does not fit the dataclass exactly is refused when it is read: a stored
value that lost or gained a field needs a migration, never a guess.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

from cattrs.preconf.json import make_converter

if TYPE_CHECKING:
    from server.db.secrets import FieldCipher, Place

T = TypeVar("T")

_CONVERTER = make_converter(forbid_extra_keys=True)
# The variables of a template are whatever JSON the form asked for.
_CONVERTER.register_structure_hook_func(lambda t: t is object, lambda value, _: value)
_CONVERTER.register_unstructure_hook_func(
    lambda t: getattr(t, "__origin__", t) is frozenset, sorted
)


def to_json(value: object) -> Any:  # noqa: ANN401  # JSON is whatever the value makes of itself
    return _CONVERTER.unstructure(value)


def from_json(stored: object, shape: type[T]) -> T:
    return _CONVERTER.structure(stored, shape)


def seal(value: object, cipher: FieldCipher, place: Place) -> bytes:
    """Return ``value`` as encrypted JSON for one row."""
    plain = json.dumps(to_json(value), ensure_ascii=False, separators=(",", ":"))
    return cipher.encrypt(plain.encode(), place)


def unseal(stored: bytes, shape: type[T], *, cipher: FieldCipher, place: Place) -> T:
    """Return what `seal` was given, or raise `FieldSealBroken`."""
    return from_json(json.loads(cipher.decrypt(stored, place)), shape)
