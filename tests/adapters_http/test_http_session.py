"""The retry rule over real sockets: what is sent again, what is reported, what is never done."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from typing import Any

import pytest

from psaqb_desktop.adapters.http.session import HttpSession
from psaqb_desktop.domain.errors import (
    OutcomeUnknownError,
    ServiceUnavailableError,
    UnreadableAnswerError,
    UntrustedHostError,
)


def says(status: int, body: bytes = b"{}", **headers: str) -> Callable[[socket.socket], None]:
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}", "Connection: close"]
    # Real names begin with a capital and have hyphens; intuit_tid is written as it is.
    lines += [
        f"{name.replace('_', '-') if name[0].isupper() else name}: {value}"
        for name, value in headers.items()
    ]
    answer = "\r\n".join(lines).encode() + b"\r\n\r\n" + body
    return lambda connection: connection.sendall(answer)


def hangs_up(connection: socket.socket) -> None:
    connection.close()


def breaks_off(connection: socket.socket) -> None:
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"half": ')


def never_answers(connection: socket.socket) -> None:
    connection.settimeout(5)
    connection.recv(1)  # returns when the client gives up


def session(waits: list[float] | None = None) -> HttpSession:
    sleep = (waits if waits is not None else []).append
    return HttpSession("QuickBooks", sleep=sleep, timeout=(2, 0.3), jitter=lambda: 1.0)


def send(url: str, *, safe: bool = True, waits: list[float] | None = None, **more: Any) -> Any:
    method = more.pop("method", "GET" if safe else "POST")
    return session(waits).send(method, url, is_safe_to_repeat=safe, **more)


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_an_answer_comes_back_whole_with_exact_numbers(loopback: Any) -> None:
    server = loopback(says(200, b'{"Amount": 1187.10, "Count": 3}', intuit_tid="1-abc"))
    answer = send(f"{server.url}/x", params={"query": "a b", "$top": "1"})
    assert answer.json() == {"Amount": Decimal("1187.10"), "Count": 3}
    assert str(answer.json()["Amount"]) == "1187.10"
    assert answer.headers["CONTENT-LENGTH"] == "31"
    assert server.received[0].line == "GET /x?query=a%20b&$top=1 HTTP/1.1"


def test_json_goes_out_with_exact_numbers(loopback: Any) -> None:
    server = loopback(says(200))
    send(server.url, safe=False, json={"Amount": Decimal("0.10"), "Name": "Łódź"})
    assert server.received[0].body == '{"Amount":0.10,"Name":"Łódź"}'.encode()
    assert server.received[0].headers["content-type"] == "application/json"


@pytest.mark.parametrize("trouble", [hangs_up, breaks_off, never_answers])
def test_a_write_without_an_answer_is_unknown_and_not_repeated(loopback: Any, trouble: Any) -> None:
    server = loopback(trouble, says(200))
    with pytest.raises(OutcomeUnknownError):
        send(server.url, safe=False, data=b"x")
    assert len(server.received) == 1


@pytest.mark.parametrize("trouble", [hangs_up, breaks_off, never_answers, says(502)])
def test_a_safe_request_is_repeated_until_it_is_answered(loopback: Any, trouble: Any) -> None:
    waits: list[float] = []
    server = loopback(trouble, trouble, says(200, b"[1]"))
    assert send(server.url, waits=waits).json() == [1]
    assert len(server.received) == 3
    assert waits == [0.5, 1.0]


def test_a_safe_request_is_given_up_after_four_tries(loopback: Any) -> None:
    server = loopback(says(500, b"broken"))
    with pytest.raises(ServiceUnavailableError, match="not able to answer") as caught:
        send(server.url)
    assert len(server.received) == 4
    assert "broken" in caught.value.details


def test_a_server_error_on_a_write_is_left_to_the_adapter(loopback: Any) -> None:
    server = loopback(says(500, b"broken"), says(200))
    assert send(server.url, safe=False).status == 500
    assert len(server.received) == 1


@pytest.mark.parametrize("safe", [True, False])
def test_what_never_left_is_repeated_and_then_called_unreachable(
    closed_port: int, *, safe: bool
) -> None:
    waits: list[float] = []
    with pytest.raises(ServiceUnavailableError, match="cannot be reached"):
        send(f"http://127.0.0.1:{closed_port}/", safe=safe, waits=waits)
    assert len(waits) == 3


def test_a_name_that_does_not_resolve_never_left() -> None:
    with pytest.raises(ServiceUnavailableError):
        send("http://no-such-host.invalid/", safe=False)


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("http://127.0.0.1:1/", {"Authorization": "Bearer a\r\nHost: evil"}),
        ("http://*broken*/", {}),
        ("gopher://127.0.0.1/", {}),
        ("no-scheme", {}),
    ],
)
def test_what_cannot_be_sent_never_left(url: str, headers: dict[str, str]) -> None:
    with pytest.raises(ServiceUnavailableError):
        send(url, safe=False, headers=headers)


def test_an_answer_with_contradictory_headers_may_follow_a_write(loopback: Any) -> None:
    both = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} "
    server = loopback(lambda connection: connection.sendall(both))
    with pytest.raises(OutcomeUnknownError):
        send(server.url, safe=False, data=b"x")


@pytest.mark.parametrize("safe", [True, False])
def test_throttling_waits_as_long_as_it_is_told(loopback: Any, *, safe: bool) -> None:
    waits: list[float] = []
    server = loopback(says(429, Retry_After="7"), says(429, Retry_After="900"), says(200))
    assert send(server.url, safe=safe, waits=waits).status == 200
    assert waits == [7.0, 120.0]


def test_throttling_that_lasts_names_the_time(loopback: Any) -> None:
    server = loopback(says(429, Retry_After="30"))
    with pytest.raises(ServiceUnavailableError, match="slow down") as caught:
        send(server.url, safe=False)
    assert caught.value.retry_after == 30
    assert len(server.received) == 4


def test_retry_after_may_be_a_date(loopback: Any) -> None:
    waits: list[float] = []
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    server = loopback(says(503, Retry_After=soon), says(200))
    send(server.url, waits=waits)
    assert 0 < waits[0] <= 60


def test_a_retry_after_that_says_nothing_is_passed_over(loopback: Any) -> None:
    waits: list[float] = []
    server = loopback(says(429, Retry_After="soon"), says(429, Retry_After="nan"), says(200))
    assert send(server.url, waits=waits).status == 200
    assert waits == [0.5, 1.0]


def test_who_paces_sees_throttling_at_once_and_is_asked_before_each_try(loopback: Any) -> None:
    tries: list[int] = []
    server = loopback(hangs_up, says(429, Retry_After="7"))
    answer = send(server.url, before_try=lambda: tries.append(1))
    assert answer.status == 429
    assert len(tries) == len(server.received) == 2


def test_a_token_never_follows_a_redirect_to_another_host(loopback: Any) -> None:
    other = loopback(says(200))
    server = loopback(says(302, Location=f"{other.url}/collect"))
    with pytest.raises(UntrustedHostError, match=str(other.port)):
        send(f"{server.url}/x", headers={"Authorization": "Bearer very-secret"})
    assert other.received == []


def test_a_redirect_within_the_host_is_not_followed_either(loopback: Any) -> None:
    server = loopback(says(307, Location="/elsewhere"), says(200))
    assert send(f"{server.url}/x", safe=False, data=b"x").status == 307
    assert len(server.received) == 1


def test_netrc_does_not_replace_our_authorization(
    loopback: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    server = loopback(says(200))
    send(server.url, headers={"Authorization": "Bearer ours-only"})
    assert server.received[0].headers["authorization"] == "Bearer ours-only"


def test_cookies_are_not_kept(loopback: Any) -> None:
    server = loopback(says(200, Set_Cookie="seen=1"))
    http = session()
    for _ in range(2):
        http.send("GET", server.url, is_safe_to_repeat=True)
    assert "cookie" not in server.received[1].headers


def test_loopback_is_reached_past_a_proxy(
    loopback: Any, closed_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{closed_port}")
    assert send(loopback(says(200)).url).status == 200


def test_other_hosts_are_reached_through_the_proxy(
    loopback: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = loopback(says(200, b'"from the proxy"'))
    monkeypatch.setenv("http_proxy", proxy.url)
    monkeypatch.delenv("no_proxy", raising=False)
    assert send("http://crm.example/api").json() == "from the proxy"
    assert proxy.received[0].line == "GET http://crm.example/api HTTP/1.1"


def test_a_proxy_that_is_down_means_that_nothing_left(
    closed_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{closed_port}")
    monkeypatch.delenv("no_proxy", raising=False)
    with pytest.raises(ServiceUnavailableError):
        send("https://crm.example/api", safe=False)


def test_an_answer_that_is_not_json_says_so(loopback: Any) -> None:
    server = loopback(says(200, b"<html>Bearer abcdefghij</html>", intuit_tid="r-1"))
    with pytest.raises(UnreadableAnswerError, match="QuickBooks") as caught:
        send(server.url).json()
    assert "r-1" in caught.value.details
    assert "abcdefghij" not in caught.value.details


def test_not_a_number_is_not_read_as_an_amount(loopback: Any) -> None:
    with pytest.raises(UnreadableAnswerError):
        send(loopback(says(200, b'{"TotalAmt": NaN}')).url).json()


def test_the_log_names_the_exchange_and_no_values(
    loopback: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server = loopback(says(200, intuit_tid="1-trace"))
    send(
        f"{server.url}/cb",
        params={"code": "AB11secret", "requestid": "r-77"},
        headers={"Authorization": "Bearer top-secret-token"},
    )
    ours = [record for record in caplog.records if record.name == "psaqb.http"]
    line = ours[0].getMessage()
    assert line.startswith(f"GET 127.0.0.1:{server.port}/cb?code&requestid 200 1-trace ")
    assert "secret" not in line


def test_errors_do_not_repeat_the_query(closed_port: int) -> None:
    with pytest.raises(ServiceUnavailableError) as caught:
        send(f"http://127.0.0.1:{closed_port}/cb?code=AB11secret")
    assert "AB11secret" not in caught.value.details + str(caught.value)


def test_threads_share_connections_but_not_mistakes(loopback: Any) -> None:
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    server = loopback(says(200))
    http = session()
    with ThreadPoolExecutor(4) as pool:
        answers = list(
            pool.map(lambda _: http.send("GET", server.url, is_safe_to_repeat=True), range(20))
        )
    http.close()
    assert {answer.status for answer in answers} == {200}


def test_the_module_is_cheap_to_import() -> None:
    import subprocess  # noqa: PLC0415
    import sys  # noqa: PLC0415

    code = (
        "import sys, psaqb_desktop.adapters.http.session;"
        "sys.exit(bool({'requests', 'truststore', 'urllib3'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
