"""Payments, credits and what they do to invoices."""

from __future__ import annotations

from decimal import Decimal

from tests.practice_quickbooks.qbo_company import TIMEOUT, CompanyClient, Json


def zero_rated(company: CompanyClient, amount: str, **attributes: object) -> Json:
    return company.invoice(company.line(amount, tax="0.0% Z"), **attributes)


def test_a_part_payment_moves_balance_and_version(gb: CompanyClient) -> None:
    invoice = zero_rated(gb, "100", DocNumber="P-1")
    payment = gb.pay("40", (invoice, "40"), PaymentRefNum="BACS 1", TxnDate="2026-03-20")
    assert payment["UnappliedAmt"] == 0
    (line,) = payment["Line"]
    assert line["Amount"] == 40
    extra = {entry["value"]["Name"]: entry["value"]["Value"] for entry in line["LineEx"]["any"]}
    assert extra == {
        "txnId": invoice["Id"],
        "txnOpenBalance": "100.00",
        "txnReferenceNumber": "P-1",
    }
    after = gb.reread("Invoice", invoice)
    assert after["Balance"] == 60
    assert after["SyncToken"] == "1"
    assert after["LinkedTxn"] == [{"TxnId": payment["Id"], "TxnType": "Payment"}]
    stale = gb.fault("invoice", {"Id": invoice["Id"], "SyncToken": "0"}, operation="void")
    assert stale["code"] == "5010"


def test_several_payments_and_several_invoices(gb: CompanyClient) -> None:
    first, second = zero_rated(gb, "100"), zero_rated(gb, "50")
    gb.pay("30", (first, "30"))
    gb.pay("120", (first, "70"), (second, "50"))
    assert gb.reread("Invoice", first)["Balance"] == 0
    assert len(gb.reread("Invoice", first)["LinkedTxn"]) == 2
    assert gb.reread("Invoice", second)["Balance"] == 0


def test_too_much_stays_unapplied(gb: CompanyClient) -> None:
    invoice = zero_rated(gb, "100")
    payment = gb.pay("130", (invoice, "130"))
    assert payment["UnappliedAmt"] == 30
    assert payment["Line"][0]["Amount"] == 100
    assert gb.reread("Invoice", invoice)["Balance"] == 0
    on_account = gb.pay("25", customer=invoice["CustomerRef"]["value"])
    assert on_account["UnappliedAmt"] == 25
    assert on_account["Line"] == []


