"""What other people do in a company, through the API but not through the adapter."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from psaqb_desktop.domain.identifiers import QuickBooksId


def pay(opened: Any, invoice: Any, amount: str) -> QuickBooksId:
    answer = opened.raw(
        "POST",
        "payment",
        {
            "CustomerRef": {"value": invoice.customer_id},
            "CurrencyRef": {"value": invoice.currency},
            "TotalAmt": Decimal(amount),
            "TxnDate": "2026-09-20",
            "PaymentRefNum": "BACS 42",
            "Line": [
                {
                    "Amount": Decimal(amount),
                    "LinkedTxn": [{"TxnId": invoice.id, "TxnType": "Invoice"}],
                }
            ],
        },
    )
    return QuickBooksId(answer["Payment"]["Id"])


def void(opened: Any, document: Any) -> None:
    body = {"Id": document.id, "SyncToken": document.sync_token}
    opened.raw("POST", f"{document.type.value.lower()}?operation=void", body)


def delete(opened: Any, document: Any) -> None:
    body = {"Id": document.id, "SyncToken": document.sync_token}
    opened.raw("POST", f"{document.type.value.lower()}?operation=delete", body)


def invoice_bodies(draft: Any, count: int) -> list[dict[str, Any]]:
    line = draft.lines[0]
    return [
        {
            "CustomerRef": {"value": draft.customer.id},
            "CurrencyRef": {"value": draft.currency},
            "TxnDate": draft.txn_date.isoformat(),
            "GlobalTaxCalculation": "TaxExcluded",
            "Line": [
                {
                    "Amount": Decimal(10),
                    "DetailType": "SalesItemLineDetail",
                    "SalesItemLineDetail": {
                        "ItemRef": {"value": line.item.id},
                        "TaxCodeRef": {"value": line.tax_code.id},
                    },
                }
            ],
        }
        for _ in range(count)
    ]


def in_batches(opened: Any, entity: str, bodies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    made = []
    for first in range(0, len(bodies), 30):
        items = [
            {"bId": str(n), "operation": "create", entity: body}
            for n, body in enumerate(bodies[first : first + 30])
        ]
        answer = opened.raw("POST", "batch", {"BatchItemRequest": items})
        made += [item[entity] for item in answer["BatchItemResponse"]]
    return made
