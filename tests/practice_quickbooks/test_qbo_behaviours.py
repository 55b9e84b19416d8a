"""Behaviours of the real service that have no test of their own elsewhere, one test each.

``BEHAVIOURS.md`` lists all of them with their tests.
"""

from __future__ import annotations

from typing import Any

import pytest
import requests

from psaqb_desktop.practice.group import PRACTICE_INTUIT_CLIENT_ID, PRACTICE_INTUIT_CLIENT_SECRET
from psaqb_desktop.practice.http_server import RunningServer
from tests.practice_quickbooks.qbo_company import TIMEOUT, CompanyClient, Json

ZERO_RATED = "0.0% Z"


def refresh(company: CompanyClient, **more: Any) -> requests.Response:
    form = {"grant_type": "refresh_token", "refresh_token": company.tokens["refresh_token"]}
    return company.http.post(
        f"{company.url}/oauth2/v1/tokens/bearer", data=form, timeout=TIMEOUT, **more
    )


def version_of(record: Json) -> Json:
    return {"Id": record["Id"], "SyncToken": record["SyncToken"]}


@pytest.mark.parametrize("secret", [PRACTICE_INTUIT_CLIENT_SECRET, "wrong", ""])
def test_the_token_end_point_asks_for_basic_authorization(gb: CompanyClient, secret: str) -> None:
    answer = refresh(gb, auth=(PRACTICE_INTUIT_CLIENT_ID, secret))
    if secret == PRACTICE_INTUIT_CLIENT_SECRET:
        assert answer.status_code == 200
    else:
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert refresh(gb).status_code == 401


def test_an_access_token_lives_an_hour(gb: CompanyClient) -> None:
    assert gb.tokens["expires_in"] == 3600
    for offset, status in ((3590.0, 200), (3601.0, 401)):
        options = {"clock_offset_seconds": offset}
        gb.http.post(f"{gb.url}/_practice/options", json=options, timeout=TIMEOUT)
        assert gb.call("GET", "preferences").status_code == status


def test_consent_ends_for_good_whatever_is_refreshed(gb: CompanyClient) -> None:
    app = (PRACTICE_INTUIT_CLIENT_ID, PRACTICE_INTUIT_CLIENT_SECRET)
    options: Json = {"hard_expiry_seconds": 1000}
    gb.http.post(f"{gb.url}/_practice/options", json=options, timeout=TIMEOUT)
    assert refresh(gb, auth=app).json()["x_refresh_token_expires_in"] <= 1000
    options["clock_offset_seconds"] = 1001.0
    gb.http.post(f"{gb.url}/_practice/options", json=options, timeout=TIMEOUT)
    answer = refresh(gb, auth=app)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize("asked", ["1", "40", "75", "999", None])
def test_a_minor_version_below_75_changes_nothing(gb: CompanyClient, asked: str | None) -> None:
    params = {} if asked is None else {"minorversion": asked}
    invoice = gb.invoice(customer="Tailspin Dublin DAC (EUR)", ExchangeRate=0.85)
    read = gb.get(f"invoice/{invoice['Id']}", **params)["Invoice"]
    assert read == invoice
    assert read["HomeBalance"] > 0


@pytest.mark.parametrize("path", ["preferences", "invoice/99999999", "nothing/1", "cdc"])
def test_every_answer_has_an_intuit_tid(gb: CompanyClient, path: str) -> None:
    seen = {gb.call("GET", path).headers["intuit_tid"] for _ in range(2)}
    assert len(seen) == 2


def test_every_change_counts_the_version_up(gb: CompanyClient) -> None:
    invoice = gb.invoice()
    tokens = [invoice["SyncToken"]]
    sparse = {"sparse": True, "PrivateNote": "x"}
    tokens.append(gb.post("invoice", version_of(invoice) | sparse)["Invoice"]["SyncToken"])
    full = gb.reread("Invoice", invoice)
    tokens.append(gb.post("invoice", full)["Invoice"]["SyncToken"])
    gb.call("POST", f"invoice/{invoice['Id']}/send", params={"sendTo": "a@b.example"})
    sent = gb.reread("Invoice", invoice)
    tokens.append(sent["SyncToken"])
    gb.post("invoice", version_of(sent), operation="void")
    tokens.append(gb.reread("Invoice", invoice)["SyncToken"])
    assert tokens == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize("operation", ["update", "void", "delete"])
