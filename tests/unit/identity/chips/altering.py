"""Ways to make one thing about a genuine chip wrong, and to try it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from identity.chips.active import ActiveTranscript
from identity.chips.certificates import read_certificate
from identity.chips.chip_authentication import ChipTranscript, ask_chip
from identity.chips.files import ChipFiles
from identity.chips.refusal import ChipFile
from identity.chips.revocation import read_revocation_list
from identity.chips.security_infos import read_security_infos
from identity.chips.trust import Trust
from identity.chips.verifying import NO_PROOFS, ChipProofs, verify_chip
from tests.unit.identity.chips import answering, making
from tests.unit.identity.chips.issuing import AT, authority, revocation_list
from tests.unit.identity.chips.signing import ec_key, rsa_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from identity.chips.finding import ChipFinding
    from tests.unit.identity.chips.signing import Signer

CHALLENGE = bytes(range(8))
PRIVATE_VALUE = 20260301


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    chip: ChipFiles
    trust: Trust = field(default_factory=lambda: making.state().trust)
    proofs: ChipProofs = NO_PROOFS

    def verify(self) -> ChipFinding:
        return verify_chip(self.chip, self.trust, at=AT, proofs=self.proofs)


def with_file(file: ChipFile, content: bytes | None) -> Attempt:
    """After signing: what a forger can do to a chip that was read."""
    contents = dict(making.chip().contents)
    if content is None:
        del contents[file]
    else:
        contents[file] = content
    return Attempt(chip=ChipFiles(contents=contents))


def with_flipped(file: ChipFile, position: int = -1) -> Attempt:
    content = bytearray(making.chip()[file])
    content[position] ^= 1
    return with_file(file, bytes(content))


def with_group(file: ChipFile, content: bytes) -> Attempt:
    """Before signing: what a state, or whoever has its key, can write."""
    return Attempt(chip=making.chip(making.groups() | {file: content}))


def signed_with(**changes: Any) -> Attempt:  # noqa: ANN401 - fields of any type
    return Attempt(chip=making.chip(spec=replace(making.state().signs(), **changes)))


def by_certificate(
    *,
    signed_at: datetime | None = None,
    **changes: Any,  # noqa: ANN401 - fields of any type
) -> Attempt:
    """A document signer whose certificate says something else."""
    state = making.state()
    spec = replace(state.signer_spec, **changes)
    signs = replace(
        state.signs(),
        certificates=(spec.by(state.root),),
        issuer=spec.issuer,
        signed_at=signed_at,
        signer=spec.signer,
    )
    return Attempt(chip=making.chip(spec=signs))


def under(root: Signer, **changes: Any) -> Attempt:  # noqa: ANN401 - fields of any type
    """A country whose own certificate says something else."""
    certificate = replace(authority(root), **changes).by(root)
    return Attempt(chip=making.chip(), trust=Trust(authorities=(read_certificate(certificate),)))


def revoked() -> Attempt:
    state = making.state()
    der = revocation_list(state.root, 5, state.signer_spec.serial)
    revocations = Trust(revocations=(read_revocation_list(der),))
    return Attempt(chip=making.chip(), trust=state.trust | revocations)


def answered_by_rsa(response: Callable[[], bytes], *, challenge: bytes = CHALLENGE) -> Attempt:
    groups = making.groups() | {ChipFile.DG15: making.active_group(rsa_key("active", 1024))}
    transcript = ActiveTranscript(challenge=challenge, response=response())
    return Attempt(chip=making.chip(groups), proofs=ChipProofs(active=transcript))


def answered_by_curve(
    response: bytes, *, without_key: bool = False, active: str | None = None
) -> Attempt:
    groups = making.groups()
    if active is not None:
        groups[ChipFile.DG14] = making.security_infos(active=active)
    if without_key:
        del groups[ChipFile.DG15]
    transcript = ActiveTranscript(challenge=CHALLENGE, response=response)
    return Attempt(chip=making.chip(groups), proofs=ChipProofs(active=transcript))


def answered_by_chip(
    *,
    key: str = "chip",
    keyless: bool = False,
    cut: int = 0,
    **changes: Any,  # noqa: ANN401 - fields of any type
) -> Attempt:
    groups = making.groups()
    question = ask_chip(read_security_infos(groups[ChipFile.DG14]), private_value=PRIVATE_VALUE)
    if keyless:
        groups[ChipFile.DG14] = making.security_infos()
    response = answering.answer(ec_key("chip"), question, **changes)
    if key != "chip":
        # Another chip can follow the protocol, only not with the key that the state signed.
        groups[ChipFile.DG14] = making.security_infos(ec_key(key))
    transcript = ChipTranscript(
        private_value=PRIVATE_VALUE, response=response[: len(response) - cut]
    )
    return Attempt(chip=making.chip(groups), proofs=ChipProofs(chip=transcript))
