"""Limits, reset, switches and pages."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import requests


def test_too_many_requests_are_429_with_retry_after(start_crm: Callable[..., Any]) -> None:
    api = start_crm(limit_factor=5 / 6000).application()
    answers = [api.get("WhoAmI") for _ in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
    assert answers[-1].json()["error"]["code"] == "0x80072322"
    assert int(answers[-1].headers["Retry-After"]) >= 1


def test_limits_are_counted_per_user(start_crm: Callable[..., Any]) -> None:
    crm = start_crm(limit_factor=5 / 6000)
    api, ada = crm.application(), crm.person("ada")
    while api.get("WhoAmI").status_code == 200:
        pass
    assert ada.get("WhoAmI").status_code == 200


def test_too_many_at_once_are_429_at_once(start_crm: Callable[..., Any]) -> None:
    crm = start_crm(limit_factor=2 / 52, latency_seconds=1.0)
    api = crm.application()
    codes = []

    def call() -> None:
        answer = requests.get(f"{api.root}WhoAmI", headers=dict(api.http.headers), timeout=30)
        codes.append(answer.json().get("error", {}).get("code", "fine"))

    threads = [threading.Thread(target=call) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes.count("fine") >= 2
    assert "0x80072326" in codes


def test_execution_time_is_limited_too(start_crm: Callable[..., Any]) -> None:
    api = start_crm(limit_factor=3 / 6000, latency_seconds=0.35).application()
    assert [api.get("WhoAmI").status_code for _ in range(2)] == [200, 200]
    assert api.get("WhoAmI").json()["error"]["code"] == "0x80072321"


def test_limits_can_be_switched_off(start_crm: Callable[..., Any]) -> None:
    api = start_crm(limit_factor=1 / 6000, limits_enabled=False).application()
    assert [api.get("WhoAmI").status_code for _ in range(4)] == [200] * 4


def test_reset_forgets_rows_and_customizations(own_crm: Any) -> None:
    api = own_crm.application()
    before = api.rows("invoices?$select=invoicenumber")
    api.create("accounts", {"name": "Gone after reset"})
    column = {
        "@odata.type": "Microsoft.Dynamics.CRM.StringAttributeMetadata",
        "SchemaName": "psaqb_Gone",
        "MaxLength": 9,
    }
    api.call("POST", "EntityDefinitions(LogicalName='invoice')/Attributes", json=column)
    assert own_crm.post("/_practice/reset").status_code == 200
    assert api.get("WhoAmI").status_code == 401
    fresh = own_crm.application()
    assert fresh.rows("accounts?$filter=name eq 'Gone after reset'") == []
    assert fresh.get("invoices?$select=psaqb_gone").status_code == 400
    after = fresh.rows("invoices?$select=invoicenumber")
    assert {row["invoiceid"] for row in after} == {row["invoiceid"] for row in before}


def test_switches_are_named_and_typed(own_crm: Any) -> None:
    assert own_crm.post("/_practice/options", json={"nosuch": 1}).status_code == 400
    assert own_crm.post("/_practice/options", json={"limits_enabled": 1}).status_code == 400
    answer = own_crm.post("/_practice/options", json={"limit_factor": 0.5})
    assert answer.json()["limit_factor"] == 0.5


def test_the_pages_wear_the_band_and_no_script(crm: Any, api: Any) -> None:
    invoice = api.rows("invoices?$select=invoicenumber&$top=1")[0]
    for path in ("/", "/page/invoices", f"/page/record/invoices/{invoice['invoiceid']}"):
        page = requests.get(crm.base_url + path, timeout=30)
        assert page.status_code == 200
        assert 'id="practice-band"' in page.text
        assert "Practice CRM" in page.text
        assert "<script" not in page.text
    assert invoice["invoicenumber"] in page.text
    assert "invoicedetails (invoiceid)" in page.text
    assert (
        requests.get(f"{crm.base_url}/page/record/invoices/nosuch", timeout=30).status_code == 404
    )


def test_the_pages_tell_how_many_rows_there_are_and_what_is_empty(start_crm: Any) -> None:
    crm = start_crm(invoice_count=520)
    page = requests.get(f"{crm.base_url}/page/invoices", timeout=60).text
    assert "The first 500 of 520 rows" in page
    assert "<th>Project status</th>" in page
    row = crm.application().rows("invoices?$top=1&$filter=msdyn_invoicedate ne null")[0]
    page = requests.get(f"{crm.base_url}/page/record/invoices/{row['invoiceid']}", timeout=30).text
    assert f'<span id="title">{row["invoicenumber"]}</span>' in page
    day = row["msdyn_invoicedate"][:10]
    assert f'<td id="column-msdyn_invoicedate">{day}</td>' in page
    assert 'id="column-billto_fax"' not in page
    assert "billto_fax" in page.partition('id="empty"')[2]


def test_secured_values_are_dots_on_the_pages(own_crm: Any) -> None:
    api = own_crm.application()
    column = {
        "@odata.type": "Microsoft.Dynamics.CRM.MemoAttributeMetadata",
        "SchemaName": "psaqb_Secret",
        "MaxLength": 99,
        "IsSecured": True,
    }
    api.call("POST", "EntityDefinitions(LogicalName='account')/Attributes", json=column)
    row_id = api.create("accounts", {"name": "Shown", "psaqb_secret": "hush"})
    page = requests.get(f"{own_crm.base_url}/page/record/accounts/{row_id}", timeout=30).text
    assert "hush" not in page
    assert '<td id="column-psaqb_secret">••••••</td>' in page
