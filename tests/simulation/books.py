"""A QuickBooks company as the wire shows it: requests of the real adapter, answered by a ledger."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from psaqb_desktop.adapters.http import exact_json
from psaqb_desktop.adapters.http.answer import HttpAnswer
from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.draft import Chosen, Draft
from psaqb_desktop.domain.errors import RequestRejectedError
from psaqb_desktop.domain.identifiers import InvoiceId, QuickBooksId, RequestId
from psaqb_desktop.domain.money import ZERO
from psaqb_desktop.domain.pull import Payment
from psaqb_desktop.domain.push import PostedDocument
from psaqb_desktop.domain.texts import KEY_MARK
from tests.fakes import examples
from tests.fakes.quickbooks import FakeLedger

_WHERE = re.compile(r"select \* from (\w+) where (\S+) (in|>=) (.*) startposition (\d+)")
_QUOTED = re.compile(r"'([^']*)'")
_PERCENT = {code.id: code.rates[0].percent for code in examples.GB_CODES}
_TYPES = {document_type.value: document_type for document_type in DocumentType}


class Books:
    """Answers requests. ``is_known`` tells whether an access token is alive."""

    def __init__(
        self, ledger: FakeLedger, is_known: Callable[[str], bool], now: Callable[[], datetime]
    ) -> None:
        self.ledger = ledger
        self.is_read_only = False
        self.on_made: Callable[[InvoiceId, RequestId], None] = lambda _, __: None
        """Hears of each document that a request has made."""
        self._is_known = is_known
        self._now = now

    def answer(
        self, method: str, url: str, headers: Mapping[str, str], data: bytes | None
    ) -> HttpAnswer:
        answer = self._answer(method, url, headers, data)
        dated = {**answer.headers, "Date": format_datetime(self._now(), usegmt=True)}
        return replace(answer, headers=dated)

    def _answer(
        self, method: str, url: str, headers: Mapping[str, str], data: bytes | None
    ) -> HttpAnswer:
        parts = urlsplit(url)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        path = parts.path.split("/", 4)[-1]
        if not self._is_known(headers["Authorization"].removeprefix("Bearer ")):
            return fault(401, "3200", "AuthenticationFailed", kind="AUTHENTICATION")
        text = (data or b"").decode()
        if method == "POST" and path == "query":
            return self._query(text)
        if method == "POST":
            return self._post(path, RequestId(asked.get("requestid", "")), text)
        if path == "cdc":
            return self._changes(datetime.fromisoformat(asked["changedSince"]))
        entity, _, identifier = path.partition("/")
        found = self.ledger.read(_type(entity), QuickBooksId(identifier))
        if found is None:
            return fault(400, "610", "Object Not Found")
        return good({found.type.value: _document(found)})

    def _query(self, statement: str) -> HttpAnswer:
        match = _WHERE.match(statement)
        assert match, statement
        entity, name, _, values, _ = match.groups()
        wanted = _QUOTED.findall(values)
        if entity == "Payment":
            found = self.ledger.payments([QuickBooksId(one) for one in wanted])
            return _rows(entity, (_payment(one) for one in found))
        return _rows(
            entity,
            (
                _document(one)
                for one in self.ledger.all_documents
                if one.type.value == entity and not one.is_deleted and _fits(one, name, wanted)
            ),
        )

    def _post(self, path: str, request_id: RequestId, text: str) -> HttpAnswer:
        if self.is_read_only:
            return fault(400, "6190", "Subscription Status Error")
        draft = _draft(_type(path), json.loads(text, parse_float=Decimal))
        count = len(self.ledger.all_documents)
        try:
            made = self.ledger.post(draft, request_id)
        except RequestRejectedError as error:
            return fault(400, error.code, f"QuickBooks said {error.code}")
        if len(self.ledger.all_documents) > count:
            self.on_made(draft.invoice_id, request_id)
        return good({made.type.value: _document(made)})

    def _changes(self, since: datetime) -> HttpAnswer:
        read_at = self._now()
        changes = self.ledger.changes(since)
        rows: dict[str, list[dict[str, Any]]] = {"Payment": [_payment(p) for p in changes.payments]}
        for document in changes.documents:
            rows.setdefault(document.type.value, []).append(_document(document))
        parts = [{entity: found} for entity, found in rows.items()]
        return good({"CDCResponse": [{"QueryResponse": parts}], "time": read_at.isoformat()})


def good(data: object) -> HttpAnswer:
    return HttpAnswer(200, {"intuit_tid": "tid-1"}, exact_json.dumps(data).encode(), "QuickBooks")


def fault(status: int, code: str, message: str, *, kind: str = "ValidationFault") -> HttpAnswer:
    body = {"Fault": {"Error": [{"Message": message, "code": code}], "type": kind}}
    return HttpAnswer(status, {"intuit_tid": "tid-2"}, json.dumps(body).encode(), "QuickBooks")


def page(status: int, headers: Mapping[str, str] | None = None) -> HttpAnswer:
    """Return what a gateway in between says."""
    return HttpAnswer(status, headers or {}, b"<html><h1>Sorry</h1></html>", "QuickBooks")


def _rows(entity: str, rows: Iterable[dict[str, Any]]) -> HttpAnswer:
    return good({"QueryResponse": {entity: list(rows)}, "time": "2026-09-14T08:00:00Z"})


def _fits(document: PostedDocument, name: str, wanted: list[str]) -> bool:
    if name == "MetaData.CreateTime":
        return document.created is not None and document.created >= datetime.fromisoformat(
            wanted[0]
        )
    value = {"TxnDate": str(document.txn_date), "DocNumber": document.number, "Id": document.id}
    return value[name] in wanted


def _type(entity: str) -> DocumentType:
    (found,) = [each for each in DocumentType if each.value.lower() == entity.lower()]
    return found


def _draft(document_type: DocumentType, payload: Mapping[str, Any]) -> Draft:
    """Work out what QuickBooks makes of a payload: its tax is that of the summed nets."""
    nets: dict[str, Decimal] = {}
    for line in payload["Line"]:
        detail = line.get("SalesItemLineDetail", {})
        code = detail.get("TaxCodeRef", {}).get("value", "")
        sign = -1 if line["DetailType"] == "DiscountLineDetail" else 1
        nets[code] = nets.get(code, ZERO) + sign * Decimal(line["Amount"])
    told = payload.get("TxnTaxDetail", {}).get("TotalTax")
    tax = sum(
        (_cents(net * _PERCENT.get(QuickBooksId(code), ZERO) / 100) for code, net in nets.items()),
        ZERO,
    )
    tax = tax if told is None else Decimal(told)
    note = payload["PrivateNote"]
    return replace(
        examples.draft(1),
        document_type=document_type,
        invoice_id=InvoiceId(note.rpartition(KEY_MARK)[2]),
        customer=Chosen(QuickBooksId(payload["CustomerRef"]["value"]), ""),
        currency=payload["CurrencyRef"]["value"],
        txn_date=date.fromisoformat(payload["TxnDate"]),
        number=payload.get("DocNumber", ""),
        tax=tax,
        total=sum(nets.values(), ZERO) + tax,
        private_note=note,
    )


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def _document(document: PostedDocument) -> dict[str, Any]:
    changed = document.last_updated.isoformat() if document.last_updated else ""
    data: dict[str, Any] = {
        "Id": document.id,
        "SyncToken": document.sync_token,
        "MetaData": {"LastUpdatedTime": changed},
    }
    if document.is_deleted:
        return {**data, "status": "Deleted"}
    if document.created:
        data["MetaData"]["CreateTime"] = document.created.isoformat()
    return {
        **data,
        "DocNumber": document.number,
        "CustomerRef": {"value": document.customer_id},
        "CurrencyRef": {"value": document.currency},
        "TxnDate": str(document.txn_date),
        "TotalAmt": document.total,
        "TxnTaxDetail": {"TotalTax": document.tax},
        "Balance": document.balance,
        "RemainingCredit": document.balance,
        "PrivateNote": document.private_note,
        "LinkedTxn": [{"TxnId": one, "TxnType": "Payment"} for one in document.payment_ids],
    }


def _payment(payment: Payment) -> dict[str, Any]:
    if payment.is_deleted:
        return {"Id": payment.id, "status": "Deleted"}
    return {
        "Id": payment.id,
        "TxnDate": str(payment.payment_date),
        "CurrencyRef": {"value": payment.currency},
        "PaymentMethodRef": {"value": payment.method},
        "PaymentRefNum": payment.reference,
        "Line": [
            {
                "Amount": line.amount,
                "LinkedTxn": [{"TxnId": line.document_id, "TxnType": line.document_type}],
            }
            for line in payment.lines
        ],
    }
