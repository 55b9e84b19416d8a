"""What every test keeps to: loopback only, and nothing of the person who runs it."""

from __future__ import annotations

import asyncio
import gc
import ipaddress
import os
import sys
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from psaqb_desktop.ui.tasks import TaskRunner

FOR_TESTS = frozenset({"PSAQB_ARTEFACTS", "PSAQB_REQUIRE_PACKAGE", "PSAQB_PACKAGE"})
"""Variables that mean the tests: where pictures go, and which package must be there."""


def pytest_configure(config: pytest.Config) -> None:
    """Give the run folders of its own before anything is imported that looks for them."""
    private = Path(tempfile.mkdtemp(prefix="psaqb-tests-"))
    config.add_cleanup(lambda: _remove(private))
    for name in ("CONFIG", "DATA", "CACHE", "STATE"):
        os.environ[f"XDG_{name}_HOME"] = str(private / name.lower())
    for name in [name for name in os.environ if name.startswith("PSAQB_")]:
        if name not in FOR_TESTS:
            del os.environ[name]
    # A test that wants a keyring brings one; nobody's own keyring is ever touched.
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    # Proxies would carry requests past the guard below.
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        os.environ.pop(name, None)
        os.environ.pop(name.upper(), None)
    sys.addaudithook(_loopback_only)
    # No test asserts a time by the clock: a machine with other work to do is no mistake of ours.
    hypothesis.settings.register_profile("ours", deadline=None)
    hypothesis.settings.load_profile("ours")


def _remove(folder: Path) -> None:
    import shutil  # noqa: PLC0415 - at the very end

    shutil.rmtree(folder, ignore_errors=True)


def _loopback_only(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse connections to anywhere else; an audit hook cannot be patched away by a test."""
    if event != "socket.connect":
        return
    address = arguments[1]
    if not isinstance(address, tuple):
        return  # a Unix socket
    host = str(address[0])
    try:
        is_local = ipaddress.ip_address(host.split("%", maxsplit=1)[0]).is_loopback
    except ValueError:
        is_local = host in {"localhost", ""}
    if not is_local:
        msg = f"a test tried to reach {host}"
        raise PermissionError(msg)


RunAsync = Callable[[Coroutine[Any, Any, None]], None]


@pytest.fixture(scope="session")
def only_loop(qapp: QApplication) -> Iterator[asyncio.AbstractEventLoop]:
    """One loop for all tests of windows, as the program has one.

    A closed loop may be collected in any thread, and its timers, which live on after their
    handles were cancelled, would then fire into nothing and take the process with them.
    """
    import qasync  # noqa: PLC0415 - most tests need no Qt

    qapp.setQuitOnLastWindowClosed(False)  # else the first closed dialog stops the loop
    gc.disable()  # see psaqb_desktop.ui.garbage
    loop = qasync.QEventLoop(qapp)
    yield loop
    loop.close()
    gc.enable()


@pytest.fixture
def loop(only_loop: asyncio.AbstractEventLoop) -> Iterator[asyncio.AbstractEventLoop]:
    asyncio.set_event_loop(only_loop)
    problems: list[dict[str, Any]] = []
    only_loop.set_exception_handler(lambda _loop, context: problems.append(context))
    yield only_loop
    asyncio.set_event_loop(None)
    gc.collect(1)
    assert problems == []


@pytest.fixture
def run_async(loop: asyncio.AbstractEventLoop) -> RunAsync:
    async def whole(coroutine: Coroutine[Any, Any, None]) -> None:
        try:
            await asyncio.wait_for(coroutine, 60)
        finally:
            # As asyncio.Runner does: a step that is left would be taken later, without a loop.
            left = asyncio.all_tasks() - {asyncio.current_task()}
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    def run(coroutine: Coroutine[Any, Any, None]) -> None:
        loop.run_until_complete(whole(coroutine))

    return run


@pytest.fixture
def tasks() -> Iterator[TaskRunner]:
    from psaqb_desktop.ui.tasks import TaskRunner  # noqa: PLC0415 - most tests need no Qt

    runner = TaskRunner()
    yield runner
    runner.close()
