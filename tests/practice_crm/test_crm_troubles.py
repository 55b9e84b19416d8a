"""Fault plans by name and by lot, laid over the practice CRM."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from psaqb_desktop.practice import group
from psaqb_desktop.practice.crm.app import create_app, environment_of
from psaqb_desktop.practice.crm.options import CrmOptions
from psaqb_desktop.practice.faults import FaultMiddleware
from psaqb_desktop.practice.http_server import serve


class Troubled:
    """A CRM under a fault plan and one caller."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.sign_in()

    def sign_in(self) -> None:
        answer = requests.post(
            f"{self.url}/{group.PRACTICE_TENANT}/oauth2/v2.0/token",
            data={
                "grant_type": "client_credentials",
                "client_id": group.PRACTICE_CRM_CLIENT_ID,
                "client_secret": group.PRACTICE_CRM_CLIENT_SECRET,
                "scope": f"{self.url}/.default",
            },
            timeout=30,
        )
        self.headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def order(self, **rule: Any) -> None:
        answer = requests.post(f"{self.url}/_practice/faults", json=rule, timeout=30)
        assert answer.status_code == 200, answer.text

    def call(self) -> requests.Response:
        return requests.get(f"{self.url}/api/data/v9.2/WhoAmI", headers=self.headers, timeout=30)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Troubled]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    folder = tmp_path_factory.mktemp("troubled")
    url = f"http://127.0.0.1:{port}"
    app = create_app(folder, base_url=url, options=CrmOptions(invoice_count=10))
    with serve(FaultMiddleware(app), port=port):
        yield Troubled(url)
    environment_of(app).close()


@pytest.fixture
def troubled(running: Troubled) -> Troubled:
    requests.delete(f"{running.url}/_practice/faults", timeout=30)
    running.sign_in()
    return running


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("throttled", 429, "0x80072322"),
        ("throttled_without_time", 429, "0x80072322"),
        ("too_many_at_once", 429, "0x80072326"),
        ("customization_lock", 429, "0x80071151"),
        ("privilege_missing", 403, "0x80040220"),
        ("internal_error", 500, "0x80040216"),
        ("token_expired", 401, "0x80040204"),
        ("grant_revoked", 401, "0x80040204"),
    ],
)
def test_a_trouble_is_ordered_by_name_and_comes_once(
    troubled: Troubled, name: str, status: int, code: str
) -> None:
    troubled.order(fault=name)
    answer = troubled.call()
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    if status == 401:
        troubled.sign_in()
    assert troubled.call().status_code == 200


def test_an_outage_answers_with_a_page(troubled: Troubled) -> None:
    troubled.order(fault="unavailable")
    answer = troubled.call()
    assert answer.status_code == 503
    assert answer.headers["Content-Type"].startswith("text/html")


def test_a_permission_goes_at_the_call_that_was_named(troubled: Troubled) -> None:
    troubled.order(fault="permission_removed", skip=1)
    accounts = f"{troubled.url}/api/data/v9.2/accounts"

    def create() -> int:
        body = {"name": "Made while allowed"}
        return requests.post(accounts, json=body, headers=troubled.headers, timeout=30).status_code

    assert [create(), create()] == [204, 403]
    requests.post(f"{troubled.url}/_practice/reset", timeout=60)
    troubled.sign_in()
    assert create() == 204


def test_calls_fail_by_lot_and_the_lot_is_the_same_for_a_seed(troubled: Troubled) -> None:
    def draw(seed: int) -> list[int]:
        requests.delete(f"{troubled.url}/_practice/faults", timeout=30)
        troubled.order(fault="throttled", probability=0.5, seed=seed, times=None, path="*/WhoAmI")
        return [troubled.call().status_code for _ in range(24)]

    first = draw(5)
    assert set(first) == {200, 429}
    assert draw(5) == first
    assert draw(6) != first


def test_a_throttled_call_is_told_how_long_or_not(troubled: Troubled) -> None:
    troubled.order(fault="throttled")
    assert troubled.call().headers["Retry-After"] == "2"
    troubled.order(fault="throttled_without_time")
    assert "Retry-After" not in troubled.call().headers


def _make_account(troubled: Troubled, name: str) -> int:
    answer = requests.post(
        f"{troubled.url}/api/data/v9.2/accounts",
        json={"name": name},
        headers=troubled.headers,
        timeout=30,
    )
    return answer.status_code


def _accounts(troubled: Troubled, name: str) -> int:
    answer = requests.get(
        f"{troubled.url}/api/data/v9.2/accounts?$filter=name eq '{name}'",
        headers=troubled.headers,
        timeout=30,
    )
    return len(answer.json()["value"])


@pytest.mark.parametrize(
    ("fault", "rows"), [("drop_before", 0), ("drop_after", 1), ("half_answer", 1)]
)
def test_a_lost_answer_leaves_the_work_done_or_not(
    troubled: Troubled, fault: str, rows: int
) -> None:
    name = f"Lost by {fault}"
    troubled.order(fault=fault, method="POST", path="/api/data/*/accounts")
    headers = {"Prefer": "return=representation", **troubled.headers}
    with pytest.raises(requests.RequestException):
        requests.post(
            f"{troubled.url}/api/data/v9.2/accounts",
            json={"name": name},
            headers=headers,
            timeout=30,
        )
    assert _accounts(troubled, name) == rows


def test_a_delay_lasts_as_long_as_asked(troubled: Troubled) -> None:
    for fault in ("delay", "delay_after"):
        troubled.order(fault=fault, seconds=0.3, skip=1)
        assert troubled.call().status_code == 200
        started = time.monotonic()
        assert troubled.call().status_code == 200
        assert time.monotonic() - started >= 0.3


def _page(troubled: Troubled, *troubles: str) -> str:
    address = f"{troubled.url}/_practice/bad-day"
    return requests.post(address, data={"trouble": troubles}, timeout=30).text


def test_a_person_has_a_bad_day_with_the_crm(troubled: Troubled) -> None:
    assert " checked" not in requests.get(f"{troubled.url}/_practice/bad-day", timeout=30).text
    page = _page(troubled, "unavailable", "slow", "nonsense")
    assert 'value="unavailable" checked' in page
    assert 'value="lost">' in page
    assert troubled.call().status_code == 503
    page = requests.get(f"{troubled.url}/_practice/bad-day", timeout=30).text
    assert "struck 1 time<" in page
    assert " checked" not in _page(troubled)
    assert troubled.call().status_code == 200


def test_a_good_day_gives_back_what_the_bad_one_took(troubled: Troubled) -> None:
    _page(troubled, "permission_removed")
    assert _make_account(troubled, "Not allowed") == 403
    _page(troubled, "import_running")
    assert _make_account(troubled, "Allowed again") == 204
    table = f"{troubled.url}/api/data/v9.2/EntityDefinitions(LogicalName='account')/Attributes"
    column = {
        "@odata.type": "Microsoft.Dynamics.CRM.StringAttributeMetadata",
        "SchemaName": "psaqb_Waits",
        "MaxLength": 9,
    }

    def add_column() -> int:
        answer = requests.post(table, json=column, headers=troubled.headers, timeout=30)
        return answer.status_code

    assert add_column() == 429
    _page(troubled)
    assert add_column() == 204


def test_slowness_hides_no_other_trouble(troubled: Troubled) -> None:
    _page(troubled, "slow", "internal_error")
    rules = requests.get(f"{troubled.url}/_practice/faults", timeout=30).json()["rules"]
    assert [rule["fault"] for rule in rules] == ["status", "delay"]
    _page(troubled)
