"""Starting, finding, resetting and stopping the practice services from outside.

The services run in a process of their own; what this module needs to reach them is imported
where it is used, so that importing it costs next to nothing.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ADDRESS_FILE = "practice.json"
LOG_FILE = "practice.log"
CRM_FOLDER = "crm"
QUICKBOOKS_FOLDER = "quickbooks"
DEFAULT_CRM_PORT = 8701
DEFAULT_QUICKBOOKS_PORT = 8702
_START_SECONDS = 60.0
_STOP_SECONDS = 15.0
_POLL_SECONDS = 0.1
_ANSWER_SECONDS = 5.0

_started: list[subprocess.Popen[bytes]] = []


class PracticeError(Exception):
    """The practice services could not be started, reset or stopped."""


@dataclass(frozen=True)
class PracticeAddresses:
    """Where the services of one folder are reached."""

    crm_url: str
    quickbooks_url: str
    pid: int
    started: str


def start_in_background(folder: Path, *, parent_pid: int | None = None) -> PracticeAddresses:
    """Start the services of a folder unless they run already, and wait until both answer.

    They outlive this process, unless ``parent_pid`` names one with which they are to end.

    Raises:
        PracticeError: They did not come up; the message holds the end of their log.
    """
    from filelock import FileLock  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "practice.start.lock"):
        found = running(folder)
        if found is not None:
            return found
        process = _spawn(folder, parent_pid)
        _started.append(process)
        return _wait_until_running(folder, process)


def running(folder: Path) -> PracticeAddresses | None:
    """Addresses of a folder's services when both answer, else None."""
    addresses = read_addresses(folder)
    if addresses is None:
        return None
    for url in (addresses.crm_url, addresses.quickbooks_url):
        health = _ask("GET", url, "/_practice/health")
        if health is None or health.get("pid") != addresses.pid:
            return None
    return addresses


def stop(folder: Path) -> None:
    """Ask the services of a folder to end and wait until they have; nothing when none run.

    Raises:
        PracticeError: They still answer after a while.
    """
    addresses = running(folder)
    if addresses is None:
        return
    _ask("POST", addresses.crm_url, "/_practice/stop")
    deadline = time.monotonic() + _STOP_SECONDS
    while _ask("GET", addresses.crm_url, "/_practice/health") is not None:
        if time.monotonic() > deadline:
            raise PracticeError(f"The practice services at {addresses.crm_url} do not end.")
        time.sleep(_POLL_SECONDS)
    _reap(addresses.pid)


def reset(folder: Path) -> None:
    """Put both services back to their first day; ports stay.

    Raises:
        PracticeError: A running service refused.
    """
    addresses = running(folder)
    if addresses is None:
        import shutil  # noqa: PLC0415

        for name in (CRM_FOLDER, QUICKBOOKS_FOLDER):
            shutil.rmtree(folder / name, ignore_errors=True)
        return
    for url in (addresses.crm_url, addresses.quickbooks_url):
        if _ask("POST", url, "/_practice/reset", seconds=_START_SECONDS) is None:
            raise PracticeError(f"The practice service at {url} did not reset.")


def read_addresses(folder: Path) -> PracticeAddresses | None:
    """What the folder's address file says, whether or not anything runs there."""
    try:
        data = json.loads((folder / ADDRESS_FILE).read_text("utf-8"))
        return PracticeAddresses(
            crm_url=str(data["crm_url"]),
            quickbooks_url=str(data["quickbooks_url"]),
            pid=int(data["pid"]),
            started=str(data["started"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _spawn(folder: Path, parent_pid: int | None) -> subprocess.Popen[bytes]:
    arguments = ["serve", "--folder", str(folder)]
    if parent_pid is not None:
        arguments += ["--parent-pid", str(parent_pid)]
    environment = dict(os.environ)
    if getattr(sys, "frozen", False):
        command = [sys.executable, "--practice-serve", *arguments]
    else:
        command = [sys.executable, "-m", "psaqb_desktop.practice", *arguments]
        root = str(Path(__file__).resolve().parents[2])
        known = environment.get("PYTHONPATH")
        environment["PYTHONPATH"] = f"{root}{os.pathsep}{known}" if known else root
    with (folder / LOG_FILE).open("wb") as log:
        if sys.platform == "win32":
            flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
            return subprocess.Popen(  # noqa: S603 - our own program
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                creationflags=flags,
            )
        return subprocess.Popen(  # noqa: S603 - our own program
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
            start_new_session=True,
        )


def _wait_until_running(folder: Path, process: subprocess.Popen[bytes]) -> PracticeAddresses:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            _started.remove(process)
            raise PracticeError(f"The practice services did not start. {_end_of_log(folder)}")
        found = running(folder)
        if found is not None:
            return found
        time.sleep(_POLL_SECONDS)
    process.terminate()
    raise PracticeError(f"The practice services do not answer. {_end_of_log(folder)}")


def _end_of_log(folder: Path) -> str:
    try:
        return (folder / LOG_FILE).read_text("utf-8", "replace")[-2000:].strip()
    except OSError:
        return ""


def _reap(pid: int) -> None:
    for process in [each for each in _started if each.pid == pid]:
        process.wait(_STOP_SECONDS)
        _started.remove(process)


def _ask(
    method: str, url: str, path: str, *, seconds: float = _ANSWER_SECONDS
) -> dict[str, object] | None:
    # http.client and not a session: no proxy may stand between us and loopback.
    from http.client import HTTPConnection, HTTPException  # noqa: PLC0415

    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=seconds)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        body = json.loads(answer.read())
    except (OSError, HTTPException, ValueError):
        return None
    else:
        return body if answer.status == 200 and isinstance(body, dict) else None
    finally:
        connection.close()
