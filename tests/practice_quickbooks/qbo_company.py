"""A client of one practice company, for tests."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import requests

from psaqb_desktop.practice.group import LegalEntitySeed
from psaqb_desktop.practice.quickbooks import exact_json

Json = dict[str, Any]
TIMEOUT = 20


class CompanyClient:
    """Speaks to one company; finds records by name, so that tests know no ids."""

    def __init__(self, url: str, seed: LegalEntitySeed, http: requests.Session) -> None:
        self.url = url
        self.seed = seed
        self.http = http
        self.tokens = self.new_tokens()

    @property
    def base(self) -> str:
        return f"{self.url}/v3/company/{self.seed.realm_id}"

    def new_tokens(self, **sent: str) -> Json:
        body = {"realm_id": self.seed.realm_id, **sent}
        answer = self.http.post(f"{self.url}/_practice/tokens", json=body, timeout=TIMEOUT)
        assert answer.status_code == 200, answer.text
        tokens: Json = answer.json()
        return tokens

    def call(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        headers = {
            "Authorization": f"Bearer {self.tokens['access_token']}",
            "Accept": "application/json",
            "Content-Type": "application/json",
            **kwargs.pop("headers", {}),
        }
        return self.http.request(
            method, f"{self.base}/{path}", headers=headers, timeout=TIMEOUT, **kwargs
        )

    def post(self, path: str, body: Any, **params: str) -> Json:
        sent = exact_json.dumps(body).encode()
        return read(self.call("POST", path, data=sent, params=params))

    def get(self, path: str, **params: str) -> Json:
        return read(self.call("GET", path, params=params))

    def query(self, text: str) -> Json:
        answer: Json = self.get("query", query=text)
        response: Json = answer["QueryResponse"]
        return response

    def fault(self, path: str, body: Any, **params: str) -> Json:
        """Posts what must fail; returns the one error of the fault."""
        answer = self.call("POST", path, json=body, params=params)
        assert answer.status_code == 400, answer.text
        errors = answer.json()["Fault"]["Error"]
        assert len(errors) == 1
        error: Json = errors[0]
        return error

    def id_of(self, kind: str, name: str) -> str:
        attribute = "DisplayName" if kind == "Customer" else "Name"
        escaped = name.replace("\\", "\\\\").replace("'", "\\'")
        found = self.query(
            f"select * from {kind} where {attribute} = '{escaped}'"  # noqa: S608 - its own language
            " and Active in (true, false)"
        )
        record_id: str = found[kind][0]["Id"]
        return record_id

    def line(self, amount: str, *, tax: str | None = None, item: str = "Consulting") -> Json:
        detail: Json = {"ItemRef": {"value": self.id_of("Item", item)}}
        if tax in {"TAX", "NON"}:
            detail["TaxCodeRef"] = {"value": tax}
        elif tax is not None:
            detail["TaxCodeRef"] = {"value": self.id_of("TaxCode", tax)}
        return {
            "Amount": float(amount),
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": detail,
        }

    def draft(self, *lines: Json, customer: str | None = None, **attributes: Any) -> Json:
        name = customer or self.seed.customers[0].quickbooks_name or ""
        tax = "TAX" if self.seed.country == "US" else self.seed.default_tax_code
        return {
            "CustomerRef": {"value": self.id_of("Customer", name)},
            "Line": list(lines) or [self.line("100.00", tax=tax)],
            **attributes,
        }

    def invoice(self, *lines: Json, **attributes: Any) -> Json:
        """Creates an invoice."""
        invoice: Json = self.post("invoice", self.draft(*lines, **attributes))["Invoice"]
        return invoice

    def reread(self, kind: str, record: Json) -> Json:
        again: Json = self.get(f"{kind.lower()}/{record['Id']}")[kind]
        return again

    def pay(self, amount: str, *invoices: tuple[Json, str], **attributes: Any) -> Json:
        customer = attributes.pop("customer", None) or invoices[0][0]["CustomerRef"]["value"]
        body = {
            "CustomerRef": {"value": customer},
            "TotalAmt": float(amount),
            "Line": [
                {
                    "Amount": float(applied),
                    "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}],
                }
                for invoice, applied in invoices
            ],
            **attributes,
        }
        payment: Json = self.post("payment", body)["Payment"]
        return payment


def read(answer: requests.Response) -> Json:
    """An answer without fault, with exact numbers."""
    assert answer.status_code == 200, answer.text
    body: Json = json.loads(answer.text, parse_float=Decimal)
    assert "Fault" not in body, body
    return body
