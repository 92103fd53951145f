"""Certificates and their deliveries, for those who take part in the case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from server.http.shown.times import rfc3339, rfc3339_or_none

if TYPE_CHECKING:
    from server.delivery.delivery import Delivery
    from server.register.certificates import Certificate


def certificate_as_seen(certificate: Certificate) -> dict[str, Any]:
    return {
        "id": certificate.id,
        "number": certificate.number.text,
        "issue_date": certificate.issue_date.isoformat(),
        "status": certificate.status,
        "kind": certificate.kind,
        "relates_to": certificate.relates_to,
        "public_id": certificate.public_id,
        "check_code": certificate.check_code,
        "sha256": certificate.newest_sha256,
        "sealed_at": rfc3339_or_none(certificate.sealed_at),
    }


def delivery_as_seen(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "certificate": delivery.certificate,
        "recipient": delivery.recipient,
        "state": delivery.state,
        "sent_at": rfc3339(delivery.sent_at),
        "downloaded_at": rfc3339_or_none(delivery.downloaded_at),
        "received_at": rfc3339_or_none(delivery.received_at),
    }
