"""How much our streaming encryption costs, beside Tink's and the bare cipher.

Raw AES-256-GCM over the same segments is the physical limit of this machine;
ratios to it hold elsewhere, megabytes per second do not.
"""

from __future__ import annotations

import io
import json
import secrets
import sys
import time
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Final

import tink
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from tink import streaming_aead

from storage.envelope import Envelope
from storage.envelope_stream import SEGMENT, decrypt, encrypt
from storage.keys.local import LocalKey
from storage.keys.ring import KeyRing
from tests.benchmarks.bars import draw_bars

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from _typeshed import ReadableBuffer as Buffer

    Pair = tuple[Callable[[], None], Callable[[], None]]

SIZES: Final = {"64 KiB": 64 << 10, "8 MiB": 8 << 20, "64 MiB": 64 << 20}
ROUNDS: Final = 9
PLACE: Final = b"evidence/offices/kunming-a/00/00"
REPORT: Final = Path(__file__).parents[2] / "build" / "bench" / "storage_envelope.json"


class _Nowhere(io.RawIOBase):
    """Forgets what is written to it, as a socket would; memory is not measured here."""

    def writable(self) -> bool:
        return True

    def write(self, piece: Buffer, /) -> int:
        return memoryview(piece).nbytes


class _Kept(io.BytesIO):
    def close(self) -> None:
        """Stay readable: Tink closes what it writes to."""


def _with_tink(content: bytes) -> Pair:
    streaming_aead.register()
    template = streaming_aead.streaming_aead_key_templates.AES256_GCM_HKDF_1MB
    primitive = tink.new_keyset_handle(template).primitive(streaming_aead.StreamingAead)

    def encrypt_to(sink: io.IOBase) -> None:
        with primitive.new_encrypting_stream(sink, PLACE) as stream:
            for at in range(0, len(content), SEGMENT):
                stream.write(content[at : at + SEGMENT])

    kept = _Kept()
    encrypt_to(kept)

    def decrypt_all() -> None:
        with primitive.new_decrypting_stream(io.BytesIO(kept.getvalue()), PLACE) as stream:
            while stream.read(SEGMENT):
                pass

    return lambda: encrypt_to(_Nowhere()), decrypt_all


def _raw(content: bytes) -> Pair:
    cipher, nonce = AESGCM(secrets.token_bytes(32)), bytes(12)
    pieces = [content[at : at + SEGMENT] for at in range(0, len(content), SEGMENT)]
    sealed = [cipher.encrypt(nonce, piece, None) for piece in pieces]
    return (
        lambda: _exhaust(cipher.encrypt(nonce, piece, None) for piece in pieces),
        lambda: _exhaust(cipher.decrypt(nonce, piece, None) for piece in sealed),
    )


def _stream(content: bytes) -> Pair:
    key = secrets.token_bytes(32)
    sealed = b"".join(encrypt(io.BytesIO(content), key=key, aad=PLACE))
    return (
        lambda: _exhaust(encrypt(io.BytesIO(content), key=key, aad=PLACE)),
        lambda: _exhaust(decrypt(io.BytesIO(sealed), key=key, aad=PLACE)),
    )


def _envelope(content: bytes) -> Pair:
    envelope = Envelope(KeyRing([LocalKey(secrets.token_bytes(32))]))
    sealed = b"".join(envelope.encrypt(io.BytesIO(content), aad=PLACE))
    return (
        lambda: _exhaust(envelope.encrypt(io.BytesIO(content), aad=PLACE)),
        lambda: _exhaust(envelope.decrypt(io.BytesIO(sealed), aad=PLACE)),
    )


def _exhaust(pieces: Iterator[bytes]) -> None:
    deque(pieces, maxlen=0)


CONTENDERS: Final = {
    "raw AES-GCM": _raw,
    "Tink": _with_tink,
    "stream": _stream,
    "envelope": _envelope,
}


def _seconds(work: Callable[[], None]) -> float:
    work()
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    # The best round: whatever else ran on the machine only ever adds.
    return min(times)


def _measure(size: int) -> dict[str, dict[str, float]]:
    content = secrets.token_bytes(size)
    measured = {}
    for name, contender in CONTENDERS.items():
        encrypting, decrypting = contender(content)
        measured[name] = {"encrypt_s": _seconds(encrypting), "decrypt_s": _seconds(decrypting)}
    for figures in measured.values():
        for way in ("encrypt", "decrypt"):
            limit = measured["raw AES-GCM"][f"{way}_s"]
            figures[f"{way}_times_raw"] = round(figures[f"{way}_s"] / limit, 2)
            figures[f"{way}_mib_s"] = round(size / (1 << 20) / figures[f"{way}_s"], 1)
    return measured


def main() -> None:
    report = {name: _measure(size) for name, size in SIZES.items()}
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps({"rounds": ROUNDS, "sizes": report}, indent=1) + "\n")
    draw_bars(
        {
            size: {name: got["encrypt_times_raw"] for name, got in measured.items()}
            for size, measured in report.items()
        },
        title="Encrypting an object, beside raw AES-256-GCM over the same bytes",
        unit="times raw AES-GCM",
        into=REPORT.with_suffix(".png"),
    )
    lines = [f"{'size':8} {'what':12} {'encrypt':>22} {'decrypt':>22}"]
    for size, measured in report.items():
        for name, got in measured.items():
            columns = [
                f"{got[f'{way}_mib_s']:9.1f} MiB/s {got[f'{way}_times_raw']:5.2f}x"
                for way in ("encrypt", "decrypt")
            ]
            lines.append(f"{size:8} {name:12} {columns[0]:>22} {columns[1]:>22}")
    sys.stdout.write("\n".join([*lines, f"written to {REPORT}", ""]))


if __name__ == "__main__":
    main()
