"""Troubles by name, by lot, and from the page that people switch them on at."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from psaqb_desktop.practice.group import PRACTICE_INTUIT_CLIENT_ID, PRACTICE_INTUIT_CLIENT_SECRET
from psaqb_desktop.practice.http_server import RunningServer
from tests.practice_quickbooks.qbo_company import TIMEOUT, CompanyClient

APP = (PRACTICE_INTUIT_CLIENT_ID, PRACTICE_INTUIT_CLIENT_SECRET)


def plan(company: CompanyClient, **rule: Any) -> requests.Response:
    return company.http.post(f"{company.url}/_practice/faults", json=rule, timeout=TIMEOUT)


def refresh(company: CompanyClient) -> requests.Response:
    form = {"grant_type": "refresh_token", "refresh_token": company.tokens["refresh_token"]}
    return company.http.post(
        f"{company.url}/oauth2/v1/tokens/bearer", data=form, auth=APP, timeout=TIMEOUT
    )


@pytest.mark.parametrize(
    ("name", "status", "told"),
    [
        ("internal_error", 500, '"code":"10000"'),
        ("throttled", 429, "errorCode=003001; statusCode=429"),
        ("throttled_with_retry_after", 429, "ThrottleExceeded"),
        ("server_error", 500, "Internal Server Error"),
        ("unavailable", 503, "<h1>"),
        ("permission_removed", 401, "-11014-You do not have access"),
    ],
)
def test_a_named_trouble_is_an_answer(gb: CompanyClient, name: str, status: int, told: str) -> None:
    plan(gb, fault=name).raise_for_status()
    answer = gb.call("GET", "preferences")
    assert answer.status_code == status
    assert told in answer.text
    retry = {"throttled_with_retry_after": "2"}.get(name)
    assert answer.headers.get("Retry-After") == retry
    lasts = name == "permission_removed"
    assert (gb.call("GET", "preferences").status_code == 200) is not lasts


def test_a_token_expires_in_the_middle_of_a_run(gb: CompanyClient) -> None:
    plan(gb, fault="token_expired", skip=1).raise_for_status()
    assert [gb.call("GET", "preferences").status_code for _ in range(3)] == [200, 401, 401]
    gb.tokens |= refresh(gb).json()
    assert gb.call("GET", "preferences").status_code == 200


def test_a_grant_is_revoked_inside_quickbooks(gb: CompanyClient, us: CompanyClient) -> None:
    plan(gb, fault="grant_revoked", path=f"/v3/company/{gb.seed.realm_id}/*").raise_for_status()
    assert gb.call("GET", "preferences").status_code == 401
    assert refresh(gb).json()["error"] == "invalid_grant"
    assert us.call("GET", "preferences").status_code == 200


def test_the_answer_with_a_new_refresh_token_is_lost(gb: CompanyClient) -> None:
    plan(gb, fault="rotation_lost").raise_for_status()
    with pytest.raises(requests.ConnectionError):
        refresh(gb)
    assert refresh(gb).json()["error"] == "invalid_grant"


def test_an_item_of_a_batch_is_throttled_inside_a_good_answer(gb: CompanyClient) -> None:
    plan(gb, fault="batch_item_throttled").raise_for_status()
    create = {"operation": "create", "Invoice": gb.draft()}
    body = {"BatchItemRequest": [{"bId": "1", **create}, {"bId": "2", **create}]}
    answered = {
        item["bId"]: item for item in gb.post("batch", body, requestid="b1")["BatchItemResponse"]
    }
    assert "Invoice" in answered["1"]
    assert answered["2"]["Fault"]["Error"][0]["code"] == "3001"
    assert gb.query("select count(*) from Invoice") == {"totalCount": 1}
    again = gb.post("batch", body)["BatchItemResponse"]
    assert all("Invoice" in item for item in again), "the trouble is over"


def test_a_trouble_meets_one_operation_only(gb: CompanyClient) -> None:
    invoice = gb.invoice()
    rule = {"method": "POST", "path": "/v3/*/invoice", "query": "*operation=void*"}
    plan(gb, fault="server_error", **rule).raise_for_status()
    body = {"Id": invoice["Id"], "SyncToken": invoice["SyncToken"]}
    assert gb.invoice()["SyncToken"] == "0"
    params = {"operation": "void"}
    assert gb.call("POST", "invoice", json=body, params=params).status_code == 500
    assert gb.call("POST", "invoice", json=body, params=params).status_code == 200


def outcomes(company: CompanyClient, **rule: Any) -> list[int]:
    company.http.delete(f"{company.url}/_practice/faults", timeout=TIMEOUT)
    plan(company, fault="internal_error", **rule).raise_for_status()
    return [company.call("GET", "preferences").status_code for _ in range(40)]


def test_a_lot_with_a_seed_falls_the_same_way_again(gb: CompanyClient) -> None:
    first = outcomes(gb, probability=0.3, seed=7)
    assert first == outcomes(gb, probability=0.3, seed=7)
    assert first != outcomes(gb, probability=0.3, seed=8)
    assert {200, 500} == set(first)
    assert set(outcomes(gb, probability=0.0)) == {200}
    assert outcomes(gb, probability=1.0, times=2)[:3] == [500, 500, 200]


@pytest.mark.parametrize(
    "rule", [{"fault": "internal_error", "probability": 2}, {"fault": "event", "event": "storm"}]
)
def test_a_trouble_that_cannot_be(gb: CompanyClient, rule: dict[str, Any]) -> None:
    assert plan(gb, **rule).status_code == 400


def test_a_person_has_a_bad_day(server: RunningServer, gb: CompanyClient) -> None:
    address = f"{server.url}/_practice/bad-day"
    plan(gb, fault="delay", seconds=0.0, path="/nowhere").raise_for_status()
    fresh = gb.http.get(address, timeout=TIMEOUT).text
    assert "checked" not in fresh
    chosen = {"trouble": ["unavailable", "permission_removed", "unknown"]}
    page = gb.http.post(address, data=chosen, timeout=TIMEOUT).text
    assert 'value="unavailable" checked' in page
    assert 'value="slow">' in page
    assert gb.call("GET", "preferences").status_code == 503
    assert "struck 1 time<" in gb.http.get(address, timeout=TIMEOUT).text
    page = gb.http.post(address, data={}, timeout=TIMEOUT).text
    assert "All is well again." in page
    assert gb.call("GET", "preferences").status_code == 200
    left = gb.http.get(f"{server.url}/_practice/faults", timeout=TIMEOUT).json()["rules"]
    assert [rule["fault"] for rule in left] == ["delay"]
