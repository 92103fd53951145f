"""Reads a PDF with programs that know nothing of how it was made."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def run(program: str, *arguments: str, pdf: bytes, folder: Path) -> str:
    path = folder / "paper.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(
        [program, *arguments, str(path), *(["-"] if program == "pdftotext" else [])],
        check=True,
        capture_output=True,
    )
    return done.stdout.decode("utf-8")


def pages(pdf: bytes, folder: Path) -> list[str]:
    """Return the text of each page."""
    return run("pdftotext", pdf=pdf, folder=folder).split("\f")[:-1]


def text(pdf: bytes, folder: Path) -> str:
    """Return all the text without the breaks that setting put in."""
    return "".join(pages(pdf, folder)).replace("\n", "")
