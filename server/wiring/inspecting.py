"""What ``flask notary identity`` does: the functions of `identity`, with a clock and settings."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from identity.chips.folder import report_on_folder
from identity.counting import judge_face_count
from identity.documents.evaluating import evaluate_documents
from identity.documents.read_images import DocumentKind, DocumentReader, read_images
from identity.evaluation.evaluating import evaluate
from identity.evaluation.reporting import as_svg, as_table
from identity.judging import CHINA
from identity.liveness.evaluating import evaluate_pad
from identity.matching import match_files
from identity.policy import ReferenceQuality, before_a_ceremony_2026
from identity.worker import LimitedWorker
from server.cli.identity import Faces, IdentityCommands, Measured
from server.settings import Settings
from server.transaction import Scope
from server.wiring.parts import Parts, now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    Report = Mapping[str, Any]


def identity_commands() -> IdentityCommands:
    return IdentityCommands(
        evaluate=_evaluate,
        evaluate_documents=_evaluate_documents,
        evaluate_liveness=evaluate_pad,
        read=_read,
        match=_match,
        chip=_chip,
        faces=_faces,
    )


def _evaluate(faces: Faces, say: Callable[[str], None]) -> Measured:
    report = evaluate(
        faces.folder,
        policy=before_a_ceremony_2026(),
        say=say,
        groups=faces.groups,
        years=faces.years,
    )
    return Measured(report=report, table=as_table(report), plot=as_svg(report))


@contextmanager
def _reader() -> Iterator[DocumentReader]:
    decoder, engine = LimitedWorker("decoder"), LimitedWorker("engine")
    try:
        yield DocumentReader(decoder=decoder, engine=engine)
    finally:
        decoder.close()
        engine.close()


def _evaluate_documents(folder: Path) -> Report:
    with _reader() as reader:
        return evaluate_documents(folder, reader=reader)


def _read(images: tuple[Path, ...], kind: str) -> Report:
    with _reader() as reader:
        today = now().astimezone(CHINA).date()
        return read_images(images, kind=DocumentKind(kind), reader=reader, today=today)


def _match(reference: Path, live: tuple[Path, ...], quality: str) -> Report:
    return match_files(
        reference,
        live,
        quality=ReferenceQuality(quality),
        policy=before_a_ceremony_2026(),
        now=now(),
    )


def _chip(folder: Path, master_list: Path | None) -> Report:
    return report_on_folder(folder, master_list=master_list, at=now())


def _faces() -> Report:
    """Count over all offices: the duty is that of whoever runs the installation."""
    parts = Parts(Settings.from_environ(os.environ))
    people = 0
    for office in parts.catalogue.rule_packs.offices:
        with parts.open_transaction(Scope(office=office)) as tx:
            people += tx.identity_checks.faces_kept()
    return asdict(judge_face_count(people))
