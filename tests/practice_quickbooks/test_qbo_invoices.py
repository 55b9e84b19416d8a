"""Invoices through their life: create, read, change, void, delete."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.practice_quickbooks.qbo_company import CompanyClient


def test_a_new_invoice_is_completed_and_can_be_read(gb: CompanyClient) -> None:
    term = gb.id_of("Term", "Net 30")
    invoice = gb.invoice(
        gb.line("1187.50", tax="20.0% S"),
        gb.line("250.40", tax="20.0% S", item="Travel"),
        DocNumber="PSA-000317",
        TxnDate="2026-03-02",
        SalesTermRef={"value": term},
        PrivateNote="psa:7f1c",
        CustomField=[{"DefinitionId": "1", "StringValue": "INV-317"}],
    )
    assert invoice["SyncToken"] == "0"
    assert invoice["DueDate"] == "2026-04-01"
    assert invoice["TotalAmt"] == Decimal("1725.48")
    assert invoice["Balance"] == Decimal("1725.48")
    assert invoice["TxnTaxDetail"]["TotalTax"] == Decimal("287.58")
    assert invoice["CustomerRef"]["name"] == "Nordwind Logistics plc"
    assert invoice["BillAddr"]["Line1"] == "30 Fleet St"
    assert invoice["GlobalTaxCalculation"] == "TaxExcluded"
    assert invoice["Line"][-1] == {
        "Amount": Decimal("1437.90"),
        "DetailType": "SubTotalLineDetail",
        "SubTotalLineDetail": {},
    }
    assert invoice["CustomField"][0]["StringValue"] == "INV-317"
    assert "StringValue" not in invoice["CustomField"][1]
    assert gb.reread("Invoice", invoice) == invoice


def test_a_foreign_customer_is_invoiced_in_its_currency(gb: CompanyClient) -> None:
    invoice = gb.invoice(
        gb.line("1437.90", tax="20.0% S"),
        customer="Tailspin Dublin DAC (EUR)",
        CurrencyRef={"value": "EUR"},
        ExchangeRate=0.85,
    )
    assert invoice["CurrencyRef"] == {"value": "EUR", "name": "Euro"}
    assert invoice["TotalAmt"] == Decimal("1725.48")
    assert invoice["HomeTotalAmt"] == Decimal("1466.66")
    without_rate = gb.invoice(customer="Tailspin Dublin DAC (EUR)")
    assert without_rate["ExchangeRate"] == 1


def test_a_sparse_update_leaves_the_rest_alone(gb: CompanyClient) -> None:
    invoice = gb.invoice(PrivateNote="first", DocNumber="A-1")
    changed = gb.post(
        "invoice",
        {"Id": invoice["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": "second"},
    )["Invoice"]
    assert changed["SyncToken"] == "1"
    assert changed["PrivateNote"] == "second"
    assert changed["DocNumber"] == "A-1"
    assert changed["TotalAmt"] == invoice["TotalAmt"]
    assert changed["Line"] == invoice["Line"]
    cleared = gb.post(
        "invoice", {"Id": invoice["Id"], "SyncToken": "1", "sparse": True, "PrivateNote": ""}
    )["Invoice"]
    assert "PrivateNote" not in cleared


def test_a_sparse_update_of_lines_replaces_them_and_the_tax(gb: CompanyClient) -> None:
    invoice = gb.invoice(gb.line("100", tax="20.0% S"), gb.line("50", tax="5.0% R"))
    changed = gb.post(
        "invoice",
        {
            "Id": invoice["Id"],
            "SyncToken": "0",
            "sparse": True,
            "Line": [gb.line("10", tax="5.0% R")],
        },
    )["Invoice"]
    assert changed["TotalAmt"] == Decimal("10.50")
    assert len(changed["Line"]) == 2


def test_a_full_update_empties_what_it_leaves_out(gb: CompanyClient) -> None:
    invoice = gb.invoice(PrivateNote="first", DocNumber="A-1", CustomerMemo={"value": "Thanks"})
    changed = gb.post(
        "invoice", {**gb.draft(), "Id": invoice["Id"], "SyncToken": "0", "PrivateNote": "kept"}
    )["Invoice"]
    assert changed["PrivateNote"] == "kept"
    assert "DocNumber" not in changed
    assert "CustomerMemo" not in changed
    assert changed["BillAddr"] == {
        "Line1": "30 Fleet St",
        "Line2": "London EC4Y 1AA",
        "Line3": "GBR",
    }


def test_an_old_sync_token_is_refused(gb: CompanyClient) -> None:
    invoice = gb.invoice()
    update = {"Id": invoice["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": "x"}
    gb.post("invoice", update)
    error = gb.fault("invoice", update)
    assert error["code"] == "5010"
    assert "were working on this at the same time" in error["Detail"]


def test_a_voided_invoice_stays_with_nothing_on_it(gb: CompanyClient) -> None:
    line = gb.line("181.50", tax="20.0% S")
    line["SalesItemLineDetail"] |= {"Qty": 1.5, "UnitPrice": 121}
    invoice = gb.invoice(line, PrivateNote="for March", DocNumber="V-1")
    answer = gb.post("invoice", {"Id": invoice["Id"], "SyncToken": "0"}, operation="void")
    assert answer["Invoice"]["PrintStatus"] == "NEED_TO_PRINT"
    assert answer["Invoice"]["Line"][0]["DetailType"] == "SALES_ITEM_LINE_DETAIL"
    voided = gb.reread("Invoice", invoice)
    assert voided["SyncToken"] == "1"
    assert voided["TotalAmt"] == voided["Balance"] == voided["TxnTaxDetail"]["TotalTax"] == 0
    assert voided["Line"][0]["SalesItemLineDetail"]["Qty"] == 0
    assert voided["Line"][0]["DetailType"] == "SalesItemLineDetail"
    assert voided["PrivateNote"] == "Voided - for March"
    assert voided["DocNumber"] == "V-1"


def test_a_deleted_invoice_is_gone(gb: CompanyClient) -> None:
    invoice = gb.invoice()
    deleted = gb.post("invoice", {"Id": invoice["Id"], "SyncToken": "0"}, operation="delete")
    assert deleted["Invoice"] == {"status": "Deleted", "domain": "QBO", "Id": invoice["Id"]}
    answer = gb.call("GET", f"invoice/{invoice['Id']}")
    assert answer.status_code == 400
    assert answer.json()["Fault"]["Error"][0]["code"] == "610"
    assert "Another user has deleted" in answer.json()["Fault"]["Error"][0]["Detail"]


def test_numbers_are_the_clients_or_the_companys(gb: CompanyClient, de: CompanyClient) -> None:
    assert "DocNumber" not in gb.invoice()
    assert [de.invoice()["DocNumber"] for _ in range(2)] == ["1001", "1002"]
    assert de.invoice(DocNumber="OWN-1")["DocNumber"] == "OWN-1"
    assert de.invoice()["DocNumber"] == "1003"
    assert gb.invoice(DocNumber="AUTO_GENERATE")["DocNumber"] == "1001"


def test_a_taken_number_names_the_document_that_has_it(gb: CompanyClient) -> None:
    first = gb.invoice(DocNumber="PSA-1")
    error = gb.fault("invoice", gb.draft(DocNumber="psa-1"))
    assert error["code"] == "6140"
    assert error["Message"] == "Duplicate Document Number Error"
    assert error["Detail"].endswith(
        f"DocNumber=psa-1 is assigned to TxnType=Invoice with TxnId={first['Id']}"
    )
    assert gb.fault("creditmemo", gb.draft(DocNumber="PSA-1"))["code"] == "6140"
    repeated = gb.post("invoice", gb.draft(DocNumber="PSA-1"), include="allowduplicatedocnum")
    assert repeated["Invoice"]["DocNumber"] == "PSA-1"


def test_without_the_warning_numbers_repeat(gb: CompanyClient) -> None:
    gb.http.post(
        f"{gb.url}/_practice/companies/{gb.seed.realm_id}",
        json={"warns_of_duplicate_numbers": False},
        timeout=5,
    ).raise_for_status()
    gb.invoice(DocNumber="PSA-1")
    assert gb.invoice(DocNumber="PSA-1")["DocNumber"] == "PSA-1"


def test_a_deposit_lowers_the_balance_without_a_link(gb: CompanyClient) -> None:
    invoice = gb.invoice(gb.line("52", tax="0.0% Z"), Deposit=12)
    assert invoice["Balance"] == 40
    assert invoice["LinkedTxn"] == []


def test_a_credit_memo_holds_credit(gb: CompanyClient) -> None:
    memo = gb.post("creditmemo", gb.draft(DocNumber="CM-1"))["CreditMemo"]
    assert memo["TotalAmt"] == memo["Balance"] == memo["RemainingCredit"] == 120
    assert "DueDate" not in memo


def test_line_ids_stay_with_their_lines(gb: CompanyClient) -> None:
    invoice = gb.invoice(gb.line("1", tax="0.0% Z"), gb.line("2", tax="0.0% Z"))
    assert [line.get("Id") for line in invoice["Line"]] == ["1", "2", None]
    second = invoice["Line"][1]
    changed = gb.post(
        "invoice",
        {
            "Id": invoice["Id"],
            "SyncToken": "0",
            "sparse": True,
            "Line": [
                gb.line("3", tax="0.0% Z"),
                {**gb.line("2", tax="0.0% Z"), "Id": second["Id"]},
            ],
        },
    )["Invoice"]
    assert [(line.get("Id"), line["Amount"]) for line in changed["Line"]] == [
        ("3", 3),
        ("2", 2),
        (None, 5),
    ]


@pytest.mark.parametrize("kind", ["invoice", "creditmemo"])
def test_forms_are_sent_and_printed(gb: CompanyClient, kind: str) -> None:
    form = gb.post(kind, gb.draft())
    record = form["Invoice" if kind == "invoice" else "CreditMemo"]
    headers = {"Content-Type": "application/octet-stream"}
    path = f"{kind}/{record['Id']}/send"
    assert gb.call("POST", path, headers=headers).status_code == 400
    sent = gb.call("POST", path, headers=headers, params={"sendTo": "ap@x.example"}).json()
    (body,) = (value for name, value in sent.items() if name != "time")
    assert body["EmailStatus"] == "EmailSent"
    assert body["BillEmail"] == {"Address": "ap@x.example"}
    printed = gb.call("GET", f"{kind}/{record['Id']}/pdf", headers={"Accept": "application/pdf"})
    assert printed.content.startswith(b"%PDF-1.4")
    assert printed.headers["Content-Type"] == "application/pdf"
