from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtWidgets import QListWidget, QWidget

from psaqb_desktop.domain.environment import SignInMethod
from psaqb_desktop.domain.errors import Cancelled, RequestRejectedError, SignInNeededError
from psaqb_desktop.domain.sign_in import AuthorizationRequest
from psaqb_desktop.ui.connect.browser_messages import BrowseEnd, BrowseOutcome
from psaqb_desktop.ui.connect.browsers import Browsers
from psaqb_desktop.ui.connect.set_up_crm import SetUpCrm
from psaqb_desktop.ui.connect.sign_in_crm import SignInToCrm
from psaqb_desktop.ui.tasks import TaskRunner
from tests.ui_connect.connect_fakes import (
    GOOD_ADDRESS,
    REQUEST,
    SANDBOX,
    FakeProvisioner,
    FakeSignIn,
    environment,
)
from tests.ui_connect.connect_person import dialog, press, read, text, until

RunAsync = Callable[[Coroutine[Any, Any, None]], None]


@dataclass
class OneVisit:
    """A loopback listener that is visited when told to."""

    answer: str = ""
    redirect_uri: str = "http://localhost:5151"
    visited: threading.Event = field(default_factory=threading.Event)
    is_closed: bool = False

    def wait(self) -> str:
        self.visited.wait(20)
        if not self.answer:
            raise Cancelled("Nobody came.")
        return self.answer

    def close(self) -> None:
        self.is_closed = True
        self.visited.set()


class Screen:
    def __init__(self, tasks: TaskRunner, method: SignInMethod, *outcomes: BrowseOutcome) -> None:
        self.sign_in = FakeSignIn()
        self.loopback = OneVisit()
        self.outcomes = list(outcomes)
        self.opened: list[str] = []
        self._tasks = tasks
        self._method = method

    async def _window(self, _request: AuthorizationRequest, _parent: QWidget) -> BrowseOutcome:
        if not self.outcomes:
            await asyncio.Event().wait()
        return self.outcomes.pop(0)

    def _open(self, url: str) -> bool:
        self.opened.append(url)
        return True

    def start(self) -> asyncio.Future[bool]:
        flow = SignInToCrm(
            environment(self._method),
            self.sign_in,
            self._tasks,
            browsers=Browsers(self._window, self._open),
            open_loopback=lambda: self.loopback,
        )
        return asyncio.ensure_future(flow.run(None))


def test_the_window_signs_in(run_async: RunAsync, tasks: TaskRunner) -> None:
    came_back = BrowseOutcome(BrowseEnd.REDIRECTED, redirected_url=GOOD_ADDRESS)
    screen = Screen(tasks, SignInMethod.EMBEDDED_BROWSER, came_back)

    async def body() -> None:
        assert await screen.start()

    run_async(body())
    assert screen.sign_in.calls == ["begin", "finish"]
    assert dialog() is None


def test_closing_the_window_is_no_sign_in(run_async: RunAsync, tasks: TaskRunner) -> None:
    closed = BrowseOutcome(BrowseEnd.CANCELLED)
    screen = Screen(tasks, SignInMethod.EMBEDDED_BROWSER, closed)

    async def body() -> None:
        assert not await screen.start()

    run_async(body())


def test_the_own_browser_comes_back_by_loopback(run_async: RunAsync, tasks: TaskRunner) -> None:
    screen = Screen(tasks, SignInMethod.SYSTEM_BROWSER)

    async def body() -> None:
        running = screen.start()
        await read("Your browser was opened.")
        assert screen.opened == [REQUEST.url]
        screen.loopback.answer = "http://localhost:5151/?code=c&state=st4te"
        screen.loopback.visited.set()
        assert await running

    run_async(body())
    assert screen.loopback.is_closed


def test_cancelling_stops_listening(run_async: RunAsync, tasks: TaskRunner) -> None:
    screen = Screen(tasks, SignInMethod.SYSTEM_BROWSER)

    async def body() -> None:
        running = screen.start()
        await read("Your browser was opened.")
        await press("Cancel")
        assert not await running

    run_async(body())
    assert screen.loopback.is_closed


