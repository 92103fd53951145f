"""Is everybody in the room who they are on file? What a ceremony is asked before it goes on.

公证法 Art. 28(1). Whoever chose to be compared by the notary is proven by nothing before, so the
room itself is the wall: until the notary has said "the same person", in this ceremony and since
the person last came in, nothing is opened for signing, nobody is vouched for, no key is used and
the ceremony is not completed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.cases.guards import Unmet
from server.cases.identity_comparisons import Likeness
from server.cases.parties import MUST_BE_IDENTIFIED
from server.ceremony.sharing import JOINED, Lines
from server.ceremony.status import Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from server.cases.case import Case
    from server.cases.parties import Party
    from server.ceremony.ceremony import Ceremony
    from server.ceremony.chain import Link

COMPARED: Final = "identity_compared"
SECOND_COMPARED: Final = "identity_compared_by_second"
BY_LAW: Final = "公证法 Art. 28(1)"
# From here on a signature, a notary's word or the end of the ceremony would rest on it.
_NEEDS_IDENTITY: Final = frozenset({Step.OPEN_SIGNING, Step.COMPLETE})


def unmet_at_step(case: Case, ceremony: Ceremony, step: Step) -> Iterator[Unmet]:
    """Yield every party for whose sake the room may not go on to ``step``."""
    if step in _NEEDS_IDENTITY:
        for party in case.parties:
            yield from unmet_of_party(case, ceremony.links, party)


def unmet_of_party(case: Case, links: Iterable[Link], party: Party) -> Iterator[Unmet]:
    """Yield what speaks against taking the party for who is on file, at the end of ``links``."""
    if party.compared_in_ceremony:
        if not (party.identity_proven and stands_compared(case, links, party)):
            yield Unmet("identity_not_compared", BY_LAW, party.id)
    elif party.role in MUST_BE_IDENTIFIED and not party.identity_proven:
        yield Unmet("identity_not_proven", BY_LAW, party.id)


def stands_compared(case: Case, links: Iterable[Link], party: Party) -> bool:
    """Say whether a ceremony's chain holds a comparison of whoever sits there at its end.

    One from before a lost line, or from before the person came in anew, is of somebody who has
    been out of sight since.
    """
    last: dict[str, str | int | None] | None = None
    agreed, lines, account = False, Lines(), str(party.account)
    for link in links:
        lost = lines.take(link)
        # At somebody else's device a person goes and comes with whose it is.
        seen_by = {account, lines.of(account)}
        out_of_sight = (
            link.kind == Step.INTERRUPT
            or account in lost
            or (link.kind == JOINED and link.body["by"] in seen_by)
        )
        if out_of_sight:
            last, agreed = None, False
        elif link.kind == COMPARED and link.body["party"] == party.id:
            last, agreed = {**link.body, "link": link.hash}, False
        elif link.kind == SECOND_COMPARED and last and link.body["link"] == last["link"]:
            agreed = link.body["agrees"] == 1
    same = last is not None and last["result"] == Likeness.SAME
    return same and (agreed or not case.rules.second_compares)
