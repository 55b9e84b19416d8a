"""The program's side of the sign-in window: start its process, wait, and take its one line."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QProcess
from PySide6.QtWidgets import QWidget

import psaqb_desktop
from psaqb_desktop.domain.sign_in import AuthorizationRequest
from psaqb_desktop.ui.connect.browser_messages import (
    BrowseEnd,
    BrowseOutcome,
    BrowserOrder,
    Rectangle,
)

WINDOW_SWITCH = "--oauth-window"
_SECONDS_TO_DIE = 3


def window_command() -> tuple[str, ...]:
    """Return the command line of the sign-in window's process; it carries no data."""
    if getattr(sys, "frozen", False):
        return (sys.executable, WINDOW_SWITCH)
    return (sys.executable, "-m", "psaqb_desktop", WINDOW_SWITCH)


async def browse(
    request: AuthorizationRequest,
    *,
    environment_kind: str,
    parent: QWidget | None = None,
    command: Sequence[str] | None = None,
) -> BrowseOutcome:
    """Let a person sign in, in a window of its own process, and return how that ended.

    Cancelling the awaiting task kills the process.
    """
    order = BrowserOrder(
        url=request.url,
        redirect_uri=request.redirect_uri,
        title=request.title,
        allowed_hosts=request.allowed_hosts,
        environment_kind=environment_kind,
        above=_place_of(parent),
        is_dark=bool(parent and parent.palette().window().color().lightness() < 128),
    )
    process = _WindowProcess(command or window_command())
    try:
        return await process.run(order)
    finally:
        await process.stop()


def _place_of(parent: QWidget | None) -> Rectangle | None:
    if parent is None:
        return None
    frame = parent.window().frameGeometry()
    return frame.left(), frame.top(), frame.width(), frame.height()


class _WindowProcess:
    """One run of the window's process, awaited through Qt's signals.

    Its standard input stays open on purpose: the window closes itself when it is cut, so that no
    sign-in window outlives the program.
    """

    def __init__(self, command: Sequence[str]) -> None:
        # Owned by the application: the object has to outlive this one until the process is gone.
        self._process = QProcess(QCoreApplication.instance())
        self._process.setProgram(command[0])
        self._process.setArguments(list(command[1:]))
        # Started from a source tree, "-m" finds the package in the working directory.
        self._process.setWorkingDirectory(str(Path(psaqb_desktop.__file__).parent.parent))
        # The engine's chatter may quote addresses; nobody keeps it.
        self._process.setStandardErrorFile(QProcess.nullDevice())

    async def run(self, order: BrowserOrder) -> BrowseOutcome:
        ended: asyncio.Future[BrowseOutcome] = asyncio.get_running_loop().create_future()
        received = bytearray()

        def settle(outcome: BrowseOutcome) -> None:
            if not ended.done():
                ended.set_result(outcome)

        def read() -> None:
            received.extend(self._process.readAllStandardOutput().data())
            line, newline, _ = received.partition(b"\n")
            if newline:
                settle(_read_outcome(bytes(line)))

        def finish() -> None:
            read()
            settle(_failed("The sign-in window closed unexpectedly."))

        def fail(error: QProcess.ProcessError) -> None:
            if error is QProcess.ProcessError.FailedToStart:
                settle(_failed("The sign-in window could not be started."))

        self._process.readyReadStandardOutput.connect(read)
        self._process.finished.connect(finish)
        self._process.errorOccurred.connect(fail)
        self._process.start()
        self._process.write(order.to_line().encode() + b"\n")
        try:
            return await ended
        finally:
            self._process.readyReadStandardOutput.disconnect(read)
            self._process.finished.disconnect(finish)
            self._process.errorOccurred.disconnect(fail)

    async def stop(self) -> None:
        """End the process, if it is still there, and see it gone."""
        if self._process.state() is not QProcess.ProcessState.NotRunning:
            gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()

            def note() -> None:
                if not gone.done():
                    gone.set_result(None)

            self._process.finished.connect(note)
            self._process.kill()
            with suppress(TimeoutError):
                await asyncio.wait_for(gone, _SECONDS_TO_DIE)
            self._process.finished.disconnect(note)
        self._process.deleteLater()


def _read_outcome(line: bytes) -> BrowseOutcome:
    try:
        return BrowseOutcome.from_line(line.decode())
    except ValueError:
        return _failed("The sign-in window gave an answer that cannot be read.")


def _failed(problem: str) -> BrowseOutcome:
    return BrowseOutcome(BrowseEnd.FAILED, problem=problem)