def test_a_device_code_is_shown_and_polled(run_async: RunAsync, tasks: TaskRunner) -> None:
    screen = Screen(tasks, SignInMethod.DEVICE_CODE)
    screen.sign_in.polls_until_done = 10**6

    async def body() -> None:
        running = screen.start()
        await read("H7KQ-P2XW")
        await press("Open the page")
        assert screen.opened == ["https://microsoft.com/devicelogin"]
        await until(lambda: "poll" in screen.sign_in.calls)
        screen.sign_in.polls_until_done = 1
        assert await running

    run_async(body())


def test_an_application_user_signs_in_silently(run_async: RunAsync, tasks: TaskRunner) -> None:
    screen = Screen(tasks, SignInMethod.CLIENT_CREDENTIALS)

    async def body() -> None:
        assert await screen.start()

    run_async(body())
    assert screen.sign_in.calls == ["unattended"]


def test_when_one_way_fails_another_can_be_chosen(run_async: RunAsync, tasks: TaskRunner) -> None:
    screen = Screen(tasks, SignInMethod.EMBEDDED_BROWSER)
    screen.sign_in.errors = [SignInNeededError("A managed device is asked for.", service="CRM")]

    async def body() -> None:
        running = screen.start()
        await read("A managed device is asked for.")
        await press("Sign in another way")
        await press("With a code")
        await read("H7KQ-P2XW")
        assert await running

    run_async(body())


def test_another_way_can_be_chosen_while_the_window_is_open(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    screen = Screen(tasks, SignInMethod.EMBEDDED_BROWSER)

    async def body() -> None:
        running = screen.start()
        await read("A sign-in window is open")
        await press("Sign in another way")
        await read("How do you want to sign in?")
        assert "application user" not in text()
        await press("Cancel")
        assert not await running

    run_async(body())


def set_up(provisioner: FakeProvisioner, tasks: TaskRunner) -> asyncio.Future[bool]:
    return asyncio.ensure_future(SetUpCrm(SANDBOX, provisioner, tasks).run(None))


def steps() -> list[str]:
    shown = dialog()
    found = shown.findChild(QListWidget) if shown else None
    if not isinstance(found, QListWidget):
        return []
    return [found.item(row).text() for row in range(found.count())]


def test_setting_up_says_what_it_makes_and_what_was_there(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    provisioner = FakeProvisioner()

    async def body() -> None:
        running = set_up(provisioner, tasks)
        await read("System Customizer")
        assert provisioner.steps_done == 0
        await press("Set up the CRM")
        await read("The CRM is set up")
        assert steps()[0] == "Table psaqb_1 — was there already"
        assert steps()[4] == "Table psaqb_5 — made"
        await press("Close")
        assert await running

    run_async(body())


def test_setting_up_stops_between_two_steps(run_async: RunAsync, tasks: TaskRunner) -> None:
    provisioner = FakeProvisioner(waits=True)

    async def body() -> None:
        running = set_up(provisioner, tasks)
        await press("Set up the CRM")
        await press("Stop after this step")
        await read("Stopping after this step")
        assert not running.done()
        provisioner.go_on.set()
        assert not await running

    run_async(body())
    assert provisioner.steps_done == 1


def test_a_refused_step_is_shown_and_tried_again(run_async: RunAsync, tasks: TaskRunner) -> None:
    refusal = RequestRejectedError("You may not create tables.", service="CRM", details="0x80")
    provisioner = FakeProvisioner(error_at=3, error=refusal)

    async def body() -> None:
        running = set_up(provisioner, tasks)
        await press("Set up the CRM")
        await until(lambda: "Not done — You may not create tables." in steps())
        await press("Try again")
        await read("The CRM is set up")
        await press("Close")
        assert await running

    run_async(body())
