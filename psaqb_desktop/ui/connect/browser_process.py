"""The process of the sign-in window: what ``psaqb-desktop --oauth-window`` runs.

A process of its own, because the engine keeps some 150 MB for good once it was started, because
a crash of web content must not take pushes down, and so that web content never shares a process
with tokens. It gets one line on standard input, shows one window, and writes one line.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

from psaqb_desktop.ui.connect.browser_messages import BrowseEnd, BrowseOutcome, BrowserOrder

_STANDARD_INPUT = 0
_STANDARD_OUTPUT = 1


def run_browser_window(argv: Sequence[str]) -> int:
    """Show the sign-in window that standard input orders, and answer on standard output.

    Args:
        argv: the command line; only the program's name is handed to Qt, so that nobody can slip
            engine switches in.

    Returns:
        The exit code: 0 once an answer was written, whatever it says.
    """
    answer = _take_standard_output()
    if getattr(sys, "frozen", False):
        _forget_engine_switches()
    try:
        outcome = _show(BrowserOrder.from_line(_read_line()), argv[:1])
    except Exception as error:  # noqa: BLE001 - the last line of a process that only has one line
        outcome = BrowseOutcome(BrowseEnd.FAILED, problem=f"{type(error).__name__}: {error}")
    os.write(answer, outcome.to_line().encode() + b"\n")
    os.close(answer)
    return 0


def _take_standard_output() -> int:
    """Keep the way to the parent for the one line; whatever else prints goes nowhere."""
    answer = os.dup(_STANDARD_OUTPUT)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, _STANDARD_OUTPUT)
    os.close(nowhere)
    return answer


def _forget_engine_switches() -> None:
    """Drop what could open a debugging port or switch the sandbox off in an installed program."""
    for name in [name for name in os.environ if name.startswith("QTWEBENGINE_")]:
        del os.environ[name]


def _read_line() -> str:
    line = bytearray()
    while not line.endswith(b"\n"):
        piece = os.read(_STANDARD_INPUT, 1)
        if not piece:
            break
        line += piece
    return line.decode()


def _show(order: BrowserOrder, argv: Sequence[str]) -> BrowseOutcome:
    # Imported here: the engine belongs to this process only, and wants to be first.
    from PySide6.QtWebEngineWidgets import QWebEngineView  # noqa: F401, PLC0415 # isort: skip
    from PySide6.QtCore import QMetaObject, Qt  # noqa: PLC0415
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415

    from psaqb_desktop.ui.plain_imports import use_plain_imports  # noqa: PLC0415

    use_plain_imports()
    from psaqb_desktop.ui.connect.browser_window import BrowserWindow  # noqa: PLC0415
    from psaqb_desktop.ui.look import STYLE_ARGUMENTS, ColourChoice, apply_look  # noqa: PLC0415

    existing = QApplication.instance()
    instance = (
        existing
        if isinstance(existing, QApplication)
        else QApplication([*(argv or ("psaqb-desktop",)), *STYLE_ARGUMENTS])
    )
    instance.setApplicationName("PSAQB Desktop")
    instance.setQuitOnLastWindowClosed(False)
    apply_look(instance, ColourChoice.DARK if order.is_dark else ColourChoice.LIGHT)
    window = BrowserWindow(order)
    window.ended.connect(instance.quit)
    _watch_parent(
        lambda: QMetaObject.invokeMethod(window, "close", Qt.ConnectionType.QueuedConnection)
    )
    window.show()
    window.raise_()
    window.activateWindow()
    # No coroutine lives in this process, so Qt's own loop may block.
    instance.exec()
    window.tear_down()
    return window.outcome


def _watch_parent(is_gone: Callable[[], object]) -> None:
    """Close the window when the program that asked for it is gone: nobody would read the answer."""

    def watch() -> None:
        while os.read(_STANDARD_INPUT, 1024):
            pass
        with suppress(RuntimeError):  # the window may have ended meanwhile
            is_gone()

    threading.Thread(target=watch, name="watch-parent", daemon=True).start()
