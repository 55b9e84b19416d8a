"""What every test keeps to: loopback only, and nothing of the person who runs it."""

from __future__ import annotations

import ipaddress
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

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
