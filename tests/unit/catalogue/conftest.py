from __future__ import annotations

import csv
import os
from datetime import date
from pathlib import Path

import pytest

from server.catalogue.loading import Catalogue, load_catalogue
from server.catalogue.rule_packs import OfficeId, RulePack

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture(scope="session")
def kunming(catalogue: Catalogue) -> RulePack:
    return catalogue.rule_packs.at(OfficeId("kunming-demo"), date(2026, 11, 22))


@pytest.fixture(scope="session")
def trade_list() -> list[dict[str, str]]:
    """The list of matters as the trade gave it, from which the data was converted."""
    shared = Path(os.environ.get("FEIGUI_SHARED", ROOT.parent / "shared"))
    path = shared / "domain" / "matters.csv"
    if not path.exists():
        pytest.skip(f"the trade's list of matters is absent: {path}")
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
