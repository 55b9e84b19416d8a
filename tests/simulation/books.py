"""A QuickBooks company as the wire shows it: requests of the real adapter, answered by a ledger."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
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

_QUERY = re.compile(
    r"select (\*|Id) from (\w+) where (\S+) (in|>=) (.*?)(?: orderby (\S+))?"
    r" startposition (\d+) maxresults (\d+)"
)
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
        self.most = 1000
        """How many objects an answer holds."""
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
            since = datetime.fromisoformat(asked["changedSince"])
            return self._changes(asked["entities"].split(","), since)
        entity, _, identifier = path.partition("/")
        found = self.ledger.read(_type(entity), QuickBooksId(identifier))
        if found is None:
            return fault(400, "610", "Object Not Found")
        return good({found.type.value: _document(found)})

    def _query(self, statement: str) -> HttpAnswer:
        match = _QUERY.match(statement)
        assert match, statement
        columns, entity, name, _, values, order, start, most = match.groups()
        wanted = _QUOTED.findall(values)
        rows = [row for row in self._standing(entity) if _fits(row, name, wanted)]
        if order:
            rows.sort(key=lambda row: datetime.fromisoformat(str(_value(row, order))))
        first = int(start) - 1
        rows = rows[first : first + min(int(most), self.most)]
        return _rows(entity, [{"Id": row["Id"]} if columns == "Id" else row for row in rows])

    def _standing(self, entity: str) -> list[dict[str, Any]]:
        """Return all objects of a kind that are not deleted, in the order they were made."""
        return [row for row, is_deleted in self._objects(entity).values() if not is_deleted]

    def _objects(self, entity: str) -> dict[str, tuple[dict[str, Any], bool]]:
        if entity == "Payment":
            return {
                one.id: (_payment(one, self.ledger.changed_on(one)), one.is_deleted)
                for one in self.ledger.all_payments
            }
        return {
            one.id: (_document(one), one.is_deleted)
            for one in self.ledger.all_documents
            if one.type.value == entity
        }

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

    def _changes(self, entities: Sequence[str], since: datetime) -> HttpAnswer:
        """Tell what changed, deletions last; what an answer does not hold is not told."""
        read_at = self._now()
        left = self.most
        parts: list[dict[str, Any]] = []
        for entity in entities:
            changed = [
                (is_deleted, when, row)
                for row, is_deleted in self._objects(entity).values()
                if (when := datetime.fromisoformat(row["MetaData"]["LastUpdatedTime"])) >= since
            ]
            rows = [row for _, _, row in sorted(changed, key=lambda one: one[:2])][:left]
            left -= len(rows)
            parts.append({entity: rows} if rows else {})
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


def _value(row: Mapping[str, Any], name: str) -> object:
    part, _, inner = name.rpartition(".")
    return (row[part] if part else row)[inner]


def _fits(row: Mapping[str, Any], name: str, wanted: Sequence[str]) -> bool:
    value = str(_value(row, name))
    if name.startswith("MetaData"):
        return datetime.fromisoformat(value) >= datetime.fromisoformat(wanted[0])
    return value in wanted


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


def _payment(payment: Payment, changed: datetime) -> dict[str, Any]:
    data = {"Id": payment.id, "MetaData": {"LastUpdatedTime": changed.isoformat()}}
    if payment.is_deleted:
        return {**data, "status": "Deleted"}
    return {
        **data,
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
