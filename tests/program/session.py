"""A desktop session of its own: screen, window manager, session bus, accessibility, keyring.

Nothing of the person who runs the tests takes part in it: other folders, another bus, another
screen. It can belong to another user, because Chromium's sandbox refuses to work for root.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, TypeVar

from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

from tests.program.accessible import AccessibleTree

SIZE = (1440, 900)
NEEDED_TOOLS: Mapping[str, str] = {
    "Xvfb": "xvfb",
    "openbox": "openbox",
    "xdotool": "xdotool",
    "import": "imagemagick",
    "dbus-daemon": "dbus",
    "/usr/libexec/at-spi-bus-launcher": "at-spi2-core",
    "gnome-keyring-daemon": "gnome-keyring",
}
"""What the tests call, with the Debian package that brings it."""
T = TypeVar("T")
_START_SECONDS = 30.0
_STOP_SECONDS = 10.0


def missing_packages() -> list[str]:
    """Return the Debian packages whose tools are not there."""
    return sorted({package for tool, package in NEEDED_TOOLS.items() if not shutil.which(tool)})


class Session:
    """A screen with a session, until it is closed."""

    def __init__(self, *, user: str | None = None) -> None:
        self.user = user
        self._ending = ExitStack()
        # Not pytest's folder: that one is closed to other users.
        self.folder = Path(tempfile.mkdtemp(prefix="psaqb-session-"))
        self._ending.callback(shutil.rmtree, self.folder, ignore_errors=True)
        for name in ("home", "run", "tmp"):
            (self.folder / name).mkdir(mode=0o700)
        self._hand_over(self.folder)
        self.environment = {
            "HOME": str(self.folder / "home"),
            "TMPDIR": str(self.folder / "tmp"),
            "XDG_RUNTIME_DIR": str(self.folder / "run"),
            "USER": user or "tester",
            "LOGNAME": user or "tester",
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "QT_QPA_PLATFORM": "xcb",
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
        }
        if os.geteuid() == 0 and user is None:
            self.environment["QTWEBENGINE_DISABLE_SANDBOX"] = "1"  # Chromium refuses root otherwise
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End everything that was started, the last first."""
        self._ending.close()

    def new_folder(self, name: str) -> Path:
        """Make a folder that belongs to the session's user."""
        made = self.folder / name
        made.mkdir(mode=0o755)
        self._hand_over(made)
        return made

    def spawn(
        self,
        *command: str | Path,
        log: Path,
        environment: Mapping[str, str] | None = None,
        stdin: int = subprocess.DEVNULL,
        stdout: int | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start a process of this session; what it says goes into the log file."""
        with log.open("ab") as said:
            return subprocess.Popen(
                [str(part) for part in command],
                env={**self.environment, **(environment or {})},
                stdin=stdin,
                stdout=said if stdout is None else stdout,
                stderr=said,
                cwd="/",
                start_new_session=True,
                **self.as_user(),
            )

    def take_picture(self, file: Path) -> None:
        """Keep what is on the screen."""
        subprocess.run(
            ["import", "-window", "root", str(file)],
            env={**os.environ, "DISPLAY": self.environment["DISPLAY"]},
            check=True,
            timeout=_START_SECONDS,
        )

    def do(self, *arguments: str) -> None:
        """Let xdotool move the mouse or press keys."""
        subprocess.run(
            ["xdotool", *arguments],
            env={**os.environ, "DISPLAY": self.environment["DISPLAY"]},
            check=True,
            capture_output=True,
            timeout=_START_SECONDS,
        )

    # -- starting ------------------------------------------------------------------------------

    def _start(self) -> None:
        log = self.folder / "session.log"
        log.touch()
        self.environment["DISPLAY"] = self._start_screen(log)
        self._start_window_manager(log)
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = self._start_bus(log)
        self._keep(self.spawn("/usr/libexec/at-spi-bus-launcher", "--launch-immediately", log=log))
        self._start_keyring(log)
        self.tree = wait_for(self._reach_accessibility, "the accessibility bus")
        self._ending.callback(self.tree.close)
        # The first key that ever comes makes the window manager look at the keyboard anew, and
        # what is pressed meanwhile may be lost.
        self.do("key", "Shift_L")

    def _start_screen(self, log: Path) -> str:
        width, height = SIZE
        screen = (
            "-screen",
            "0",
            f"{width}x{height}x24",
            "-nolisten",
            "tcp",
            "-noreset",
            "-displayfd",
            "1",
        )
        process = self.spawn("Xvfb", *screen, log=log, stdout=subprocess.PIPE)
        return f":{self._first_line(process)}"

    def _start_window_manager(self, log: Path) -> None:
        """Start it until it stays: a screen that is just coming up may turn it away."""
        started: list[subprocess.Popen[bytes]] = []

        def is_there() -> bool:
            if not started or started[-1].poll() is not None:
                started.append(self.spawn("openbox", "--sm-disable", log=log))
                self._keep(started[-1])
            try:
                self.do("get_num_desktops")  # a window manager tells the number
            except subprocess.CalledProcessError:
                return False
            return True

        wait_for(is_there, "the window manager")

    def _start_bus(self, log: Path) -> str:
        # Like the usual session bus, but root may look in: the tests may run as root while the
        # session does not.
        config = self.folder / "bus.conf"
        config.write_text(_BUS_CONFIG.format(folder=self.folder / "run"), "utf-8")
        process = self.spawn(
            "dbus-daemon",
            f"--config-file={config}",
            "--nofork",
            "--print-address=1",
            log=log,
            stdout=subprocess.PIPE,
        )
        return self._first_line(process)

    def _start_keyring(self, log: Path) -> None:
        process = self.spawn(
            "gnome-keyring-daemon",
            "--foreground",
            "--unlock",
            "--components=secrets",
            log=log,
            stdin=subprocess.PIPE,
        )
        assert process.stdin is not None
        process.stdin.write(b"password of the test's keyring")
        process.stdin.close()
        self._keep(process)
        wait_for(self._has_keyring, "the keyring")

    def _has_keyring(self) -> bool:
        with open_dbus_connection(self.environment["DBUS_SESSION_BUS_ADDRESS"]) as bus:
            asked = message_bus.NameHasOwner("org.freedesktop.secrets")
            return bool(bus.send_and_get_reply(asked, timeout=_START_SECONDS).body[0])

    def _first_line(self, process: subprocess.Popen[bytes]) -> str:
        assert process.stdout is not None
        line = process.stdout.readline().decode().strip()
        process.stdout.close()
        self._keep(process)
        assert line, f"{process.args!r} did not start"
        return line

    def _reach_accessibility(self) -> AccessibleTree | None:
        try:
            return AccessibleTree(self.environment["DBUS_SESSION_BUS_ADDRESS"])
        except (OSError, IndexError, TypeError, ValueError):  # not there, or not ready
            return None

    def _keep(self, process: subprocess.Popen[bytes]) -> None:
        self._ending.callback(end, process)

    def as_user(self) -> dict[str, Any]:
        if self.user is None:
            return {}
        return {"user": self.user, "group": "nogroup", "extra_groups": []}

    def _hand_over(self, folder: Path) -> None:
        if self.user is not None:
            folder.chmod(0o755)
            for place in (folder, *folder.rglob("*")):
                shutil.chown(place, self.user)


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask a process and its children to end, and make them if they do not."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(_STOP_SECONDS)


def wait_for(condition: Callable[[], T | None], what: str, seconds: float = _START_SECONDS) -> T:
    """Ask again and again until there is an answer."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"{what} did not come in {seconds:.0f} s"
        time.sleep(0.05)
    return answer


_BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir={folder}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""
