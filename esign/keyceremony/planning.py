"""Write the request that two officers are then asked to sign."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from esign.custody.algorithms import KeyAlgorithm
from esign.keyceremony.house import fingerprint, in_use
from esign.keyceremony.refusals import CeremonyRefused, Refusal
from esign.keyceremony.requests import Action, KeyRequest
from esign.keyceremony.roots import retirable
from esign.keyceremony.steps import Role, next_key

if TYPE_CHECKING:
    from datetime import datetime

    from esign.keyceremony.performing import Ceremonies

LONGEST: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What an office wants done; the rest of the request follows from its state."""

    action: Action
    subject: str
    reason: str
    lifetime: timedelta
    name: str = ""
    organization: str = ""
    compromised_at: datetime | None = None
    public_key: str = ""
    certificate: str = ""
    """SHA-256 of the one whose key is given up, where it is not the one in use."""


def plan(ceremonies: Ceremonies, wish: Wish, *, nonce: str) -> KeyRequest:
    """Return the request, or raise `CeremonyRefused` when it could never be performed."""
    now = ceremonies.now().replace(microsecond=0)
    request = KeyRequest(
        action=wish.action,
        subject=wish.subject,
        reason=wish.reason,
        requested_at=now,
        expires_at=now + min(wish.lifetime, LONGEST),
        nonce=nonce,
        name=wish.name,
        organization=wish.organization,
        compromised_at=wish.compromised_at,
        public_key=wish.public_key,
        **_of_the_key(ceremonies, wish),
    )
    ceremonies.check_possible(request)
    return request


def _of_the_key(ceremonies: Ceremonies, wish: Wish) -> dict[str, str]:
    if wish.action is Action.RETIRE:
        return {"replaces": _to_be_retired(ceremonies, wish.subject)}
    if wish.certificate:
        if wish.action is not Action.COMPROMISE:
            raise CeremonyRefused(Refusal.IMPOSSIBLE)
        return {"replaces": wish.certificate}
    if wish.action not in {Action.CREATE, Action.ROTATE, Action.COMPROMISE}:
        return {}
    role, house = Role.of(wish.subject), ceremonies.house
    return {
        "algorithm": KeyAlgorithm.of_name(role.name).value,
        "key": str(next_key(house, role.name)),
        "replaces": in_use(house.files, role.name),
    }


def _to_be_retired(ceremonies: Ceremonies, root: str) -> str:
    """Return the certificate of the oldest key that can be."""
    files = ceremonies.house.files
    found = retirable(files, root) if Role.of(root).issuer is None else []
    if not found:
        raise CeremonyRefused(Refusal.IMPOSSIBLE)
    return fingerprint(files.certificate(found[0]))
