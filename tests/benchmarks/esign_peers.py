"""Other libraries that sign PDF, on the same document and key, in processes of their own.

None of them is a dependency: ``FEIGUI_SIGNING_PEERS`` names a folder in which they
were installed for this measurement alone::

    python3 -m venv F && F/bin/pip install pyunderskrift pdfsignerpy
    npm install --prefix F @libpdf/core

They load the key once where they can (pdfsignerpy cannot) and ask an ordinary authority for
stamps and lists over HTTP (`tests.benchmarks.esign_peer_authority`). What that one spends is
not counted for them, and what HTTP costs is. Who makes no stamp though one is asked for, or
a file without what its level wants, shows no figure but that.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from esign.cms.signed_data import SIGNATURE_TIME_STAMP
from esign.pdf.levels import PadesLevel
from tests.benchmarks.esign_peer_authority import ordinary_authority

if TYPE_CHECKING:
    from esign.testing import PrivateKey

ROUNDS: Final = 15
SECRET: Final = "measured"
DURABLE: Final = frozenset({PadesLevel.B_LT, PadesLevel.B_LTA})

_TIMED: Final = """
import json, statistics, sys, time
def told(run):
    spent = []
    for _ in range({rounds} + 1):
        start, times = time.process_time(), 0
        while time.process_time() - start < 0.01:
            run(); times += 1
        spent.append((time.process_time() - start) / times * 1000)
    print(json.dumps(statistics.median(spent[1:])))
"""
_PYUNDERSKRIFT: Final = (
    _TIMED
    + """
import pyunderskrift as p
signer = p.SoftwareSigner.from_pkcs12_file("key.p12", "{secret}")
data = open("prepared.pdf", "rb").read()
level = getattr(p.PadesLevel, "{level}".replace("-", ""))
tsa = "{tsa}" if "{level}" != "B-B" else None
options = p.SigningOptions(pades_level=level, field_name="Signature1", tsa_url=tsa, certify=True,
                           content_size=16384)
def sign():
    open("signed.pdf", "wb").write(p.PdfSigner(options).sign(data, signer))
told(sign)
"""
)
_PDFSIGNERPY: Final = (
    _TIMED
    + """
import pdfsigner
level = "{level}".replace("-", "").lower()
tsa = "{tsa}" if "{level}" != "B-B" else None
told(lambda: pdfsigner.sign_pdf("prepared.pdf", "signed.pdf", "key.p12", "{secret}",
                                level=level, tsa_url=tsa))
"""
)
_LIBPDF: Final = """
import {{ readFileSync, writeFileSync }} from "node:fs";
import {{ createRequire }} from "node:module";
const {{ PDF, P12Signer, HttpTimestampAuthority }} = await import(
  "{folder}/node_modules/@libpdf/core/dist/index.mjs");
const signer = await P12Signer.create(readFileSync("key.p12"), "{secret}");
const data = readFileSync("prepared.pdf");
const level = "{level}";
const timestampAuthority = level === "B-B" ? undefined : new HttpTimestampAuthority("{tsa}");
const spent = [];
for (let round = 0; round <= {rounds}; round++) {{
  const start = process.cpuUsage(); let times = 0, used = 0;
  while (used < 10000) {{
    const pdf = await PDF.load(data);
    const done = await pdf.sign({{ signer, level, timestampAuthority, fieldName: "Signature1" }});
    writeFileSync("signed.pdf", done.bytes ?? done);
    times++; const now = process.cpuUsage(start); used = now.user + now.system;
  }}
  spent.push(used / times / 1000);
}}
const sorted = spent.slice(1).sort((a, b) => a - b);
console.log(JSON.stringify(sorted[Math.floor(sorted.length / 2)]));
"""


def measure_peers(
    keys: dict[str, PrivateKey], prepared: bytes, folder: Path
) -> dict[str, dict[str, float | str]]:
    """Return task -> peer -> median of CPU in ms, or the last words of one that failed."""
    python, node = [str(folder / "bin" / "python"), "-c"], ["node", "--input-type=module", "-e"]
    programs = {
        "pyunderskrift": (python, _PYUNDERSKRIFT),
        "pdfsignerpy": (python, _PDFSIGNERPY),
        "@libpdf/core": (node, _LIBPDF),
    }
    found: dict[str, dict[str, float | str]] = {}
    with tempfile.TemporaryDirectory() as place, ordinary_authority(Path(place)) as authority:
        (Path(place) / "prepared.pdf").write_bytes(prepared)
        for kind, key in keys.items():
            (Path(place) / "key.p12").write_bytes(authority.keystore(key, SECRET))
            for level in PadesLevel:
                facts = {
                    "level": level,
                    "tsa": authority.url,
                    "secret": SECRET,
                    "rounds": ROUNDS,
                    "folder": folder,
                }
                found[f"{kind} {level}"] = {
                    name: _asked([*command, program.format(**facts)], Path(place), level)
                    for name, (command, program) in programs.items()
                }
    return found


def _asked(command: list[str], place: Path, level: PadesLevel) -> float | str:
    signed = place / "signed.pdf"
    signed.unlink(missing_ok=True)
    told = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=place, timeout=300
    )
    if told.returncode != 0:
        return "; ".join(told.stderr.strip().splitlines()[-1:])[-200:]
    missing = _missing(signed.read_bytes(), level)
    return f"made no {missing}" if missing else float(json.loads(told.stdout))


def _missing(document: bytes, level: PadesLevel) -> str | None:
    """Return what a file of this level has and ``document`` has not: not all do as they say."""
    has_token = SIGNATURE_TIME_STAMP.hex().encode() in document.lower()
    found = {
        "signature": b"/ByteRange" in document,
        "time-stamp": has_token or not level.has_time_stamp,
        "security store": b"/DSS" in document or level not in DURABLE,
        "revocation list": b"/CRLs" in document or level not in DURABLE,
        "archive time-stamp": b"/DocTimeStamp" in document or level is not PadesLevel.B_LTA,
    }
    return next((name for name, is_there in found.items() if not is_there), None)


def peers_folder() -> Path | None:
    named = os.environ.get("FEIGUI_SIGNING_PEERS")
    return Path(named).absolute() if named else None
