"""The server and the fault plan over real sockets."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterable, Iterator
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
import requests

from psaqb_desktop.practice.faults import FaultMiddleware
from psaqb_desktop.practice.http_server import NotLoopbackError, RunningServer, serve


class Counter:
    """A service that counts, to see whether work was done."""

    def __init__(self) -> None:
        self.done = 0
        self.peers: list[str] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.done += 1
        self.peers.append(environ["REMOTE_PORT"])
        body = json.dumps({"done": self.done, "padding": "x" * 2000}).encode()
        start_response("200 OK", [("Content-Type", "application/json")])
        return [body]


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def server(counter: Counter) -> Iterator[RunningServer]:
    with serve(FaultMiddleware(counter)) as running:
        yield running


@pytest.fixture
def http() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


def order(http: requests.Session, server: RunningServer, *rules: dict[str, object]) -> None:
    answer = http.post(f"{server.url}/_practice/faults", json=list(rules), timeout=5)
    assert answer.status_code == 200, answer.text


def test_connections_are_kept_and_packets_not_held_back(
    http: requests.Session, server: RunningServer, counter: Counter
) -> None:
    for _ in range(5):
        assert http.get(f"{server.url}/work", timeout=5).status_code == 200
    assert len(set(counter.peers)) == 1


def test_only_loopback_is_served(counter: Counter) -> None:
    for host in ("0.0.0.0", "192.0.2.1"):  # noqa: S104 - must be refused
        with pytest.raises(NotLoopbackError):
            serve(counter, host, 0)


def test_a_closed_server_frees_its_port(counter: Counter) -> None:
    first = serve(counter)
    first.close()
    first.close()
    with socket.socket() as probe:
        probe.settimeout(2)
        assert probe.connect_ex(("127.0.0.1", first.port)) != 0
    with serve(counter, "127.0.0.1", first.port) as second:
        assert second.port == first.port


@pytest.mark.parametrize(("fault", "work_done"), [("drop_before", 0), ("drop_after", 1)])
def test_a_dropped_answer_is_lost_for_the_client(
    http: requests.Session, server: RunningServer, counter: Counter, fault: str, work_done: int
) -> None:
    order(http, server, {"fault": fault, "method": "POST", "path": "/v3/company/*/invoice"})
    with pytest.raises(requests.ConnectionError):
        http.post(f"{server.url}/v3/company/17/invoice", json={}, timeout=5)
    assert counter.done == work_done
    assert http.post(f"{server.url}/v3/company/17/invoice", timeout=5).status_code == 200


def test_half_an_answer_breaks_off(
    http: requests.Session, server: RunningServer, counter: Counter
) -> None:
    order(http, server, {"fault": "half_answer"})
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        http.get(f"{server.url}/work", timeout=5)
    assert counter.done == 1


def test_skip_and_times_choose_the_call(http: requests.Session, server: RunningServer) -> None:
    rule = {
        "fault": "status",
        "status": 503,
        "skip": 1,
        "times": 2,
        "headers": {"Retry-After": "7"},
    }
    order(http, server, rule)
    answers = [http.get(f"{server.url}/work", timeout=5) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 503, 503, 200]
    assert answers[1].headers["Retry-After"] == "7"


def test_status_after_commit_hides_the_work_that_was_done(
    http: requests.Session, server: RunningServer, counter: Counter
) -> None:
    order(http, server, {"fault": "status", "status": 504, "commit": True})
    assert http.get(f"{server.url}/work", timeout=5).status_code == 504
    assert counter.done == 1


def test_a_delay_outlasts_a_hasty_client(
    http: requests.Session, server: RunningServer, counter: Counter
) -> None:
    order(http, server, {"fault": "delay_after", "seconds": 1.0})
    with pytest.raises(requests.ReadTimeout):
        http.get(f"{server.url}/work", timeout=0.2)
    assert counter.done == 1


@pytest.mark.parametrize(
    "rule",
    [
        {"fault": "explode"},
        {"method": "GET"},
        {"fault": "delay", "skip": "1"},
        {"fault": "delay", "when": 1},
    ],
)
def test_a_rule_that_cannot_be_followed_is_refused(
    http: requests.Session, server: RunningServer, rule: dict[str, object]
) -> None:
    answer = http.post(f"{server.url}/_practice/faults", json=[{"fault": "delay"}, rule], timeout=5)
    assert answer.status_code == 400
    assert http.get(f"{server.url}/_practice/faults", timeout=5).json() == {"rules": []}


def test_rules_are_listed_and_cleared(http: requests.Session, server: RunningServer) -> None:
    order(http, server, {"fault": "drop_before", "times": None})
    listed = http.get(f"{server.url}/_practice/faults", timeout=5).json()["rules"]
    assert listed[0]["fault"] == "drop_before"
    assert http.delete(f"{server.url}/_practice/faults", timeout=5).json() == {"rules": []}
    assert http.get(f"{server.url}/work", timeout=5).status_code == 200


def test_calls_are_counted_by_pattern_and_logged_without_secrets(
    http: requests.Session, server: RunningServer
) -> None:
    http.get(f"{server.url}/v3/company/934145/invoice/12", timeout=5)
    http.get(f"{server.url}/v3/company/934146/invoice/13?code=hush&minorversion=75", timeout=5)
    key = "2b5f0a52-0d1e-4c55-9b7e-3f3d0f6a2b10"
    http.get(f"{server.url}/api/data/v9.2/invoices({key})", timeout=5)
    log = http.get(f"{server.url}/_practice/calls", timeout=5).json()
    assert log["counts"] == {
        "GET /api/data/v9.2/invoices(*)": 1,
        "GET /v3/company/*/invoice/*": 2,
    }
    assert "hush" not in json.dumps(log)
    assert log["calls"][1]["query"] == "code=***&minorversion=75"
    assert log["calls"][1]["status"] == 200
    http.delete(f"{server.url}/_practice/calls", timeout=5)
    assert http.get(f"{server.url}/_practice/calls", timeout=5).json()["total"] == 0


def test_two_hundred_callers_at_once_take_each_rule_once(
    server: RunningServer, http: requests.Session
) -> None:
    order(http, server, {"fault": "status", "status": 500, "times": 37})
    statuses: list[int] = []

    def call() -> None:
        statuses.append(requests.get(f"{server.url}/work", timeout=20).status_code)

    threads = [threading.Thread(target=call) for _ in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses.count(500) == 37
    assert statuses.count(200) == 163
