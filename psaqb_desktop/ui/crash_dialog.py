"""For bugs: what happened, a report to copy, and where the log is. One dialog per traceback."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from asyncio import AbstractEventLoop
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialogButtonBox, QPlainTextEdit, QStyle, QWidget

from psaqb_desktop import __version__
from psaqb_desktop.ui.dialogs import MessageDialog

log = logging.getLogger("psaqb.ui")


class CrashDialog(MessageDialog):
    """Shows one bug; the program goes on."""

    def __init__(self, parent: QWidget | None, report: str, log_folder: Path | None) -> None:
        where = f" The log is in {log_folder}." if log_folder else ""
        super().__init__(
            parent,
            "Something unexpected happened",
            "This is a mistake in the program, not yours. Pushes are safe: what was on its way is "
            f"settled at the next start.{where}",
            icon=QStyle.StandardPixmap.SP_MessageBoxCritical,
        )
        text = QPlainTextEdit(report)
        text.setReadOnly(True)
        text.setAccessibleName("Report")
        text.setMinimumSize(560, 220)
        text.setTabChangesFocus(True)
        text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.body.addWidget(text)
        copy = self.add_button("Copy report", QDialogButtonBox.ButtonRole.ActionRole)
        copy.setAutoDefault(False)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(report))
        self.add_button("Go on", QDialogButtonBox.ButtonRole.AcceptRole).setDefault(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)


class CrashReporter:
    """The last resort for errors that nothing else took.

    ``show`` is called once for each different traceback, in the event loop's thread.
    """

    def __init__(self, loop: AbstractEventLoop, show: Callable[[str], None]) -> None:
        self._loop = loop
        self._show = show
        self._seen: set[str] = set()
        self._before = (sys.excepthook, threading.excepthook)

    def install(self) -> None:
        """Take over the three places where Python drops errors."""
        sys.excepthook = self._from_main
        threading.excepthook = self._from_thread
        self._loop.set_exception_handler(self._from_loop)

    def uninstall(self) -> None:
        """Give them back."""
        sys.excepthook, threading.excepthook = self._before
        self._loop.set_exception_handler(None)

    def report(self, what: str, error: BaseException) -> None:
        """Log an error and show it, unless the same traceback was shown before."""
        log.error("%s", what, exc_info=error)
        place = "".join(traceback.format_tb(error.__traceback__))
        key = f"{type(error).__name__}\n{place}"
        if key in self._seen:
            return
        self._seen.add(key)
        self._loop.call_soon_threadsafe(self._show, _report_text(what, error))

    def _from_main(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._before[0](kind, error, trace)
            return
        self.report("an error outside of any task", error)

    def _from_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            name = args.thread.name if args.thread else "?"
            self.report(f"an error in thread {name}", args.exc_value)

    def _from_loop(self, _loop: AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, BaseException):
            self.report(str(context.get("message", "an error in the event loop")), error)
        else:
            log.error("%s", context.get("message", context))


def _report_text(what: str, error: BaseException) -> str:
    """Return traceback and version; values of variables are not in it."""
    trace = "".join(traceback.format_exception(error))
    return f"PSAQB Desktop {__version__}\nWhile: {what}\n\n{trace}"
