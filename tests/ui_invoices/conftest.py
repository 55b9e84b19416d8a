"""Runs coroutines of the window on Qt's own loop, offscreen."""

from __future__ import annotations

import os
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtWidgets import QApplication

from psaqb_desktop.ui.main_window import MainWindow

RunAsync = Callable[[Coroutine[Any, Any, None]], None]


@pytest.fixture
def run_async(run_async: RunAsync, qapp: QApplication) -> RunAsync:
    """Hide the windows while the loop still runs: from then on none of them starts anything."""

    async def whole(coroutine: Coroutine[Any, Any, None]) -> None:
        try:
            await coroutine
        finally:
            for window in _windows(qapp):
                window.hide()

    def run(coroutine: Coroutine[Any, Any, None]) -> None:
        run_async(whole(coroutine))

    return run


@pytest.fixture(autouse=True)
def _no_window_is_left(qapp: QApplication) -> Iterator[None]:
    yield
    for window in _windows(qapp):
        window.hide()
        window.deleteLater()


def _windows(qapp: QApplication) -> list[MainWindow]:
    return [each for each in qapp.topLevelWidgets() if isinstance(each, MainWindow)]
