"""What the log proves about one certificate, to whoever asks and to whoever keeps a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from esign.transparency.checkpoints import head_of
from esign.transparency.cosignatures import Cosigner
from esign.transparency.merkle import inclusion_proof
from esign.transparency.notes import Note
from esign.transparency.proofs import LogProof
from esign.verification.existence import Existed
from server.register.errors import NotInLog
from server.register.log_entries import read_entry

if TYPE_CHECKING:
    from datetime import datetime

    from esign.transparency.checkpoints import Head
    from esign.transparency.notes import VerifierKey
    from server.register.certificates import Certificate
    from server.register.log_state import LoggedEntry
    from server.register.ports import TransparencyLog
    from server.register.standing import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """That what the register says now is under a published checkpoint."""

    index: int
    """Of the newest entry on the certificate."""

    size: int
    """Of the tree that the checkpoint is over."""

    signed_at: datetime


def publication_of(certificate: Certificate, log: TransparencyLog) -> Publication | None:
    """Return where the newest entry is published, or ``None`` until it is (within a minute)."""
    entries, shown = log.of_certificate(certificate.id), log.last_checkpoint()
    if not entries or shown is None or not entries[-1].index < shown.size:
        return None
    return Publication(index=entries[-1].index, size=shown.size, signed_at=shown.signed_at)


def with_publication(standing: Standing, log: TransparencyLog) -> Standing:
    """Return the standing with where its certificate is published."""
    registered = standing.registered
    if registered is None:
        return standing
    published = publication_of(registered.certificate, log)
    return replace(standing, registered=replace(registered, published=published))


def proofs_for(certificate: Certificate, log: TransparencyLog) -> list[bytes]:
    """Return a c2sp.org/tlog-proof for each published entry, the issue first.

    Each is under the first checkpoint that was published over it, so that it is the same
    bytes whenever it is asked for. Raises `NotInLog` while there is none.
    """
    proofs = [_proof(entry, log) for entry in log.of_certificate(certificate.id)]
    published = [each for each in proofs if each is not None]
    if not published:
        raise NotInLog
    return published


def _proof(entry: LoggedEntry, log: TransparencyLog) -> bytes | None:
    shown = log.first_checkpoint_over(entry.index)
    if shown is None:
        return None
    path = inclusion_proof(entry.index, _head(shown.note).size, log.node)
    return bytes(
        LogProof(index=entry.index, path=tuple(path), checkpoint=shown.note, extra=entry.content)
    )


def proof_for(certificate: Certificate, log: TransparencyLog) -> bytes:
    """Return the proof that the certificate's issue is in the log, with the entry along.

    Raises `NotInLog` until the entry is under a published checkpoint.
    """
    return proofs_for(certificate, log)[0]


def existed_by_log(
    certificate: Certificate, log: TransparencyLog, key: VerifierKey
) -> list[Existed]:
    """Return when the log's own key said, with a date, that certificate and deed were in the log.

    Independent of time-stamps: another key, of a signer that dates by its own clock. Nothing
    where it is not published, or under a checkpoint of before there were dates. Raises
    `TransparencyError` for a log that is not the one that was signed.
    """
    try:
        proofs = [LogProof.read(each) for each in proofs_for(certificate, log)]
    except NotInLog:
        return []
    seen = [Cosigner.of(key).seen_at(Note.read(each.checkpoint)) for each in proofs]
    said = [read_entry(each.opened(key)[0]) for each in proofs]
    return [
        Existed(sha256=sha256, at=at)
        for entry, at in zip(said, seen, strict=True)
        for sha256 in (entry.sealed_sha256, entry.deed_sha256)
        if sha256 is not None and at is not None
    ]


def _head(note: bytes) -> Head:
    return head_of(Note.read(note).text)
