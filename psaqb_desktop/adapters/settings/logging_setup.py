"""Log files in the log folder: rotating, without secrets, and a place for hard crashes."""

from __future__ import annotations

import faulthandler
import logging
import os
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO, Any, Self

FORMAT = "%(asctime)s %(levelname)-7s %(process)d %(threadName)s %(name)s: %(message)s"
LOG_NAME = "psaqb-desktop.log"
CRASH_NAME = "crashes.log"
_LOG_BYTES = 2_000_000
_KEPT_FILES = 5


class _RedactingFormatter(logging.Formatter):
    """Redacts the finished text: message, arguments and traceback alike."""

    def __init__(self, redact: Callable[[str], str]) -> None:
        super().__init__(FORMAT)
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        return self._redact(super().format(record))


class _OwnersFileHandler(RotatingFileHandler):
    """Makes its files readable by the owner only."""

    def _open(self) -> Any:
        return open(self.baseFilename, self.mode, encoding=self.encoding, opener=_private)


class Logging:
    """Logging while it is set up; ``close`` puts everything back."""

    def __init__(self, handler: logging.Handler, crash_file: IO[str], level_before: int) -> None:
        self._handler = handler
        self._crash_file = crash_file
        self._level_before = level_before

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop logging to the files."""
        root = logging.getLogger()
        root.removeHandler(self._handler)
        root.setLevel(self._level_before)
        self._handler.close()
        faulthandler.disable()
        self._crash_file.close()


def set_up_logging(
    folder: Path, *, redact: Callable[[str], str], level: int = logging.INFO
) -> Logging:
    """Log everything from ``level`` up into ``folder``; hard crashes leave their stacks there.

    Args:
        folder: is made where it is missing.
        redact: takes secrets out of a text; sees every line before it is written.
        level: DEBUG for support.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handler = _OwnersFileHandler(
        folder / LOG_NAME, maxBytes=_LOG_BYTES, backupCount=_KEPT_FILES, encoding="utf-8"
    )
    handler.setFormatter(_RedactingFormatter(redact))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(level)
    crash_file = open(  # noqa: SIM115 - stays open as long as the program runs
        folder / CRASH_NAME, "a", encoding="utf-8", opener=_private
    )
    faulthandler.enable(crash_file)
    return Logging(handler, crash_file, before)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
