"""Opens the window, in two steps.

1. The window itself with the first rows of the kept list: Qt, the screen's own modules, the
   settings and the cache. It is painted before anything else is loaded.
2. Everything that it works with: the event loop of coroutines, services, adapters, flows. That is
   loaded in a thread, while the window can be looked at already.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from psaqb_desktop.domain.environment import Environment, EnvironmentKind
from psaqb_desktop.domain.errors import AppError, Cancelled, JournalDamagedError, SettingsError

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from psaqb_desktop.adapters.dataverse.loopback import LoopbackListener
    from psaqb_desktop.adapters.settings.paths import Paths
    from psaqb_desktop.bootstrap import Office
    from psaqb_desktop.domain.listing import InvoiceList
    from psaqb_desktop.services.desk import Desk
    from psaqb_desktop.ui.main_window import MainWindow
    from psaqb_desktop.ui.tasks import TaskRunner


PASSPHRASE_VARIABLE = "PSAQB_KEYRING_PASSPHRASE"  # noqa: S105 - the name of a variable
SEALED_FILE_VARIABLE = "PSAQB_KEYRING_FILE"
_PRACTICE = "practice"
"""``practising.PRACTICE``; that module loads more than the first step may."""
_PAINT_MILLISECONDS = 500
"""A window that no screen wants to show, such as one that starts minimised, is not waited for."""
_FIRST_SCREENS = 100
"""Rows that are read before the first paint: a screen is full of 90 at most; the whole list
follows."""


def open_window(
    *, data_dir: Path | None = None, environment: str = "", is_practice: bool = False
) -> int:
    """Open the window and stay until it is closed; returns the exit code."""
    # Before Qt itself is imported, so that it can do no harm.
    refusal = unsound_pair(_pyside_version(), sys.version_info[:2])
    if refusal:
        sys.stderr.write(refusal + "\n")
        return 1
    app = _open_application()
    name = _PRACTICE if is_practice else environment
    window = _first_window(app, data_dir, name)
    # Only now, after the first paint.
    import asyncio  # noqa: PLC0415

    import qasync  # noqa: PLC0415

    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner:
        return runner.run(_run(app, window, data_dir, environment, is_practice=is_practice))


def _open_application() -> QApplication:
    # Nothing that a start makes is garbage; the window's own collector takes over.
    gc.disable()
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415

    from psaqb_desktop.ui.look import STYLE_ARGUMENTS  # noqa: PLC0415

    app = QApplication([*sys.argv[:1], *STYLE_ARGUMENTS])
    app.setApplicationName("psaqb-desktop")
    # The window's end is awaited; Qt must not stop the loop under it.
    app.setQuitOnLastWindowClosed(False)
    return app


def _first_window(app: QApplication, data_dir: Path | None, name: str) -> MainWindow | None:
    """Paint the window with the first rows; None where it is not known yet whose it will be."""
    from psaqb_desktop.adapters.settings.paths import find_paths  # noqa: PLC0415
    from psaqb_desktop.ui.look import apply_look, wear_palette  # noqa: PLC0415

    paths = find_paths(data_dir, os.environ)
    environment = _declared(paths, name)
    if environment is None:
        apply_look(app)
        return None
    from psaqb_desktop.ui.main_window import MainWindow  # noqa: PLC0415
    from psaqb_desktop.ui.window_memory import remembered_colours  # noqa: PLC0415

    memory = RememberedTexts(paths)
    wear_palette(app, remembered_colours(memory))
    window = MainWindow(
        environment,
        memory,
        log_folder=paths.logs,
        first=_first_rows(paths, environment.name),
    )
    window.wear(window.memory.colours)
    _paint(app, window)
    return window


def _paint(app: QApplication, window: MainWindow) -> None:
    """Show the window and return when it has been painted, or cannot be seen anyway.

    No event loop is running yet, so that none can be nested by this.
    """
    from PySide6.QtCore import QEventLoop, QTimer  # noqa: PLC0415

    window.show()
    patience = QTimer()
    patience.setSingleShot(True)
    patience.start(_PAINT_MILLISECONDS)
    while patience.isActive() and not window.windowHandle().isExposed():
        app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    app.processEvents()


def _declared(paths: Paths, name: str) -> Environment | None:
    """Return an environment as far as it is declared; mistakes are told by the second step."""
    from psaqb_desktop.adapters.settings.environments import EnvironmentsFile  # noqa: PLC0415

    try:
        return EnvironmentsFile(paths.environments_file).find(name)
    except SettingsError:
        return None


def _first_rows(paths: Paths, environment: str) -> InvoiceList | None:
    from psaqb_desktop.adapters.cache import SqliteInvoiceCache  # noqa: PLC0415
    from psaqb_desktop.services.joined_rows import first_rows  # noqa: PLC0415

    file = paths.cache_file(environment)
    if not file.is_file():
        return None
    return first_rows(SqliteInvoiceCache(file).first_rows(_FIRST_SCREENS))


def unsound_pair(pyside: str, python: tuple[int, int]) -> str:
    """Return why this PySide6 must not run on this Python; empty when the pair is sound.

    PySide6 6.12.0 drops a reference of None on every void call below Python 3.12 and aborts after
    some thousand calls, in the middle of whatever the program is doing.
    """
    if python < (3, 12) and pyside.startswith("6.12.0"):
        return (
            f"PySide6 {pyside} crashes on Python {python[0]}.{python[1]}. "
            'Install another one (pip install "PySide6<6.12") or use Python 3.12 or later. '
            "Nothing was started."
        )
    return ""


def _pyside_version() -> str:
    from psaqb_desktop.ui.plain_imports import use_plain_imports  # noqa: PLC0415

    use_plain_imports()
    import PySide6  # noqa: PLC0415

    return PySide6.__version__


async def _run(
    app: QApplication,
    window: MainWindow | None,
    data_dir: Path | None,
    environment: str,
    *,
    is_practice: bool,
) -> int:
    from psaqb_desktop.ui.tasks import TaskRunner  # noqa: PLC0415

    tasks = TaskRunner()
    await tasks.call(_load)
    from psaqb_desktop.bootstrap import open_log, open_office  # noqa: PLC0415
    from psaqb_desktop.ui.app import run_window  # noqa: PLC0415
    from psaqb_desktop.ui.connect.connection_form import AppKeys  # noqa: PLC0415
    from psaqb_desktop.ui.connect.parts import ConnectParts  # noqa: PLC0415
    from psaqb_desktop.ui.dialogs import show_error  # noqa: PLC0415
    from psaqb_desktop.ui.main_window import MainWindow  # noqa: PLC0415

    office = open_office(data_dir, await _passphrase(window))
    with open_log(office.paths):
        try:
            desk = await _open_desk(office, environment, tasks, is_practice=is_practice)
        except Cancelled:
            return 0
        except AppError as error:
            await show_error(window, error)
            return 1
        if window is None:
            window = MainWindow(
                desk.environment, RememberedTexts(office.paths), log_folder=office.paths.logs
            )
            window.wear(window.memory.colours)
            window.show()
        elif not window.isVisible():
            return 0  # closed before it could do anything
        is_practice = desk.environment.kind is EnvironmentKind.PRACTICE
        parts = ConnectParts(
            desk,
            tasks,
            open_loopback=_listen,
            # Nobody could look these up: there is no developer's page of the practice company.
            known_keys=AppKeys(*office.practice.app_keys) if is_practice else None,
        )
        try:
            return await run_window(app, window, desk, tasks, parts, log_folder=office.paths.logs)
        finally:
            tasks.close()


def _load() -> None:
    """Import what the second step needs, in a thread: the window goes on meanwhile."""
    import psaqb_desktop.bootstrap  # noqa: PLC0415
    import psaqb_desktop.ui.app  # noqa: PLC0415
    import psaqb_desktop.ui.connect.parts  # noqa: PLC0415
    import psaqb_desktop.ui.invoices.presenter  # noqa: F401, PLC0415


def _listen() -> LoopbackListener:
    """Listen for a person's own browser that returns from the CRM's sign-in."""
    from psaqb_desktop.adapters.dataverse.loopback import LoopbackListener  # noqa: PLC0415

    return LoopbackListener()


async def _passphrase(window: MainWindow | None) -> Callable[[Path], str] | None:
    """Ask for the passphrase of the sealed file, where one was chosen and it is not given."""
    from psaqb_desktop.ui.dialogs import get_text  # noqa: PLC0415

    if not os.environ.get(SEALED_FILE_VARIABLE) or os.environ.get(PASSPHRASE_VARIABLE):
        return None
    typed = await get_text(
        window,
        "Unlock the secret file",
        "Tokens and secrets of this machine are kept in a file that is sealed with a passphrase.",
        label="Passphrase",
        yes_text="Unlock",
        is_secret=True,
    )
    return lambda _path: typed or ""


async def _open_desk(
    office: Office, environment: str, tasks: TaskRunner, *, is_practice: bool
) -> Desk:
    """Open the environment that was asked for; a first start asks which."""
    from psaqb_desktop.bootstrap import build_desk  # noqa: PLC0415
    from psaqb_desktop.practising import PRACTICE  # noqa: PLC0415
    from psaqb_desktop.ui.welcome import Welcome  # noqa: PLC0415

    name = environment or office.default_environment()
    if not is_practice and not name:
        choice = await Welcome().run()
        if choice.environment is not None:
            office.declare(choice.environment)
            name = choice.environment.name
        is_practice = choice.environment is None
    if is_practice or name == PRACTICE:
        practice = await tasks.call(office.practice.start, ends_with=os.getpid())
        return await _with_sound_journal(
            lambda: build_desk(practice, office), office, practice.name, tasks
        )
    return await _with_sound_journal(lambda: office.open_desk(name), office, name, tasks)


async def _with_sound_journal(
    open_desk: Callable[[], Desk], office: Office, name: str, tasks: TaskRunner
) -> Desk:
    """Open the desk; a journal that is too damaged to be opened is recovered, if a person agrees.

    Raises:
        Cancelled: the person does not agree; without a journal nothing can be pushed.
    """
    from psaqb_desktop.ui.dialogs import tell  # noqa: PLC0415
    from psaqb_desktop.ui.journal_dialogs import wants_recovery  # noqa: PLC0415

    try:
        return await tasks.call(open_desk)
    except JournalDamagedError as error:
        if not await wants_recovery(None, error):
            raise Cancelled("The journal was left as it is.") from error
    # What is open is settled as at every start.
    await tell(None, "The journal was recovered", office.recover_journal(name).words)
    return await tasks.call(open_desk)


class RememberedTexts:
    """The window's memory, in the state file of this user."""

    def __init__(self, paths: Paths) -> None:
        from psaqb_desktop.adapters.settings.state import StateFile  # noqa: PLC0415

        self._file = StateFile(paths.state_file)

    def get(self, key: str) -> str:
        """Return what was kept under the key, or an empty text."""
        return str(self._file.read(key, ""))

    def set(self, key: str, value: str) -> None:
        """Keep a text."""
        self._file.write(key, value)
