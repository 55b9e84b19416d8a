"""Runs a client for Node against practice QuickBooks and collects what became of each operation.

The packages are installed by npm into a folder of their own outside the repository, once.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from psaqb_desktop.practice.group import (
    GB,
    PRACTICE_INTUIT_CLIENT_ID,
    PRACTICE_INTUIT_CLIENT_SECRET,
    PRACTICE_REDIRECT_URIS,
)
from tests.foreign_clients.quickbooks_running import RunningQuickBooks

SCRIPTS = Path(__file__).with_name("quickbooks_node")
_INSTALL_SECONDS = 150
_RUN_SECONDS = 120
_MUST_RUN = os.environ.get("CI", "").lower() == "true"


def installed_packages() -> Path:
    """The folder with the packages; skips the test where they cannot be had, but not in CI."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        _do_without("node and npm are not installed")
    listed = (SCRIPTS / "package.json").read_bytes()
    name = f"quickbooks-{hashlib.sha256(listed).hexdigest()[:12]}"
    folder = Path(tempfile.gettempdir()) / f"psaqb-foreign-clients-{getpass.getuser()}" / name
    folder.mkdir(parents=True, exist_ok=True)
    done = folder / "installed"
    with FileLock(folder / "install.lock"):
        if not done.exists():
            (folder / "package.json").write_bytes(listed)
            flags = ("--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts")
            command = [str(npm), "install", "--omit=peer", "--legacy-peer-deps", *flags]
            try:
                subprocess.run(
                    command, cwd=folder, check=True, timeout=_INSTALL_SECONDS, capture_output=True
                )
            except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
                told = (error.stderr or b"").decode(errors="replace")[-600:]
                _do_without(f"npm could not install the clients: {told}")
            done.touch()
    return folder


def run_client(script: str, service: RunningQuickBooks, **more: Any) -> dict[str, str | None]:
    """Each operation of the client with its error, None where it passed."""
    config = {
        "url": service.url,
        "packages": str(installed_packages()),
        "clientId": PRACTICE_INTUIT_CLIENT_ID,
        "clientSecret": PRACTICE_INTUIT_CLIENT_SECRET,
        "redirectUri": PRACTICE_REDIRECT_URIS[0],
        "realm": GB.realm_id,
        **more,
    }
    rows: dict[str, str | None] = {}
    with subprocess.Popen(
        ["node", str(SCRIPTS / script), json.dumps(config)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        for line in process.stdout:
            message = json.loads(line)
            if "row" in message:
                rows[message["row"]] = message["error"]
                continue
            process.stdin.write(json.dumps(_answered(message, service)) + "\n")
            process.stdin.flush()
        told = process.stderr.read()
        assert process.wait(_RUN_SECONDS) == 0, told
    return rows


def _answered(question: dict[str, Any], service: RunningQuickBooks) -> object:
    if question["ask"] == "consent":
        return service.consent(question["url"], GB.realm_id)
    service.control(question["path"], **question["sent"])
    return None


def _do_without(reason: str) -> None:
    if _MUST_RUN:
        pytest.fail(reason)
    pytest.skip(reason)
