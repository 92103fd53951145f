"""A ticket opens one door, once, within a minute."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.ceremony import tickets
from server.ceremony.errors import TicketRefused
from server.ceremony.tickets import MediaTicket, TicketAct, read_ticket, write_ticket

KEY = bytes(range(32))
TICKET = MediaTicket(
    id="t-1",
    office="kunming-demo",
    case="c-1",
    room="r-1",
    participant="a-1",
    act=TicketAct.WATCH,
    watches="a-2",
    expires=1000,
)


def test_it_is_read_as_it_was_written() -> None:
    assert read_ticket(write_ticket(TICKET, KEY), KEY, now=999.9) == TICKET


def test_it_is_over_to_the_second() -> None:
    with pytest.raises(TicketRefused, match="over"):
        read_ticket(write_ticket(TICKET, KEY), KEY, now=1000)


def test_a_time_that_is_no_number_lets_nobody_in() -> None:
    with pytest.raises(TicketRefused):
        read_ticket(write_ticket(TICKET, KEY), KEY, now=float("nan"))


def test_another_key_is_another_platform() -> None:
    with pytest.raises(TicketRefused, match="not ours"):
        read_ticket(write_ticket(TICKET, bytes(32)), KEY, now=1)


@given(st.data())
def test_no_octet_can_be_changed(data: st.DataObject) -> None:
    text = write_ticket(TICKET, KEY)
    place = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.sampled_from("ABCabc019.").filter(lambda each: each != text[place]))
    changed = text[:place] + letter + text[place + 1 :]
    # Also where the last digit of base64 carries bits that stand for nothing.
    with pytest.raises(TicketRefused):
        read_ticket(changed, KEY, now=1)


@pytest.mark.parametrize("text", ["", ".", "a", "a.b", "é.é", "." * 9])
def test_what_is_no_ticket_is_refused(text: str) -> None:
    with pytest.raises(TicketRefused):
        read_ticket(text, KEY, now=1)


@pytest.mark.parametrize("fields", [{}, {"act": "rule"}, [], {"act": "watch", "more": 1}])
def test_what_is_signed_and_yet_no_ticket_is_refused(fields: object) -> None:
    """Only a fault of ours could make one; it opens nothing either."""
    body = json.dumps(fields).encode()
    both = [body, tickets._mac(body, KEY)]  # nothing else can make one
    text = ".".join(base64.urlsafe_b64encode(each).rstrip(b"=").decode() for each in both)
    with pytest.raises(TicketRefused, match="not a ticket"):
        read_ticket(text, KEY, now=1)


def test_sending_is_not_watching() -> None:
    sending = replace(TICKET, act=TicketAct.PUBLISH, watches=None)
    assert read_ticket(write_ticket(sending, KEY), KEY, now=1).act is TicketAct.PUBLISH
