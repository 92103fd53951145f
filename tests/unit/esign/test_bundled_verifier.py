"""The one file that is shipped is what its parts say, and says each thing once."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from esign.offline import VERIFIER
from esign.offline.bundling import FOLDER, PARTS, PartsClash, bundled

if TYPE_CHECKING:
    from pathlib import Path

LONGEST = 250
"""Lines of a part; whoever changes one reads no more than that."""


def test_the_file_that_is_checked_in_is_what_the_parts_make() -> None:
    assert VERIFIER.read_text(encoding="utf-8") == bundled(), "run: make bundle"


def test_every_part_is_in_it_and_short() -> None:
    sources = {path.stem: path for path in FOLDER.glob("*.py") if path.stem != "__init__"}
    assert set(sources) == set(PARTS)
    assert all(len(path.read_text().splitlines()) <= LONGEST for path in sources.values())


def test_each_part_stands_on_those_before_it_alone() -> None:
    for number, name in enumerate(PARTS):
        tree = ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))
        known = {
            node.module.rpartition(".")[2]
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("esign")
            if node.module
        }
        assert known <= set(PARTS[:number]), name


def parts(folder: Path, **sources: str) -> list[str]:
    (folder / "head.txt").write_text("# head\n")
    for name, source in sources.items():
        text = f'"""The part {name}."""\n\nfrom __future__ import annotations\n\n{source}\n'
        (folder / f"{name}.py").write_text(text)
    return list(sources)


def test_what_two_parts_call_by_one_name_is_not_put_together(tmp_path: Path) -> None:
    names = parts(tmp_path, one="WIDTH: int = 1\n", two="(WIDTH, HEIGHT) = (2, 3)\n")
    with pytest.raises(PartsClash, match="WIDTH"):
        bundled(tmp_path, names)


def test_what_would_not_be_there_for_a_stranger_is_not_put_together(tmp_path: Path) -> None:
    names = parts(tmp_path, one="from esign.cms import der\n\nprint(der)\n")
    with pytest.raises(PartsClash, match=r"esign\.cms"):
        bundled(tmp_path, names)


def test_what_parts_import_stands_once_at_the_top(tmp_path: Path) -> None:
    names = parts(
        tmp_path,
        one="import re\nfrom typing import Any, TypeAlias\n\nA: TypeAlias = Any\nB = re.I\n",
        two="import re\nfrom cryptography import x509\n\nC = (x509, re)\n",
    )
    lines = bundled(tmp_path, names).split("\n")
    begins = [line for line in lines if line.startswith(("import", "from"))]
    assert begins == [
        "from __future__ import annotations",
        "import re",
        "from typing import Any, TypeAlias",
        "from cryptography import x509",
    ]
    assert [line.split()[-1] for line in lines if line.startswith("# ---")] == ["one.", "two."]
