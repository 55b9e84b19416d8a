"""Folders, window state, machine-wide locks, the clock and the log files."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import threading
from datetime import UTC
from pathlib import Path

import pytest

from psaqb_desktop.adapters.settings.logging_setup import set_up_logging
from psaqb_desktop.adapters.settings.machine_lock import FileMachineLock
from psaqb_desktop.adapters.settings.paths import find_paths
from psaqb_desktop.adapters.settings.state import StateFile
from psaqb_desktop.adapters.settings.system_clock import SystemClock
from psaqb_desktop.domain.errors import LeaseTakenError, SettingsError


def test_one_folder_takes_everything(tmp_path: Path) -> None:
    for paths in (
        find_paths(tmp_path, {"PSAQB_DATA_DIR": "/elsewhere"}),
        find_paths(None, {"PSAQB_DATA_DIR": str(tmp_path)}),
    ):
        for path in (
            paths.environments_file,
            paths.state_file,
            paths.locks,
            paths.practice,
            paths.logs,
            paths.journal_file("a"),
            paths.cache_file("a"),
        ):
            assert path.is_relative_to(tmp_path)


def test_a_relative_folder_does_not_follow_the_working_directory() -> None:
    assert find_paths(Path("here"), {}).data.is_absolute()


def test_without_a_folder_the_system_decides() -> None:
    paths = find_paths(None, {})
    assert all("psaqb-desktop" in str(path) for path in (paths.config, paths.data, paths.logs))


def test_names_of_environments_never_leave_the_folder(tmp_path: Path) -> None:
    paths = find_paths(tmp_path, {})
    for name in ("../up", "a/b", "a\\b", "c:d"):
        assert paths.journal_file(name).parent == paths.data
    assert paths.journal_file("Büro") == paths.journal_file("büro")
    assert paths.journal_file("a") != paths.journal_file("b")


def test_state_outlives_the_program(tmp_path: Path) -> None:
    path = tmp_path / "data" / "state.json"
    StateFile(path).write("columns", {"number": 120})
    StateFile(path).write("environment", "practice")
    assert StateFile(path).read("columns") == {"number": 120}
    StateFile(path).write("columns", None)
    assert StateFile(path).read("columns", "none") == "none"
    assert StateFile(path).read("environment") == "practice"


@pytest.mark.parametrize("contents", [b"", b"{", b"[1]", b"\xff\xfe"])
def test_broken_state_starts_afresh(tmp_path: Path, contents: bytes) -> None:
    path = tmp_path / "state.json"
    path.write_bytes(contents)
    state = StateFile(path)
    assert state.read("a", 1) == 1
    state.write("a", 2)
    assert state.read("a") == 2


def test_state_that_cannot_be_kept_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    StateFile(tmp_path / "file" / "state.json").write("a", 1)
    assert "could not be kept" in caplog.text


HOLDER = """
import sys, time
from pathlib import Path
from psaqb_desktop.adapters.settings.machine_lock import FileMachineLock
with FileMachineLock(Path(sys.argv[1])).hold("token", timeout_seconds=5):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_lock_keeps_other_programs_out_until_its_holder_dies(tmp_path: Path) -> None:
    lock = FileMachineLock(tmp_path / "locks")
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "locks")], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        with (
            pytest.raises(LeaseTakenError, match="busy"),
            lock.hold("token", timeout_seconds=0.05),
        ):
            pytest.fail("two holders")
        with lock.hold("another", timeout_seconds=0.05):
            pass
        holder.kill()
    if sys.platform != "win32":
        assert holder.returncode == -signal.SIGKILL
    with lock.hold("token", timeout_seconds=5):
        pass


def test_a_lock_keeps_other_threads_out(tmp_path: Path) -> None:
    lock = FileMachineLock(tmp_path)
    counted = [0]
    overlaps = []

    def work() -> None:
        for _ in range(20):
            with lock.hold("a/b: c", timeout_seconds=30):
                counted[0] += 1
                if counted[0] != 1:
                    overlaps.append(counted[0])
                counted[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert overlaps == []


def test_a_lock_is_freed_after_an_error(tmp_path: Path) -> None:
    lock = FileMachineLock(tmp_path)
    with pytest.raises(KeyError), lock.hold("a", timeout_seconds=1):
        raise KeyError
    with lock.hold("a", timeout_seconds=1):
        pass


def test_a_folder_that_cannot_hold_locks_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    lock = FileMachineLock(tmp_path / "file")
    with pytest.raises(SettingsError, match="locks"), lock.hold("a", timeout_seconds=1):
        pass


def test_the_clock_is_aware_and_in_utc() -> None:
    clock = SystemClock()
    before = clock.now()
    clock.sleep(-1)
    assert before.tzinfo is UTC
    assert clock.now() >= before


def test_secrets_are_taken_out_of_messages_arguments_and_tracebacks(tmp_path: Path) -> None:
    with set_up_logging(tmp_path / "logs", redact=lambda text: text.replace("s3cret", "***")):
        log = logging.getLogger("test")
        log.info("token %s", "s3cret")
        log.debug("too fine")
        try:
            raise ValueError("with s3cret inside")  # noqa: TRY301
        except ValueError:
            log.exception("failed")
    text = (tmp_path / "logs" / "psaqb-desktop.log").read_text()
    assert "s3cret" not in text
    assert "token ***" in text
    assert "ValueError: with *** inside" in text
    assert "too fine" not in text


def test_closing_puts_logging_back(tmp_path: Path) -> None:
    root = logging.getLogger()
    before = (root.level, list(root.handlers))
    set_up_logging(tmp_path, redact=str, level=logging.DEBUG).close()
    assert (root.level, list(root.handlers)) == before


@pytest.mark.skipif(sys.platform == "win32", reason="file modes and signals")
def test_a_hard_crash_leaves_its_stack(tmp_path: Path) -> None:
    script = (
        "import sys, os, signal; from pathlib import Path\n"
        "from psaqb_desktop.adapters.settings.logging_setup import set_up_logging\n"
        "set_up_logging(Path(sys.argv[1]), redact=str)\n"
        "def falling_over(): os.kill(os.getpid(), signal.SIGSEGV)\n"
        "falling_over()\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)
    assert done.returncode == -signal.SIGSEGV
    assert "falling_over" in (tmp_path / "crashes.log").read_text()
    for file in tmp_path.iterdir():
        assert file.stat().st_mode & 0o077 == 0
