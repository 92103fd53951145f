"""What the documents name exists: commands, paths, modules, settings, tests, links.

Only code spans, code blocks and links are held to it; prose may speak freely.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import click
import pytest

from server.settings import Settings, SettingsError
from server.wiring import create_app
from tests.architecture import documents
from tests.architecture.documents import ROOT, TOP, Document

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENTS: Final = documents.every()
MAKE: Final = re.compile(r"(?<![\w/-])make ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)*)")
NOTARY: Final = re.compile(r"\bnotary((?: [\w./:=-]+)*)")
SETTING: Final = re.compile(r"\bFEIGUI_[A-Z0-9_]*[A-Z0-9]\b")
TEST: Final = re.compile(r"(tests/[\w/]+\.py)::(\w+)")
MODULE: Final = re.compile(rf"(?<![\w./@-])(?:{'|'.join(TOP)})(?:\.\w+)+(?![\w/])")
PATH: Final = re.compile(r"(?<![\w./-])(?:[\w.-]+/)+[\w.-]*\w")
ROW: Final = re.compile(r"^\| `(FEIGUI_\w+)` \| (\w+) \| (.*?) \|", re.MULTILINE)
REQUIRED: Final = "yes"
# What a setting is satisfied with, where not every word will do.
VALID: Final = {
    "FEIGUI_VALIDATE_RESPONSES": "off",
    "FEIGUI_TURN_URLS": "turn:relay.example",
    "FEIGUI_TURN_ONLY": "off",
    "FEIGUI_MEDIA_RELAYED": "off",
    "FEIGUI_MEDIA_ENGINE": "janus",
    "FEIGUI_EVENT_STREAMS": "8",
    "FEIGUI_MEDIA_OFFICES": "kunming=janus",
}


def of_documents(found: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: f"{d.name}-{found}")


def missing_targets(code: str) -> set[str]:
    named = {target for words in MAKE.findall(code) for target in words.split()}
    return named - targets()


def targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def missing_commands(code: str) -> set[str]:
    return {words for words in NOTARY.findall(code) if not is_command(words.split())}


def is_command(words: list[str]) -> bool:
    """Walk from the group down; what follows a command are its options and their values."""

    found = create_app().cli.commands["notary"]
    while words and isinstance(found, click.Group) and not words[0].startswith("-"):
        name, *words = words
        if name not in found.commands:
            return False
        found = found.commands[name]
    known = {option for each in found.params for option in each.opts} | {"--help"}
    return {word for word in words if word.startswith("--")} <= known


def missing_settings(code: str) -> set[str]:
    return set(SETTING.findall(code)) - documents.settings_in_the_code()


def missing_tests(text: str) -> set[str]:
    return {
        f"{path}::{name}"
        for path, name in TEST.findall(text)
        if name not in documents.tests_in(ROOT / path)
    }


def missing_paths(code: str) -> set[str]:
    return {
        path
        for path in PATH.findall(code)
        if path.split("/")[0] in documents.COMMITTED and not (ROOT / path).exists()
    }


def missing_modules(code: str) -> set[str]:
    return {name for name in MODULE.findall(code) if not documents.is_module(name)}


def missing_links(document: Document) -> set[str]:
    return {link for link in document.links if not document.leads_somewhere(link)}


CHECKS: Final = {
    "make": missing_targets,
    "notary": missing_commands,
    "settings": missing_settings,
    "tests": missing_tests,
    "paths": missing_paths,
    "modules": missing_modules,
}


@pytest.mark.parametrize("what", CHECKS)
@of_documents("names")
def test_what_a_document_names_exists(document: Document, what: str) -> None:
    assert CHECKS[what](document.code) == set()


@of_documents("links")
def test_every_link_leads_somewhere(document: Document) -> None:
    assert missing_links(document) == set()


def test_a_page_that_the_code_points_to_exists() -> None:
    assert documents.pages_named_in_the_code() - documents.pages() == set()


@pytest.mark.parametrize(
    ("what", "made_up"),
    [
        ("make", "make coffee"),
        ("notary", "flask --app server.wiring notary brew"),
        ("notary", "flask --app server.wiring notary serve --cold"),
        ("notary", "flask --app server.wiring notary demo dance"),
        ("settings", "FEIGUI_COFFEE"),
        ("tests", "tests/architecture/test_docs_tell_the_truth.py::test_of_coffee"),
        ("tests", "tests/coffee.py::test_of_coffee"),
        ("paths", "server/coffee/cups.py"),
        ("modules", "server.coffee.cups"),
        ("modules", "server.settings.Coffee"),
    ],
)
def test_the_checks_notice_what_does_not_exist(what: str, made_up: str) -> None:
    assert len(CHECKS[what](made_up)) == 1


def test_a_link_to_nowhere_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Here\n[a](#here) [b](#there) [c](gone.md) [d](https://example.org)\n")
    assert missing_links(Document(page)) == {"#there", "gone.md"}


def test_the_table_of_settings_is_what_the_code_reads() -> None:
    table = {name: (needed, default) for name, needed, default in ROW.findall(operations())}
    named = re.findall(r'"(FEIGUI_\w+)"', (ROOT / "server/settings.py").read_text())
    assert set(table) == set(named)
    required = {name for name in named if is_required(name, named)}
    assert {name for name, (needed, _) in table.items() if needed == REQUIRED} == required
    defaults = Settings.from_environ(dict.fromkeys(required, "x"))
    assert {name: default for name, (_, default) in table.items() if name not in required} == {
        name: as_written(getattr(defaults, name.removeprefix("FEIGUI_").lower()))
        for name in set(named) - required
    }


def operations() -> str:
    return (ROOT / "docs/operations.md").read_text()


def is_required(name: str, others: list[str]) -> bool:
    try:
        Settings.from_environ({other: VALID.get(other, "x") for other in others if other != name})
    except SettingsError:
        return True
    return False


def as_written(default: object) -> str:
    match default:
        case bool():
            return "`on`" if default else "`off`"
        case None | ():
            return ""
        case _:
            return f"`{default}`"


@of_documents("linked tests")
def test_a_link_that_bears_the_name_of_a_test_leads_to_it(document: Document) -> None:
    gone = [name for path, name in document.linked_tests if name not in documents.tests_in(path)]
    assert gone == []


def test_every_row_of_the_threat_model_is_proven_by_a_test() -> None:
    page = Document(ROOT / "docs/threat-model.md")
    rows = [row for row in page.text.splitlines() if row.startswith("| ")]
    unproven = [row for row in rows[1:] if "](../tests/" not in row]
    assert (rows[0].startswith("| Asset"), len(rows) > 1, unproven) == (True, True, [])


def test_every_table_of_statuses_lists_all_of_them() -> None:
    page = (ROOT / "docs/case-lifecycle.md").read_text()
    assert documents.statuses_missing_from(page) == set()


def test_both_readmes_show_the_same_commands_and_pictures() -> None:
    english, chinese = (Document(ROOT / name) for name in ("README.md", "README.zh-CN.md"))
    assert set(MAKE.findall(english.code)) == set(MAKE.findall(chinese.code))
    assert english.pictures == [p.replace(".zh-CN.", ".en.") for p in chinese.pictures]
