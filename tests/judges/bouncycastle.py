"""BouncyCastle's opinion of SM2 certificates and signatures, from Debian's libbcpkix-java."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

JARS: Final = [Path("/usr/share/java") / f"bc{part}.jar" for part in ("prov", "util", "pkix")]
SOURCE: Final = Path(__file__).with_name("Sm2Judge.java")
PATIENCE_S: Final = 120
"""A Java machine starts in a second; ten at once on two cores do not."""


@dataclass(frozen=True, slots=True)
class BouncyCastle:
    """Compiled once, asked many questions at a time."""

    path: str

    @classmethod
    def compiled(cls, folder: Path) -> BouncyCastle:
        """Skips the test where there is no Java or no BouncyCastle."""
        if not (shutil.which("javac") and all(jar.exists() for jar in JARS)):
            pytest.skip("needs libbcpkix-java and openjdk-17-jdk-headless from Debian")
        jars = ":".join(map(str, JARS))
        subprocess.run(
            ["javac", "-cp", jars, "-d", str(folder), str(SOURCE)], check=True, timeout=PATIENCE_S
        )
        return cls(f"{folder}:{jars}")

    def judge(self, questions: Sequence[Sequence[object]]) -> list[str]:
        """Return ``valid`` or ``refused: ...`` for each question of the Java program."""
        asked = "".join(" ".join(map(str, words)) + "\n" for words in questions)
        told = subprocess.run(
            ["java", "-Xshare:auto", "-cp", self.path, "Sm2Judge"],
            input=asked,
            capture_output=True,
            text=True,
            check=True,
            timeout=PATIENCE_S,
        )
        return told.stdout.splitlines()
