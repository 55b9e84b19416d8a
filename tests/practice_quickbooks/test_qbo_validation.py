"""What is refused, with the codes and details that clients go by."""

from __future__ import annotations

from typing import Any

import pytest

from tests.practice_quickbooks.qbo_company import TIMEOUT, CompanyClient, Json


def change_settings(company: CompanyClient, **settings: Any) -> None:
    address = f"{company.url}/_practice/companies/{company.seed.realm_id}"
    company.http.post(address, json=settings, timeout=TIMEOUT).raise_for_status()


def test_unknown_attributes_are_named(gb: CompanyClient) -> None:
    error = gb.fault("invoice", gb.draft(Colour="red"))
    assert error["code"] == "2010"
    assert error["Detail"].startswith('Property Name:Unrecognized field "Colour"')
    line = gb.line("1", tax="0.0% Z")
    line["SalesItemLineDetail"]["Quantity"] = 1
    assert gb.fault("invoice", gb.draft(line))["code"] == "2010"
    assert gb.fault("customer", {"DisplayName": "A", "Currency": "EUR"})["code"] == "2010"


@pytest.mark.parametrize("body", [b"{", b"[]", b"NaN", b'{"Line": 7}', b'{"Line": [NaN]}'])
def test_what_is_no_object_is_refused(gb: CompanyClient, body: bytes) -> None:
    answer = gb.call("POST", "invoice", data=body)
    assert answer.status_code == 400
    assert answer.json()["Fault"]["Error"][0]["code"] == "2010"


def test_a_body_must_be_utf8(gb: CompanyClient) -> None:
    answer = gb.call("POST", "invoice", data=b'{"PrivateNote": "\xe9"}')
    assert answer.json()["Fault"]["Error"][0]["code"] == "500"


@pytest.mark.parametrize("name", ["Line", "CustomerRef"])
def test_required_parameters(gb: CompanyClient, name: str) -> None:
    draft = gb.draft()
    del draft[name]
    error = gb.fault("invoice", draft)
    assert error["code"] == "2020"
    assert error["Detail"] == f"Required parameter {name} is missing in the request"
    assert error["element"] == name


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ({"CustomerRef": {"value": "Nordwind"}}, "2030"),
        ({"CustomerRef": {"value": "999999"}}, "2500"),
        ({"SalesTermRef": {"value": "99"}}, "2500"),
        ({"TxnDate": "02.03.2026"}, "2060"),
        ({"DueDate": "2026-02-30"}, "2070"),
        ({"ExchangeRate": "many"}, "2090"),
        ({"EmailStatus": "Sent"}, "2170"),
        ({"GlobalTaxCalculation": "TaxExclusive"}, "2170"),
        ({"CustomField": [{"DefinitionId": "3", "StringValue": "x"}]}, "3000"),
        ({"CurrencyRef": {"value": "USD"}}, "6000"),
        ({"CurrencyRef": {"value": "3"}}, "2500"),
        ({"Deposit": 500}, "6000"),
        ({"EmailStatus": "NeedToSend"}, "2020"),
        ({"PrivateNote": "x" * 4001}, "2050"),
    ],
)
def test_values(gb: CompanyClient, attributes: Json, code: str) -> None:
    assert gb.fault("invoice", gb.draft(**attributes))["code"] == code


def test_a_long_number_is_measured(gb: CompanyClient) -> None:
    error = gb.fault("invoice", gb.draft(DocNumber="N" * 45))
    assert error["code"] == "2050"
    assert error["Detail"] == (
        "String length specified does not match the supported length. "
        "Min:0 Max:21 supported. Supplied length:45"
    )
    assert error["element"] == "DocNumber"


def test_amount_is_quantity_times_price_rounded_half_up(gb: CompanyClient) -> None:
    line = gb.line("1861.07", tax="0.0% Z")
    line["SalesItemLineDetail"] |= {"Qty": 128.350, "UnitPrice": 14.50}
    error = gb.fault("invoice", gb.draft(line))
    assert error["code"] == "6070"
    assert error["Detail"] == "Amount is not equal to UnitPrice * Qty. Supplied value:1,861.07"
    line["Amount"] = 1861.08
    assert gb.invoice(line)["TotalAmt"] > 0


def test_inactive_references(gb: CompanyClient) -> None:
    inactive = gb.id_of("Customer", "Trey Research Ltd (deleted)")
    error = gb.fault("invoice", gb.draft(CustomerRef={"value": inactive}))
    assert error["code"] == "610"
    assert "made inactive" in error["Detail"]
    line = gb.line("1", tax="0.0% Z", item="Legacy hardware (deleted)")
    assert gb.fault("invoice", gb.draft(line))["code"] == "610"


