"""Is this certificate genuine, and does it still stand? Anybody may ask.

By what the QR code carries, by number and check code, or with the file itself.
Answers hold nothing about people: who knows the number knows no name by it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from esign.errors import NotAPdf, NotOurs, TooLarge, VerificationFailed
from server.catalogue.matters import MatterCode
from server.catalogue.rule_packs import OfficeId
from server.http.call import Answer, Binding, Call
from server.http.scopes import scope_of
from server.http.shown.catalogue import wording
from server.http.shown.times import rfc3339, rfc3339_or_none

if TYPE_CHECKING:
    from collections.abc import Callable

    from esign.verification.report import Report, SignatureFound
    from server.catalogue.loading import Catalogue
    from server.register.certificates import Certificate
    from server.transaction import OpenTransaction

UNKNOWN: dict[str, Any] = {"status": "unknown", "certificate": None}
# Whatever is not genuine is called tampered, save what never claimed to be ours.
_NOT_OURS = (NotAPdf, NotOurs, TooLarge)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationDesk:
    catalogue: Catalogue
    verify_document: Callable[[bytes], Report]
    """In a limited process: the file is a stranger's."""

    open_transaction: OpenTransaction

    def by_public_id(self, call: Call) -> Answer:
        found = call.tx.public_register.by_public_id(call.path["public_id"])
        return Answer(body=self._standing(found, call.language))

    def by_number(self, call: Call) -> Answer:
        found = call.tx.public_register.by_number(call.body["number"], call.body["check_code"])
        return Answer(body=self._standing(found, call.language))

    def by_document(self, call: Call) -> Answer:
        digest = hashlib.sha256(call.body).hexdigest()
        try:
            report = self.verify_document(call.body)
        except _NOT_OURS as refusal:
            return Answer(body=_document(UNKNOWN, digest, reason=type(refusal).__name__))
        except VerificationFailed as refusal:
            tampered = {"status": "tampered", "certificate": None}
            return Answer(body=_document(tampered, digest, reason=type(refusal).__name__))
        with self.open_transaction(scope_of(None)) as tx:
            found = tx.public_register.by_sealed_digest(digest)
        return Answer(body=_document(self._standing(found, call.language), digest, report=report))

    def _standing(self, found: Certificate | None, language: str) -> dict[str, Any]:
        if found is None:
            return UNKNOWN
        office = self.catalogue.rule_packs.offices.get(OfficeId(found.office))
        matter = self.catalogue.matters.get(MatterCode(found.matter))
        return {
            "status": found.status,
            "certificate": {
                "number": found.number.text,
                "office": wording(office.name, language) if office else found.office,
                "demo": office.demo if office else False,
                "matter": wording(matter.name, language) if matter else found.matter,
                "issue_date": found.issue_date.isoformat(),
                "sealed_at": rfc3339_or_none(found.sealed_at),
                "sealed_sha256": found.sealed_sha256,
                "ended_at": rfc3339_or_none(found.ended_at),
                "successor": found.successor,
            },
        }


def _document(
    standing: dict[str, Any],
    digest: str,
    *,
    reason: str | None = None,
    report: Report | None = None,
) -> dict[str, Any]:
    return {
        **standing,
        "document_sha256": digest,
        "reason": reason,
        "signatures": [_signature(s) for s in report.signatures] if report else [],
        "steps": [
            {"number": s.number, "claim": s.claim, "evidence": s.evidence} for s in report.steps
        ]
        if report
        else [],
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