def test_more_applied_than_received_is_refused(gb: CompanyClient) -> None:
    invoice = zero_rated(gb, "100")
    body = {
        "CustomerRef": invoice["CustomerRef"],
        "TotalAmt": 10,
        "Line": [
            {"Amount": 50, "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]},
        ],
    }
    assert gb.fault("payment", body)["code"] == "6000"
    assert gb.reread("Invoice", invoice)["SyncToken"] == "0"


def test_a_voided_payment_opens_the_invoice_again(gb: CompanyClient) -> None:
    invoice = zero_rated(gb, "100")
    payment = gb.pay("100", (invoice, "100"))
    voided = gb.post(
        "payment",
        {"Id": payment["Id"], "SyncToken": payment["SyncToken"], "sparse": True},
        operation="update",
        include="void",
    )["Payment"]
    assert voided["TotalAmt"] == voided["UnappliedAmt"] == 0
    assert voided["Line"] == []
    assert voided["PrivateNote"] == "Voided"
    after = gb.reread("Invoice", invoice)
    assert (after["Balance"], after["SyncToken"], after["LinkedTxn"]) == (100, "2", [])


def test_a_deleted_payment_opens_the_invoice_again(gb: CompanyClient) -> None:
    invoice = zero_rated(gb, "100")
    payment = gb.pay("100", (invoice, "100"))
    gb.post("payment", {"Id": payment["Id"], "SyncToken": "0"}, operation="delete")
    assert gb.reread("Invoice", invoice)["Balance"] == 100


def test_lines_of_a_payment_are_all_or_none(gb: CompanyClient) -> None:
    invoice = zero_rated(gb, "100")
    payment = gb.pay("100", (invoice, "60"))
    assert payment["UnappliedAmt"] == 40
    noted = gb.post(
        "payment",
        {"Id": payment["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": "checked"},
    )["Payment"]
    assert noted["Line"][0]["Amount"] == 60
    emptied = gb.post(
        "payment", {"Id": payment["Id"], "SyncToken": "1", "sparse": True, "Line": []}
    )["Payment"]
    assert emptied["UnappliedAmt"] == 100
    assert gb.reread("Invoice", invoice)["Balance"] == 100


def test_a_credit_is_applied_by_a_payment_of_nothing(gb: CompanyClient) -> None:
    invoice = zero_rated(gb, "100")
    memo = gb.post("creditmemo", gb.draft(gb.line("30", tax="0.0% Z")))["CreditMemo"]
    payment = gb.post(
        "payment",
        {
            "CustomerRef": invoice["CustomerRef"],
            "TotalAmt": 0,
            "Line": [
                {"Amount": 30, "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]},
                {"Amount": 30, "LinkedTxn": [{"TxnId": memo["Id"], "TxnType": "CreditMemo"}]},
            ],
        },
    )["Payment"]
    assert payment["TotalAmt"] == payment["UnappliedAmt"] == 0
    after = gb.reread("Invoice", invoice)
    assert after["Balance"] == 70
    assert after["LinkedTxn"] == [{"TxnId": payment["Id"], "TxnType": "Payment"}]
    assert gb.reread("CreditMemo", memo)["RemainingCredit"] == 0


def test_voiding_a_paid_invoice_sets_the_payment_free(gb: CompanyClient) -> None:
    invoice = zero_rated(gb, "100")
    payment = gb.pay("100", (invoice, "100"))
    gb.post("invoice", {"Id": invoice["Id"], "SyncToken": "1"}, operation="void")
    after = gb.reread("Payment", payment)
    assert (after["UnappliedAmt"], after["Line"], after["SyncToken"]) == (100, [], "1")


def test_lowering_a_paid_invoice_frees_the_surplus(gb: CompanyClient) -> None:
    invoice = zero_rated(gb, "100")
    payment = gb.pay("90", (invoice, "90"))
    changed = gb.post(
        "invoice",
        {
            "Id": invoice["Id"],
            "SyncToken": "1",
            "sparse": True,
            "Line": [gb.line("50", tax="0.0% Z")],
        },
    )["Invoice"]
    assert changed["Balance"] == 0
    assert gb.reread("Payment", payment)["UnappliedAmt"] == 40


def test_a_paid_invoice_cannot_be_deleted(gb: CompanyClient) -> None:
    invoice = zero_rated(gb, "100")
    gb.pay("1", (invoice, "1"))
    body = {"Id": invoice["Id"], "SyncToken": "1"}
    assert gb.fault("invoice", body, operation="delete")["code"] == "6000"


def test_payments_in_foreign_currency(gb: CompanyClient) -> None:
    invoice = gb.invoice(
        gb.line("1437.90", tax="20.0% S"),
        customer="Tailspin Dublin DAC (EUR)",
        ExchangeRate=0.85,
    )
    gb.pay("500", (invoice, "500"), ExchangeRate=0.86, CurrencyRef={"value": "EUR"})
    after = gb.reread("Invoice", invoice)
    assert after["Balance"] == Decimal("1225.48")
    assert after["HomeBalance"] == Decimal("1041.66")


def test_another_customers_invoice_cannot_be_paid(gb: CompanyClient) -> None:
    invoice = zero_rated(gb, "100")
    body = {
        "CustomerRef": {"value": gb.id_of("Customer", "Contoso Wales Cyf")},
        "TotalAmt": 10,
        "Line": [
            {"Amount": 10, "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]},
        ],
    }
    assert gb.fault("payment", body)["code"] == "620"


def test_credits_may_pay_a_new_invoice_at_once(gb: CompanyClient) -> None:
    memo = gb.post("creditmemo", gb.draft(gb.line("30", tax="0.0% Z")))["CreditMemo"]
    on_account = gb.pay("50", customer=memo["CustomerRef"]["value"])
    assert zero_rated(gb, "1")["Balance"] == 1
    gb.http.post(
        f"{gb.url}/_practice/companies/{gb.seed.realm_id}",
        json={"applies_credits": True},
        timeout=TIMEOUT,
    ).raise_for_status()
    invoice = zero_rated(gb, "100")
    assert invoice["Balance"] == 20
    assert len(invoice["LinkedTxn"]) == 2
    assert gb.reread("CreditMemo", memo)["RemainingCredit"] == 0
    assert gb.reread("Payment", on_account)["UnappliedAmt"] == 0
    assert zero_rated(gb, "10")["Balance"] == 10
