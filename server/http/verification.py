"""Is this certificate genuine, and does it still stand? Anybody may ask.

By what the QR code carries, by number and check code, or with the file itself.
The answers are those of the verification page (server.register.standing).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from server.http.call import Answer, Binding, Call
from server.http.scopes import scope_of
from server.http.shown.catalogue import wording
from server.http.shown.times import rfc3339, rfc3339_or_none
from server.register.document_standing import on_record, standing_of_document
from server.register.log_proofs import with_publication
from server.register.standing import sought, standing_of

if TYPE_CHECKING:
    from esign.verification.report import SignatureFound
    from server.catalogue.loading import Catalogue
    from server.register.certificates import Certificate
    from server.register.checked import Checked
    from server.register.document_standing import DocumentStanding, OnRecord, VerifyDocument
    from server.register.log_proofs import Publication
    from server.register.standing import Standing
    from server.transaction import OpenTransaction


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationDesk:
    catalogue: Catalogue
    verify_document: VerifyDocument
    open_transaction: OpenTransaction

    def by_public_id(self, call: Call) -> Answer:
        found = call.tx.public_register.by_public_id(call.path["public_id"])
        return self._answer(call, found)

    def by_number(self, call: Call) -> Answer:
        found = sought(call.tx.public_register, call.body["number"], call.body["check_code"])
        return self._answer(call, found)

    def _answer(self, call: Call, found: Certificate | None) -> Answer:
        standing = standing_of(found, self.catalogue)
        standing = with_publication(standing, call.tx.transparency_log)
        return Answer(body=_standing(standing, call.language))

    def by_document(self, call: Call) -> Answer:
        judged = standing_of_document(
            call.body,
            catalogue=self.catalogue,
            verify_document=self.verify_document,
            look_up=self._by_digest,
        )
        with self.open_transaction(scope_of(None)) as tx:
            standing = with_publication(judged.standing, tx.transparency_log)
        return Answer(body=_document(replace(judged, standing=standing), call.language))

    def _by_digest(self, sha256: str) -> OnRecord | None:
        with self.open_transaction(scope_of(None)) as tx:
            return on_record(tx.public_register, sha256)


def _standing(standing: Standing, language: str) -> dict[str, Any]:
    registered = standing.registered
    if registered is None:
        return {"status": standing.status, "certificate": None}
    found = registered.certificate
    return {
        "status": standing.status,
        "certificate": {
            "number": found.number.text,
            "office": wording(registered.office, language),
            "demo": registered.demo,
            "matter": wording(registered.matter, language),
            "issue_date": found.issue_date.isoformat(),
            "sealed_at": rfc3339_or_none(found.sealed_at),
            "sealed_sha256": found.sealed_sha256,
            "ended_at": rfc3339_or_none(found.ended_at),
            "successor": found.successor,
            "kind": found.kind,
            "relates_to": found.relates_to,
            "supplemented_by": found.supplemented_by,
            "log": _publication(registered.published),
        },
    }


def _publication(published: Publication | None) -> dict[str, Any] | None:
    if published is None:
        return None
    return {
        "index": published.index,
        "tree_size": published.size,
        "checkpoint_at": rfc3339(published.signed_at),
    }


def _document(judged: DocumentStanding, language: str) -> dict[str, Any]:
    report = judged.report
    return {
        **_standing(judged.standing, language),
        "document_sha256": judged.sha256,
        "document_sm3": judged.sm3,
        "reason": judged.reason,
        "renewed_since": judged.renewed_since,
        "signatures": [_signature(s) for s in report.signatures] if report else [],
        "steps": [_step(check) for check in judged.checks],
    }


def _step(check: Checked) -> dict[str, Any]:
    return {
        "number": check.number,
        "code": check.code,
        "outcome": check.outcome,
        "claim": check.claim,
        "evidence": check.evidence,
    }


def _signature(signature: SignatureFound) -> dict[str, Any]:
    return {
        "role": signature.role,
        "signed_at": rfc3339(signature.signed_at),
        "level": str(signature.level),
        "serial": format(signature.serial, "x"),
    }


def bindings(desk: VerificationDesk) -> list[Binding]:
    return [
        Binding(operation_id="verify_by_public_id", handler=desk.by_public_id),
        Binding(operation_id="verify_by_number", handler=desk.by_number),
        Binding(operation_id="verify_document", handler=desk.by_document, in_transaction=False),
    ]
