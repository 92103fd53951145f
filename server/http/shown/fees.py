"""The fee of a case, line by line, in fen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from server.billing.fees import Fee


def fee_as_seen(fee: Fee) -> dict[str, Any]:
    return {
        "status": fee.status,
        "currency": "CNY",
        "total_fen": fee.quote.total,
        "tariff_version": fee.quote.tariff_version,
        "lines": [
            {
                "kind": line.kind,
                "item": line.item,
                "quantity": line.quantity,
                "amount_fen": line.amount,
                "citation": line.citation,
            }
            for line in fee.quote.lines
        ],
    }
