"""``flask notary identity ...``: the code of the identity check on anybody's own files.

For operators who look at one case and evaluators who measure many. What a document says
of its holder is printed: whoever asks has the files already.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from server.cli.codes import INCONSISTENT, REFUSED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Report = Mapping[str, Any]

KINDS: Final = (
    "auto",
    "id_card",
    "passport",
    "residence_permit",
    "mainland_permit",
    "taiwan_permit",
    "foreigners_permit",
    "visa",
)
QUALITIES: Final = ("chip", "clean_portrait", "photographed_document")
FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER: Final = click.Path(exists=True, file_okay=False, path_type=Path)
AS_JSON: Final = click.option("--json", "as_json", is_flag=True, help="For machines.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Faces:
    """A folder of faces to measure error rates on."""

    folder: Path
    groups: Path | None
    years: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    report: Report
    table: str
    plot: str
    """SVG."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityCommands:
    """What each command does; the wiring knows how."""

    evaluate: Callable[[Faces, Callable[[str], None]], Measured]
    evaluate_documents: Callable[[Path], Report]
    evaluate_liveness: Callable[[Path, Path | None], Report]
    read: Callable[[tuple[Path, ...], str], Report]
    match: Callable[[Path, tuple[Path, ...], str], Report]
    chip: Callable[[Path, Path | None], Report]
    faces: Callable[[], Report]


def identity_group(commands: IdentityCommands) -> click.Group:
    @click.group()
    def identity() -> None:
        """Read documents, compare faces, verify chips, measure error rates."""

    for each in (
        _evaluate(commands),
        _evaluate_documents(commands),
        _evaluate_liveness(commands),
        _read(commands),
        _match(commands),
        _chip(commands),
        _faces(commands),
    ):
        identity.add_command(each)
    return identity


def _evaluate(commands: IdentityCommands) -> click.Command:
    @click.command()
    @click.argument("folder", type=FOLDER)
    @click.option("--groups", type=FILE, help="CSV: person, group. Errors are told per group.")
    @click.option("--years", type=FILE, help="CSV: file, year. Errors are told across ages.")
    @click.option("--plot", type=click.Path(path_type=Path), help="SVG file for the DET curves.")
    @AS_JSON
    def evaluate(
        *,
        folder: Path,
        groups: Path | None,
        years: Path | None,
        plot: Path | None,
        as_json: bool,
    ) -> None:
        """Measure the error rates of the face check on FOLDER of PERSON/*.jpg."""
        faces = Faces(folder=folder, groups=groups, years=years)
        measured = commands.evaluate(faces, lambda line: click.echo(line, err=True))
        click.echo(_as_json(measured.report) if as_json else measured.table)
        if plot is not None:
            plot.write_text(measured.plot, encoding="utf-8")
            click.echo(f"plot: {plot}", err=True)

    return evaluate


def _evaluate_documents(commands: IdentityCommands) -> click.Command:
    @click.command()
    @click.argument("folder", type=FOLDER)
    def evaluate_documents(*, folder: Path) -> None:
        """Measure field accuracy on FOLDER of pictures with their truth.json."""
        click.echo(_as_json(commands.evaluate_documents(folder)))

    return evaluate_documents


def _evaluate_liveness(commands: IdentityCommands) -> click.Command:
    @click.command()
    @click.argument("folder", type=FOLDER)
    @click.option("--models", type=FOLDER, help="Folder with the attack models.")
    def evaluate_liveness(*, folder: Path, models: Path | None) -> None:
        """Measure attack detection on FOLDER: live/ and one folder for each kind of attack."""
        click.echo(_as_json(commands.evaluate_liveness(folder, models)))

    return evaluate_liveness


def _read(commands: IdentityCommands) -> click.Command:
    @click.command()
    @click.argument("images", type=FILE, nargs=-1, required=True)
    @click.option("--kind", type=click.Choice(KINDS), default="auto", show_default=True)
    @AS_JSON
    def read(*, images: tuple[Path, ...], kind: str, as_json: bool) -> None:
        """Read the documents in IMAGES: fields, confidence, doubts, what to confirm."""
        report = commands.read(images, kind)
        if as_json:
            click.echo(_as_json(report))
            return
        for image in report["images"]:
            click.echo(f"{image['file']}  {image.get('side') or image.get('refused') or 'nothing'}")
            for name, field in image.get("fields", {}).items():
                sure = "?" if name in image["fields_to_confirm"] else " "
                click.echo(f"  {sure} {name:14} {field['confidence']:.2f}  {field['text']}")
            for hint in image.get("hints", []):
                click.echo(f"  ! {hint['zh']} · {hint['en']}")
        for document in report["documents"]:
            click.echo(f"doubts of {document['side']}: {', '.join(document['doubts']) or 'none'}")

    return read


def _match(commands: IdentityCommands) -> click.Command:
    @click.command()
    @click.argument("reference", type=FILE)
    @click.argument("live", type=FILE, nargs=-1, required=True)
    @click.option(
        "--reference-quality",
        type=click.Choice(QUALITIES),
        default="clean_portrait",
        show_default=True,
    )
    @AS_JSON
    def match(
        *, reference: Path, live: tuple[Path, ...], reference_quality: str, as_json: bool
    ) -> None:
        """Compare the face in REFERENCE with that in the LIVE frames of one person."""
        report = commands.match(reference, live, reference_quality)
        if as_json:
            click.echo(_as_json(report))
        elif "refused" in report:
            click.echo(f"refused: {report['refused']}")
        else:
            click.echo(f"{report['band']}  score {report.get('score')}")
            for doubt, (chinese, english) in report.get("advice", {}).items():
                click.echo(f"  {doubt}: {chinese} · {english}")
        if "refused" in report or report.get("band") == "no_match":
            sys.exit(REFUSED)

    return match


def _chip(commands: IdentityCommands) -> click.Command:
    @click.command()
    @click.argument("folder", type=FOLDER)
    @click.option(
        "--master-list",
        type=click.Path(exists=True, path_type=Path),
        help="CSCA master list, or a folder of certificates; without it no country is known.",
    )
    @AS_JSON
    def chip(*, folder: Path, master_list: Path | None, as_json: bool) -> None:
        """Verify the files of a document's chip in FOLDER (DG1.bin, SOD.bin ...)."""
        report = commands.chip(folder, master_list)
        if as_json:
            click.echo(_as_json(report))
        else:
            click.echo(f"{report['outcome']}  data {report['data']}")
            for each in report.get("evidence", []):
                click.echo(f"  {each['step']:22} {each['detail']}")
            for hint in report.get("hints", []):
                click.echo(f"  ! {hint}")
            if "fault" in report:
                click.echo(f"  {report['fault']}  {report['file'] or ''}")
        if report["outcome"] == "refused":
            sys.exit(REFUSED)

    return chip


def _faces(commands: IdentityCommands) -> click.Command:
    @click.command()
    @AS_JSON
    def faces(*, as_json: bool) -> None:
        """Count the people whose faces are stored; exit 5 when the law asks for something."""
        report = commands.faces()
        if as_json:
            click.echo(_as_json(report))
        else:
            click.echo(f"{report['people']} people  {report['state']}  {report['citation']}")
        if report["state"] != "normal":
            sys.exit(INCONSISTENT)

    return faces


def _as_json(report: Report) -> str:
    return json.dumps(report, ensure_ascii=False, indent=2)
