"""Anybody verifies: by QR, by number and code, and by the file; altered files are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.demo.api import Api
    from server.demo.journey.stage import Stage

PDF: Final = "application/pdf"


def verify_it(stage: Stage, anybody: Api) -> dict[str, Any]:
    """Return what the verification page says of the certificate and of altered copies."""
    certificate = stage.staff["clerk"].get(stage.path(f"/certificates/{stage.certificate}"))
    sealed = stage.made["certificate.pdf"]
    told = {
        "by_qr": anybody.get(f"/v1/verification/certificates/{certificate['public_id']}")["status"],
        "by_number": anybody.post(
            "/v1/verification/numbers",
            {"number": certificate["number"], "check_code": certificate["check_code"]},
        )["status"],
        "by_file": _status(anybody, sealed),
        **{name: _status(anybody, spoil(sealed)) for name, spoil in ALTERED.items()},
    }
    stage.timeline.add(
        "任何人 Anybody",
        "查验：真本有效，改动过的一律识破",
        "Verified: the original is valid, every altered copy is told",
        detail=" · ".join(f"{name}: {status}" for name, status in told.items()),
    )
    return told


def _status(anybody: Api, content: bytes) -> str:
    return str(anybody.post_file("/v1/verification/documents", content, PDF)["status"])


def _flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


ALTERED: Final[dict[str, Callable[[bytes], bytes]]] = {
    "one_byte_flipped": _flipped,
    "junk_after_the_end": lambda content: content + b"\n% and more",
    "cut_short": lambda content: content[:-40],
}
