"""Batches, change data capture, request ids and limits."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
import requests

from psaqb_desktop.practice.http_server import RunningServer
from tests.practice_quickbooks.qbo_company import TIMEOUT, CompanyClient, Json


def set_options(company: CompanyClient, **options: object) -> None:
    company.http.post(
        f"{company.url}/_practice/options", json=options, timeout=TIMEOUT
    ).raise_for_status()


def batch(company: CompanyClient, *items: Json, **params: str) -> dict[str, Json]:
    answer = company.post("batch", {"BatchItemRequest": list(items)}, **params)
    return {item["bId"]: item for item in answer["BatchItemResponse"]}


def code_of(item: Json) -> str:
    code: str = item["Fault"]["Error"][0]["code"]
    return code


def test_each_item_of_a_batch_stands_alone(gb: CompanyClient) -> None:
    old = gb.invoice(DocNumber="B-1")
    void = {"Id": old["Id"], "SyncToken": "0"}
    answer = batch(
        gb,
        {"bId": "a", "operation": "create", "Invoice": gb.draft(DocNumber="B-2")},
        {"bId": "b", "operation": "create", "Invoice": gb.draft(DocNumber="B-1")},
        {"bId": "c", "Query": "select count(*) from Customer"},
        {"bId": "d", "operation": "update", "optionsData": "void", "Invoice": void},
        {"bId": "e", "operation": "void", "Invoice": void},
        {"bId": "f", "operation": "create", "Planet": {}},
        {"bId": "g", "operation": "delete", "Invoice": {"Id": "7", "SyncToken": "0"}},
        {
            "bId": "h",
            "operation": "create",
            "optionsData": "allowduplicatedocnum",
            "Invoice": gb.draft(DocNumber="B-1"),
        },
        {"bId": "i", "Query": "select * from"},
    )
    assert answer["a"]["Invoice"]["DocNumber"] == "B-2"
    assert code_of(answer["b"]) == "6140"
    assert answer["c"]["QueryResponse"]["totalCount"] > 0
    assert answer["d"]["Invoice"]["TotalAmt"] == 0
    assert code_of(answer["e"]) == "500"
    assert code_of(answer["f"]) == "2010"
    assert code_of(answer["g"]) == "610"
    assert answer["h"]["Invoice"]["DocNumber"] == "B-1"
    assert code_of(answer["i"]) == "4000"
    assert len(gb.query("select * from Invoice")["Invoice"]) == 3


def test_answers_of_a_batch_come_in_any_order(gb: CompanyClient) -> None:
    items = [{"bId": str(n), "Query": "select count(*) from Term"} for n in range(30)]
    orders = {
        tuple(
            item["bId"]
            for item in gb.post("batch", {"BatchItemRequest": items})["BatchItemResponse"]
        )
        for _ in range(5)
    }
    assert len(orders) > 1
    assert all(sorted(order, key=int) == [str(n) for n in range(30)] for order in orders)


def test_a_batch_has_its_limits(gb: CompanyClient) -> None:
    items = [{"bId": str(n), "Query": "select count(*) from Term"} for n in range(31)]
    assert gb.fault("batch", {"BatchItemRequest": items})["code"] == "1040"
    assert gb.fault("batch", {"BatchItemRequest": items[:1]}, requestid="r" * 37)["code"] == "2130"
    long_bid = [{"bId": "b" * 11, "Query": "select count(*) from Term"}]
    assert gb.fault("batch", {"BatchItemRequest": long_bid}, requestid="r")["code"] == "2130"
    assert batch(gb, *long_bid)


def test_a_request_id_repeats_the_answer(gb: CompanyClient) -> None:
    draft = gb.draft()
    first = gb.post("invoice", draft, requestid="psa-1-g1")
    assert gb.post("invoice", draft, requestid="psa-1-g1") == first
    assert gb.post("invoice", gb.draft(PrivateNote="other"), requestid="psa-1-g1") == first
    other = gb.post("invoice", draft, requestid="psa-1-g2")
    assert other["Invoice"]["Id"] != first["Invoice"]["Id"]
    assert gb.fault("invoice", draft, requestid="r" * 51)["code"] == "2130"


def test_the_answer_is_repeated_even_for_what_is_gone(gb: CompanyClient) -> None:
    first = gb.post("invoice", gb.draft(), requestid="g1")
    gb.post("invoice", {"Id": first["Invoice"]["Id"], "SyncToken": "0"}, operation="delete")
    assert gb.post("invoice", gb.draft(), requestid="g1") == first
    assert gb.query("select count(*) from Invoice") == {"totalCount": 0}


def test_faults_are_not_repeated(gb: CompanyClient) -> None:
    taken = gb.invoice(DocNumber="R-1")
    draft = gb.draft(DocNumber="R-1")
    assert gb.fault("invoice", draft, requestid="g1")["code"] == "6140"
    gb.post("invoice", {"Id": taken["Id"], "SyncToken": "0"}, operation="delete")
    assert gb.post("invoice", draft, requestid="g1")["Invoice"]["DocNumber"] == "R-1"


def test_a_batch_is_repeated_as_a_whole(gb: CompanyClient) -> None:
    item = {"bId": "1", "operation": "create", "Invoice": gb.draft()}
    first = batch(gb, item, requestid="batch-1")
    assert batch(gb, item, requestid="batch-1") == first
    assert gb.query("select count(*) from Invoice") == {"totalCount": 1}


def test_request_ids_are_forgotten_after_their_time(gb: CompanyClient) -> None:
    draft = gb.draft()
    gb.post("invoice", draft, requestid="g1")
    set_options(gb, requestid_seconds=0)
    gb.post("invoice", draft, requestid="g1")
    assert gb.query("select count(*) from Invoice") == {"totalCount": 2}


def test_one_request_id_at_the_same_moment_makes_one_invoice(gb: CompanyClient) -> None:
    draft = gb.draft()
    answers: list[str] = []

    def post() -> None:
        with requests.Session() as http:
            twin = CompanyClient(gb.url, gb.seed, http)
            answers.append(twin.post("invoice", draft, requestid="same")["Invoice"]["Id"])

    threads = [threading.Thread(target=post) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 12
    assert len(set(answers)) == 1
    assert gb.query("select count(*) from Invoice") == {"totalCount": 1}


def test_a_lost_answer_is_had_again_by_the_request_id(
    gb: CompanyClient, server: RunningServer
) -> None:
    rule = {"fault": "drop_after", "method": "POST", "path": "/v3/company/*/invoice"}
    gb.http.post(f"{server.url}/_practice/faults", json=rule, timeout=TIMEOUT).raise_for_status()
    draft = gb.draft()
    with pytest.raises(requests.ConnectionError):
        gb.post("invoice", draft, requestid="lost")
    gb.post("invoice", draft, requestid="lost")
    assert gb.query("select count(*) from Invoice") == {"totalCount": 1}


def since(hours: float) -> str:
    return (datetime.now(UTC) - timedelta(hours=hours)).isoformat(timespec="seconds")


def test_changes_come_with_deletions_last(gb: CompanyClient) -> None:
    gone, kept = gb.invoice(), gb.invoice()
    gb.post("invoice", {"Id": gone["Id"], "SyncToken": "0"}, operation="delete")
    answer = gb.get("cdc", entities="Invoice,Payment,Customer", changedSince=since(1))
    invoices, payments, customers = answer["CDCResponse"][0]["QueryResponse"]
    assert [invoice["Id"] for invoice in invoices["Invoice"]] == [kept["Id"], gone["Id"]]
    assert invoices["Invoice"][0] == kept
    tombstone = invoices["Invoice"][1]
    assert tombstone.pop("MetaData")["LastUpdatedTime"]
    assert tombstone == {"domain": "QBO", "Id": gone["Id"], "status": "Deleted"}
    assert payments == {}
    assert len(customers["Customer"]) == 8


def test_a_payment_makes_its_invoice_a_change(gb: CompanyClient) -> None:
    invoice = gb.invoice()
    set_options(gb, clock_offset_seconds=1800.0)
    gb.pay("1", (invoice, "1"))
    answer = gb.get("cdc", entities="Invoice", changedSince=since(-0.4))
    (changed,) = answer["CDCResponse"][0]["QueryResponse"][0]["Invoice"]
    assert changed["SyncToken"] == "1"
    assert gb.get("cdc", entities="Invoice", changedSince=since(-1))["CDCResponse"] == [
        {"QueryResponse": [{}]}
    ]


@pytest.mark.parametrize(
    ("entities", "hours", "code"),
    [("TaxCode", 1, "2000"), ("Invoice", 24 * 31, "4001"), ("", 1, "2020")],
)
def test_what_changes_do_not_tell(
    gb: CompanyClient, entities: str, hours: float, code: str
) -> None:
    params = {"entities": entities, "changedSince": since(hours)}
    answer = gb.call("GET", "cdc", params=params)
    assert answer.json()["Fault"]["Error"][0]["code"] == code


def test_at_most_a_thousand_changes(gb: CompanyClient) -> None:
    items = [
        {"bId": str(n), "operation": "create", "Customer": {"DisplayName": f"Customer {n}"}}
        for n in range(1020)
    ]
    for start in range(0, len(items), 30):
        batch(gb, *items[start : start + 30])
    answer = gb.get("cdc", entities="Customer,Item", changedSince=since(1))
    customers, others = answer["CDCResponse"][0]["QueryResponse"]
    assert len(customers["Customer"]) == 1000
    assert others == {}
