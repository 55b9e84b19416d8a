"""Reading rows with query options."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

IN = "Microsoft.Dynamics.CRM.In"
FORMATTED = "@OData.Community.Display.V1.FormattedValue"
LOOKUP = "@Microsoft.Dynamics.CRM.lookuplogicalname"
NAVIGATION = "@Microsoft.Dynamics.CRM.associatednavigationproperty"


def test_select_brings_id_and_etag_along(api: Any) -> None:
    row = api.rows("accounts?$select=name&$top=1")[0]
    assert set(row) == {"@odata.etag", "name", "accountid"}


def test_annotations_come_only_when_asked_for(api: Any) -> None:
    path = "invoices?$select=statecode,_customerid_value&$top=1"
    assert not any("@OData" in name or "@Microsoft" in name for name in api.rows(path)[0])
    row = api.rows(path, headers={"Prefer": 'odata.include-annotations="*"'})[0]
    assert row[f"statecode{FORMATTED}"] in {"Active", "Paid", "Canceled"}
    assert row[f"_customerid_value{LOOKUP}"] in {"account", "contact"}
    assert row[f"_customerid_value{NAVIGATION}"].startswith("customerid_")
    assert row[f"_customerid_value{FORMATTED}"]


def test_annotations_can_be_chosen_by_wildcard(api: Any) -> None:
    prefer = {"Prefer": 'odata.include-annotations="OData.Community.*"'}
    row = api.rows("invoices?$select=_customerid_value&$top=1", headers=prefer)[0]
    assert f"_customerid_value{FORMATTED}" in row
    assert f"_customerid_value{LOOKUP}" not in row


def test_the_formatted_value_precedes_the_raw_one(api: Any) -> None:
    prefer = {"Prefer": 'odata.include-annotations="*"'}
    names = list(api.rows("invoices?$select=statecode&$top=1", headers=prefer)[0])
    assert names.index(f"statecode{FORMATTED}") < names.index("statecode")


def test_single_and_collection_navigation_expand_in_one_request(api: Any) -> None:
    row = api.rows(
        "invoices?$select=name&$top=1&$filter=msdyn_ordertype eq 192350001"
        "&$expand=salesorderid($select=name;$expand=customerid_account($select=name)),"
        "transactioncurrencyid($select=isocurrencycode),customerid_account($select=name),"
        "customerid_contact($select=fullname),"
        "invoice_details($select=extendedamount;$orderby=lineitemnumber)"
    )[0]
    assert row["salesorderid"]["name"] == row["name"]
    assert row["transactioncurrencyid"]["isocurrencycode"] in {"USD", "GBP", "EUR", "CAD"}
    assert (row["customerid_account"] is None) != (row["customerid_contact"] is None)
    assert all(isinstance(each["extendedamount"], Decimal) for each in row["invoice_details"])


def test_expanded_lines_keep_filter_order_and_top(api: Any) -> None:
    rows = api.rows(
        "invoices?$select=name&$expand=invoice_details($select=lineitemnumber;"
        "$filter=lineitemnumber gt 1;$orderby=lineitemnumber desc;$top=1)"
    )
    shown = [row["invoice_details"] for row in rows if row["invoice_details"]]
    assert shown
    assert all(len(each) == 1 and each[0]["lineitemnumber"] > 1 for each in shown)


def test_pages_follow_one_another_without_gap_or_repetition(api: Any) -> None:
    prefer = {"Prefer": "odata.maxpagesize=7"}
    path = "invoices?$select=duedate&$orderby=duedate desc"
    seen: list[str] = []
    dates: list[str] = []
    answer = api.get(path, headers=prefer)
    assert answer.headers["Preference-Applied"] == "odata.maxpagesize=7"
    while True:
        body = answer.json()
        assert len(body["value"]) <= 7
        seen += [row["invoiceid"] for row in body["value"]]
        dates += [row["duedate"] for row in body["value"]]
        if "@odata.nextLink" not in body:
            break
        assert "$skiptoken=" in body["@odata.nextLink"]
        answer = api.get(body["@odata.nextLink"], headers=prefer)
    assert len(seen) == len(set(seen)) == len(api.rows("invoices?$select=duedate"))
    assert dates == sorted(dates, reverse=True)


def test_paging_over_nulls_loses_no_row(api: Any) -> None:
    prefer = {"Prefer": "odata.maxpagesize=5"}
    seen = []
    link = "invoices?$select=name&$orderby=msdyn_invoicedate,discountamount desc"
    while link:
        body = api.get(link, headers=prefer).json()
        seen += [row["invoiceid"] for row in body["value"]]
        link = body.get("@odata.nextLink")
    assert len(seen) == len(set(seen)) == len(api.rows("invoices?$select=name"))


def test_a_next_link_with_a_slash_at_its_end_still_works(api: Any) -> None:
    prefer = {"Prefer": "odata.maxpagesize=5"}
    link = api.get("invoices?$select=name", headers=prefer).json()["@odata.nextLink"]
    assert api.get(f"{link}/", headers=prefer).status_code == 200


def test_skip_is_refused(api: Any) -> None:
    answer = api.get("invoices?$skip=5")
    assert answer.status_code == 400
    assert "Skip Clause is not supported in CRM" in answer.json()["error"]["message"]


def test_top_is_ignored_when_a_page_size_is_given(api: Any) -> None:
    rows = api.rows("invoices?$select=name&$top=2", headers={"Prefer": "odata.maxpagesize=4"})
    assert len(rows) == 4


def test_count_stands_beside_the_rows_and_alone(api: Any) -> None:
    body = api.get("invoices?$select=name&$top=1&$count=true").json()
    assert len(body["value"]) == 1
    assert body["@odata.count"] == int(api.get("invoices/$count").text)


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        ("isocurrencycode eq 'gbp'", {"GBP"}),
        ("isocurrencycode ne 'GBP'", {"USD", "EUR", "CAD"}),
        ("contains(currencyname,'DOLLAR')", {"USD", "CAD"}),
        ("startswith(currencyname,'canadian')", {"CAD"}),
        ("endswith(currencyname,'Sterling')", {"GBP"}),
        ("exchangerate lt 1", {"EUR", "GBP"}),
        ("exchangerate ge 1.37", {"CAD"}),
        ("exchangerate gt 0.79 and not (exchangerate eq 1)", {"EUR", "CAD"}),
        ("isocurrencycode eq 'USD' or isocurrencycode eq 'EUR'", {"USD", "EUR"}),
        (f"{IN}(PropertyName='isocurrencycode',PropertyValues=['USD','EUR'])", {"USD", "EUR"}),
        (f"{IN}(PropertyName='isocurrencycode',PropertyValues=['USD'])", {"USD"}),
        ("overriddencreatedon eq null", {"USD", "GBP", "EUR", "CAD"}),
        ("currencyname ne null and createdon lt 2020-01-01T00:00:00Z", set()),
        ("createdon ge 2020-01-01", {"USD", "GBP", "EUR", "CAD"}),
    ],
)
def test_filters(api: Any, condition: str, wanted: set[str]) -> None:
    rows = api.get("transactioncurrencies", params={"$filter": condition}).json()["value"]
    assert {row["isocurrencycode"] for row in rows} == wanted


def test_an_apostrophe_is_doubled_in_filters(api: Any) -> None:
    api.create("accounts", {"name": "D'Arcy's"})
    assert api.rows("accounts?$select=name&$filter=name eq 'd''arcy''s'")


def test_filters_reach_through_lookups_and_into_collections(api: Any) -> None:
    through = api.rows(
        "invoices?$select=name&$filter=transactioncurrencyid/isocurrencycode eq 'gbp'"
    )
    assert through
    negative = api.rows("invoices?$select=name&$filter=invoice_details/any(d:d/baseamount lt 0)")
    assert 0 < len(negative) < len(api.rows("invoices?$select=name"))


def test_ids_and_money_are_compared_exactly(api: Any) -> None:
    row = api.rows("invoices?$select=totalamount&$top=1")[0]
    path = f"invoices?$select=name&$filter=totalamount eq {row['totalamount']}"
    same = api.rows(f"{path} and invoiceid eq {row['invoiceid']}")
    assert len(same) == 1


def test_modified_rows_are_found_by_their_moment(api: Any) -> None:
    row_id = api.create("accounts", {"name": "Just now"})
    moment = api.get(f"accounts({row_id})").json()["modifiedon"]
    later = api.rows(f"accounts?$select=name&$filter=modifiedon ge {moment}")
    assert row_id in {row["accountid"] for row in later}


@pytest.mark.parametrize(
    "query",
    ["$select=nosuch", "$filter=nosuch eq 1", "$expand=nosuch", "$orderby=nosuch", "$nosuch=1"],
)
def test_unknown_names_in_a_query_are_0x80060888(api: Any, query: str) -> None:
    answer = api.get(f"invoices?{query}")
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "0x80060888"


@pytest.mark.parametrize("condition", ["name eq 5", "totalamount eq 'x'", "name eq", "(name"])
def test_filters_that_make_no_sense_are_400(api: Any, condition: str) -> None:
    assert api.get("invoices", params={"$filter": condition}).status_code == 400


def test_names_may_be_encoded_and_spaces_may_be_plus(api: Any) -> None:
    rows = api.rows(
        "transactioncurrencies?%24select=currencyname&%24filter=isocurrencycode+eq+%27USD%27"
    )
    assert len(rows) == 1


def test_apply_groups_and_sums_to_the_cent(api: Any) -> None:
    groups = api.rows(
        "invoices?$apply=groupby((statecode),"
        "aggregate($count as number,totalamount with sum as total))"
    )
    rows = api.rows("invoices?$select=statecode,totalamount")
    for group in groups:
        own = [row["totalamount"] for row in rows if row["statecode"] == group["statecode"]]
        assert (group["number"], group["total"]) == (len(own), sum(own))


def test_a_collection_of_one_row_can_be_listed_and_counted(api: Any) -> None:
    invoice = api.rows("invoices?$select=name&$top=1")[0]["invoiceid"]
    lines = api.rows(f"invoices({invoice})/invoice_details?$select=tax")
    assert int(api.get(f"invoices({invoice})/invoice_details/$count").text) == len(lines)


def test_context_lists_columns_and_single_rows_end_in_entity(api: Any) -> None:
    body = api.get("invoices?$select=name,totaltax&$top=1").json()
    assert body["@odata.context"].endswith("$metadata#invoices(name,totaltax)")
    row = api.get(f"invoices({body['value'][0]['invoiceid']})?$select=name").json()
    assert row["@odata.context"].endswith("$metadata#invoices(name)/$entity")


def test_true_dates_have_no_time_and_zoneless_ones_are_midnight(api: Any) -> None:
    row = api.rows(
        "invoices?$select=duedate,msdyn_invoicedate&$top=1&$filter=msdyn_invoicedate ne null"
    )[0]
    assert len(row["duedate"]) == 10
    assert row["msdyn_invoicedate"].endswith("T00:00:00Z")


def test_a_page_and_a_count_stop_at_five_thousand(start_crm: Any) -> None:
    api = start_crm(limits_enabled=False).application()
    target = {"@odata.type": "Microsoft.Dynamics.CRM.account", "name": "One of many"}
    before = len(api.rows("accounts?$select=name"))
    for _ in range(3):
        body = {"Targets": [target] * 1700}
        answer = api.call("POST", "accounts/Microsoft.Dynamics.CRM.CreateMultiple", json=body)
        assert answer.status_code == 200
    prefer = {"Prefer": "odata.maxpagesize=9000"}
    first = api.get("accounts?$select=name&$count=true", headers=prefer).json()
    assert (len(first["value"]), first["@odata.count"]) == (5000, 5000)
    rest = api.get(first["@odata.nextLink"], headers=prefer).json()
    assert len(rest["value"]) == before + 5100 - 5000
    assert "@odata.nextLink" not in rest
    assert api.get("accounts/$count").text == "5000"
    assert len(api.rows("accounts?$select=name&$top=5050")) == 5000


def test_what_is_not_modelled_is_refused_in_words(api: Any) -> None:
    for path in ("GlobalOptionSetDefinitions", "accounts?fetchXml=<fetch/>", "accounts?sql=SELECT"):
        answer = api.get(path)
        assert answer.status_code == 501
        assert "practice CRM" in answer.json()["error"]["message"]
