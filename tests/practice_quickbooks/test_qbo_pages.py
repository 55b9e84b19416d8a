"""The pages of practice QuickBooks: what a person sees and does there."""

from __future__ import annotations

import re

import pytest
import requests

from tests.practice_quickbooks.qbo_company import TIMEOUT, CompanyClient, Json


class Visitor:
    """Looks at pages and sends their forms."""

    def __init__(self, company: CompanyClient, http: requests.Session) -> None:
        self.url = company.url
        self.realm = company.seed.realm_id
        self.http = http

    def page(self, path: str) -> str:
        answer = self.http.get(f"{self.url}{path}", timeout=TIMEOUT)
        assert answer.status_code == 200, answer.text
        assert "not real books" in answer.text
        assert "<script" not in answer.text
        return answer.text

    def invoice(self, invoice: Json) -> str:
        return self.page(f"/app/{self.realm}/invoice?txnId={invoice['Id']}")

    def sends(self, path: str, **fields: str) -> str:
        address = f"{self.url}/app/{self.realm}/{path}"
        answer = self.http.post(address, data=fields, timeout=TIMEOUT)
        assert answer.status_code == 200, answer.text
        assert answer.history[0].status_code == 303
        return answer.text


def shown(page: str, element_id: str) -> str:
    found = re.search(rf'id="{element_id}"[^>]*>([^<]*)<', page)
    assert found, page
    return found[1].strip()


@pytest.fixture
def visitor(gb: CompanyClient, http: requests.Session) -> Visitor:
    return Visitor(gb, http)


def test_companies_and_their_invoices(gb: CompanyClient, visitor: Visitor) -> None:
    assert "No invoices yet" in visitor.page(f"/app/{visitor.realm}/invoices")
    invoice = gb.invoice(DocNumber="W-1", TxnDate="2026-01-02")
    front = visitor.page("/")
    assert "Alder &amp; Finch GmbH" in front
    assert "1 invoice, 1 open" in front
    listed = visitor.page(f"/app/{visitor.realm}/invoices")
    assert f'id="invoice-{invoice["Id"]}"' in listed
    assert "Overdue" in listed
    assert "W-1" in visitor.page(f"/app/{visitor.realm}/invoices?search=nordWIND")
    assert "W-1" not in visitor.page(f"/app/{visitor.realm}/invoices?search=nobody")
    assert "W-1" in visitor.page(f"/app/invoice?txnId={invoice['Id']}")


def test_an_invoice_as_printed(gb: CompanyClient, visitor: Visitor) -> None:
    line = gb.line("1187.50", tax="20.0% S")
    line |= {"Description": "<b>Consulting</b> & more"}
    invoice = gb.invoice(line, DocNumber="W-2", Deposit=25, PrivateNote="psa:1")
    page = visitor.invoice(invoice)
    assert shown(page, "total") == "GBP 1,425.00"
    assert shown(page, "balance") == "GBP 1,400.00"
    assert "&lt;b&gt;Consulting&lt;/b&gt; &amp; more" in page
    assert "VAT 20%" in page


def test_a_person_receives_a_part_payment(gb: CompanyClient, visitor: Visitor) -> None:
    invoice = gb.invoice(DueDate="2099-01-01")
    page = visitor.sends(
        f"invoice/{invoice['Id']}/payment",
        amount="20.50",
        txn_date="2026-03-01",
        reference="BACS 7",
        method_id=gb.id_of("PaymentMethod", "Bank transfer"),
    )
    assert shown(page, "status") == "Partially paid"
    assert shown(page, "flash-done") == "The payment was received."
    assert shown(page, "balance") == "GBP 99.50"
    (payment,) = gb.query("select * from Payment")["Payment"]
    assert payment["PaymentRefNum"] == "BACS 7"
    assert payment["PaymentMethodRef"]["name"] == "Bank transfer"
    page = visitor.sends(f"payment/{payment['Id']}/void", txnId=invoice["Id"])
    assert shown(page, "balance") == "GBP 120.00"


def test_a_foreign_payment_takes_the_invoices_rate(gb: CompanyClient, visitor: Visitor) -> None:
    invoice = gb.invoice(customer="Tailspin Dublin DAC (EUR)", ExchangeRate=0.85)
    visitor.sends(f"invoice/{invoice['Id']}/payment", amount="120", txn_date="2026-03-01")
    (payment,) = gb.query("select * from Payment")["Payment"]
    assert str(payment["ExchangeRate"]) == "0.85"
    assert gb.reread("Invoice", invoice)["Balance"] == 0


