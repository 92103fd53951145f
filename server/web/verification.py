"""The public verification page: where the QR code of a certificate leads.

Server-rendered, without scripts and without cookies. The forms need no token
against forgery: they change nothing and act for nobody, so there is nothing
that another site could make a visitor do.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, render_template, request

from server.register.document_standing import on_record, standing_of_document
from server.register.log_proofs import with_publication
from server.register.standing import sought, standing_of
from server.transaction import NOBODY
from server.web.gates import open_page
from server.web.verification_form import (
    LARGEST_FILE,
    LONGEST_CODE,
    LONGEST_NUMBER,
    MEBIBYTE,
    FileTooLarge,
    read_form,
)
from server.web.verification_log import log_check
from server.web.verification_result import AskedBy, result_of_document, result_of_register
from server.web.verification_wording import LANGUAGES, Words, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.cases.ids import Clock
    from server.catalogue.loading import Catalogue
    from server.register.certificates import Certificate
    from server.register.document_standing import OnRecord, VerifyDocument
    from server.register.standing import Standing
    from server.transaction import OpenTransaction
    from server.web.verification_form import Entered
    from server.web.verification_result import Result

POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
PUBLIC_ID: Final = re.compile(r"[A-Za-z0-9]{16,40}")
_HERE: Final = Path(__file__).parent
STYLE: Final = (_HERE / "verification.css").read_bytes()
ICON: Final = (_HERE / "verification_icon.svg").read_bytes()
_STYLE_VERSION: Final = hashlib.sha256(STYLE).hexdigest()[:12]
NOT_FOUND, TOO_LARGE, INCOMPLETE = 404, 413, 422


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationPage:
    catalogue: Catalogue
    verify_document: VerifyDocument
    open_transaction: OpenTransaction
    now: Clock
    public_url: str
    """As printed on certificates, so that visitors know which address to expect."""

    language_of: Callable[[str], str]
    """The language for an Accept-Language header."""

    def start(self) -> Response:
        return self._page("verification/start.html")

    def by_public_id(self, public_id: str) -> Response:
        found = self._by_public_id(public_id) if PUBLIC_ID.fullmatch(public_id) else None
        standing = standing_of(found, self.catalogue)
        result = self._told(standing, AskedBy.QR_CODE)
        return self._result(result, status=200 if found else NOT_FOUND)

    def by_form(self) -> Response:
        try:
            entered = read_form(request.environ)
        except FileTooLarge:
            return self._again("file_too_large", status=TOO_LARGE)
        if entered.document is not None:
            return self._document(entered.document)
        return self._number(entered)

    def _document(self, content: bytes) -> Response:
        if not content:
            return self._again("file_missing")
        judged = standing_of_document(
            content,
            catalogue=self.catalogue,
            verify_document=self.verify_document,
            look_up=self._by_digest,
        )
        judged = replace(judged, standing=self._in_log(judged.standing))
        result = result_of_document(judged, len(content), self._words())
        return self._result(self._with_log(result, judged.standing))

    def _number(self, entered: Entered) -> Response:
        if not entered.number:
            return self._again("number_missing")
        if not entered.check_code:
            return self._again("code_missing", number=entered.number)
        with self.open_transaction(NOBODY) as tx:
            found = sought(tx.public_register, entered.number, entered.check_code)
        standing = standing_of(found, self.catalogue)
        return self._result(self._told(standing, AskedBy.NUMBER))

    def _told(self, standing: Standing, asked_by: AskedBy) -> Result:
        standing = self._in_log(standing)
        result = result_of_register(standing, asked_by, self._words())
        return self._with_log(result, standing)

    def _in_log(self, standing: Standing) -> Standing:
        with self.open_transaction(NOBODY) as tx:
            return with_publication(standing, tx.transparency_log)

    def _with_log(self, result: Result, standing: Standing) -> Result:
        if standing.registered is None:
            return result
        step = log_check(standing.registered, self._words())
        return replace(result, checks=(*result.checks, step))

    def _by_public_id(self, public_id: str) -> Certificate | None:
        with self.open_transaction(NOBODY) as tx:
            return tx.public_register.by_public_id(public_id)

    def _by_digest(self, sha256: str) -> OnRecord | None:
        with self.open_transaction(NOBODY) as tx:
            return on_record(tx.public_register, sha256)

    def _words(self) -> Words:
        asked = request.args.get("lang") or request.headers.get("Accept-Language", "")
        return words(self.language_of(asked))

    def _again(self, trouble: str, *, number: str = "", status: int = INCOMPLETE) -> Response:
        return self._page(
            "verification/start.html", trouble=trouble, entered_number=number, status=status
        )

    def _result(self, result: Result, *, status: int = 200) -> Response:
        return self._page(
            "verification/result.html", result=result, public_id=result.public_id, status=status
        )

    def _page(
        self, template: str, *, status: int = 200, public_id: str | None = None, **shown: object
    ) -> Response:
        spoken = self._words()
        page = render_template(
            template,
            t=spoken,
            languages=LANGUAGES,
            public_id=public_id,
            public_url=f"{self.public_url}/verify",
            checked_at=spoken.moment(self.now()),
            megabytes=LARGEST_FILE // MEBIBYTE,
            longest_number=LONGEST_NUMBER,
            longest_code=LONGEST_CODE,
            style_version=_STYLE_VERSION,
            **shown,
        )
        headers = {
            "Content-Language": spoken.language,
            "Content-Security-Policy": POLICY,
            "Cache-Control": "no-store",
        }
        return Response(
            page, status=status, content_type="text/html; charset=utf-8", headers=headers
        )


def verification_page(page: VerificationPage) -> Blueprint:
    """Return what is served under ``/verify``."""
    pages = Blueprint("verification", __name__, url_prefix="/verify", template_folder="templates")

    @pages.get("", strict_slashes=False)
    @open_page
    def start() -> Response:
        return page.start()

    @pages.post("", strict_slashes=False)
    @open_page
    def by_form() -> Response:
        return page.by_form()

    @pages.get("/<public_id>")
    @open_page
    def by_public_id(public_id: str) -> Response:
        return page.by_public_id(public_id)

    @pages.get("/style.css")
    @open_page
    def style() -> Response:
        return _file(STYLE, "text/css; charset=utf-8")

    @pages.get("/icon.svg")
    @open_page
    def icon() -> Response:
        return _file(ICON, "image/svg+xml")

    return pages


def _file(content: bytes, content_type: str) -> Response:
    headers = {"Cache-Control": "public, max-age=86400"}
    return Response(content, content_type=content_type, headers=headers)
