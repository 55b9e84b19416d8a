"""Runs coroutines of the window on Qt's own loop, offscreen."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
import qasync
from PySide6.QtWidgets import QApplication

from psaqb_desktop.ui.main_window import MainWindow
from psaqb_desktop.ui.tasks import TaskRunner

RunAsync = Callable[[Coroutine[Any, Any, None]], None]


@pytest.fixture
def loop(qapp: QApplication) -> Iterator[asyncio.AbstractEventLoop]:
    qapp.setQuitOnLastWindowClosed(False)  # else the first closed dialog stops the loop
    loop = qasync.QEventLoop(qapp)
    asyncio.set_event_loop(loop)
    problems: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _loop, context: problems.append(context))
    yield loop
    loop.close()
    asyncio.set_event_loop(None)
    assert problems == []


@pytest.fixture
def run_async(loop: asyncio.AbstractEventLoop) -> RunAsync:
    def run(coroutine: Coroutine[Any, Any, None]) -> None:
        loop.run_until_complete(asyncio.wait_for(coroutine, 60))

    return run


@pytest.fixture(autouse=True)
def _no_window_is_left(qapp: QApplication) -> Iterator[None]:
    yield
    for widget in qapp.topLevelWidgets():
        if isinstance(widget, MainWindow):
            widget.hide()
            widget.deleteLater()


@pytest.fixture
def tasks() -> Iterator[TaskRunner]:
    runner = TaskRunner()
    yield runner
    runner.close()
