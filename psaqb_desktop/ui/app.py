"""Runs the main window from its first paint to its end."""

from __future__ import annotations

import asyncio
from pathlib import Path

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from psaqb_desktop.domain.errors import AppError
from psaqb_desktop.ui.crash_dialog import CrashDialog, CrashReporter
from psaqb_desktop.ui.desk import InvoiceDesk
from psaqb_desktop.ui.dialogs import show_error
from psaqb_desktop.ui.garbage import MainThreadCollector
from psaqb_desktop.ui.main_window import MainWindow
from psaqb_desktop.ui.parts import MainWindowParts
from psaqb_desktop.ui.resources import resource
from psaqb_desktop.ui.tasks import TaskRunner


async def run_window(
    app: QApplication,
    window: MainWindow,
    desk: InvoiceDesk,
    tasks: TaskRunner,
    parts: MainWindowParts,
    *,
    log_folder: Path | None = None,
) -> int:
    """Bring the window to life, read, and return when it is closed; 0 is the exit code.

    The kept list is shown first; signing in silently, settling earlier pushes and reading
    the list follow while the window can be used already.
    """
    app.setWindowIcon(QIcon(str(resource("icons/psaqb.svg"))))
    collector = MainThreadCollector(is_busy=lambda: bool(tasks.running))
    window.work_with(desk, tasks, parts)
    app.styleHints().colorSchemeChanged.connect(lambda _now: window.wear(window.memory.colours))
    # Icons are drawn for the screens that are there.
    app.screenAdded.connect(lambda _screen: window.wear(window.memory.colours))

    def show_crash(report: str) -> None:
        CrashDialog(window, report, log_folder).open()

    reporter = CrashReporter(asyncio.get_running_loop(), show_crash)
    reporter.install()

    def tell_error(what: str, error: Exception) -> None:
        if isinstance(error, AppError):
            tasks.start(show_error(window, error), f"telling an error of {what}")
        else:
            reporter.report(what, error)

    tasks.on_error = tell_error
    closed = asyncio.Event()
    window.closed.connect(closed.set)
    window.presenter.start(window.presenter.reading.open, "opening")
    try:
        await closed.wait()
        tasks.cancel()
        await tasks.wait_all()
    finally:
        reporter.uninstall()
        collector.stop()
        window.deleteLater()
    return 0
