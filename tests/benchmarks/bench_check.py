"""Check: 1,000 invoices once the companies' lists are cached.

First with all ports in memory: what mapping and validating takes by itself. Then with headers and
lines read afresh from the practice CRM over loopback; its invoices are checked in turn until the
number is reached, and its calls are counted.
"""

from __future__ import annotations

import itertools
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import requests

from psaqb_desktop.domain.environment import EnvironmentKind
from psaqb_desktop.domain.listing import ListedInvoice
from psaqb_desktop.services.check_invoices import CheckInvoices
from tests.adapters_dataverse.practice_crm_driver import PracticeCrm
from tests.benchmarks.report import Report, Scale
from tests.fakes import examples
from tests.fakes.office import Program, World
from tests.program.headless import Practice

LIMIT_SECONDS = 2.0


def run(report: Report, scale: Scale) -> None:
    """Measure both ways."""
    count = 20 if scale is Scale.SMOKE else 1000
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        for number in range(1, count + 1):
            world.add_invoice(number)
        program = world.program()
        rows = program.rows()
        program.check.run(rows[:1])  # the lists are cached now
        _add(report, "in memory", program.check, rows)
        _over_loopback(report, program, count, Path(folder) / "practice")
        program.close()


def _over_loopback(report: Report, program: Program, count: int, folder: Path) -> None:
    folder.mkdir()
    practice = Practice.start(folder)
    try:
        crm = PracticeCrm(practice.crm_url)
        source = crm.desk("ada").invoices
        connection = examples.connection()
        known = [invoice for page in source.invoices() for invoice in page]
        rows = [
            ListedInvoice(invoice, connection)
            for invoice in itertools.islice(itertools.cycle(known), count)
        ]
        check = CheckInvoices(
            invoices=source,
            books=program.books,
            records=program.world.records,
            kind=EnvironmentKind.PRODUCTION,
        )
        check.run(rows[:1])
        requests.delete(f"{practice.crm_url}/_practice/calls", timeout=60)
        _add(report, "from the practice CRM", check, rows)
        counts = requests.get(f"{practice.crm_url}/_practice/calls", timeout=60).json()["counts"]
        calls = sum(number for path, number in counts.items() if "/api/data/" in path)
        report.add("calls to the CRM", f"{calls}")
        crm.send_everybody_home()
    finally:
        practice.stop()


def _add(report: Report, how: str, check: CheckInvoices, rows: Sequence[ListedInvoice]) -> None:
    begun, work = time.perf_counter(), time.thread_time()
    checked = check.run(rows)
    seconds, worked = time.perf_counter() - begun, time.thread_time() - work
    ready = sum(one.is_ready for one in checked)
    report.add(
        f"{len(checked):,} invoices {how} ({ready:,} ready)",
        f"{seconds:.2f} s, of it {worked:.2f} s of own work",
        against=f"{LIMIT_SECONDS:.0f} s",
        ratio=seconds / LIMIT_SECONDS,
        wanted="<= 1",
    )
