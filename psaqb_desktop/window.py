"""Opens the window: Qt, its event loop, the desk of one environment, and the screens over it."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from psaqb_desktop.domain.environment import EnvironmentKind
from psaqb_desktop.domain.errors import AppError, Cancelled, JournalDamagedError

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from psaqb_desktop.adapters.dataverse.loopback import LoopbackListener
    from psaqb_desktop.bootstrap import Office
    from psaqb_desktop.services.desk import Desk
    from psaqb_desktop.ui.tasks import TaskRunner


PASSPHRASE_VARIABLE = "PSAQB_KEYRING_PASSPHRASE"  # noqa: S105 - the name of a variable
SEALED_FILE_VARIABLE = "PSAQB_KEYRING_FILE"


def open_window(*, data_dir: Path | None, environment: str, is_practice: bool) -> int:
    """Open the window and stay until it is closed; returns the exit code."""
    refusal = unsound_pair(_pyside_version(), sys.version_info[:2])
    if refusal:
        sys.stderr.write(refusal + "\n")
        return 1
    # Qt and the loop are imported only now: the refusal must come before they can do harm.
    import qasync  # noqa: PLC0415
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415

    app = QApplication(sys.argv[:1])
    app.setApplicationName("psaqb-desktop")
    # The window's end is awaited; Qt must not stop the loop under it.
    app.setQuitOnLastWindowClosed(False)
    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner:
        return runner.run(_run(app, data_dir, environment, is_practice=is_practice))


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
    import PySide6  # noqa: PLC0415

    return PySide6.__version__


async def _run(
    app: QApplication, data_dir: Path | None, environment: str, *, is_practice: bool
) -> int:
    from psaqb_desktop.bootstrap import open_log, open_office  # noqa: PLC0415
    from psaqb_desktop.ui.app import run_window  # noqa: PLC0415
    from psaqb_desktop.ui.connect.connection_form import AppKeys  # noqa: PLC0415
    from psaqb_desktop.ui.connect.parts import ConnectParts  # noqa: PLC0415
    from psaqb_desktop.ui.dialogs import show_error  # noqa: PLC0415
    from psaqb_desktop.ui.look import ColourChoice, apply_look  # noqa: PLC0415
    from psaqb_desktop.ui.tasks import TaskRunner  # noqa: PLC0415

    apply_look(app, ColourChoice.SYSTEM)
    office = open_office(data_dir, await _passphrase())
    tasks = TaskRunner()
    with open_log(office.paths):
        try:
            desk = await _open_desk(office, environment, tasks, is_practice=is_practice)
        except Cancelled:
            return 0
        except AppError as error:
            await show_error(None, error)
            return 1
        is_practice = desk.environment.kind is EnvironmentKind.PRACTICE
        parts = ConnectParts(
            desk,
            tasks,
            open_loopback=_listen,
            # Nobody could look these up: there is no developer's page of the practice company.
            known_keys=AppKeys(*office.practice.app_keys) if is_practice else None,
        )
        try:
            state = RememberedTexts(office)
            return await run_window(app, desk, tasks, parts, state, log_folder=office.paths.logs)
        finally:
            tasks.close()


def _listen() -> LoopbackListener:
    """Listen for a person's own browser that returns from the CRM's sign-in."""
    from psaqb_desktop.adapters.dataverse.loopback import LoopbackListener  # noqa: PLC0415

    return LoopbackListener()


async def _passphrase() -> Callable[[Path], str] | None:
    """Ask for the passphrase of the sealed file, where one was chosen and it is not given."""
    from psaqb_desktop.ui.dialogs import get_text  # noqa: PLC0415

    if not os.environ.get(SEALED_FILE_VARIABLE) or os.environ.get(PASSPHRASE_VARIABLE):
        return None
    typed = await get_text(
        None,
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
            lambda: build_desk(practice, office), office, practice.name
        )
    return await _with_sound_journal(lambda: office.open_desk(name), office, name)


async def _with_sound_journal(open_desk: Callable[[], Desk], office: Office, name: str) -> Desk:
    """Open the desk; a journal that is too damaged to be opened is recovered, if a person agrees.

    Raises:
        Cancelled: the person does not agree; without a journal nothing can be pushed.
    """
    from psaqb_desktop.ui.dialogs import tell  # noqa: PLC0415
    from psaqb_desktop.ui.journal_dialogs import wants_recovery  # noqa: PLC0415

    try:
        return open_desk()
    except JournalDamagedError as error:
        if not await wants_recovery(None, error):
            raise Cancelled("The journal was left as it is.") from error
    # What is open is settled as at every start.
    await tell(None, "The journal was recovered", office.recover_journal(name).words)
    return open_desk()


class RememberedTexts:
    """The window's memory, in the state file of this user."""

    def __init__(self, office: Office) -> None:
        from psaqb_desktop.adapters.settings.state import StateFile  # noqa: PLC0415

        self._file = StateFile(office.paths.state_file)

    def get(self, key: str) -> str:
        """Return what was kept under the key, or an empty text."""
        return str(self._file.read(key, ""))

    def set(self, key: str, value: str) -> None:
        """Keep a text."""
        self._file.write(key, value)
