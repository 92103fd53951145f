"""Any value of a domain type, made from its annotations.

Hypothesis' own `from_type` would ask for every string in the world; a column of
PostgreSQL takes all of them but those with a NUL in it.
"""

from __future__ import annotations

import types
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, NewType, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**31), 2**31) | TEXTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=4,
)
LEAVES: dict[object, st.SearchStrategy[Any]] = {
    str: TEXTS,
    bool: st.booleans(),
    int: st.integers(0, 2**31 - 1),
    float: st.floats(0, 1),
    object: JSON,
    Any: JSON,
    type(None): st.none(),
    date: st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    datetime: st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  # the zone is given beside
}


def any_value(shape: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401  # whatever annotations hold
    """Return a strategy for values of ``shape``."""
    if shape in LEAVES:
        return LEAVES[shape]
    if isinstance(shape, NewType):
        return any_value(shape.__supertype__)
    if isinstance(shape, type) and issubclass(shape, Enum):
        return st.sampled_from(shape)
    if is_dataclass(shape):
        return _any_dataclass(shape)
    return _any_of_many(get_origin(shape), get_args(shape))


def _any_dataclass(shape: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401  # a dataclass' own type
    hints = get_type_hints(shape)
    return st.builds(shape, **{f.name: any_value(hints[f.name]) for f in fields(shape)})


def _any_of_many(origin: object, inner: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    if origin in {Union, types.UnionType}:
        return st.one_of(*(any_value(each) for each in inner))
    if origin is dict:
        return st.dictionaries(any_value(inner[0]), any_value(inner[1]), max_size=2)
    if origin is tuple and inner[-1] is not Ellipsis:
        return st.tuples(*(any_value(each) for each in inner))
    elements = st.lists(any_value(inner[0]), max_size=2)
    if origin is frozenset:
        return elements.map(frozenset)
    if origin is tuple:
        return elements.map(tuple)
    if origin is list:
        return elements
    raise TypeError(f"no values known for {origin}")
