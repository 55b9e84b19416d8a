"""Qt's own loop for coroutines, and a sign-in service on loopback for the real browser."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
if hasattr(os, "geteuid") and os.geteuid() == 0:
    # Chromium refuses to run as root with its sandbox; a matter of this test machine only.
    os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")

import pytest
import qasync
from PySide6.QtWidgets import QApplication

from psaqb_desktop.ui.tasks import TaskRunner
from tests.ui_connect.connect_service import SignInService, Trap

RunAsync = Callable[[Coroutine[Any, Any, None]], None]


@pytest.fixture(scope="session")
def only_loop(qapp: QApplication) -> Iterator[asyncio.AbstractEventLoop]:
    """One loop for all tests, as the program has one.

    A closed loop may be collected in any thread, and its timers, which live on after their
    handles were cancelled, would then fire into nothing and take the process with them.
    """
    qapp.setQuitOnLastWindowClosed(False)  # else the first closed dialog stops the loop
    loop = qasync.QEventLoop(qapp)
    yield loop
    loop.close()


@pytest.fixture
def loop(only_loop: asyncio.AbstractEventLoop) -> Iterator[asyncio.AbstractEventLoop]:
    asyncio.set_event_loop(only_loop)
    problems: list[dict[str, Any]] = []
    only_loop.set_exception_handler(lambda _loop, context: problems.append(context))
    yield only_loop
    asyncio.set_event_loop(None)
    assert problems == []


@pytest.fixture
def run_async(loop: asyncio.AbstractEventLoop) -> RunAsync:
    def run(coroutine: Coroutine[Any, Any, None]) -> None:
        loop.run_until_complete(asyncio.wait_for(coroutine, 60))

    return run


@pytest.fixture
def tasks() -> Iterator[TaskRunner]:
    runner = TaskRunner()
    yield runner
    runner.close()


@pytest.fixture
def service() -> Iterator[SignInService]:
    service = SignInService()
    yield service
    service.shutdown()
    service.server_close()


@pytest.fixture
def trap() -> Iterator[Trap]:
    trap = Trap()
    yield trap
    trap.close()
