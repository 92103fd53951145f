"""What a signature on the deed names as the proof of who signed it.

公证法 Art. 28(1): a check that proved the party; or, of somebody who was never checked by a
machine, the link by which that person was identified in the ceremony.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.cases.errors import PartNotFound
from server.cases.identity_checks import CheckState, digest_of
from server.ceremony.course import Told, last_told

if TYPE_CHECKING:
    from collections.abc import Iterable

    from server.cases.identity_checks import IdentityCheck
    from server.cases.parties import Party
    from server.ceremony.ceremony import Ceremony


def proof_of(party: Party, checks: Iterable[IdentityCheck], ceremony: Ceremony) -> str:
    """Return the SHA-256 of the proof; ``checks`` of the case. Raises `PartNotFound` for none."""
    proven = [
        check
        for check in checks
        if check.party == party.id
        and check.state is CheckState.PROVEN
        and check.pictures_ended is None
    ]
    if proven:
        return digest_of(max(proven, key=lambda check: check.requested_at))
    known = last_told(ceremony, Told.IDENTIFIED, participant=party.account)
    if known is None:
        raise PartNotFound("proof of identity")
    return known.hash
