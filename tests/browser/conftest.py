"""The verification page in front of a register of five certificates, one of them really sealed.

The page asks for a transaction and is given one that only knows the public
register; everything else of it (words, judging, the limited child) is the real thing.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, cast

import pytest
from flask import Flask
from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from esign.testing import archival_page, running_office
from esign.verification.limited import LimitedVerifier
from server.catalogue.loading import load_catalogue
from server.http.armour import armoured
from server.http.languages import language_of
from server.register.certificates import (
    Allotted,
    Certificate,
    CertificateId,
    CertificateStatus,
)
from server.register.generations import (
    FileKind,
    Generation,
    GenerationState,
    SignedFile,
    sm3_of,
)
from server.register.log_state import KeptCheckpoint, LoggedEntry
from server.web.verification import VerificationPage, verification_page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from server.transaction import Scope, Transaction

SEALED_AT = datetime(2026, 3, 1, 9, 30, 5, tzinfo=UTC)
ASKED_AT = SEALED_AT + timedelta(days=3)
CODE = "7K3QXM29"
CHROMIUM = "/usr/bin/chromium"


@dataclass(slots=True)
class ListedCertificates:
    """A public register that holds what it is given."""

    all: list[Certificate] = field(default_factory=list)
    kept: dict[str, bytes] = field(default_factory=dict)
    newest: dict[str, str] = field(default_factory=dict)
    """From the SHA-256 of an earlier generation to that of the newest."""

    @property
    def public_register(self) -> ListedCertificates:
        return self

    @property
    def transparency_log(self) -> ListedCertificates:
        return self

    def of_certificate(self, certificate_id: CertificateId) -> list[LoggedEntry]:
        return [
            LoggedEntry(index=place, status=each.status, content=b"", hash=b"")
            for place, each in enumerate(self.all)
            if each.id == certificate_id
        ]

    def last_checkpoint(self) -> KeptCheckpoint:
        """All are published but the newest one."""
        return KeptCheckpoint(size=len(self.all) - 1, note=b"", signed_at=ASKED_AT)

    def by_public_id(self, public_id: str) -> Certificate | None:
        return next((c for c in self.all if c.public_id == public_id), None)

    def by_number(self, number: str, check_code: str) -> Certificate | None:
        both = (number, check_code)
        return next((c for c in self.all if (c.number.text, c.check_code) == both), None)

    def by_sealed_digest(self, digest: str) -> Certificate | None:
        newest = self.newest.get(digest, digest)
        return next((c for c in self.all if c.sealed_sha256 == newest), None)

    def generation(self, sha256: str) -> Generation | None:
        kept = self.kept.get(sha256)
        return None if kept is None else generation(kept, number=1 + (sha256 in self.newest))

    @contextmanager
    def opened(self, _: Scope) -> Iterator[Transaction]:
        yield cast("Transaction", self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    url: str
    """Without a slash at its end."""

    app: Flask
    sealed: Path
    tampered: Path
    earlier: Path
    """Of a certificate that was carried on; its own time-stamp has ended."""

    lapsed: Path
    """One that nobody carried on."""

    unsigned: Path
    picture: Path


def public_id(sequence: int) -> str:
    return f"k7q2mzv4x3n5ahw6t7rjy2pde{sequence}"


def certificate(sequence: int, status: CertificateStatus, *, sealed: bytes) -> Certificate:
    ended = status not in {CertificateStatus.VALID, CertificateStatus.VOIDED}
    return Certificate(
        id=CertificateId(f"c-{sequence}"),
        office="kunming-demo",
        case=f"case-{sequence}",
        matter="WT01",
        number=Allotted(year=2026, series="foreign", sequence=sequence, text=number_text(sequence)),
        issue_date=date(2026, 3, 1),
        public_id=public_id(sequence),
        check_code=CODE,
        status=status,
        intended_at=SEALED_AT,
        sealed_sha256=None if status is CertificateStatus.VOIDED else sha256(sealed).hexdigest(),
        sealed_at=None if status is CertificateStatus.VOIDED else SEALED_AT,
        ended_at=ASKED_AT if ended else None,
        successor=number_text(9) if status is CertificateStatus.SUPERSEDED else None,
    )


def generation(sealed: bytes, *, number: int) -> Generation:
    return Generation(
        id=f"g-{number}",
        office="kunming-demo",
        file=SignedFile(kind=FileKind.CERTIFICATE, case="case-1", subject="c-1"),
        number=number,
        state=GenerationState.KEPT,
        intended_at=SEALED_AT,
        sha256=sha256(sealed).hexdigest(),
        sm3=sm3_of(sealed),
    )


def number_text(sequence: int) -> str:
    return f"（2026）云昆示外证字第{sequence}号"


def follow(page: Page, selector: str) -> None:
    """Click on what leads to another page, and wait until that one is there as a whole.

    A click returns when the answer begins to come: what is asked then may meet a document
    without a body.
    """
    with page.expect_event("load"):
        page.click(selector)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("verification")
    with running_office(tmp_path_factory.mktemp("office"), at=SEALED_AT) as office:
        sealed, roots = office.sealed(), office.roots
        office.new_stamper(valid_for=timedelta(days=2))
        earlier, lapsed = office.sealed(), office.sealed()
        office.now.at = SEALED_AT + timedelta(days=1)
        office.new_stamper(valid_for=timedelta(days=365))
        renewed = office.renewer().renew(earlier).document
    states = [s for s in CertificateStatus if s is not CertificateStatus.INTENDED]
    register = ListedCertificates(
        [
            certificate(sequence, status, sealed=sealed if sequence == 1 else bytes([sequence]))
            for sequence, status in enumerate(states, start=1)
        ]
        + [certificate(7, CertificateStatus.VALID, sealed=renewed)],
        kept={sha256(each).hexdigest(): each for each in (sealed, earlier, renewed)},
        newest={sha256(earlier).hexdigest(): sha256(renewed).hexdigest()},
    )
    app = Flask("verification-alone", static_folder=None)
    app.register_blueprint(
        verification_page(
            VerificationPage(
                catalogue=load_catalogue(),
                verify_document=LimitedVerifier(roots=roots, now=lambda: ASKED_AT),
                open_transaction=register.opened,
                now=lambda: ASKED_AT,
                public_url="https://verify.feigui.example",
                language_of=language_of,
            )
        )
    )
    app.after_request(armoured)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    serving.start()
    flipped = bytearray(sealed)
    flipped[len(flipped) // 2] ^= 1
    yield Site(
        url=f"http://127.0.0.1:{server.server_port}",
        app=app,
        sealed=_written(folder / "certificate.pdf", sealed),
        tampered=_written(folder / "tampered.pdf", bytes(flipped)),
        earlier=_written(folder / "earlier.pdf", earlier),
        lapsed=_written(folder / "lapsed.pdf", lapsed),
        unsigned=_written(folder / "unsigned.pdf", archival_page()),
        picture=_written(folder / "picture.pdf", b"\x89PNG\r\n\x1a\n" + bytes(300)),
    )
    server.shutdown()
    serving.join()
    server.server_close()


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.fixture(scope="module")
def chromium(site: Site) -> Iterator[Browser]:
    """One browser for a module: while it runs, nothing else in this thread may run a loop.

    So the certificate is sealed before, and whoever seals later finds the thread free.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()
