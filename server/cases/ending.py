"""What becomes of certificates after issue: superseded, supplemented, revoked, never gone.

公证法 Art. 39, 公证程序规则 Art. 63. The verification page reads the same rows, so
what is decided shows there from the same transaction on.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from server.cases.amendment import Amendment
from server.cases.transitions import Action
from server.register.certificates import CertificateKind, CertificateStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from server.cases.actor import Actor
    from server.cases.case import Case
    from server.register.certificates import Certificate

KIND_OF: Final = {
    Amendment.CORRECTION: CertificateKind.CORRECTED,
    Amendment.SUPPLEMENT: CertificateKind.SUPPLEMENTARY,
}
REVOKES: Final = {
    Action.REVOKE: CertificateStatus.REVOKED,
    Action.REVOKE_IN_PART: CertificateStatus.PARTLY_REVOKED,
}


def relation_of(case: Case, known: Sequence[Certificate]) -> tuple[CertificateKind, str | None]:
    """Return what the certificate that is next is, and to which number it belongs."""
    deeds = [c for c in known if c.status.stands and c.kind is not CertificateKind.ENFORCEMENT]
    about = deeds[-1].number.text if deeds else None
    if case.status.is_enforcement:
        return CertificateKind.ENFORCEMENT, about
    if case.amendment is not None:
        return KIND_OF[case.amendment], about
    return CertificateKind.ORIGINAL, None


def changed_by(
    issued: Certificate, known: Iterable[Certificate], *, at: datetime
) -> list[Certificate]:
    """Return the earlier certificates that ``issued`` changes, each naming it.

    A corrected one replaces what stands, a supplementary one leaves it standing.
    """
    text = issued.number.text
    if issued.kind is CertificateKind.SUPPLEMENTARY:
        return [
            replace(c, supplemented_by=text) for c in known if c.number.text == issued.relates_to
        ]
    if issued.kind is not CertificateKind.CORRECTED:
        return []
    return [
        replace(old, status=CertificateStatus.SUPERSEDED, successor=text, ended_at=at)
        for old in known
        if old.id != issued.id and old.status.stands and old.kind is not CertificateKind.ENFORCEMENT
    ]


def revoked_by(
    action: Action, case: Case, known: Iterable[Certificate], actor: Actor, *, at: datetime
) -> list[Certificate]:
    """Return the certificates that ``action`` ends wholly or in part, and note each.

    Steps that revoke nothing return nothing.
    """
    status = REVOKES.get(action)
    ended = []
    for certificate in known:
        if status is None or not certificate.status.stands or certificate.status is status:
            continue
        ended.append(replace(certificate, status=status, ended_at=at))
        case.note(f"certificate_{status}", actor, at, certificate=certificate.id)
    return ended
