"""A chip's files, and trust, from folders: what `flask notary identity chip` prints.

Files are named as dumps of chips are (``ef0101.bin``, ``EF_SOD.bin``) or by what they are
(``DG1.bin``, ``SOD.bin``); what has another name is not looked at.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

from asn1crypto import pem

from identity.chips.active import ActiveTranscript
from identity.chips.certificates import read_certificate
from identity.chips.files import GROUPS, LARGEST_PORTRAIT_FILE, ChipFiles
from identity.chips.master_list import LARGEST_LIST, read_master_list, read_signed_master_list
from identity.chips.refusal import ChipFault, ChipFile, ChipRefused
from identity.chips.revocation import read_revocation_list
from identity.chips.trust import Trust
from identity.chips.verifying import NO_PROOFS, ChipProofs, verify_chip

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from identity.chips.finding import ChipFinding
    from identity.framing import Json

_CERTIFICATES: Final = frozenset({".cer", ".crt", ".der", ".pem"})
_REVOCATIONS: Final = frozenset({".crl"})
_MOST_FILES: Final = 2_000
_NAMES: Final = (
    {f"ef01{number:02x}": group for number, group in enumerate(GROUPS, start=1)}
    | {"ef011e": ChipFile.COM, "ef011d": ChipFile.SOD}
    | {file.value.lower(): file for file in ChipFile}
)


def report_on_folder(folder: Path, *, master_list: Path | None, at: datetime) -> dict[str, Json]:
    """Return what `verify_chip` finds of the chip in ``folder``, or why it is refused.

    ``master_list`` is a list or a folder (`read_trust`). Where ``AA_CHALLENGE.bin`` and
    ``AA_RESPONSE.bin`` lie beside the chip's files, they are an active authentication.
    For the operator who asks: what the document says of its holder is in it.
    Raises OSError where something cannot be read, and `ChipRefused` for the master list.
    """
    trust = read_trust(master_list) if master_list is not None else Trust()
    try:
        finding = verify_chip(read_folder(folder), trust, at=at, proofs=_proofs(folder))
    except ChipRefused as refusal:
        place = refusal.place.value if refusal.place else None
        fault = refusal.fault.value
        return {"outcome": "refused", "data": "altered", "fault": fault, "file": place}
    return _report(finding) | {"authorities_known": len(trust.authorities)}


def _proofs(folder: Path) -> ChipProofs:
    challenge, response = folder / "AA_CHALLENGE.bin", folder / "AA_RESPONSE.bin"
    if not (challenge.is_file() and response.is_file()):
        return NO_PROOFS
    most = LARGEST_PORTRAIT_FILE
    transcript = ActiveTranscript(
        challenge=_read(challenge, most=most), response=_read(response, most=most)
    )
    return ChipProofs(active=transcript)


def read_folder(folder: Path) -> ChipFiles:
    """Return the files of a chip; raises `ChipRefused` (file too large) before reading one."""
    contents: dict[ChipFile, bytes] = {}
    for path in _files(folder):
        file = _NAMES.get(path.stem.lower().replace("ef_", "").replace("ef.", ""))
        if file is not None:
            contents[file] = _read(path, most=LARGEST_PORTRAIT_FILE)
    return ChipFiles(contents=contents)


def read_trust(path: Path) -> Trust:
    """Return what a master list, or a folder of certificates and ``.crl`` files, says.

    Believes it as it is: the operator chose it. Raises `ChipRefused` and OSError.
    """
    if not path.is_dir():
        return read_master_list(_read(path, most=LARGEST_LIST))
    found = Trust()
    for each in _files(path):
        content = _read(each, most=LARGEST_LIST)
        if each.suffix.lower() in _CERTIFICATES:
            found |= Trust(authorities=tuple(read_certificate(der) for der in _ders(content)))
        elif each.suffix.lower() in _REVOCATIONS:
            lists = tuple(read_revocation_list(der) for der in _ders(content))
            found |= Trust(revocations=lists)
    return found


def read_trust_signed_for(path: Path, *, anchors: Path, at: datetime) -> Trust:
    """Return a signed master list if a country in the folder ``anchors`` vouches for it."""
    content = _read(path, most=LARGEST_LIST)
    return read_signed_master_list(content, anchors=read_trust(anchors), at=at)


def _report(finding: ChipFinding) -> dict[str, Json]:
    holder, portrait = finding.holder, finding.portrait
    picture: Json = None
    if portrait is not None:
        picture = {
            "format": portrait.format.value,
            "width": portrait.width,
            "height": portrait.height,
            "bytes": len(portrait.content),
            "sha256": sha256(portrait.content).hexdigest(),
        }
    return {
        "data": "as_signed",
        "holder": {
            "document_code": holder.document_code,
            "issuer": holder.issuer,
            "surname": holder.surname,
            "given_names": holder.given_names,
            "number": holder.number,
            "nationality": holder.nationality,
            "birth": holder.birth.isoformat(),
            "sex": holder.sex,
            "expires": holder.expires.isoformat(),
            "full_name": finding.details.name,
            "personal_number": finding.details.personal_number,
        },
        "portrait": picture,
        **finding.as_record(),
    }


def _files(folder: Path) -> Iterable[Path]:
    found = sorted(path for path in folder.iterdir() if path.is_file())
    if not len(found) <= _MOST_FILES:
        raise ChipRefused(ChipFault.TOO_MANY_VALUES)
    return found


def _read(path: Path, *, most: int) -> bytes:
    with path.open("rb") as file:
        content = file.read(most + 1)
    if not len(content) <= most:
        raise ChipRefused(ChipFault.FILE_TOO_LARGE)
    return content


def _ders(content: bytes) -> list[bytes]:
    if not pem.detect(content):
        return [content]
    try:
        return [der for _, _, der in pem.unarmor(content, multiple=True)]
    except ValueError as error:
        raise ChipRefused(ChipFault.MALFORMED) from error
