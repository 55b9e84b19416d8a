"""Lists, company records, and that everything read can be written back."""

from __future__ import annotations

import pytest

from psaqb_desktop.practice.group import GROUP
from tests.practice_quickbooks.qbo_company import CompanyClient


def test_every_company_has_its_lists(us: CompanyClient, gb: CompanyClient) -> None:
    codes = us.query("select * from TaxCode")["TaxCode"]
    assert [code["Id"] for code in codes][:2] == ["TAX", "NON"]
    assert [code["TaxGroup"] for code in codes][:3] == [False, False, True]
    combined = codes[2]["SalesTaxRateList"]["TaxRateDetail"]
    assert [detail["TaxRateRef"]["name"] for detail in combined] == ["CA State", "CA District"]
    rate = us.get(f"taxrate/{combined[1]['TaxRateRef']['value']}")["TaxRate"]
    assert str(rate["RateValue"]) == "2.25"
    assert "TAX" not in {code["Id"] for code in gb.query("select * from taxcode")["TaxCode"]}
    for name, count in (("Term", 5), ("Item", 11), ("Class", 2), ("Department", 2)):
        assert len(gb.query(f"select * from {name}")[name]) == count  # noqa: S608
    assert gb.get("exchangerate", sourcecurrencycode="EUR")["ExchangeRate"]["Rate"] > 0


def test_company_records_tell_the_seed(gb: CompanyClient, de: CompanyClient) -> None:
    info = gb.get(f"companyinfo/{gb.seed.realm_id}")["CompanyInfo"]
    assert (info["CompanyName"], info["Country"]) == ("Alder & Finch Ltd", "GB")
    preferences = gb.get("preferences")["Preferences"]
    assert preferences["CurrencyPrefs"]["HomeCurrency"]["value"] == "GBP"
    assert preferences["SalesFormsPrefs"]["CustomTxnNumbers"] is True
    german = de.query("select * from Preferences")["Preferences"][0]
    assert german["SalesFormsPrefs"]["CustomTxnNumbers"] is False
    assert german["AccountingInfoPrefs"]["TrackDepartments"] is False


@pytest.mark.parametrize(
    "kind", ["Customer", "Vendor", "Item", "Term", "Account", "PaymentMethod", "Class"]
)
def test_a_full_update_takes_what_a_read_gave(gb: CompanyClient, kind: str) -> None:
    record = gb.query(f"select * from {kind} maxresults 1")[kind][0]  # noqa: S608
    after = gb.post(kind.lower(), record)[kind]
    assert after["SyncToken"] == "1"
    unchanged = {name for name in record if name not in {"SyncToken", "MetaData"}}
    assert {name: after.get(name) for name in unchanged} == {
        name: record[name] for name in unchanged
    }


def test_transactions_take_what_a_read_gave(gb: CompanyClient) -> None:
    line = gb.line("30.30", tax="20.0% S")
    line["SalesItemLineDetail"] |= {"Qty": 3, "UnitPrice": 10.1, "ServiceDate": "2026-01-31"}
    invoice = gb.invoice(
        line,
        {"DetailType": "DescriptionOnly", "Description": "Remark"},
        {
            "DetailType": "DiscountLineDetail",
            "DiscountLineDetail": {"PercentBased": True, "DiscountPercent": 8.5},
        },
        DocNumber="E-1",
        CustomerMemo={"value": "Thanks"},
    )
    payment = gb.pay("5", (invoice, "5"))
    paid = gb.reread("Invoice", invoice)
    again = gb.post("invoice", paid)["Invoice"]
    moving = {"SyncToken", "MetaData", "BillAddr"}
    assert {name: value for name, value in again.items() if name not in moving} == {
        name: value for name, value in paid.items() if name not in moving
    }
    same = gb.post("payment", gb.reread("Payment", payment))["Payment"]
    assert same["Line"] == payment["Line"]


def test_a_sub_customer_is_told_with_its_parent(gb: CompanyClient) -> None:
    parent = gb.id_of("Customer", "Contoso Wales Cyf")
    made = gb.post(
        "customer", {"DisplayName": "Abertawe", "Job": True, "ParentRef": {"value": parent}}
    )["Customer"]
    assert made["FullyQualifiedName"] == "Contoso Wales Cyf:Abertawe"


def test_ids_of_companies_do_not_meet(us: CompanyClient, gb: CompanyClient) -> None:
    american = us.invoice()["Id"]
    assert american != gb.invoice()["Id"]
    assert gb.call("GET", f"invoice/{american}").status_code == 400
    assert len({company.realm_id for company in GROUP}) == len(GROUP)
