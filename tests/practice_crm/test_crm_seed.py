"""The make-believe business: counts, sums and flaws."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from psaqb_desktop.practice.group import GROUP

CONFIRMED = 192350002


@pytest.fixture(scope="module")
def seeded(full_crm: Any) -> Any:
    """All invoices of the full seed, read over the Web API as the program would."""
    return full_crm.application().rows(
        "invoices?$expand=invoice_details,"
        "msdyn_invoice_msdyn_invoicelinetransaction_Invoice,"
        "salesorderid($select=_msdyn_owningcompany_value,_msdyn_contractorganizationalunitid_value),"
        "customerid_account($select=name),transactioncurrencyid($select=isocurrencycode)"
    )


def _adds_up(row: dict[str, Any]) -> bool:
    lines = row["invoice_details"]
    net = sum((each["baseamount"] - each["manualdiscountamount"] for each in lines), Decimal(0))
    tax = sum((each["tax"] for each in lines), Decimal(0))
    freight = row["freightamount"] or Decimal(0)
    return bool(
        row["totallineitemamount"] == net
        and row["totaltax"] == tax
        and row["totalamountlessfreight"] == net - row["totaldiscountamount"]
        and row["totalamount"] == row["totalamountlessfreight"] + freight + tax
    )


def test_states_are_mixed_as_an_accountant_meets_them(seeded: Any) -> None:
    found = Counter(
        (row["statecode"], row["statuscode"], row["msdyn_projectinvoicestatus"]) for row in seeded
    )
    assert found == {
        (0, 1, CONFIRMED): 190,
        (0, 1, 192350000): 25,
        (0, 1, 192350001): 12,
        (2, 100001, 192350003): 18,
        (3, 100003, 192350000): 10,
        (0, 4, None): 30,
        (0, 1, None): 15,
    }


def test_all_but_two_add_up_to_the_cent(seeded: Any) -> None:
    assert sum(not _adds_up(row) for row in seeded) == 2


def test_line_details_add_up_to_their_lines(seeded: Any) -> None:
    for row in seeded:
        details = row["msdyn_invoice_msdyn_invoicelinetransaction_Invoice"]
        for line in row["invoice_details"]:
            own = [d for d in details if d["_msdyn_invoicelineid_value"] == line["invoicedetailid"]]
            if own:
                assert sum(each["msdyn_invoiceamount"] for each in own) == line["baseamount"]
                assert sum(each["msdyn_tax"] for each in own) == line["tax"]


def test_the_intended_flaws_are_there(seeded: Any) -> None:
    confirmed = [row for row in seeded if row["msdyn_projectinvoicestatus"] == CONFIRMED]
    assert sum(len(row["invoicenumber"]) > 21 for row in confirmed) == 3
    assert sum(row["pricingerrorcode"] != 0 for row in confirmed) == 1
    assert sum(row["totalamount"] < 0 for row in confirmed) == 8
    assert sum(row["msdyn_hascorrections"] for row in confirmed) == 8
    german = [row for row in confirmed if "-DE-" in row["invoicenumber"]]
    closed = [row for row in german if (row["msdyn_invoicedate"] or "9") < "2026-08"]
    assert len(closed) == 3
    assert any(row["msdyn_invoicedate"] is None for row in seeded)


def test_numbers_are_unique_and_names_repeat(seeded: Any) -> None:
    assert len({row["invoicenumber"] for row in seeded}) == len(seeded)
    assert max(Counter(row["name"] for row in seeded).values()) > 5


def test_contracts_lead_to_companies_with_the_intended_gaps(seeded: Any) -> None:
    found = Counter(
        (
            row["salesorderid"]["_msdyn_owningcompany_value"] is not None,
            row["salesorderid"]["_msdyn_contractorganizationalunitid_value"] is not None,
        )
        for row in seeded
    )
    assert found[True, True] > found[False, True] > found[False, False] > 3
    framework = [row for row in seeded if row["name"].endswith("Group framework")]
    assert len(framework) == 3


def test_every_company_has_customers_whom_the_books_lack(seeded: Any) -> None:
    names = {row["customerid_account"]["name"] for row in seeded if row["customerid_account"]}
    for entity in GROUP:
        missing = {each.name for each in entity.customers if each.quickbooks_name is None}
        assert missing <= names | {"株式会社さくら"}


def test_invoice_currency_is_the_customers(seeded: Any) -> None:
    wanted = {each.name: each.currency for entity in GROUP for each in entity.customers}
    for row in seeded:
        if row["customerid_account"]:
            name = row["customerid_account"]["name"]
            assert row["transactioncurrencyid"]["isocurrencycode"] == wanted[name]


def test_equal_seeds_give_equal_invoices(start_crm: Callable[..., Any]) -> None:
    first, second = (
        start_crm(seed=7).application().rows("invoices?$select=invoicenumber,totalamount")
        for _ in range(2)
    )
    strip = [(row["invoiceid"], row["invoicenumber"], row["totalamount"]) for row in first]
    assert strip == [(r["invoiceid"], r["invoicenumber"], r["totalamount"]) for r in second]


def test_companies_carry_their_codes(api: Any) -> None:
    codes = {row["cdm_companycode"] for row in api.rows("cdm_companies")}
    assert codes == {entity.code for entity in GROUP}