def test_a_person_edits_voids_and_deletes(gb: CompanyClient, visitor: Visitor) -> None:
    invoice = gb.invoice(CustomerMemo={"value": "Hello"})
    path = f"invoice/{invoice['Id']}"
    page = visitor.sends(
        f"{path}/edit", due_date="2026-12-24", private_note="call them", customer_memo=""
    )
    assert shown(page, "due-date-shown") == "2026-12-24"
    after = gb.reread("Invoice", invoice)
    assert after["PrivateNote"] == "call them"
    assert "CustomerMemo" not in after
    page = visitor.sends(f"{path}/void")
    assert shown(page, "status") == "Voided"
    page = visitor.sends(f"{path}/delete")
    assert "The invoice was deleted." in page
    gone = visitor.http.get(
        f"{visitor.url}/app/{visitor.realm}/invoice?txnId={invoice['Id']}", timeout=TIMEOUT
    )
    assert gone.status_code == 404


def test_what_fails_is_told(gb: CompanyClient, visitor: Visitor) -> None:
    invoice = gb.invoice()
    visitor.sends("settings", book_close_date="2099-01-01", uses_custom_numbers="on")
    page = visitor.sends(f"invoice/{invoice['Id']}/void")
    assert "The account period has closed" in shown(page, "flash-failed")
    page = visitor.sends(f"invoice/{invoice['Id']}/payment", amount="many", txn_date="2026-01-01")
    assert shown(page, "flash-failed")


def test_settings_reach_the_api(gb: CompanyClient, visitor: Visitor) -> None:
    page = visitor.page(f"/app/{visitor.realm}/settings")
    assert 'name="uses_custom_numbers" checked' in page
    page = visitor.sends("settings", is_read_only="on", book_close_date="2026-01-31")
    assert 'value="2026-01-31"' in page
    assert gb.fault("invoice", gb.draft())["code"] == "6190"
    preferences = gb.get("preferences")["Preferences"]
    assert preferences["SalesFormsPrefs"]["CustomTxnNumbers"] is False


def test_all_settings_are_on_the_page(gb: CompanyClient, visitor: Visitor) -> None:
    page = visitor.page(f"/app/{visitor.realm}/settings")
    assert "cannot be turned off again" in page
    visitor.sends("settings", sections="all", book_close_date="", tracks_classes="on")
    preferences = gb.get("preferences")["Preferences"]
    assert preferences["AccountingInfoPrefs"]["ClassTrackingPerTxn"] is True
    assert preferences["AccountingInfoPrefs"]["TrackDepartments"] is False
    assert preferences["TaxPrefs"]["UsingSalesTax"] is False
    assert preferences["CurrencyPrefs"]["MultiCurrencyEnabled"] is True


def test_one_payment_of_several_invoices(gb: CompanyClient, visitor: Visitor) -> None:
    first, second, other = gb.invoice(), gb.invoice(DocNumber="W-3"), gb.invoice()
    memo = gb.post("creditmemo", gb.draft(gb.line("50", tax="0.0% Z")))["CreditMemo"]
    customer = first["CustomerRef"]["value"]
    page = visitor.page(f"/app/{visitor.realm}/receive-payment?customerId={customer}")
    assert f'name="Invoice-{other["Id"]}"' in page
    assert "W-3" in page
    page = visitor.sends(
        "receive-payment",
        customer_id=customer,
        txn_date="2026-03-01",
        reference="BACS 8",
        **{
            f"Invoice-{first['Id']}": "120",
            f"Invoice-{second['Id']}": "20.50",
            f"CreditMemo-{memo['Id']}": "50",
        },
    )
    assert shown(page, "flash-done") == "The payment was received."
    (payment,) = gb.query("select * from Payment")["Payment"]
    assert (str(payment["TotalAmt"]), payment["UnappliedAmt"]) == ("90.50", 0)
    balances = [gb.reread("Invoice", each)["Balance"] for each in (first, second, other)]
    assert [str(balance) for balance in balances] == ["0.00", "99.50", "120.00"]
    seen = visitor.page(f"/app/{visitor.realm}/creditmemo?txnId={memo['Id']}")
    assert shown(seen, "status") == "Used up"
    assert shown(seen, "total") == "GBP 50.00"
    assert "W-3" in seen
    page = visitor.sends("receive-payment", customer_id=customer, amount="much")
    assert shown(page, "flash-failed")


