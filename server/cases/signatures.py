"""Whose signature the deed bears, and who is informed and asked before.

公证程序规则 Art. 11: a power of attorney or a declaration is made in person, so that no agent signs
it. Art. 10: a guardian, and the head of an organisation, sign for whom they stand for, on that
one's line. Whoever else is in the room, a related person or a trustee, has no line in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.cases.guards import Unmet
from server.cases.parties import PartyRole
from server.ceremony.seats import Right, with_right

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.cases.case import Case
    from server.cases.ids import PartyId
    from server.cases.parties import Party
    from server.ceremony.ceremony import Ceremony, Participant

WHOSE_DEED_IT_IS: Final = frozenset({PartyRole.APPLICANT, PartyRole.PRINCIPAL})
_SIGN_FOR_ANOTHER: Final = frozenset({PartyRole.GUARDIAN, PartyRole.LEGAL_REPRESENTATIVE})
_ACT: Final = WHOSE_DEED_IT_IS | _SIGN_FOR_ANOTHER | {PartyRole.AGENT}
SOURCE: Final = "公证程序规则 Art. 10, 11; P-28"


def lines_of(case: Case) -> tuple[Party, ...]:
    """Return whose lines the deed has, in the order in which they are printed."""
    return tuple(party for party in case.parties if party.role in WHOSE_DEED_IT_IS)


def line_of(case: Case, party: Party) -> PartyId | None:
    """Return on whose line this party signs; ``None``: on nobody's."""
    lines = [each.id for each in lines_of(case)]
    if party.id in lines:
        return party.id
    if party.role not in _SIGN_FOR_ANOTHER:
        return None
    if party.stands_for is None:
        # Nobody said for whom: that is clear where one line is all there is.
        return lines[0] if len(lines) == 1 else None
    return party.stands_for if party.stands_for in lines else None


def unmet_of_line(case: Case, party: Party) -> Iterator[Unmet]:
    """Yield why this party cannot put a signature on the deed."""
    line = line_of(case, party)
    if line is None:
        yield Unmet("no_signature_of_this_role", SOURCE, party.id)
    elif line in _signed(case):
        yield Unmet("deed_already_signed", "电子签名法 Art. 13", party.id)


def without_a_signer(case: Case, ceremony: Ceremony) -> Iterator[Unmet]:
    """Yield whose line would stay empty, since nobody sits here who signs on it.

    Told before anything is recorded, while a seat can still be given.
    """
    if not _is_electronic(case):
        return
    seated = {
        line_of(case, party)
        for each in with_right(ceremony, Right.SIGN)
        for party in _party_of(case, each)
    }
    for line in lines_of(case):
        if line.id not in seated:
            yield Unmet("signer_not_seated", SOURCE, line.id)


def unsigned(case: Case) -> Iterator[Unmet]:
    """Yield whose line is empty: a deed of two is not made by one of them."""
    if case.deed is None or not _is_electronic(case):
        return
    done = _signed(case)
    for line in lines_of(case):
        if line.id not in done:
            yield Unmet("deed_not_signed", "P-38, 电子签名法 Art. 13", line.id)


def _is_electronic(case: Case) -> bool:
    """One that is signed in ink waits for no device."""
    return case.rules.makes_deed and case.rules.deed_signed_electronically


def _signed(case: Case) -> frozenset[PartyId | None]:
    by = () if case.deed is None else case.deed.signed_by
    return frozenset(line_of(case, case.party(each)) for each in by)


def signs(case: Case, participant: Participant) -> bool:
    """Say whether whoever has this seat signs the deed, as far as the role goes."""
    return any(line_of(case, each) is not None for each in _party_of(case, participant))


def acting(case: Case, ceremony: Ceremony) -> Iterator[Participant]:
    """Yield whose matter it is, and who acts for such a one (公证法 Art. 27; P-21, P-28)."""
    for each in with_right(ceremony, Right.SIGN):
        if any(party.role in _ACT for party in _party_of(case, each)):
            yield each


def _party_of(case: Case, participant: Participant) -> Iterator[Party]:
    return (party for party in case.parties if party.id == participant.party)