def test_an_old_version_is_refused_by_each_operation(gb: CompanyClient, operation: str) -> None:
    invoice = gb.invoice()
    gb.post("invoice", version_of(invoice) | {"sparse": True, "PrivateNote": "x"})
    error = gb.fault("invoice", version_of(invoice) | {"sparse": True}, operation=operation)
    assert error["code"] == "5010"
    assert gb.reread("Invoice", invoice)["TotalAmt"] == invoice["TotalAmt"]


def test_a_delete_answers_with_the_status_alone(gb: CompanyClient) -> None:
    invoice = gb.invoice()
    answer = gb.post("invoice", version_of(invoice), operation="delete")
    assert answer["Invoice"] == {"status": "Deleted", "domain": "QBO", "Id": invoice["Id"]}
    assert gb.call("GET", f"invoice/{invoice['Id']}").status_code == 400


def test_a_payment_is_voided_by_update_with_include_void(gb: CompanyClient) -> None:
    invoice = gb.invoice()
    payment = gb.pay("120", (invoice, "120"))
    body = version_of(payment) | {"sparse": True}
    voided = gb.post("payment", body, operation="update", include="void")["Payment"]
    assert (voided["TotalAmt"], voided["Line"], voided["PrivateNote"]) == (0, [], "Voided")
    assert gb.reread("Invoice", invoice)["Balance"] == 120


def test_with_custom_numbers_none_is_given(gb: CompanyClient) -> None:
    assert "DocNumber" not in gb.invoice()


def test_without_custom_numbers_the_company_counts(de: CompanyClient) -> None:
    first = de.invoice()["DocNumber"]
    de.invoice(DocNumber="77777")
    assert int(de.invoice()["DocNumber"]) == int(first) + 1


@pytest.mark.parametrize("length", [21, 22])
def test_a_number_has_21_characters_at_most(gb: CompanyClient, length: int) -> None:
    draft = gb.draft(DocNumber="N" * length)
    assert gb.call("POST", "invoice", json=draft).status_code == (200 if length == 21 else 400)


def test_a_number_may_repeat_when_that_is_asked_for(gb: CompanyClient) -> None:
    gb.invoice(DocNumber="R-7")
    again = gb.post("invoice", gb.draft(DocNumber="R-7"), include="allowduplicatedocnum")
    assert again["Invoice"]["DocNumber"] == "R-7"


def test_an_unknown_reference_is_2500(gb: CompanyClient) -> None:
    error = gb.fault("invoice", gb.draft(CustomerRef={"value": "424242"}))
    assert (error["code"], error["element"]) == ("2500", "CustomerRef")


def test_what_was_deleted_is_610_with_http_400(gb: CompanyClient) -> None:
    invoice = gb.invoice()
    gb.post("invoice", version_of(invoice), operation="delete")
    answer = gb.call("GET", f"invoice/{invoice['Id']}")
    assert answer.status_code == 400
    (error,) = answer.json()["Fault"]["Error"]
    assert error["code"] == "610"
    assert "Another user has deleted this transaction" in error["Detail"]


def test_another_currency_than_the_customers_is_refused(gb: CompanyClient) -> None:
    error = gb.fault("invoice", gb.draft(CurrencyRef={"value": "USD"}))
    assert error["code"] == "6000"
    assert "You can only use one foreign currency per transaction." in error["Detail"]
    assert gb.invoice(CurrencyRef={"value": "GBP"})["CurrencyRef"]["value"] == "GBP"
    assert gb.invoice()["CurrencyRef"]["value"] == "GBP"


def test_a_left_out_rate_is_one(gb: CompanyClient) -> None:
    invoice = gb.invoice(customer="Tailspin Dublin DAC (EUR)")
    assert invoice["ExchangeRate"] == 1
    assert invoice["HomeTotalAmt"] == invoice["TotalAmt"]


