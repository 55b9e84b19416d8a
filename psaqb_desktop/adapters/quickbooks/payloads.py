"""Drafts as QuickBooks wants to be told of them: Invoice and CreditMemo."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.draft import Chosen, Draft, DraftLine, DraftTaxLine
from psaqb_desktop.domain.invoice import BillTo
from psaqb_desktop.domain.money import to_cents

Payload = dict[str, Any]


def document_payload(draft: Draft) -> Payload:
    """Return the body that creates the document. Only what the draft holds is in it.

    Absent parts are left out rather than sent empty: QuickBooks then fills them from the customer.
    """
    payload: Payload = {
        "CustomerRef": _ref(draft.customer),
        "TxnDate": draft.txn_date.isoformat(),
        "Line": [_line(line, number) for number, line in enumerate(draft.lines, start=1)],
        "PrivateNote": draft.private_note,
    }
    if draft.discount:
        payload["Line"].append(_discount(draft))
    payload.update(_terms(draft))
    payload.update(_currency(draft))
    payload.update(_tax(draft))
    payload.update(
        _present(
            {
                "DocNumber": draft.number,
                "DepartmentRef": _ref_or_none(draft.location),
                "ClassRef": _ref_or_none(draft.document_class),
                "CustomerMemo": {"value": draft.customer_memo} if draft.customer_memo else None,
                "BillEmail": {"Address": draft.email} if draft.email else None,
                "BillAddr": _address(draft.bill_to),
                "CustomField": [_custom_field(*field) for field in draft.custom_fields],
            }
        )
    )
    return payload


def _terms(draft: Draft) -> Payload:
    """Terms and due date: a credit memo is never due."""
    if draft.document_type is DocumentType.CREDIT_MEMO:
        return {}
    return _present(
        {
            "DueDate": draft.due_date.isoformat() if draft.due_date else None,
            "SalesTermRef": _ref_or_none(draft.term),
        }
    )


def _currency(draft: Draft) -> Payload:
    if not draft.is_currency_sent:
        return {}
    payload: Payload = {"CurrencyRef": {"value": draft.currency}}
    if draft.exchange_rate is not None:
        payload["ExchangeRate"] = draft.exchange_rate
    return payload


def _tax(draft: Draft) -> Payload:
    """Tax as the country wants it.

    US: one code for the document. Elsewhere a code on each line, from which QuickBooks works out
    the tax by itself, unless the draft overrides it.
    """
    payload: Payload = {}
    detail: Payload = {}
    if draft.is_us:
        if draft.discount:
            # The CRM taxes the lines and takes the header discount off afterwards.
            payload["ApplyTaxAfterDiscount"] = False
        if draft.sales_tax_code:
            detail["TxnTaxCodeRef"] = _ref(draft.sales_tax_code)
    else:
        payload["GlobalTaxCalculation"] = "TaxExcluded"
    if draft.is_tax_overridden:
        detail["TotalTax"] = to_cents(draft.tax)
        detail["TaxLine"] = [_tax_line(line) for line in draft.tax_lines]
    if detail:
        payload["TxnTaxDetail"] = detail
    return payload


def _tax_line(line: DraftTaxLine) -> Payload:
    return {
        "Amount": to_cents(line.amount),
        "DetailType": "TaxLineDetail",
        "TaxLineDetail": {
            "TaxRateRef": {"value": line.rate_id},
            "PercentBased": True,
            "TaxPercent": line.percent,
            "NetAmountTaxable": to_cents(line.net),
        },
    }


def _line(line: DraftLine, number: int) -> Payload:
    detail = _present(
        {
            "ItemRef": _ref(line.item),
            "Qty": line.quantity,
            "UnitPrice": line.unit_price,
            "TaxCodeRef": _ref_or_none(line.tax_code),
            "ClassRef": _ref_or_none(line.location_class),
            "ServiceDate": line.service_date.isoformat() if line.service_date else None,
        }
    )
    return {
        "LineNum": number,
        **({"Description": line.description} if line.description else {}),
        "Amount": to_cents(line.amount),
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": detail,
    }


def _discount(draft: Draft) -> Payload:
    return {
        "Amount": to_cents(draft.discount),
        "DetailType": "DiscountLineDetail",
        "DiscountLineDetail": {"PercentBased": False},
    }


def _address(bill_to: BillTo) -> Payload | None:
    """Return the address with its lines closed up, or None where the CRM has none."""
    lines = [line for line in (bill_to.name, bill_to.line1, bill_to.line2, bill_to.line3) if line]
    address = _present(
        {
            **{f"Line{number}": line for number, line in enumerate(lines, start=1)},
            "City": bill_to.city,
            "CountrySubDivisionCode": bill_to.region,
            "PostalCode": bill_to.postal_code,
            "Country": bill_to.country,
        }
    )
    return address or None


def _custom_field(definition_id: str, name: str, value: str) -> Payload:
    return {
        "DefinitionId": definition_id,
        "Name": name,
        "Type": "StringType",
        "StringValue": value,
    }


def _ref(chosen: Chosen) -> Payload:
    return {"value": chosen.id}


def _ref_or_none(chosen: Chosen | None) -> Payload | None:
    return _ref(chosen) if chosen else None


def _present(parts: Mapping[str, Any]) -> Payload:
    """Drop what is absent; a quantity or price of zero is present."""
    return {name: part for name, part in parts.items() if part or isinstance(part, Decimal)}
