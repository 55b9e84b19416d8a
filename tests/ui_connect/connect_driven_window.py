"""Runs the real sign-in window and plays the person in it: a script, started by the tests.

Arguments: what to do ("watch", "cancel", "own-browser", "crash"), and a file for what was seen.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # a script's own folder is all it has

from PySide6.QtWebEngineWidgets import QWebEngineView  # noqa: F401 - before the application

from PySide6.QtCore import QTimer  # isort: skip
from PySide6.QtWidgets import QApplication

from psaqb_desktop.ui.connect.browser_process import run_browser_window
from psaqb_desktop.ui.connect.browser_window import BrowserWindow


class Person:
    """Looks at the window twenty times a second and acts when it is ready."""

    def __init__(self, action: str, notes: Path) -> None:
        self.action = action
        self.notes = notes
        self.has_crashed = False

    def look(self) -> None:
        for window in QApplication.topLevelWidgets():
            if isinstance(window, BrowserWindow) and window.isVisible():
                self.act(window)

    def act(self, window: BrowserWindow) -> None:
        pane = window.pane
        trouble = pane.trouble_text.text() if pane.trouble.isVisible() else ""
        seen = {
            "title": window.windowTitle(),
            "address": pane.address.host.text(),
            "security": pane.address.security.text(),
            "notice": pane.notice_text.text() if pane.notice.isVisible() else "",
            "trouble": trouble,
        }
        self.notes.write_text(json.dumps(seen))
        if self.action == "cancel" and seen["address"].startswith("http"):
            window.cancel.click()
        elif self.action == "own-browser" and (seen["notice"] or seen["trouble"]):
            window.own_browser.click()
        elif self.action == "crash":
            self.crash(window, trouble)

    def crash(self, window: BrowserWindow, trouble: str) -> None:
        pane = window.pane
        if not self.has_crashed and pane.address.host.text().startswith("http"):
            self.has_crashed = True
            os.kill(pane.page.renderProcessPid(), signal.SIGKILL)
        elif trouble:
            window.cancel.click()


def main() -> int:
    application = QApplication(sys.argv[:1])
    person = Person(sys.argv[1], Path(sys.argv[2]))
    eyes = QTimer(application)
    eyes.timeout.connect(person.look)
    eyes.start(50)
    return run_browser_window(sys.argv[:1])


if __name__ == "__main__":
    sys.exit(main())
