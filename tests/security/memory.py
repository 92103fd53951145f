"""What can be read of another process: its memory and its open files, as the kernel shows them."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PIECE = 8 << 20
LONGEST_NEEDLE = 128


def forms_of(pem: bytes) -> list[bytes]:
    """Return how a private key lies in a memory: its bytes either way round, its lines of PEM.

    OpenSSL keeps the numbers of ECDSA with the least byte first, DER with the greatest;
    a key of Ed25519 has one order.
    """
    key = load_pem_private_key(pem, password=None)
    if isinstance(key, Ed25519PrivateKey):
        secret = key.private_bytes_raw()
    else:
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        secret = key.private_numbers().private_value.to_bytes(32, "big")
    lines = [line for line in pem.splitlines() if not line.startswith(b"-")]
    return [secret, secret[::-1], *lines[:2]]


def family_of(pid: int) -> list[int]:
    """Return a process and everything that it started and that still runs."""
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text().split()]
    return found


def names_found(pid: int, needles: Mapping[str, list[bytes]]) -> set[str]:
    """Return whose needles are in the memory of ``pid``."""
    found: set[str] = set()
    for piece in _pieces(pid):
        found |= {name for name, forms in needles.items() if any(f in piece for f in forms)}
    return found


def _pieces(pid: int) -> Iterator[bytes]:
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            addresses, rights, *_ = line.split()
            start, end = (int(each, 16) for each in addresses.split("-"))
            if not rights.startswith("r") or "[v" in line:
                continue
            # What cannot be read (a device, a page that went) holds no key either.
            with suppress(OSError, OverflowError):
                for at in range(start, end, PIECE):
                    memory.seek(at)
                    yield memory.read(min(PIECE + LONGEST_NEEDLE, end - at))


def open_files(pid: int) -> set[str]:
    folder = Path(f"/proc/{pid}/fd")
    targets = set()
    for each in folder.iterdir():
        with suppress(FileNotFoundError):
            targets.add(str(each.readlink()))
    return targets
