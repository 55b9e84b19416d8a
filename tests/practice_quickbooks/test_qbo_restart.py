"""Everything is still there after a restart, and after a crash."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import requests

from psaqb_desktop.practice.group import GB
from psaqb_desktop.practice.http_server import RunningServer
from tests.practice_quickbooks.qbo_company import TIMEOUT, CompanyClient

_PROGRAM = """
import sys, time
from pathlib import Path
from psaqb_desktop.practice.http_server import serve
from psaqb_desktop.practice.quickbooks.app import create_app
from psaqb_desktop.practice.quickbooks.options import QuickBooksOptions
app = create_app(Path(sys.argv[1]), base_url="", options=QuickBooksOptions(limits_enabled=False))
running = serve(app)
print(running.port, flush=True)
time.sleep(600)
"""


def test_a_restart_keeps_books_tokens_and_answers(
    run_service: object, http: requests.Session
) -> None:
    assert callable(run_service)
    first: RunningServer = run_service()
    company = CompanyClient(first.url, GB, http)
    invoice = company.post("invoice", company.draft(), requestid="g1")
    first.close()
    second: RunningServer = run_service()
    company.url = second.url
    assert company.reread("Invoice", invoice["Invoice"]) == invoice["Invoice"]
    assert company.post("invoice", company.draft(), requestid="g1") == invoice


def test_a_reset_starts_over(gb: CompanyClient) -> None:
    gb.invoice()
    requests.post(f"{gb.url}/_practice/reset", timeout=TIMEOUT).raise_for_status()
    assert gb.call("GET", "preferences").status_code == 401
    gb.tokens = gb.new_tokens()
    assert gb.query("select count(*) from Invoice") == {"totalCount": 0}


@pytest.mark.parametrize("_round", range(2))
def test_a_killed_process_loses_nothing_it_had_answered(
    tmp_path: Path, http: requests.Session, _round: int
) -> None:
    invoices: list[str] = []
    for _ in range(2):
        with subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, str(tmp_path)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        ) as process:
            assert process.stdout
            port = int(process.stdout.readline())
            company = CompanyClient(f"http://127.0.0.1:{port}", GB, http)
            count = company.query("select count(*) from Invoice")["totalCount"]
            assert count == len(invoices)
            invoices += [company.invoice()["Id"] for _ in range(5)]
            process.kill()
    assert len(set(invoices)) == 10
