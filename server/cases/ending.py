"""What becomes of a certificate after issue: superseded or revoked, never gone.

公证法 Art. 39, 公证程序规则 Art. 63. The verification page reads the same rows, so
what is decided shows there from the same transaction on.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from server.register.certificates import Certificate, CertificateStatus

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from server.cases.actor import Actor
    from server.cases.case import Case


def superseded(old: Certificate, *, by: Certificate, at: datetime) -> Certificate:
    """Return ``old`` as replaced by a corrected one, which it names."""
    return replace(old, status=CertificateStatus.SUPERSEDED, successor=by.number.text, ended_at=at)


def revoke_all(
    case: Case, certificates: Iterable[Certificate], actor: Actor, *, at: datetime
) -> list[Certificate]:
    """Return the valid ones of ``certificates`` as void from the start, and note each."""
    revoked = []
    for certificate in certificates:
        if certificate.status is CertificateStatus.VALID:
            revoked.append(replace(certificate, status=CertificateStatus.REVOKED, ended_at=at))
            case.note("certificate_revoked", actor, at, certificate=certificate.id)
    return revoked
