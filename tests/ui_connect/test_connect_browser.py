"""The sign-in window as it is: a real process with the real engine, against real sockets."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil
import pytest
from PySide6.QtCore import QProcess

from psaqb_desktop.domain.sign_in import AuthorizationRequest, read_redirect
from psaqb_desktop.ui.connect.browser_client import browse
from psaqb_desktop.ui.connect.browser_messages import BrowseEnd, BrowseOutcome
from tests.ui_connect.connect_service import SignInService, Trap

RunAsync = Callable[[Coroutine[Any, Any, None]], None]
STATE = "st+te/with=odd&signs %2B"
SCRIPT = Path(__file__).with_name("connect_driven_window.py")


def request_to(service: SignInService, way: str, trap: Trap, **more: str) -> AuthorizationRequest:
    back = f"http://localhost:{trap.port}/callback"
    query = urlencode({"redirect_uri": back, "state": STATE, **more})
    return AuthorizationRequest(
        url=f"{service.origin}/{way}?{query}",
        redirect_uri=back,
        state=STATE,
        title="Sign in to QuickBooks",
        allowed_hosts=(f"127.0.0.1:{service.server_port}",),
    )


def person(action: str, notes: Path) -> tuple[str, ...]:
    return (sys.executable, str(SCRIPT), action, str(notes))


async def go(
    request: AuthorizationRequest, action: str, notes: Path, *, kind: str = "practice"
) -> BrowseOutcome:
    return await browse(request, environment_kind=kind, command=person(action, notes))


@pytest.mark.parametrize(
    "way",
    ["302", "chain", "script", "meta", "post-302", "post", "popup", "frame"],
)
def test_the_redirect_is_caught_and_nothing_reaches_its_host(
    run_async: RunAsync, service: SignInService, trap: Trap, tmp_path: Path, way: str
) -> None:
    request = request_to(service, way, trap)

    async def body() -> None:
        outcome = await go(request, "watch", tmp_path / "seen")
        assert outcome.end is BrowseEnd.REDIRECTED, outcome
        if way == "post":  # the form's fields are the body, which no redirect carries
            assert outcome.redirected_url == request.redirect_uri
            return
        answer = read_redirect(request, outcome.redirected_url)
        assert answer.code == "a+b/c="
        assert answer.realm_id == "9130"
        assert ("from=page" in outcome.redirected_url) is (way == "frame")

    run_async(body())
    assert trap.visits == 0


def test_the_program_starts_the_window_by_its_own_switch(
    run_async: RunAsync, service: SignInService, trap: Trap
) -> None:
    async def body() -> None:
        outcome = await browse(request_to(service, "302", trap), environment_kind="practice")
        assert outcome.end is BrowseEnd.REDIRECTED

    run_async(body())


def test_parts_of_a_page_send_nothing_to_the_redirect_host(
    run_async: RunAsync, service: SignInService, trap: Trap, tmp_path: Path
) -> None:
    async def body() -> None:
        outcome = await go(request_to(service, "parts", trap), "watch", tmp_path / "seen")
        assert "from=page" in outcome.redirected_url

    run_async(body())
    assert trap.heard == b""  # Chromium may open a line ahead of time, but says nothing on it


def test_a_second_sign_in_knows_nothing_of_the_first(
    run_async: RunAsync, service: SignInService, trap: Trap, tmp_path: Path
) -> None:
    async def body() -> None:
        for _ in range(2):
            outcome = await go(request_to(service, "cookie", trap), "watch", tmp_path / "seen")
            assert outcome.end is BrowseEnd.REDIRECTED

    run_async(body())
    assert set(service.cookies) == {""}


def test_another_host_is_refused_and_the_way_out_is_offered(
    run_async: RunAsync, service: SignInService, trap: Trap, tmp_path: Path
) -> None:
    elsewhere = f"http://127.0.0.1:{trap.port}/phish?secret=1"
    notes = tmp_path / "seen"

    async def body() -> None:
        request = request_to(service, "elsewhere", trap, elsewhere=elsewhere)
        outcome = await go(request, "own-browser", notes)
        assert outcome.end is BrowseEnd.USE_SYSTEM_BROWSER

    run_async(body())
    seen = json.loads(notes.read_text())
    assert "not part of this sign-in" in seen["notice"]
    assert "secret" not in "".join(seen.values())
    assert seen["address"] == service.origin
    assert trap.visits == 0


@pytest.mark.parametrize("target", ["file:///etc/hostname", "mailto:a@b.example", "psaqb:x"])
def test_other_schemes_are_not_followed(
    run_async: RunAsync, service: SignInService, trap: Trap, tmp_path: Path, target: str
) -> None:
    async def body() -> None:
        outcome = await go(
            request_to(service, "elsewhere", trap, elsewhere=target), "cancel", tmp_path / "seen"
        )
        assert outcome.end is BrowseEnd.CANCELLED

    run_async(body())


def test_an_unencrypted_service_is_refused_in_production(
    run_async: RunAsync, service: SignInService, trap: Trap, tmp_path: Path
) -> None:
    notes = tmp_path / "seen"

    async def body() -> None:
        request = request_to(service, "302", trap)
        outcome = await go(request, "own-browser", notes, kind="production")
        assert outcome.end is BrowseEnd.USE_SYSTEM_BROWSER

    run_async(body())
    seen = json.loads(notes.read_text())
    assert "not part of this sign-in" in seen["trouble"]
    assert seen["address"] == "No page"
    assert service.cookies == []


def test_cancel_is_told_and_the_title_holds_nothing_of_the_page(
    run_async: RunAsync, service: SignInService, trap: Trap, tmp_path: Path
) -> None:
    notes = tmp_path / "seen"

    async def body() -> None:
        outcome = await go(request_to(service, "form", trap), "cancel", notes)
        assert outcome == BrowseOutcome(BrowseEnd.CANCELLED)

    run_async(body())
    seen = json.loads(notes.read_text())
    assert seen["title"] == "Sign in to QuickBooks"
    assert (seen["address"], seen["security"]) == (service.origin, "On this computer")


def test_a_service_that_is_not_there_is_told_in_words(
    run_async: RunAsync, service: SignInService, trap: Trap, tmp_path: Path
) -> None:
    notes = tmp_path / "seen"
    request = request_to(service, "302", trap)
    service.shutdown()
    service.server_close()

    async def body() -> None:
        outcome = await go(request, "own-browser", notes)
        assert outcome.end is BrowseEnd.USE_SYSTEM_BROWSER

    run_async(body())
    assert "The server did not answer." in json.loads(notes.read_text())["trouble"]


def test_an_error_of_the_service_leaves_its_page_and_offers_the_way_out(
    run_async: RunAsync, service: SignInService, trap: Trap, tmp_path: Path
) -> None:
    notes = tmp_path / "seen"

    async def body() -> None:
        outcome = await go(request_to(service, "broken", trap), "own-browser", notes)
        assert outcome.end is BrowseEnd.USE_SYSTEM_BROWSER

    run_async(body())
    assert "error 503" in json.loads(notes.read_text())["notice"]


def test_a_crash_of_the_page_offers_to_try_again(
    run_async: RunAsync, service: SignInService, trap: Trap, tmp_path: Path
) -> None:
    notes = tmp_path / "seen"

    async def body() -> None:
        outcome = await go(request_to(service, "form", trap), "crash", notes)
        assert outcome.end is BrowseEnd.CANCELLED

    run_async(body())
    assert "stopped working" in json.loads(notes.read_text())["trouble"]


def children_of_the_window() -> list[psutil.Process]:
    me = psutil.Process()
    return [p for p in me.children(recursive=True) if p.status() != psutil.STATUS_ZOMBIE]


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - another process has no event to wait for
        await asyncio.sleep(0.05)


def test_cancelling_the_sign_in_kills_the_window_and_its_engine(
    run_async: RunAsync, service: SignInService, trap: Trap, tmp_path: Path
) -> None:
    async def body() -> None:
        running = asyncio.ensure_future(
            go(request_to(service, "form", trap), "watch", tmp_path / "seen")
        )
        await until(lambda: bool(service.cookies))
        processes = children_of_the_window()
        assert len(processes) > 1  # the window and what its engine started
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        await until(lambda: not any(process.is_running() for process in processes))

    run_async(body())


def test_a_killed_window_is_a_failure_in_words(
    run_async: RunAsync, service: SignInService, trap: Trap, tmp_path: Path
) -> None:
    async def body() -> None:
        running = asyncio.ensure_future(
            go(request_to(service, "form", trap), "watch", tmp_path / "seen")
        )
        await until(lambda: bool(service.cookies))
        psutil.Process().children()[0].kill()
        outcome = await running
        assert outcome.end is BrowseEnd.FAILED
        assert outcome.problem == "The sign-in window closed unexpectedly."

    run_async(body())


def test_a_window_that_cannot_be_started_is_told(
    run_async: RunAsync, service: SignInService, trap: Trap, tmp_path: Path
) -> None:
    async def body() -> None:
        outcome = await browse(
            request_to(service, "302", trap),
            environment_kind="practice",
            command=(str(tmp_path / "no-such-program"),),
        )
        assert outcome.problem == "The sign-in window could not be started."

    run_async(body())


def test_the_window_closes_when_the_program_that_asked_is_gone(
    service: SignInService, trap: Trap, tmp_path: Path, qtbot: Any
) -> None:
    request = request_to(service, "form", trap)
    order = {
        "url": request.url,
        "redirect_uri": request.redirect_uri,
        "allowed_hosts": list(request.allowed_hosts),
        "environment_kind": "practice",
    }
    process = QProcess()
    process.start(sys.executable, [str(SCRIPT), "watch", str(tmp_path / "seen")])
    process.write(json.dumps(order).encode() + b"\n")
    qtbot.waitUntil(lambda: bool(service.cookies), timeout=30_000)
    with qtbot.waitSignal(process.finished, timeout=30_000):
        process.closeWriteChannel()
    assert json.loads(bytes(process.readAllStandardOutput().data())) == {"cancelled": True}
    assert process.exitCode() == 0


def test_an_order_that_cannot_be_read_is_answered(qtbot: Any) -> None:
    process = QProcess()
    process.start(sys.executable, [str(SCRIPT), "watch", "unused"])
    with qtbot.waitSignal(process.finished, timeout=30_000):
        process.write(b"{}\n")
    assert "failed" in json.loads(bytes(process.readAllStandardOutput().data()))
