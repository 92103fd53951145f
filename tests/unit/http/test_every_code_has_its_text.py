"""No person is shown a code for want of a text, in either language."""

from __future__ import annotations

import ast
import importlib
import inspect
from pathlib import Path

import pytest

from server.catalogue.loading import load_catalogue
from server.contract.validation import CODES
from server.http.languages import LANGUAGES, Messages
from server.problems.table import PROBLEMS

SERVER = Path(__file__).parents[3] / "server"
MESSAGES = Messages.load()

# Errors of these that no row of the table names tell a caller nothing.
DOMAIN_ERRORS = (
    "server.access.errors",
    "server.billing.errors",
    "server.cases.errors",
    "server.catalogue.errors",
    "server.ceremony.errors",
    "server.delivery.delivery",
    "server.register.errors",
    "server.transaction",
)
# Bases, and mistakes of our own data that are found at the start.
NEVER_TOLD = {
    "AccessError",
    "BillingError",
    "CaseError",
    "CatalogueDataInvalid",
    "CatalogueError",
    "CeremonyError",
    "CompositeNotMade",
    "DeliveryError",
    "GenerationNotFound",
    "IntentBroken",
    "NumberInvalid",
    "RefusedOnRecord",
    "RegisterError",
    "LogDamaged",
    "LogEntryMalformed",
    "NotInLog",
    "SeriesUnknown",
    "StepUpRefused",
    "TransactionError",
}


def first_texts_of(call: str, position: int) -> set[str]:
    """Return every literal that ``call`` is given at ``position`` anywhere in the server."""
    found = set()
    for path in SERVER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or len(node.args) <= position:
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", None))
            argument = node.args[position]
            if name == call and isinstance(argument, ast.Constant):
                found.add(str(argument.value))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("prefix", "codes"),
    [
        # What stands between a case and its next step.
        ("error", first_texts_of("Unmet", 0)),
        # What is wrong with a body.
        ("error", first_texts_of("BodyMalformed", 0) | set(CODES.values()) | {"invalid"}),
        # What long work is doing.
        ("label", first_texts_of("step", 2)),
    ],
)
def test_every_code_has_its_text(language: str, prefix: str, codes: set[str]) -> None:
    assert len(codes) > 3
    wanted = {f"{prefix}.{code}" for code in codes if " " not in code}
    assert wanted - MESSAGES.codes(language) == set()


def test_the_reasons_of_the_pre_check_are_told_in_words() -> None:
    catalogue = load_catalogue()
    messages = MESSAGES.with_reasons(catalogue.messages)
    for code, wording in catalogue.messages.items():
        assert messages.text_or_none("en", f"error.{code}") == wording.en
        assert messages.text_or_none("zh-CN", f"error.{code}") == wording.zh


@pytest.mark.parametrize("module", DOMAIN_ERRORS)
def test_every_domain_error_has_a_row_or_is_silent_on_purpose(module: str) -> None:
    errors = {
        error
        for _, error in inspect.getmembers(importlib.import_module(module), inspect.isclass)
        if issubclass(error, Exception) and error.__module__ == module
    }
    unthought = {
        error.__name__
        for error in errors
        if error.__name__ not in NEVER_TOLD and not PROBLEMS.keys() & set(error.__mro__)
    }
    assert unthought == set()