def test_an_inactive_customer_may_stay_where_it_is(gb: CompanyClient) -> None:
    invoice = gb.invoice()
    customer = gb.get(f"customer/{invoice['CustomerRef']['value']}")["Customer"]
    gb.post(
        "customer",
        {"Id": customer["Id"], "SyncToken": "0", "sparse": True, "Active": False},
    )
    update = {"Id": invoice["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": "x"}
    assert gb.post("invoice", update)["Invoice"]["PrivateNote"] == "x"


def test_every_line_needs_a_tax_code_outside_the_us(gb: CompanyClient, ca: CompanyClient) -> None:
    error = gb.fault("invoice", gb.draft(gb.line("1")))
    assert error["code"] == "6000"
    assert "VAT rate before you save" in error["Detail"]
    assert "GST/HST rate" in ca.fault("invoice", ca.draft(ca.line("1")))["Detail"]
    assert gb.fault("invoice", gb.draft(gb.line("1", tax="TAX")))["code"] == "2500"


def test_a_us_line_is_tax_or_non(us: CompanyClient) -> None:
    assert us.fault("invoice", us.draft(us.line("1", tax="California")))["code"] == "6100"


def test_a_sales_line_needs_an_item(gb: CompanyClient) -> None:
    line = gb.line("1", tax="0.0% Z")
    del line["SalesItemLineDetail"]["ItemRef"]
    assert gb.fault("invoice", gb.draft(line))["code"] == "6440"


def test_an_invoice_is_not_below_zero(gb: CompanyClient) -> None:
    lines = [gb.line("10", tax="0.0% Z"), gb.line("-20", tax="0.0% Z")]
    assert gb.fault("invoice", gb.draft(*lines))["code"] == "6000"
    assert gb.invoice(gb.line("20", tax="0.0% Z"), gb.line("-5", tax="0.0% Z"))["TotalAmt"] == 15


def test_locations_need_the_edition(de: CompanyClient) -> None:
    assert de.fault("invoice", de.draft(DepartmentRef={"value": "1"}))["code"] == "5020"


def test_closed_books(de: CompanyClient) -> None:
    error = de.fault("invoice", de.draft(TxnDate="2026-07-31"))
    assert error["code"] == "6210"
    assert "updated through through the QBO Services API" in error["Detail"]
    invoice = de.invoice(TxnDate="2026-08-01")
    change_settings(de, book_close_date="2026-08-01")
    body = {"Id": invoice["Id"], "SyncToken": "0"}
    assert de.fault("invoice", body, operation="void")["code"] == "6210"
    assert de.get("preferences")["Preferences"]["AccountingInfoPrefs"]["BookCloseDate"] == (
        "2026-08-01"
    )


def test_a_lapsed_subscription_reads_only(gb: CompanyClient) -> None:
    invoice = gb.invoice()
    change_settings(gb, is_read_only=True)
    error = gb.fault("invoice", gb.draft())
    assert error["code"] == "6190"
    assert error["Detail"].startswith("Subscription period has ended or canceled")
    assert gb.reread("Invoice", invoice)["Id"] == invoice["Id"]
    info = gb.get(f"companyinfo/{gb.seed.realm_id}")["CompanyInfo"]
    assert {"Name": "SubscriptionStatus", "Value": "EXPIRED"} in info["NameValue"]


def test_names_are_one_over_customers_and_vendors(gb: CompanyClient) -> None:
    for taken in ("Metro Telecom", "contoso wales cyf", "Trey Research Ltd (deleted)"):
        error = gb.fault("customer", {"DisplayName": taken})
        assert error["code"] == "6240"
        assert error["Message"] == "Duplicate Name Exists Error"


@pytest.mark.parametrize(
    ("customer", "code"),
    [
        ({"DisplayName": "A:B"}, "2040"),
        ({"GivenName": "Tab\tbed"}, "2040"),
        ({"Notes": "no name"}, "6080"),
        ({"DisplayName": "E", "PrimaryEmailAddr": {"Address": "nowhere"}}, "2210"),
        ({"DisplayName": "N" * 501}, "2050"),
    ],
)
def test_customers(gb: CompanyClient, customer: Json, code: str) -> None:
    assert gb.fault("customer", customer)["code"] == code


def test_a_customer_keeps_its_currency(gb: CompanyClient) -> None:
    made = gb.post("customer", {"DisplayName": "Neu AG", "CurrencyRef": {"value": "EUR"}})
    customer = made["Customer"]
    body = {"Id": customer["Id"], "SyncToken": "0", "sparse": True}
    assert gb.fault("customer", {**body, "CurrencyRef": {"value": "GBP"}})["code"] == "6000"
    changed = gb.post("customer", {**body, "DisplayName": "Neu & Co AG"})["Customer"]
    assert changed["CurrencyRef"]["value"] == "EUR"


def test_wrong_deposit_account(gb: CompanyClient) -> None:
    body = {
        "CustomerRef": gb.draft()["CustomerRef"],
        "TotalAmt": 1,
        "DepositToAccountRef": {"value": gb.id_of("Account", "Travel")},
    }
    assert gb.fault("payment", body)["code"] == "6430"


def test_operations_that_are_not_offered(gb: CompanyClient) -> None:
    customer = gb.id_of("Customer", "Contoso Wales Cyf")
    body = {"Id": customer, "SyncToken": "0"}
    assert gb.fault("customer", body, operation="delete")["code"] == "500"
    assert gb.fault("invoice", gb.draft(), operation="explode")["code"] == "2020"
    assert gb.fault("taxcode", {"Id": "1", "SyncToken": "0"})["code"] == "500"
    assert gb.call("POST", "estimate", json={}).json()["Fault"]["Error"][0]["code"] == "500"
