"""YAML without its surprises: a key twice is an error, and `no` is a word.

YAML 1.1 reads `no` as false and keeps the last of two equal keys; in a table
of law either would change a rule without anybody seeing it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import yaml

from server.catalogue.errors import CatalogueDataInvalid

if TYPE_CHECKING:
    from collections.abc import Hashable
    from pathlib import Path

_WORDS_ARE_NOT_BOOLEANS: Final = frozenset("yYnNoO")


class _StrictLoader(yaml.CSafeLoader):
    yaml_implicit_resolvers = {  # noqa: RUF012 - the base class's way to say which words mean more
        first: [
            (tag, pattern)
            for tag, pattern in resolvers
            if not (tag == "tag:yaml.org,2002:bool" and first in _WORDS_ARE_NOT_BOOLEANS)
        ]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(
        self,
        node: yaml.MappingNode,
        deep: bool = False,  # noqa: FBT001, FBT002 - the base class's signature
    ) -> dict[Hashable, Any]:
        keys = [self.construct_object(key) for key, _ in node.value]
        twice = {str(key) for key in keys if keys.count(key) > 1}
        if twice:
            raise CatalogueDataInvalid(str(node.start_mark), f"key twice: {', '.join(twice)}")
        return super().construct_mapping(node, deep=deep)


def read_yaml(path: Path) -> object:
    """Return what ``path`` holds, or raise `CatalogueDataInvalid`."""
    try:
        with path.open(encoding="utf-8") as stream:
            return yaml.load(stream, Loader=_StrictLoader)  # noqa: S506 - a safe loader, made stricter
    except yaml.YAMLError as error:
        raise CatalogueDataInvalid(path.name, "not readable as YAML") from error
