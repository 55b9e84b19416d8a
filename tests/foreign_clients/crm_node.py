"""dynamics-web-api from its registry, outside the tracked tree, and node to run it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

PACKAGE = "dynamics-web-api@2.5.0"
SCRIPT = Path(__file__).with_name("crm_node_operations.mjs")
_PACKAGES = Path(__file__).parents[2] / "build" / "node" / "crm"


def installed() -> Path:
    """The folder with the client, installed once; without npm the test is skipped, not in CI."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("npm and node are needed to run the node client.")
        pytest.skip("npm and node are not installed.")
    name, _, version = PACKAGE.rpartition("@")
    manifest = _PACKAGES / "node_modules" / name / "package.json"
    if manifest.exists() and json.loads(manifest.read_text("utf-8"))["version"] == version:
        return _PACKAGES
    _PACKAGES.mkdir(parents=True, exist_ok=True)
    (_PACKAGES / "package.json").write_text('{"private": true}', "utf-8")
    flags = ["--no-audit", "--no-fund", "--no-package-lock", "--no-save", "--ignore-scripts"]
    subprocess.run([npm, "install", *flags, PACKAGE], cwd=_PACKAGES, check=True, timeout=170)
    return _PACKAGES


def run(packages: Path, url: str, token: str) -> dict[str, str | None]:
    """Run all operations; what went wrong by the operation's name, None where all went well."""
    given = os.environ | {"PACKAGES": str(packages), "CRM_URL": url, "CRM_TOKEN": token}
    done = subprocess.run(
        ["node", str(SCRIPT)],
        env=given,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=150,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    return {each["name"]: each["error"] for each in found}
