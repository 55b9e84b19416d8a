"""Both practice services in a process of their own."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from psaqb_desktop.practice import server


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _keep_ports(folder: Path, crm: int, quickbooks: int) -> None:
    addresses = {
        "pid": 1,
        "crm_url": f"http://127.0.0.1:{crm}",
        "quickbooks_url": f"http://127.0.0.1:{quickbooks}",
        "started": "before",
    }
    (folder / "practice.json").write_text(json.dumps(addresses))


def _serve(folder: Path, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "psaqb_desktop.practice", "serve", "--folder", str(folder)]
    root = Path(server.__file__).parents[2]
    return subprocess.Popen([*command, *more], cwd=root, stderr=subprocess.PIPE, text=True)


def test_services_start_answer_reset_and_stop_on_the_same_ports(tmp_path: Path) -> None:
    _keep_ports(tmp_path, _free_port(), _free_port())
    assert server.running(tmp_path) is None
    first = server.start_in_background(tmp_path)
    try:
        assert server.start_in_background(tmp_path) == first
        for url in (first.crm_url, first.quickbooks_url):
            assert requests.get(f"{url}/_practice/health", timeout=30).json()["pid"] == first.pid
        server.reset(tmp_path)
        calls = requests.get(f"{first.crm_url}/_practice/calls", timeout=30)
        assert calls.status_code == 200
    finally:
        server.stop(tmp_path)
    assert server.running(tmp_path) is None
    again = server.start_in_background(tmp_path)
    server.stop(tmp_path)
    assert (again.crm_url, again.quickbooks_url) == (first.crm_url, first.quickbooks_url)
    assert again.pid != first.pid


def test_a_taken_port_is_replaced_at_the_first_start(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ports = ("--crm-port", str(port), "--quickbooks-port", str(_free_port()))
        process = _serve(tmp_path, *ports)
        try:
            while (found := server.running(tmp_path)) is None:
                assert process.poll() is None
                time.sleep(0.05)
            assert not found.crm_url.endswith(f":{port}")
        finally:
            server.stop(tmp_path)
            process.communicate(timeout=30)


def test_a_taken_port_is_an_error_at_later_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        _keep_ports(tmp_path, taken.getsockname()[1], _free_port())
        process = _serve(tmp_path)
        _, problem = process.communicate(timeout=60)
        assert process.returncode == 2
        assert "is taken by another program" in problem
        with pytest.raises(server.PracticeError, match="is taken by another program"):
            server.start_in_background(tmp_path)


def test_the_services_end_with_the_process_they_belong_to(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    ports = ("--crm-port", str(_free_port()), "--quickbooks-port", str(_free_port()))
    process = _serve(tmp_path, *ports, "--parent-pid", str(parent.pid))
    while server.running(tmp_path) is None:
        assert process.poll() is None
        time.sleep(0.05)
    parent.communicate(b"\n", timeout=30)
    process.communicate(timeout=30)
    assert process.returncode == 0


def test_pages_of_other_sites_cannot_reset(tmp_path: Path) -> None:
    _keep_ports(tmp_path, _free_port(), _free_port())
    addresses = server.start_in_background(tmp_path)
    try:
        answer = requests.post(
            f"{addresses.crm_url}/_practice/reset",
            headers={"Origin": "https://evil.example"},
            timeout=30,
        )
        assert answer.status_code == 403
    finally:
        server.stop(tmp_path)


def test_importing_the_client_side_brings_no_web_framework() -> None:
    code = "import sys, psaqb_desktop.practice.server; sys.exit('flask' in sys.modules)"
    root = Path(server.__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