def test_an_open_credit_memo(gb: CompanyClient, visitor: Visitor) -> None:
    memo = gb.post("creditmemo", gb.draft())["CreditMemo"]
    seen = visitor.page(f"/app/{visitor.realm}/creditmemo?txnId={memo['Id']}")
    assert shown(seen, "remaining") == "GBP 120.00"
    assert "Nothing is open" in visitor.page(f"/app/{visitor.realm}/receive-payment?customerId=99")


def test_a_person_gives_credit_uses_it_and_voids_another(
    gb: CompanyClient, visitor: Visitor
) -> None:
    assert "No credit memos yet" in visitor.page(f"/app/{visitor.realm}/creditmemos")
    invoice = gb.invoice(gb.line("100", tax="5.0% R"), DocNumber="W-4")
    page = visitor.sends(f"invoice/{invoice['Id']}/credit", net="40")
    assert shown(page, "status") == "Open credit"
    assert shown(page, "total") == "GBP 42.00"
    assert "VAT 5%, 5 % of 40.00" in page
    assert "Credit for invoice W-4" in page
    (memo,) = gb.query("select * from CreditMemo")["CreditMemo"]
    assert memo["DocNumber"] == "1001"
    visitor.sends(
        "receive-payment",
        customer_id=memo["CustomerRef"]["value"],
        txn_date="2026-03-01",
        **{f"Invoice-{invoice['Id']}": "40", f"CreditMemo-{memo['Id']}": "40"},
    )
    page = visitor.invoice(invoice)
    assert shown(page, "balance") == "GBP 65.00"
    assert "Credit 2026-03-01" in page
    listed = visitor.page(f"/app/{visitor.realm}/creditmemos")
    assert "Partly used" in listed
    page = visitor.sends(f"creditmemo/{memo['Id']}/void")
    assert shown(page, "status") == "Voided"
    assert 'id="void"' not in page
    page = visitor.sends(f"invoice/{invoice['Id']}/credit", net="much")
    assert shown(page, "flash-failed")


def test_a_foreign_invoice_shows_what_it_is_at_home(gb: CompanyClient, visitor: Visitor) -> None:
    line = gb.line("100", tax="0.0% Z")
    invoice = gb.invoice(line, customer="Tailspin Dublin DAC (EUR)", ExchangeRate=0.85)
    page = visitor.invoice(invoice)
    assert "1 EUR = 0.85 GBP: total GBP 85.00, balance GBP 85.00" in page
    assert 'id="home-amounts"' not in visitor.invoice(gb.invoice())


def test_a_voided_invoice_cannot_be_voided_again(gb: CompanyClient, visitor: Visitor) -> None:
    invoice = gb.invoice()
    assert 'id="void"' in visitor.invoice(invoice)
    page = visitor.sends(f"invoice/{invoice['Id']}/void")
    assert 'id="void"' not in page
    assert 'id="delete"' in page
    assert 'id="credit-form"' not in page


def test_settings_tell_of_currencies_and_tax_codes(
    gb: CompanyClient, us: CompanyClient, ca: CompanyClient, http: requests.Session
) -> None:
    pages = {
        company.seed.code: Visitor(company, http).page(f"/app/{company.seed.realm_id}/settings")
        for company in (gb, us, ca)
    }
    assert "1 EUR = 0.85 GBP" in pages["GBSI"]
    assert 'type="hidden" name="uses_sales_tax"' in pages["GBSI"]
    assert 'type="checkbox" id="uses_sales_tax"' in pages["USMF"]
    assert "6 % + 2.25 %" in pages["USMF"]
    assert "5 % + 9.5 % on both" in pages["CAMO"]


def test_what_sets_a_company_apart(visitor: Visitor) -> None:
    front = visitor.page("/")
    for words in (
        "USD and others, sales tax by state, own numbers",
        "USD only, automated sales tax, QuickBooks numbers",
        "USD only, no sales tax, own numbers",
        "INR only, tax codes on lines, own numbers",
        "subscription lapsed",
        "books closed to 2026-07-31",
    ):
        assert words in front


def test_an_unknown_company(visitor: Visitor) -> None:
    for page in (
        "invoices",
        "settings",
        "invoice?txnId=1",
        "receive-payment",
        "creditmemos",
        "creditmemo?txnId=1",
    ):
        answer = visitor.http.get(f"{visitor.url}/app/12/{page}", timeout=TIMEOUT)
        assert answer.status_code == 404


def test_the_style_sheet_is_there(visitor: Visitor) -> None:
    answer = visitor.http.get(f"{visitor.url}/static/practice.css", timeout=TIMEOUT)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/css")
