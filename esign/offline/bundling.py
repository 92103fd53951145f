"""Put the shipped verifier together from its parts: ``python -m esign.offline.bundling``.

An expert reads and runs one file; whoever changes it reads parts. The one file is
the parts in their order, word for word, without the lines by which they know one
another. It is checked in, and a test wants it to be what the parts say.
"""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE: Final = Path(__file__).parent
VERIFIER: Final = HERE / "verify.py"
FOLDER: Final = HERE / "parts"
HEAD: Final = "head.txt"
"""Of the one file: how it is called and read, before any code."""

PARTS: Final = (
    "faults",
    "archives",
    "plain_json",
    "digests",
    "der",
    "sm2",
    "signatures",
    "certificates",
    "chains",
    "cms",
    "stamps",
    "pdf_files",
    "pdf_signatures",
    "documents",
    "log_proofs",
    "report",
    "steps_of_the_package",
    "steps_of_the_papers",
    "steps_of_the_records",
    "steps_of_the_register",
    "steps",
    "telling",
    "program",
)
"""Each uses only what stands before it."""

_WIDTH: Final = 99
_OURS: Final = "esign.offline.parts"
_BROUGHT: Final = "cryptography"
_FUTURE: Final = "__future__"


class PartsClash(Exception):
    """Two parts call different things by one name, or one knows what will not be there."""


@dataclass(frozen=True, slots=True)
class Part:
    title: str
    imports: tuple[ast.Import | ast.ImportFrom, ...]
    defined: frozenset[str]
    text: str
    """Everything after the imports."""

    @classmethod
    def read(cls, path: Path) -> Part:
        source = path.read_text(encoding="utf-8")
        tree = ast.parse(source)
        imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        last = max((node.end_lineno or 0) for node in imports)
        return cls(
            title=ast.get_docstring(tree) or "",
            imports=tuple(imports),
            defined=frozenset(n for node in tree.body for n in _defined(node)),
            text="\n".join(source.split("\n")[last:]).strip("\n"),
        )


def bundled(folder: Path = FOLDER, names: Sequence[str] = PARTS) -> str:
    """Return the one file, or raise `PartsClash`."""
    parts = [Part.read(folder / f"{name}.py") for name in names]
    named = Counter(name for part in parts for name in part.defined)
    twice = sorted(name for name, times in named.items() if times > 1)
    if twice:
        raise PartsClash(", ".join(twice))
    head = (folder / HEAD).read_text(encoding="utf-8").strip("\n")
    return "\n\n".join([head, *_imports(parts), "\n\n\n".join(map(_chunk, parts))]) + "\n"


def _defined(node: ast.stmt) -> list[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Assign(targets=targets):
            return [n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
    return []


def _chunk(part: Part) -> str:
    """Return a part with its docstring as comments, the first line of it behind a rule."""
    first, *more = part.title.split("\n")
    begins = f"# {'-' * (_WIDTH - 3 - len(first))} {first}"
    said = "\n".join([begins, *(f"# {line}" for line in more if line)])
    blank = "\n" if part.text.startswith(("def ", "class ", "@")) else ""
    return f"{said}\n\n{blank}{part.text}"


def _imports(parts: list[Part]) -> list[str]:
    """Return what all parts import together, by origin: standard library, then what is brought."""
    plain: dict[bool, set[str]] = defaultdict(set)
    named: dict[bool, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for node in (each for part in parts for each in part.imports):
        if isinstance(node, ast.Import):
            for alias in node.names:
                plain[alias.name.startswith(_BROUGHT)].add(alias.name)
            continue
        module = node.module or ""
        if module.startswith("esign") and not module.startswith(_OURS):
            raise PartsClash(module)
        if not module.startswith((_OURS, _FUTURE)):
            named[module.startswith(_BROUGHT)][module] |= {alias.name for alias in node.names}
    groups = [f"from {_FUTURE} import annotations"]
    for brought in (False, True):
        lines = [f"import {name}" for name in sorted(plain[brought])]
        for module, names in sorted(named[brought].items()):
            told = sorted(names, key=lambda name: (name[0].islower(), name))
            lines.append(f"from {module} import {', '.join(told)}")
        groups.append("\n".join(lines))
    return groups


if __name__ == "__main__":
    VERIFIER.write_text(bundled(), encoding="utf-8")
