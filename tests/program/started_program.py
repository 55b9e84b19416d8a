"""The program as a process of its own: from the source tree or from the package."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.program.session import Session, end

_COMMAND_SECONDS = 180.0
_CLOSE_SECONDS = 30.0
_ERROR_LINE = re.compile(r"\b(ERROR|CRITICAL)\b|Traceback \(most recent call last\)")


@dataclass(frozen=True)
class Entries:
    """The two commands under test."""

    window: tuple[str, ...]
    console: tuple[str, ...]

    @classmethod
    def of_source(cls) -> Entries:
        """Those of the source tree, run by this Python."""
        python = str(Path(sys.executable))
        call = "import sys; from psaqb_desktop.__main__ import {0}; sys.exit({0}())"
        return cls((python, "-m", "psaqb_desktop"), (python, "-c", call.format("console")))

    @classmethod
    def of_package(cls, folder: Path) -> Entries:
        """Those of a packaged folder."""
        return cls((str(folder / "psaqb-desktop"),), (str(folder / "psaqb"),))


class Program:
    """One installation with one data folder, in one session."""

    def __init__(self, session: Session, entries: Entries, data: Path, logs: Path) -> None:
        self.session = session
        self.entries = entries
        self.data = data
        self.log = logs / "program.log"
        self._window: subprocess.Popen[bytes] | None = None
        root = str(Path(__file__).resolve().parents[2])
        self._environment = {"PYTHONPATH": root, "PYTHONWARNINGS": "default"}
        if entries.window[0] != sys.executable:
            self._environment = {}

    # -- the window ----------------------------------------------------------------------------

    def open_window(self, *arguments: str) -> None:
        """Start the window."""
        self._window = self.session.spawn(
            *self.entries.window,
            *arguments,
            "--data-dir",
            self.data,
            log=self.log,
            environment=self._environment,
        )

    @property
    def is_running(self) -> bool:
        """Whether the window's process is there."""
        return self._window is not None and self._window.poll() is None

    @property
    def exit_code(self) -> int | None:
        """How the window's process ended; None while it runs."""
        return self._window.poll() if self._window else None

    def wait_for_end(self) -> int:
        """Wait until the window's process is gone; returns its exit code."""
        assert self._window is not None
        return self._window.wait(_CLOSE_SECONDS)

    def close(self) -> None:
        """End what still runs, and practice services that were started."""
        if self._window is not None:
            end(self._window)
        for process in self.processes():
            process.terminate()
        psutil.wait_procs(self.processes(), timeout=_CLOSE_SECONDS)

    def processes(self) -> list[psutil.Process]:
        """Everything that runs with this data folder, whoever started it."""
        found = []
        for process in psutil.process_iter():
            try:
                words = process.cmdline()
            except psutil.Error:
                continue
            if any(str(self.data) in word for word in words):
                found.append(process)
        return found

    def said(self) -> str:
        """What the processes wrote on their standard outputs."""
        practice = self.data / "data" / "practice" / "practice.log"
        files = [file for file in (self.log, practice) if file.exists()]
        return "\n".join(file.read_text("utf-8", "replace") for file in files)

    def complaints(self) -> list[str]:
        """Lines of the log folder that tell of an error."""
        return [
            f"{file.name}: {line}"
            for file in sorted((self.data / "logs").rglob("*"))
            if file.is_file()
            for line in file.read_text("utf-8", "replace").splitlines()
            if _ERROR_LINE.search(line)
        ]

    def files_with(self, secret: str) -> list[str]:
        """Files of the data folder that hold a text; the practice services' own are theirs."""
        wanted = secret.encode()
        practice = self.data / "data" / "practice"
        return [
            str(file)
            for file in (*self.data.rglob("*"), self.log)
            if file.is_file() and practice not in file.parents and wanted in file.read_bytes()
        ]

    # -- the command line ----------------------------------------------------------------------

    def psaqb(
        self, *arguments: str, typed: str = "", environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run one command of the command line."""
        return subprocess.run(
            [*self.entries.console, "--data-dir", str(self.data), *arguments],
            env={**self.session.environment, **self._environment, **(environment or {})},
            input=typed,
            capture_output=True,
            text=True,
            timeout=_COMMAND_SECONDS,
            check=False,
            cwd="/",
            **self.session.as_user(),
        )

    def psaqb_json(self, *arguments: str, expected: Sequence[int] = (0,)) -> Any:
        """Run one command and read its JSON document."""
        done = self.psaqb("--json", *arguments)
        assert done.returncode in expected, (arguments, done.returncode, done.stdout, done.stderr)
        return json.loads(done.stdout)

    def start_practice(self) -> PracticeAddresses:
        """Start the practice services of this data folder; they outlive windows."""
        document = self.psaqb_json("practice", "start")
        authorize = document["quickbooks_authorize_url"]
        return PracticeAddresses(document["crm_url"], authorize.removesuffix("/connect/oauth2"))

    def stop_practice(self) -> None:
        """Stop them."""
        self.psaqb("practice", "stop")

    def wait_until_alone(self, seconds: float = _CLOSE_SECONDS) -> list[psutil.Process]:
        """Wait until nothing of this data folder runs; returns what is left."""
        deadline = time.monotonic() + seconds
        while (left := self.processes()) and time.monotonic() < deadline:
            time.sleep(0.2)
        return left


@dataclass(frozen=True)
class PracticeAddresses:
    """Where the practice services answer."""

    crm: str
    quickbooks: str
