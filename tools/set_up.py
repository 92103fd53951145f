"""Brings a bare Debian 12 to the point where the platform runs, and knows what is already done.

Every step has a stamp: the hash of what it was done from.  Only the standard
library is used, because this runs before anything is installed.

    python3 tools/set_up.py run | serve | test | specimens
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

ROOT: Final = Path(__file__).resolve().parents[1]
BUILD: Final = ROOT / "build"
LOG: Final = BUILD / "set-up.log"
VENV: Final = ROOT / ".venv"
NPM: Final = ROOT / "tools" / "npm"
SPECIMENS: Final = BUILD / "specimens"
OLDEST_PYTHON: Final = (3, 11)

FOR_RUN: Final = ("python3-venv", "fonts-noto-cjk")
FOR_TEST: Final = (
    *FOR_RUN,
    "postgresql",
    "chromium",
    "poppler-utils",
    "ffmpeg",
    "coturn",
    "libnss3-tools",
    "openssl",
    "softhsm2",
    "libbcpkix-java",
    "openjdk-17-jdk-headless",
    "janus",
)
# Debian starts it at once, at every address and with secrets that everybody knows.
KEPT_FROM_STARTING: Final = {"janus": "janus.service"}
DEBIAN: Final[Mapping[str, Sequence[str]]] = {
    "run": FOR_RUN,
    "serve": FOR_RUN,
    "test": FOR_TEST,
    "specimens": (),
}
REQUIREMENTS: Final[Mapping[str, Sequence[str]]] = {
    "run": ("runtime", "embedded", "media"),
    "serve": ("runtime", "embedded", "media", "tools"),
    "test": ("runtime", "embedded", "media", "tools", "lint", "test"),
    "specimens": (),
}
# Of one person a photograph to live on a document and two others to compare it with.
PHOTOGRAPHS: Final = ("obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg")


class SetUpFailed(Exception):
    """A step could not be done; the message says what a person can do about it."""


@dataclass(frozen=True)
class Step:
    """One thing to have, the hash of what it is made from, and the act that makes it."""

    title: str
    stamp: Path
    inputs: str
    act: Callable[[], None]

    def is_done(self) -> bool:
        return self.stamp.exists() and self.stamp.read_text() == self.inputs

    def do(self) -> None:
        if self.is_done():
            return
        began = time.monotonic()
        say(f"{self.title} ...")
        self.act()
        self.stamp.parent.mkdir(parents=True, exist_ok=True)
        self.stamp.write_text(self.inputs)
        say(f"{self.title}: done in {time.monotonic() - began:.0f} s")


def steps_for(purpose: str) -> Iterator[Step]:
    """Yield what ``purpose`` needs, in order."""
    if missing := [name for name in DEBIAN[purpose] if not is_installed(name)]:
        yield debian(missing)
    if wanted := REQUIREMENTS[purpose]:
        yield environment()
        yield from (python_packages(name) for name in wanted)
    if "tools" in wanted:
        yield node_packages()
    yield photographs()


def is_installed(package: str) -> bool:
    """Ask Debian; a system without dpkg is trusted to have what its owner put there."""
    if shutil.which("dpkg-query") is None:
        return True
    asked = ["dpkg-query", "--show", "--showformat=${db:Status-Status}", package]
    said = subprocess.run(asked, check=False, capture_output=True, text=True)
    return said.stdout == "installed"


def debian(missing: Sequence[str]) -> Step:
    def act() -> None:
        install = ["apt-get", "install", "--yes", "--no-install-recommends", *missing]
        if os.geteuid() != 0:
            raise SetUpFailed(
                "Debian packages are missing, and only root may install them. Run as root:\n"
                f"    apt-get update && {' '.join(install)}"
            )
        keep_from_starting(missing)
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        call(["apt-get", "update"], "check the network and /etc/apt/sources.list", extra=quiet)
        call(install, "see the log for the package that failed", extra=quiet)

    title = f"Debian packages: {' '.join(missing)}"
    # Asked of Debian every time; the stamp only tells that we did it once.
    return Step(title, BUILD / "stamps" / "debian", f"{missing} {time.monotonic()}", act)


def keep_from_starting(packages: Sequence[str]) -> None:
    """Mask the services that a package would start for everybody; without systemd nothing does."""
    systemctl = shutil.which("systemctl")
    services = [KEPT_FROM_STARTING[each] for each in packages if each in KEPT_FROM_STARTING]
    if systemctl is not None and services:
        call([systemctl, "mask", *services], "may systemd be told so?")


def environment() -> Step:
    def act() -> None:
        if is_environment(VENV):
            return
        shutil.rmtree(VENV, ignore_errors=True)
        make = [sys.executable, "-m", "venv", str(VENV)]
        call(make, "is python3-venv installed?")

    # A new Python is a new environment.
    interpreter = f"{sys.version_info[0]}.{sys.version_info[1]} {VENV}"
    return Step("Python environment .venv", VENV / ".set-up" / "environment", interpreter, act)


def is_environment(directory: Path) -> bool:
    """Say whether somebody made a whole environment there, of this Python and in this place."""
    pip = directory / "bin" / "pip"
    if not pip.exists():
        return False
    said = subprocess.run([pip, "--version"], check=False, capture_output=True, text=True)
    version = f"(python {sys.version_info[0]}.{sys.version_info[1]})"
    return str(directory) in said.stdout and version in said.stdout


def python_packages(name: str) -> Step:
    path = ROOT / "requirements" / f"{name}.txt"

    def act() -> None:
        install = [str(VENV / "bin" / "pip"), "install", "--no-deps", "--require-hashes"]
        install += ["--only-binary", ":all:", "--no-compile", "--disable-pip-version-check"]
        call([*install, "--requirement", str(path)], "is PyPI reachable?")

    title = f"Python packages of requirements/{name}.txt"
    return Step(title, VENV / ".set-up" / name, digest(path), act)


def node_packages() -> Step:
    lock = NPM / "package-lock.json"

    def act() -> None:
        install = [str(VENV / "bin" / "npm"), "ci", "--prefix", str(NPM)]
        install += ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        path = f"{VENV / 'bin'}:{os.environ['PATH']}"
        call(install, "is registry.npmjs.org reachable?", extra={"PATH": path})

    return Step("Node packages of tools/npm", NPM / "node_modules" / ".set-up", digest(lock), act)


def photographs() -> Step:
    path = ROOT / "requirements" / "specimens.txt"

    def act() -> None:
        downloads = BUILD / "downloads"
        fetch = [str(VENV / "bin" / "pip"), "download", "--no-deps", "--no-binary", ":all:"]
        fetch += ["--require-hashes", "--disable-pip-version-check", "--dest", str(downloads)]
        call([*fetch, "--requirement", str(path)], "is PyPI reachable?")
        extract(next(downloads.glob("face_recognition-*.tar.gz")))

    made_from = " ".join([digest(path), *PHOTOGRAPHS])
    return Step("Photographs for the main job", SPECIMENS / ".set-up", made_from, act)


def extract(archive: Path) -> None:
    """Take the photographs out of ``archive``, and nothing else."""
    SPECIMENS.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive) as source:
        for name in PHOTOGRAPHS:
            top = archive.name.removesuffix(".tar.gz")
            photograph = source.extractfile(f"{top}/tests/test_images/{name}")
            if photograph is None:
                raise SetUpFailed(f"{archive.name} has no photograph {name}")
            (SPECIMENS / name).write_bytes(photograph.read())


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def call(command: Sequence[str], advice: str, *, extra: Mapping[str, str] | None = None) -> None:
    """Run ``command`` with its words going to the log, or say what to do."""
    with LOG.open("a") as log:
        log.write(f"\n$ {' '.join(command)}\n")
        log.flush()
        environ = {**os.environ, **(extra or {})}
        ended = subprocess.run(command, check=False, stdout=log, stderr=log, env=environ, cwd=ROOT)
    if ended.returncode != 0:
        last = LOG.read_text(errors="replace").splitlines()[-5:]
        raise SetUpFailed("\n".join([f"{command[0]} failed: {advice}", *last, f"Log: {LOG}"]))


def say(line: str) -> None:
    print(f"set-up: {line}", flush=True)


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Let one set-up at a time work in this clone."""
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "set-up.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main(purpose: str) -> None:
    if sys.version_info < OLDEST_PYTHON:
        raise SetUpFailed("Python 3.11 or newer is needed: make PYTHON=python3.11 ...")
    began = time.monotonic()
    with alone():
        for step in steps_for(purpose):
            step.do()
    say(f"ready for {purpose} in {time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except SetUpFailed as error:
        sys.exit(f"set-up: {error}")
    except (IndexError, KeyError):
        sys.exit(f"set-up: say what for: {' | '.join(DEBIAN)}")
