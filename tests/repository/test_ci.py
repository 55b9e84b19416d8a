"""The continuous check can run: its script is a program and bash understands it."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
from pathlib import Path

import pytest


def test_the_script_may_be_run(root: Path) -> None:
    script = root / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text(encoding="utf-8").startswith("#!/")


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash here")
def test_bash_understands_the_script(root: Path) -> None:
    done = subprocess.run(
        ["bash", "-n", root / ".ci" / "run"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_dependency_says_why_it_is_there(root: Path) -> None:
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    listed = [line for line in text.splitlines() if line.strip().startswith('"') and ">=" in line]
    for name in ("PySide6", "requests", "keyring", "qasync", "authlib", "platformdirs"):
        assert any(line.strip().startswith(f'"{name}') for line in listed), name


def test_the_script_installs_what_the_program_tests_call(root: Path) -> None:
    source = (root / "tests" / "program" / "session.py").read_text(encoding="utf-8")
    tools = [
        ast.literal_eval(node.value)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.AnnAssign)
        and node.value is not None
        and ast.unparse(node.target) == "NEEDED_TOOLS"
    ]
    words = (root / ".ci" / "run").read_text(encoding="utf-8").split()
    assert [package for package in tools[0].values() if package not in words] == []
