"""The project's documents, taken apart into what can be held against the tree."""

from __future__ import annotations

import ast
import functools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from server.billing.fee_status import FeeStatus
from server.cases.status import CaseStatus
from server.cases.transitions import Action
from server.ceremony.status import CeremonyStatus
from server.delivery.delivery import DeliveryState

ROOT: Final = Path(__file__).resolve().parents[2]
TOP: Final = ("server", "identity", "esign", "storage", "tests")
COMMITTED: Final = frozenset({*TOP, "docs", "tools", "mobile_api_spec", "requirements", ".ci"})
"""Whatever else a path begins with is made by a command or lies on another machine."""

_BLOCK: Final = re.compile(r"^```.*?\n(.*?)^```", re.MULTILINE | re.DOTALL)
_SPAN: Final = re.compile(r"`([^`\n]+)`")
_LINK: Final = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_PICTURE: Final = re.compile(r"!\[[^\]]*\]\(([^)\s]+)\)")
_TEST_LINK: Final = re.compile(r"\[((?:test_|Test)\w+)\]\(([^)\s]+\.py)\)")
_HEADING: Final = re.compile(r"^#+ (.+)$", re.MULTILINE)
_SETTING: Final = re.compile(r"\bFEIGUI_[A-Z0-9_]*[A-Z0-9]\b")
_PAGE: Final = re.compile(r"(?<![\w/.])docs/(?:adr/\d{4}|[\w/-]+\.md)")
_PLACEHOLDER: Final = re.compile(r"\S*(?:<[^>]*>|\{[^}]*\}|\*)\S*")


@dataclass(frozen=True, slots=True)
class Document:
    path: Path

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @property
    def text(self) -> str:
        return self.path.read_text("utf-8")

    @property
    def code(self) -> str:
        """Every code block and code span, one a line, without names that hold a placeholder."""
        blocks = _BLOCK.findall(self.text)
        spans = _SPAN.findall(_BLOCK.sub("", self.text))
        return _PLACEHOLDER.sub("", "\n".join([*blocks, *spans]))

    @property
    def links(self) -> list[str]:
        return _LINK.findall(_BLOCK.sub("", self.text))

    @property
    def pictures(self) -> list[str]:
        return _PICTURE.findall(self.text)

    @property
    def linked_tests(self) -> list[tuple[Path, str]]:
        """Links whose words are the name of a test: the file, and the name."""
        found = _TEST_LINK.findall(self.text)
        return [((self.path.parent / place).resolve(), name) for name, place in found]

    def leads_somewhere(self, link: str) -> bool:
        """Say whether ``link`` is there; what lies on the web is not asked for."""
        if link.startswith(("https://", "http://", "mailto:")):
            return True
        place, _, anchor = link.partition("#")
        target = (self.path.parent / place).resolve() if place else self.path
        if not target.exists():
            return False
        return not anchor or anchor in _anchors(target.read_text("utf-8"))


def every() -> list[Document]:
    """Return what people read, the decisions included."""
    folders = (ROOT, ROOT / "mobile_api_spec", ROOT / "docs", ROOT / "docs" / "adr")
    return [Document(path) for folder in folders for path in sorted(folder.glob("*.md"))]


def _anchors(text: str) -> set[str]:
    return {_anchor(heading) for heading in _HEADING.findall(_BLOCK.sub("", text))}


def _anchor(heading: str) -> str:
    kept = re.sub(r"[^\w\s-]", "", heading.lower())
    return re.sub(r"\s", "-", kept.strip())


@functools.cache
def _code() -> str:
    """Return every module as one text, but for the one that makes up names to be refused."""
    modules = sorted(path for top in TOP for path in (ROOT / top).rglob("*.py"))
    read = [path for path in modules if path.name != "test_docs_tell_the_truth.py"]
    return "\n".join(path.read_text("utf-8") for path in [*read, ROOT / "Makefile"])


@functools.cache
def settings_in_the_code() -> frozenset[str]:
    return frozenset(_SETTING.findall(_code()))


def pages_named_in_the_code() -> set[str]:
    return set(_PAGE.findall(_code()))


def pages() -> set[str]:
    """Return every page by its path; a decision also by its number, as comments cite it."""
    named = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")}
    return named | {f"docs/adr/{path.name[:4]}" for path in (ROOT / "docs/adr").glob("0*.md")}


@functools.cache
def tests_in(path: Path) -> frozenset[str]:
    """Return the tests of a file by name; a state machine's case counts as one."""
    if not path.exists():
        return frozenset()
    names: set[str] = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Assign(targets=[ast.Name(id=name)]):
                names.add(name)
            case _:
                pass
    return frozenset(name for name in names if name.lower().startswith("test"))


def is_module(dotted: str) -> bool:
    """Say whether ``a.b.c`` is a module, or ``c`` a name that module ``a.b`` defines."""
    path = ROOT.joinpath(*dotted.split("."))
    if path.is_dir() or path.with_suffix(".py").exists():
        return True
    *_, name = dotted.split(".")
    inside = (path.parent.with_suffix(".py"), path.parent / "__init__.py")
    return any(
        re.search(rf"^(?:def |class |){re.escape(name)}\b", each.read_text("utf-8"), re.MULTILINE)
        for each in inside
        if each.exists()
    )


def statuses_missing_from(page: str) -> set[str]:
    """Return every status, step and state of a machine that ``page`` does not name."""
    machines = (CaseStatus, Action, FeeStatus, CeremonyStatus, DeliveryState)
    named = set(_SPAN.findall(page))
    return {str(member) for machine in machines for member in machine} - named
