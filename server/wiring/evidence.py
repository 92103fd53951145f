"""What goes into the evidence package of one certificate."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.serialization import Encoding

from esign.authorities.directory import ROOT
from server.register.evidence_package import evidence_package
from storage.objects import Digest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from esign.authorities.directory import AuthorityDirectory
    from server.cases.case import Case
    from server.cases.ids import OfficeId
    from server.cases.materials import Material
    from server.register.certificates import Certificate
    from server.transaction import Transaction


def packaging(
    *, fetch: Callable[[OfficeId, Digest], bytes], files: AuthorityDirectory
) -> Callable[[Transaction, Case, Certificate, Sequence[Material]], bytes]:
    """Return what packs a certificate's evidence, as it stands in the caller's transaction."""

    def package(
        tx: Transaction, case: Case, certificate: Certificate, materials: Sequence[Material]
    ) -> bytes:
        parts = _documents(case, certificate, materials, fetch=fetch)
        for ceremony in tx.ceremonies.of_case(case.id):
            parts[f"ceremony/{ceremony.id}.json"] = _json(
                [
                    {
                        "index": each.index,
                        "kind": each.kind,
                        "at": each.at,
                        "body": dict(each.body),
                        "prev": each.prev,
                        "hash": each.hash,
                    }
                    for each in ceremony.links
                ]
            )
        parts["audit/events.json"] = _json(
            [
                {"kind": e.kind, "by": e.actor, "at": e.at.isoformat(), "facts": dict(e.facts)}
                for e in tx.cases.events(case.id)
                if e.kind != "sensitive_read"
            ]
        )
        parts["identity/checks.json"] = _json(_checks(tx, case))
        parts["consents.json"] = _json(_consents(case))
        parts["trust/root.pem"] = files.certificate(ROOT).public_bytes(Encoding.PEM)
        return evidence_package(
            parts,
            about={
                "certificate": certificate.id,
                "number": certificate.number.text,
                "issue_date": certificate.issue_date.isoformat(),
                "sealed_sha256": certificate.sealed_sha256 or "",
            },
        )

    return package


def _documents(
    case: Case,
    certificate: Certificate,
    materials: Sequence[Material],
    *,
    fetch: Callable[[OfficeId, Digest], bytes],
) -> dict[str, bytes]:
    named = {
        "certificate.pdf": certificate.sealed_sha256,
        "deed.pdf": case.deed.signed_sha256 if case.deed else None,
        **{
            f"materials/{number:02}-{material.item.replace('_', '-')}": material.object_sha256
            for number, material in enumerate(materials, start=1)
        },
    }
    return {
        name: fetch(case.office, Digest(digest))
        for name, digest in named.items()
        if digest is not None
    }


def _checks(tx: Transaction, case: Case) -> list[dict[str, Any]]:
    return [
        {
            "id": check.id,
            "party": check.party,
            "state": check.state,
            "doubts": list(check.outcome.doubts) if check.outcome else [],
            "policy": check.outcome.policy_citation if check.outcome else None,
            "decided_by": check.decision.decided_by if check.decision else None,
            "pictures_ended": check.pictures_ended.ground if check.pictures_ended else None,
        }
        for check in tx.identity_checks.of_case(case.id)
    ]


def _consents(case: Case) -> list[dict[str, Any]]:
    return [
        {
            "party": consent.party,
            "purpose": consent.purpose,
            "notice": f"{consent.notice_code}@{consent.notice_version}",
            "language": consent.language,
            "text_sha256": consent.text_sha256,
            "given_at": consent.given_at.isoformat(),
            "withdrawn_at": consent.withdrawn_at.isoformat() if consent.withdrawn_at else None,
        }
        for consent in case.consents
    ]


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