@pytest.mark.parametrize(("day", "code"), [("2026-05-31", "6210"), ("2026-06-01", None)])
def test_the_closing_day_itself_is_closed(gb: CompanyClient, day: str, code: str | None) -> None:
    gb.http.post(
        f"{gb.url}/_practice/companies/{gb.seed.realm_id}",
        json={"book_close_date": "2026-05-31"},
        timeout=TIMEOUT,
    ).raise_for_status()
    answer = gb.call("POST", "invoice", json=gb.draft(TxnDate=day)).json()
    assert answer.get("Fault", {}).get("Error", [{}])[0].get("code") == code


def test_a_payment_is_linked_on_the_invoice_it_pays(gb: CompanyClient) -> None:
    invoice = gb.invoice()
    assert invoice["LinkedTxn"] == []
    payment = gb.pay("20", (invoice, "20"))
    linked = gb.reread("Invoice", invoice)["LinkedTxn"]
    assert linked == [{"TxnId": payment["Id"], "TxnType": "Payment"}]


def test_a_payment_counts_the_invoices_version_up(gb: CompanyClient) -> None:
    invoice = gb.invoice()
    gb.pay("20", (invoice, "20"))
    assert gb.reread("Invoice", invoice)["SyncToken"] == "1"
    change = version_of(invoice) | {"sparse": True, "PrivateNote": "late"}
    assert gb.fault("invoice", change)["code"] == "5010"


def test_a_page_has_a_hundred_rows_unless_asked_and_never_over_a_thousand(
    gb: CompanyClient,
) -> None:
    term = {"DueDays": 1}
    for start in range(0, 120, 30):
        items = [
            {"bId": str(n), "operation": "create", "Term": {**term, "Name": f"N {start + n}"}}
            for n in range(30)
        ]
        gb.post("batch", {"BatchItemRequest": items})
    assert len(gb.query("select * from Term")["Term"]) == 100
    assert len(gb.query("select * from Term maxresults 110")["Term"]) == 110
    answer = gb.call("GET", "query", params={"query": "select * from Term maxresults 1001"})
    assert answer.json()["Fault"]["Error"][0]["code"] == "4001"


def test_a_query_that_is_no_query_is_4000(gb: CompanyClient) -> None:
    answer = gb.call("GET", "query", params={"query": "select * from Invoice where a = 1 or b = 2"})
    (error,) = answer.json()["Fault"]["Error"]
    assert error["code"] == "4000"
    assert error["Detail"].startswith("QueryParserError:")


@pytest.mark.parametrize("clause", ["where PrivateNote = 'x'", "startposition 0"])
def test_a_query_that_cannot_be_answered_is_4001(gb: CompanyClient, clause: str) -> None:
    answer = gb.call("GET", "query", params={"query": f"select * from Invoice {clause}"})  # noqa: S608
    (error,) = answer.json()["Fault"]["Error"]
    assert error["code"] == "4001"
    assert error["Detail"].startswith("QueryValidationError:")


@pytest.mark.parametrize(
    ("path", "length", "status"),
    [("invoice", 50, 200), ("invoice", 51, 400), ("batch", 36, 200), ("batch", 37, 400)],
)
def test_the_length_of_a_request_id(gb: CompanyClient, path: str, length: int, status: int) -> None:
    item = {"bId": "b" * 10, "Query": "select count(*) from Term"}
    body = gb.draft() if path == "invoice" else {"BatchItemRequest": [item]}
    answer = gb.call("POST", path, json=body, params={"requestid": "r" * length})
    assert answer.status_code == status


def test_work_is_done_though_the_client_has_given_up(
    gb: CompanyClient, server: RunningServer
) -> None:
    rule = {"fault": "delay_after", "seconds": 1.0, "method": "POST", "path": "/v3/*/invoice"}
    requests.post(f"{server.url}/_practice/faults", json=rule, timeout=TIMEOUT).raise_for_status()
    draft = gb.draft()
    headers = {"Authorization": f"Bearer {gb.tokens['access_token']}"}
    address = f"{gb.base}/invoice?requestid=gave-up"
    with pytest.raises(requests.Timeout):
        requests.post(address, json=draft, headers=headers, timeout=0.3)
    first = gb.post("invoice", draft, requestid="gave-up")["Invoice"]
    assert gb.query("select count(*) from Invoice") == {"totalCount": 1}
    assert gb.post("invoice", draft, requestid="gave-up")["Invoice"] == first
