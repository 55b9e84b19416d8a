"""All checks and tests in one command: ``python -m tests [--fast] [pytest arguments]``.

Format, lint, types, import contracts, tests, in this order; the first failure ends the run with
its exit code. ``--fast`` leaves out the tests that start the whole program.
"""

# ruff: noqa: T201 - it talks to the person who started it
from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FAST = ("-m", "not program")
WINDOWS = ("tests/ui_connect", "tests/ui_invoices")
PROGRAM = ("tests/program",)


def main(arguments: Sequence[str]) -> int:
    """Run the checks; return the exit code of the first that fails."""
    rest = [argument for argument in arguments if argument != "--fast"]
    commands = [
        _module("ruff", "format", "--check", "."),
        _module("ruff", "check", "."),
        _module("mypy"),
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"],
        *_test_runs(rest, is_fast="--fast" in arguments),
    ]
    with _environment() as environment:
        for command in commands:
            print("\n$", _readable(command), flush=True)
            code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
            if code != 0:
                print(f"\nFailed with {code}:", _readable(command), file=sys.stderr)
                return code
    print("\nAll checks and tests passed.")
    return 0


def _test_runs(rest: Sequence[str], *, is_fast: bool) -> list[list[str]]:
    """Return the runs of pytest: windows in a process without servers, and servers without windows.

    Python collects garbage in any thread; a server's thread must not come to destroy a widget.
    """
    if any(not argument.startswith("-") for argument in rest):
        return [_module("pytest", *(FAST if is_fast else ()), *rest)]
    apart = [f"--ignore={folder}" for folder in (*WINDOWS, *PROGRAM)]
    runs = [_module("pytest", "tests", *apart, *rest), _module("pytest", *WINDOWS, *rest)]
    return runs if is_fast else [*runs, _module("pytest", *PROGRAM, *rest)]


def _module(name: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", name, *arguments]


def _readable(command: Sequence[str]) -> str:
    if command[1] == "-c":
        return "lint-imports"
    return " ".join(command[2:])


@contextmanager
def _environment() -> Iterator[dict[str, str]]:
    """Bring what the tests of windows need: a screen, and leave for root to run Chromium."""
    environment = dict(os.environ)
    if sys.platform.startswith("linux"):
        if os.geteuid() == 0:
            # Chromium refuses to run as root with its sandbox. Tests only: the program itself
            # knows no such switch.
            environment.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")
        if not environment.get("DISPLAY") and not environment.get("WAYLAND_DISPLAY"):
            if shutil.which("Xvfb"):
                with _virtual_screen() as display:
                    environment["DISPLAY"] = display
                    environment.setdefault("QT_QPA_PLATFORM", "xcb")
                    yield environment
                return
            environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    yield environment


@contextmanager
def _virtual_screen() -> Iterator[str]:
    """Run Xvfb on a display number of its own choice."""
    readable, writable = os.pipe()
    with tempfile.TemporaryFile() as log:
        screen = subprocess.Popen(
            [
                "Xvfb",
                "-displayfd",
                str(writable),
                "-screen",
                "0",
                "1600x1000x24",
                "-nolisten",
                "tcp",
                "-noreset",  # else it starts over, deaf for a moment, when the last window goes
            ],
            pass_fds=[writable],
            stderr=log,
        )
        os.close(writable)
        try:
            # The pipe closes without a number if Xvfb dies first.
            with os.fdopen(readable) as answer:
                number = answer.readline().strip()
            if not number:
                log.seek(0)
                raise SystemExit(f"Xvfb did not start: {log.read().decode(errors='replace')}")
            yield f":{number}"
        finally:
            screen.terminate()
            screen.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
