"""FileMachineLock: one at a time over all programs of this user on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from psaqb_desktop.domain.errors import LeaseTakenError, SettingsError


class FileMachineLock:
    """A MachineLock made of files; the system frees them when a program dies."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def hold(self, name: str, *, timeout_seconds: float) -> Iterator[None]:
        """Hold the lock of that name; it is not re-entrant.

        Raises:
            LeaseTakenError: not free within the time.
            SettingsError: the folder of the locks cannot be written.
        """
        from filelock import FileLock, Timeout  # noqa: PLC0415 - not needed by the first window

        path = self._folder / f"{quote(name, safe='')}.lock"
        # A lock object of its own for each holder: threads exclude each other as programs do.
        lock = FileLock(path, timeout=timeout_seconds, thread_local=False)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except Timeout as error:
            raise LeaseTakenError(
                "Another window of this program is busy with the same thing.",
                details=f"{path}: not free within {timeout_seconds:g} s",
            ) from error
        except OSError as error:
            raise SettingsError(
                "The folder for locks cannot be used.",
                remedy="Give your user the right to write it.",
                details=f"{path}: {error}",
            ) from error
        try:
            yield
        finally:
            lock.release()
