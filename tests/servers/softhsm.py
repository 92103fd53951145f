"""A SoftHSM token in a folder of its own, in the place of a hardware module."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pkcs11

from esign.custody.places import KeyPlace

if TYPE_CHECKING:
    from collections.abc import Mapping

MODULE: Final = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN: Final = "482915-pin-of-the-tests"
TOKEN: Final = "feigui test"

_CONFIGURATION: Final = """\
directories.tokendir = {tokens}
objectstore.backend = file
log.level = ERROR
"""


@dataclass(frozen=True, slots=True)
class SoftHsm:
    folder: Path

    @property
    def pin(self) -> Path:
        return self.folder / "pin"

    @property
    def setting(self) -> str:
        return f"pkcs11:token=feigui%20test?module-path={MODULE}&pin-source=file:{self.pin}"

    @property
    def place(self) -> KeyPlace:
        return KeyPlace.parse(self.setting)

    @property
    def environment(self) -> Mapping[str, str]:
        return {"SOFTHSM2_CONF": str(self.folder / "softhsm2.conf")}

    def pull_out(self) -> None:
        """Take the token away, as somebody does who takes a card out of its reader."""
        (self.folder / "tokens").rename(self.folder / "drawer")
        (self.folder / "tokens").mkdir()

    def plug_in(self) -> None:
        (self.folder / "tokens").rmdir()
        (self.folder / "drawer").rename(self.folder / "tokens")

    def write_pin(self, pin: str) -> None:
        self.pin.unlink(missing_ok=True)
        self.pin.write_text(pin + "\n")
        self.pin.chmod(0o600)


def new_token(folder: Path) -> SoftHsm:
    """Make a token; the module of this process uses it from now on."""
    (folder / "tokens").mkdir(parents=True)
    made = SoftHsm(folder)
    (folder / "softhsm2.conf").write_text(_CONFIGURATION.format(tokens=folder / "tokens"))
    os.environ.update(made.environment)
    made.write_pin(PIN)
    program = shutil.which("softhsm2-util")
    if program is None:
        raise AssertionError("softhsm2 is not installed")
    command = [program, "--init-token", "--free", "--label", TOKEN]
    subprocess.run(
        [*command, "--pin", PIN, "--so-pin", "an-officer"], check=True, capture_output=True
    )
    restart_module()
    return made


def restart_module() -> None:
    """End the module and begin anew: every session of this process is lost."""
    pkcs11.lib(str(MODULE)).reinitialize()
