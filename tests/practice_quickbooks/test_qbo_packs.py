"""Companies of each kind, and the settings that make them so."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import requests

from psaqb_desktop.practice.group import GROUP, LegalEntitySeed
from psaqb_desktop.practice.http_server import RunningServer
from psaqb_desktop.practice.quickbooks.company_packs import (
    AU,
    IN,
    LAPSED,
    PACKS,
    US_AUTOMATED,
    US_UNTAXED,
)
from tests.practice_quickbooks.qbo_company import TIMEOUT, CompanyClient


@pytest.fixture
def company(server: RunningServer, http: requests.Session) -> Any:
    def of(seed: LegalEntitySeed) -> CompanyClient:
        return CompanyClient(server.url, seed, http)

    return of


def settings(company: CompanyClient, **changes: object) -> requests.Response:
    address = f"{company.url}/_practice/companies/{company.seed.realm_id}"
    return company.http.post(address, json=changes, timeout=TIMEOUT)


def test_the_packs_stand_behind_the_group(server: RunningServer, http: requests.Session) -> None:
    listed = http.get(f"{server.url}/_practice/companies", timeout=TIMEOUT).json()["companies"]
    assert [each["realm"] for each in listed] == [each.realm_id for each in (*GROUP, *PACKS)]
    assert len({each.realm_id for each in (*GROUP, *PACKS)}) == len(GROUP) + len(PACKS)
    for kind in (
        "is_multicurrency",
        "uses_custom_numbers",
        "warns_of_duplicate_numbers",
        "tracks_classes",
        "tracks_departments",
        "uses_sales_tax",
        "is_read_only",
    ):
        assert {each[kind] for each in listed} == {True, False}, kind
    assert {bool(each["book_close_date"]) for each in listed} == {True, False}
    assert {each["automated_tax"] for each in listed if each["country"] == "US"} == {
        "off",
        "set-up",
    }
    assert {each["country"] for each in listed} >= {"US", "GB", "CA", "AU", "IN", "DE"}


@pytest.mark.parametrize("seed", [US_AUTOMATED, AU, IN], ids=lambda seed: seed.code)
def test_a_pack_takes_an_invoice(company: Any, seed: LegalEntitySeed) -> None:
    books = company(seed)
    assert books.invoice()["TotalAmt"] > 100
    assert books.get(f"companyinfo/{seed.realm_id}")["CompanyInfo"]["Country"] == seed.country


def test_the_engine_takes_the_rate_from_the_address(company: Any) -> None:
    shop = company(US_AUTOMATED)
    sent = {"TxnTaxCodeRef": {"value": shop.id_of("TaxCode", "New York")}}
    taxes = {
        name: shop.invoice(customer=name, TxnTaxDetail=sent)["TxnTaxDetail"]
        for name in ("Bay Outfitters", "Hudson Books", "Cascade Gear")
    }
    totals = {name: tax["TotalTax"] for name, tax in taxes.items()}
    assert totals == {
        "Bay Outfitters": Decimal("8.25"),
        "Hudson Books": Decimal("8.88"),
        "Cascade Gear": 0,
    }
    californian = shop.id_of("TaxCode", "California")
    assert taxes["Bay Outfitters"]["TxnTaxCodeRef"]["value"] == californian
    shipped = shop.invoice(
        customer="Bay Outfitters", ShipAddr={"Line1": "x", "CountrySubDivisionCode": "NY"}
    )
    assert shipped["TxnTaxDetail"]["TotalTax"] == Decimal("8.88")


def test_an_override_of_the_engine_is_told(company: Any) -> None:
    shop = company(US_AUTOMATED)
    tax = shop.invoice(customer="Bay Outfitters", TxnTaxDetail={"TotalTax": 8.20})["TxnTaxDetail"]
    assert tax["TotalTax"] == Decimal("8.20")
    deltas = [line["TaxLineDetail"].get("OverrideDeltaAmount") for line in tax["TaxLine"]]
    assert Decimal("-0.05") in deltas


@pytest.mark.parametrize(
    ("state", "told"), [("set-up", True), ("not-set-up", False), ("off", None)]
)
def test_preferences_tell_of_automated_tax(company: Any, state: str, *, told: bool | None) -> None:
    shop = company(US_AUTOMATED)
    settings(shop, automated_tax=state).raise_for_status()
    preferences = shop.get("preferences")["Preferences"]["TaxPrefs"]
    assert preferences.get("PartnerTaxEnabled") is told
    code = {"TxnTaxCodeRef": {"value": shop.id_of("TaxCode", "New York")}}
    invoice = shop.invoice(customer="Bay Outfitters", TxnTaxDetail=code)
    by_engine = invoice["TxnTaxDetail"]["TotalTax"] == Decimal("8.25")
    assert by_engine is (state == "set-up")


def test_without_sales_tax_the_element_is_dropped(us: CompanyClient) -> None:
    settings(us, uses_sales_tax=False).raise_for_status()
    code = {"TxnTaxCodeRef": {"value": us.id_of("TaxCode", "California")}}
    assert us.invoice(TxnTaxDetail=code)["TxnTaxDetail"] == {"TotalTax": 0}


def test_a_company_without_sales_tax_has_no_codes(company: Any) -> None:
    advisors = company(US_UNTAXED)
    assert advisors.get("preferences")["Preferences"]["TaxPrefs"] == {"UsingSalesTax": False}
    listed = advisors.query("select * from TaxCode")["TaxCode"]
    assert {code["Id"] for code in listed} == {"TAX", "NON"}
    invoice = advisors.invoice(advisors.line("100", tax="TAX"), TxnTaxDetail={"TotalTax": 8})
    assert (invoice["TxnTaxDetail"], invoice["TotalAmt"]) == ({"TotalTax": 0}, 100)


def test_a_company_whose_subscription_has_lapsed(company: Any) -> None:
    iberia = company(LAPSED)
    told = iberia.get(f"companyinfo/{LAPSED.realm_id}")["CompanyInfo"]["NameValue"]
    assert {"Name": "SubscriptionStatus", "Value": "EXPIRED"} in told
    assert iberia.fault("invoice", iberia.draft())["code"] == "6190"
    settings(iberia, is_read_only=False).raise_for_status()
    assert iberia.invoice()["TotalAmt"] == 121


def test_two_halves_of_an_indian_rate_are_rounded_each(company: Any) -> None:
    india = company(IN)
    tax = india.invoice(india.line("0.50", tax="18.0% GST"))["TxnTaxDetail"]
    assert [line["Amount"] for line in tax["TaxLine"]] == [Decimal("0.05")] * 2
    assert tax["TotalTax"] == Decimal("0.10")
    one = india.invoice(india.line("0.50", tax="18.0% IGST"))["TxnTaxDetail"]
    assert one["TotalTax"] == Decimal("0.09")


def test_a_compound_rate_is_taken_from_amount_and_tax(ca: CompanyClient) -> None:
    tax = ca.invoice(ca.line("4495.16", tax="GST/QST QC to 2012"))["TxnTaxDetail"]
    first, second = tax["TaxLine"]
    assert first["Amount"] == Decimal("224.76")
    assert second["TaxLineDetail"]["NetAmountTaxable"] == Decimal("4719.92")
    assert second["Amount"] == Decimal("448.39")
    gross = ca.invoice(
        ca.line("4495.16", tax="GST/QST QC to 2012"), GlobalTaxCalculation="TaxInclusive"
    )
    assert gross["TotalAmt"] == Decimal("4495.16")


def test_the_australian_words_for_a_missing_code(company: Any) -> None:
    australia = company(AU)
    error = australia.fault("invoice", australia.draft(australia.line("1")))
    assert "GST rate before you save" in error["Detail"]


def test_multicurrency_is_turned_on_for_good(company: Any) -> None:
    india = company(IN)
    euro = {"DisplayName": "Rhein AG", "CurrencyRef": {"value": "EUR"}}
    assert india.fault("customer", euro)["code"] == "6000"
    settings(india, is_multicurrency=True).raise_for_status()
    customer = india.post("customer", euro)["Customer"]
    invoice = india.post(
        "invoice",
        {**india.draft(), "CustomerRef": {"value": customer["Id"]}, "ExchangeRate": 90},
    )["Invoice"]
    assert invoice["HomeTotalAmt"] == invoice["TotalAmt"] * 90
    assert settings(india, is_multicurrency=False).status_code == 400


@pytest.mark.parametrize("is_on", [True, False])
def test_classes_and_locations_are_settings(gb: CompanyClient, *, is_on: bool) -> None:
    settings(gb, tracks_classes=is_on, tracks_departments=is_on).raise_for_status()
    place: dict[str, Any] = {"DepartmentRef": {"value": gb.id_of("Department", "London")}}
    kind: dict[str, Any] = {"ClassRef": {"value": gb.id_of("Class", "EMEA")}}
    for tracked in (place, kind):
        answer = gb.call("POST", "invoice", json=gb.draft(**tracked))
        assert answer.status_code == (200 if is_on else 400)
        if not is_on:
            assert answer.json()["Fault"]["Error"][0]["code"] == "5020"


@pytest.mark.parametrize(
    "changes",
    [
        {"automated_tax": "sometimes"},
        {"uses_sales_tax": "yes"},
        {"name": "Other"},
        {"book_close_date": "soon"},
    ],
)
def test_wrong_settings_are_refused(us: CompanyClient, changes: dict[str, object]) -> None:
    assert settings(us, **changes).status_code == 400


def test_automated_tax_is_american(gb: CompanyClient) -> None:
    assert settings(gb, automated_tax="set-up").status_code == 400
