"""The published limits, counted by the service's clock."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from psaqb_desktop.practice.quickbooks.limits import Limits
from psaqb_desktop.practice.quickbooks.options import QuickBooksOptions
from tests.practice_quickbooks.qbo_company import TIMEOUT, CompanyClient, Json

EMPTY: Json = {"BatchItemRequest": []}


class Hand:
    """A clock that is moved by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def count(call: Callable[[], bool], hand: Hand, step: float) -> int:
    """How many calls are let through until one is refused, ``step`` seconds apart."""
    admitted = 0
    while call():
        admitted += 1
        hand.now += step
        assert hand.now < 60, "nothing is counted any more after a minute"
    return admitted


@pytest.mark.parametrize(
    ("most", "step", "is_batch"), [(10, 0.0, False), (500, 0.101, False), (40, 0.101, True)]
)
@pytest.mark.parametrize("factor", [1.0, 0.5, 2.0])
def test_the_published_limits(most: int, step: float, factor: float, *, is_batch: bool) -> None:
    hand = Hand()
    limits = Limits(QuickBooksOptions(limit_factor=factor), hand)

    def call() -> bool:
        return limits.admit("1", "app", is_batch=is_batch)

    assert count(call, hand, step / factor) == most * factor
    assert limits.admit("2", "app", is_batch=is_batch), "another company has limits of its own"
    hand.now += 60.0
    assert call()


def test_a_second_is_an_apps_and_a_minute_the_companys() -> None:
    hand = Hand()
    limits = Limits(QuickBooksOptions(), hand)
    for app in ("a", "b"):
        assert count(lambda app=app: limits.admit("1", app), hand, 0.0) == 10  # type: ignore[misc]
    hand.now = 1.0
    turns = iter(["a", "b"] * 500)
    assert count(lambda: limits.admit("1", next(turns)), hand, 0.0501) == 480


def test_120_batches_a_minute_over_all_apps() -> None:
    hand = Hand()
    limits = Limits(QuickBooksOptions(), hand)
    sent = {
        app: count(lambda app=app: limits.admit("1", app, is_batch=True), hand, 0.101)  # type: ignore[misc]
        for app in "abcd"
    }
    assert sent == {"a": 40, "b": 40, "c": 40, "d": 0}
    assert limits.admit("1", "d"), "single calls go on"


def test_800_calls_a_minute_over_all_apis() -> None:
    hand = Hand()
    limits = Limits(QuickBooksOptions(), hand)
    assert count(lambda: limits.admit("1", "a"), hand, 0.101) == 500
    assert count(lambda: limits.admit_other("1", "a"), hand, 0.0) == 300
    assert limits.admit_other("1", "b"), "another app has a count of its own"


def set_options(company: CompanyClient, **options: object) -> None:
    answer = company.http.post(f"{company.url}/_practice/options", json=options, timeout=TIMEOUT)
    assert answer.status_code == 200, answer.text


def statuses(company: CompanyClient, *calls: tuple[str, str]) -> list[int]:
    return [
        company.call(method, path, json=EMPTY if path == "batch" else None).status_code
        for method, path in calls
    ]


def test_beyond_the_limit_calls_are_refused(gb: CompanyClient, us: CompanyClient) -> None:
    set_options(gb, limits_enabled=True, limit_factor=0.1)
    look = ("GET", "preferences")
    assert statuses(gb, look)[0] == 200
    refused = gb.call(*look)
    assert refused.status_code == 429
    fault = refused.json()["fault"]
    assert fault["type"] == "SERVICE"
    assert fault["error"][0]["code"] == "3001"
    assert fault["error"][0]["message"] == (
        "message=ThrottleExceeded; errorCode=003001; statusCode=429"
    )
    assert statuses(us, look) == [200]
    assert gb.http.get(f"{gb.url}/_practice/calls", timeout=TIMEOUT).status_code == 200


def test_limits_go_by_the_services_clock(gb: CompanyClient) -> None:
    look, batch = ("GET", "preferences"), ("POST", "batch")
    set_options(gb, limits_enabled=True, limit_factor=0.1)
    seen = []
    for second in range(6):
        set_options(gb, clock_offset_seconds=second * 2.0)
        seen += statuses(gb, batch)
    assert seen == [200, 200, 200, 200, 429, 429]
    assert statuses(gb, look) == [200]
    set_options(gb, clock_offset_seconds=70.0)
    assert statuses(gb, batch) == [200]
    set_options(gb, clock_offset_seconds=0.0)
    assert statuses(gb, batch) == [200], "a clock that was set back locks nobody out"


def test_the_limits_of_other_apps_and_apis_hold_over_http(gb: CompanyClient) -> None:
    own = gb.new_tokens(scope="openid com.intuit.quickbooks.accounting")
    other = gb.new_tokens(client_id="another app")
    set_options(gb, limits_enabled=True, limit_factor=0.05)  # 2 and 6 batches, 40 of all
    seen = []
    for turn in range(3):
        set_options(gb, clock_offset_seconds=turn * 3.0)
        for tokens in (own, other):
            gb.tokens = tokens
            seen.append(statuses(gb, ("POST", "batch"))[0])
    assert seen == [200, 200, 200, 200, 429, 429]

    def look_at_user() -> int:
        headers = {"Authorization": f"Bearer {own['access_token']}"}
        return gb.http.get(
            f"{gb.url}/v1/openid_connect/userinfo", headers=headers, timeout=TIMEOUT
        ).status_code

    assert [look_at_user() for _ in range(39)] == [200] * 38 + [429]
