"""A screen of our own that tells, from outside, when a program has painted a table.

Xvfb keeps its picture in a file; what stands in it is what a person would see. A program needs no
hook for that, so that a bare window, the program and the packaged program are measured alike.
"""

from __future__ import annotations

import mmap
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

WIDTH, HEIGHT = 1400, 900
_BYTES_OF_A_PIXEL = 4
_LEFT, _RIGHT = 300, 640
"""The strip of the screen that is looked at; columns of every table stand in it."""
_LINES = 15
"""So many lines of text one below the other are a table: no message and no form has as many."""
_LOOK_SECONDS = 0.002
_PATIENCE_SECONDS = 90


class NoScreenError(Exception):
    """Xvfb is not installed or did not start."""


class Screen:
    """An X server with a picture in memory; a context manager."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        if shutil.which("Xvfb") is None:
            raise NoScreenError("Xvfb is not installed")
        reading, writing = os.pipe()
        self._server = subprocess.Popen(
            [
                *("Xvfb", "-displayfd", str(writing), "-nolisten", "tcp"),
                *("-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-fbdir", self._folder.name),
            ],
            pass_fds=(writing,),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        with os.fdopen(reading) as answer:
            number = answer.readline().strip()
        if not number:
            raise NoScreenError("Xvfb did not start")
        self.display = f":{number}"
        file = Path(self._folder.name) / "Xvfb_screen0"
        with file.open("rb") as opened:
            self._picture = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
        # An XWD file: a header and colours, then line by line the pixels.
        self._start = len(self._picture) - WIDTH * HEIGHT * _BYTES_OF_A_PIXEL

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._picture.close()
        self._server.terminate()
        self._server.wait()
        self._folder.cleanup()

    def lines_of_text(self) -> int:
        """Count the lines of text in the strip: bands of pixels that are not of one colour."""
        bands, was_text = 0, False
        for y in range(HEIGHT):
            at = self._start + (y * WIDTH + _LEFT) * _BYTES_OF_A_PIXEL
            line = self._picture[at : at + (_RIGHT - _LEFT) * _BYTES_OF_A_PIXEL]
            is_text = line != line[:_BYTES_OF_A_PIXEL] * (_RIGHT - _LEFT)
            bands += is_text and not was_text
            was_text = is_text
        return bands

    def seconds_to_table(self, command: Sequence[str], environment: Mapping[str, str]) -> float:
        """Start a program, wait until a table with text is on the screen, end the program.

        Raises:
            RuntimeError: it ended by itself, or showed no table for long.
        """
        # The one before has to be gone from the screen.
        self._wait_for(lambda: self.lines_of_text() < _LINES, None)
        with tempfile.TemporaryFile() as complaints:
            begun = time.perf_counter()
            program = subprocess.Popen(
                command,
                env={**environment, "DISPLAY": self.display, "QT_QPA_PLATFORM": "xcb"},
                stdout=complaints,
                stderr=complaints,
            )
            try:
                self._wait_for(lambda: self.lines_of_text() >= _LINES, program)
                return time.perf_counter() - begun
            except RuntimeError as error:
                complaints.seek(0)
                words = complaints.read().decode(errors="replace")[-2000:]
                raise RuntimeError(f"{error}: {words}") from None
            finally:
                program.kill()
                program.wait()

    @staticmethod
    def _wait_for(condition: object, program: subprocess.Popen[bytes] | None) -> None:
        until = time.monotonic() + _PATIENCE_SECONDS
        while not condition():  # type: ignore[operator]
            if program is not None and program.poll() is not None:
                raise RuntimeError("the program ended by itself")
            if time.monotonic() > until:
                raise RuntimeError("no table on the screen")
            time.sleep(_LOOK_SECONDS)
