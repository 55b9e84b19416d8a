"""The practice services seen from outside the program: what a colleague or an auditor would see."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import requests

from psaqb_desktop.practice.group import (
    PRACTICE_CRM_CLIENT_ID,
    PRACTICE_CRM_CLIENT_SECRET,
    PRACTICE_TENANT,
    LegalEntitySeed,
)
from tests.program.form_browser import FormBrowser

_SECONDS = 30.0


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    return session


class PracticeCrm:
    """Reads the practice CRM through its Web API, as an application user."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._http = _session()
        answer = self._http.post(
            f"{url}/{PRACTICE_TENANT}/oauth2/v2.0/token",
            data={
                "grant_type": "client_credentials",
                "client_id": PRACTICE_CRM_CLIENT_ID,
                "client_secret": PRACTICE_CRM_CLIENT_SECRET,
                "scope": f"{url}/.default",
            },
            timeout=_SECONDS,
        )
        answer.raise_for_status()
        self._http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def rows(self, table: str, **options: str) -> list[dict[str, Any]]:
        """Rows of a table, by its logical name; options without their $."""
        names = self._get(f"EntityDefinitions(LogicalName='{table}')", {"$select": "EntitySetName"})
        asked = {f"${name}": value for name, value in options.items()}
        found: list[dict[str, Any]] = self._get(names["EntitySetName"], asked)["value"]
        return found

    def posting(self, number: str) -> dict[str, Any]:
        """What our table says of an invoice with this number."""
        invoice = self.rows("invoice", filter=f"invoicenumber eq '{number}'", select="invoiceid")[0]
        key = invoice["invoiceid"]
        return self.rows("psaqb_invoicesync", filter=f"_psaqb_invoiceid_value eq {key}")[0]

    def payments(self, posting: dict[str, Any]) -> list[dict[str, Any]]:
        """The payment rows of a posting."""
        key = posting["psaqb_invoicesyncid"]
        return self.rows("psaqb_invoicepayment", filter=f"_psaqb_postingid_value eq {key}")

    def secrets(self) -> list[str]:
        """The secrets that connection records hold."""
        columns = ("psaqb_clientsecret", "psaqb_refreshtoken")
        found = self.rows("psaqb_connection", select=",".join(columns))
        return [row[column] for row in found for column in columns if row.get(column)]

    def audit(self) -> list[dict[str, Any]]:
        """The audit log of the business tables."""
        answer = self._http.get(f"{self._url}/_practice/audit", timeout=_SECONDS)
        found: list[dict[str, Any]] = answer.json()["entries"]
        return found

    def _get(self, path: str, options: dict[str, str]) -> Any:
        answer = self._http.get(
            f"{self._url}/api/data/v9.2/{path}", params=options, timeout=_SECONDS
        )
        assert answer.status_code == 200, answer.text
        return json.loads(answer.text, parse_float=Decimal)


class PracticeQuickBooks:
    """One practice company: its pages, and its API with a token of one's own."""

    def __init__(self, url: str, entity: LegalEntitySeed) -> None:
        self._url = url
        self._realm = entity.realm_id
        self._http = _session()

    def close_books(self, day: str) -> None:
        """Close the books up to a day on the settings page; an empty day opens them again."""
        page = FormBrowser(f"{self._url}/app/{self._realm}/settings")
        page.submit("settings-form", "save-settings", book_close_date=day)
        assert "The settings were saved." in page.text

    def receive_payment(self, invoice_id: str, amount: str, reference: str) -> None:
        """Receive a payment on the invoice's page."""
        page = FormBrowser(f"{self._url}/app/{self._realm}/invoice?txnId={invoice_id}")
        page.submit("receive-payment-form", "receive-payment", amount=amount, reference=reference)

    def invoices(self) -> list[dict[str, Any]]:
        """All invoices of the company."""
        answer = self._ask(
            "GET", "query", params={"query": "select * from Invoice maxresults 1000"}
        )
        found: list[dict[str, Any]] = answer["QueryResponse"].get("Invoice", [])
        return found

    def write_invoice(self, number: str) -> None:
        """Write an invoice with this number, as a colleague would inside QuickBooks."""
        customer = self._first("Customer")
        line = {
            "DetailType": "SalesItemLineDetail",
            "Amount": 10,
            "SalesItemLineDetail": {
                "ItemRef": {"value": self._first("Item")},
                "TaxCodeRef": {"value": self._first("TaxCode")},
            },
        }
        body = {"DocNumber": number, "CustomerRef": {"value": customer}, "Line": [line]}
        self._ask("POST", "invoice", json=body)

    def _first(self, entity: str) -> str:
        query = f"select * from {entity} where Active = true maxresults 1"  # noqa: S608 - no SQL
        answer = self._ask("GET", "query", params={"query": query})
        return str(answer["QueryResponse"][entity][0]["Id"])

    def _ask(self, method: str, path: str, **sent: Any) -> Any:
        if "Authorization" not in self._http.headers:
            given = self._http.post(
                f"{self._url}/_practice/tokens", json={"realm_id": self._realm}, timeout=_SECONDS
            ).json()
            self._http.headers["Authorization"] = f"Bearer {given['access_token']}"
            self._http.headers["Accept"] = "application/json"
        answer = self._http.request(
            method, f"{self._url}/v3/company/{self._realm}/{path}", timeout=_SECONDS, **sent
        )
        assert answer.status_code == 200, answer.text
        return json.loads(answer.text, parse_float=Decimal)
