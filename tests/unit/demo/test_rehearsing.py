"""The six digits that people of the demonstration sign in with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyotp
import pytest

from server.demo.rehearsing import NothingThere, code_of
from server.demo.seeding import Credentials

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOTARY = Credentials(
    account="a-1",
    office="kunming-demo",
    login="km.notary",
    name="陈公证",
    name_latin="Chen",
    roles="notary",
    password="secret",
    totp_secret=SECRET,
)
PHONE = "+33639980123"


@pytest.fixture
def outbox(tmp_path: Path) -> Path:
    sent = tmp_path / "codes.jsonl"
    lines = [(PHONE, "111111"), (PHONE, "222222"), ("+33639980999", "333333")]
    sent.write_text("\n".join(json.dumps({"to": to, "code": code}) for to, code in lines))
    return sent


def test_staff_get_the_code_of_this_half_minute(outbox: Path) -> None:
    told = code_of("km.notary", people={"km.notary": NOTARY}, outbox=outbox)
    assert pyotp.TOTP(SECRET).verify(told, valid_window=1)


def test_an_applicant_gets_what_was_sent_last(outbox: Path) -> None:
    assert code_of(PHONE, people={}, outbox=outbox) == "222222"


def test_who_was_sent_nothing_gets_nothing(outbox: Path, tmp_path: Path) -> None:
    for where in (outbox, tmp_path / "not-there.jsonl"):
        with pytest.raises(NothingThere):
            code_of("+33639980000", people={}, outbox=where)
