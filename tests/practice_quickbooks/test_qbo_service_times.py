"""Calls that take their time, as counted and as they overlap."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from psaqb_desktop.practice.group import GB
from psaqb_desktop.practice.http_server import serve
from psaqb_desktop.practice.quickbooks.app import EXTENSION, create_app
from psaqb_desktop.practice.quickbooks.options import QuickBooksOptions
from psaqb_desktop.practice.quickbooks.service_times import REALISTIC
from tests.practice_quickbooks.qbo_company import TIMEOUT, CompanyClient, Json

TIMES = {"latency_seconds": 100.0, "write_seconds": 10.0, "read_seconds": 1.0}


class Sleeper:
    """Notes the times that would have passed; ``meanwhile`` happens instead."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.meanwhile: Callable[[], object] = lambda: None

    def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.meanwhile()


@pytest.fixture
def sleeper() -> Sleeper:
    return Sleeper()


@pytest.fixture
def slow(tmp_path: Path, sleeper: Sleeper, http: requests.Session) -> Iterator[CompanyClient]:
    options = QuickBooksOptions(limits_enabled=False)
    app = create_app(tmp_path / "books", base_url="", options=options, sleep=sleeper)
    with serve(app) as running:
        yield CompanyClient(running.url, GB, http)
    app.extensions[EXTENSION].close()


def set_options(company: CompanyClient, **options: float) -> None:
    company.http.post(
        f"{company.url}/_practice/options", json=options, timeout=TIMEOUT
    ).raise_for_status()


def test_nothing_takes_time_unless_asked(slow: CompanyClient, sleeper: Sleeper) -> None:
    slow.invoice()
    assert sleeper.slept == []
    set_options(slow, **REALISTIC)
    slow.get("preferences")
    assert sleeper.slept == [pytest.approx(0.302)]


def test_time_is_taken_per_call_object_and_row(slow: CompanyClient, sleeper: Sleeper) -> None:
    draft = slow.draft()
    create = {"operation": "create", "Invoice": draft}
    set_options(slow, **TIMES)
    invoice = slow.post("invoice", draft, requestid="once")["Invoice"]
    slow.post("invoice", draft, requestid="once")
    slow.get(f"invoice/{invoice['Id']}")
    items = [{"bId": str(n), **create} for n in range(3)]
    items.append({"bId": "q", "Query": "select * from Invoice maxresults 2"})
    slow.post("batch", {"BatchItemRequest": items})
    slow.query("select * from Invoice")
    slow.query("select count(*) from Invoice")
    slow.get("cdc", entities="Invoice,Payment", changedSince=invoice["MetaData"]["CreateTime"])
    assert sleeper.slept == [110, 100, 101, 132, 104, 100, 104]


def test_a_factor_scales_all_times(slow: CompanyClient, sleeper: Sleeper) -> None:
    draft = slow.draft()
    set_options(slow, **TIMES, latency_factor=0.1)
    slow.post("invoice", draft)
    assert sleeper.slept == [pytest.approx(11)]


def test_a_refusal_of_the_gateway_takes_no_time(slow: CompanyClient, sleeper: Sleeper) -> None:
    set_options(slow, **TIMES)
    answer = slow.call("GET", "preferences", headers={"Authorization": "Bearer unknown"})
    assert (answer.status_code, sleeper.slept) == (401, [])


def test_ten_calls_overlap(slow: CompanyClient, sleeper: Sleeper) -> None:
    draft: Json = slow.draft()
    meeting = threading.Barrier(10, timeout=TIMEOUT)
    sleeper.meanwhile = meeting.wait  # passes when ten calls take their time at once
    set_options(slow, write_seconds=1.0)

    def post(number: int) -> int:
        headers = {"Authorization": f"Bearer {slow.tokens['access_token']}"}
        address = f"{slow.base}/invoice?requestid=overlap-{number}"
        return requests.post(address, json=draft, headers=headers, timeout=TIMEOUT).status_code

    with ThreadPoolExecutor(10) as pool:
        assert list(pool.map(post, range(10))) == [200] * 10
    assert not meeting.broken
    assert sleeper.slept == [1.0] * 10
