"""The list of 200,000 invoices: from the file, from the CRM, by change, and what a row weighs.

The practice CRM runs in a process of its own. Its figures say how the program uses a CRM, not how
quick a real one is: the number of calls is what carries over. Memory is measured in fresh
processes, as the growth of their resident set.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import psutil

from psaqb_desktop.adapters.cache import SqliteInvoiceCache
from psaqb_desktop.adapters.settings.system_clock import SystemClock
from psaqb_desktop.domain.identifiers import (
    ConnectionId,
    CrmId,
    InvoiceId,
    QuickBooksId,
    RealmId,
    RequestId,
)
from psaqb_desktop.domain.invoice import CrmStatus, Invoice
from psaqb_desktop.domain.listing import InvoiceList
from psaqb_desktop.domain.refreshing import RowChanges
from psaqb_desktop.domain.sync_record import PostingState, QuickBooksStatus, SyncRecord
from psaqb_desktop.practice import server
from psaqb_desktop.practice.seeding import seed_crm
from psaqb_desktop.services.list_invoices import ListInvoices
from tests.adapters_dataverse.practice_crm_driver import Desk, PracticeCrm
from tests.benchmarks.report import Report, Scale

_CHANGES = 100
_EDITABLE = frozenset({CrmStatus.DRAFT, CrmStatus.IN_REVIEW, CrmStatus.NEW})
_POSTED_OF_TEN = 9
"""In a running business most invoices are in QuickBooks already."""


def run(report: Report, scale: Scale) -> None:
    """Measure; the full scale plants 200,000 invoices and takes some minutes."""
    count = 300 if scale is Scale.SMOKE else 200_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with _crm(folder / "practice", count) as crm:
            _measure_crm(report, crm, folder, count)
        _measure_file(report, folder, count)


@contextmanager
def _crm(folder: Path, count: int) -> Iterator[PracticeCrm]:
    seed_crm(folder, "large", invoices=count, seed=1)
    running = server.start_in_background(folder, parent_pid=os.getpid())
    try:
        yield PracticeCrm(running.crm_url)
    finally:
        server.stop(folder)


# -- from the CRM ------------------------------------------------------------------------------


@dataclass
class _Taken:
    seconds: float = 0
    first: float = 0
    calls: int = 0


def _lister(desk: Desk, path: Path) -> ListInvoices:
    return ListInvoices(
        invoices=desk.invoices,
        connections=desk.connections,
        records=desk.sync_records,
        cache=SqliteInvoiceCache(path),
        clock=SystemClock(),
    )


@contextmanager
def _taking(crm: PracticeCrm) -> Iterator[_Taken]:
    crm.forget_calls()
    taken = _Taken()
    started = time.perf_counter()
    yield taken
    taken.seconds = time.perf_counter() - started
    taken.first = taken.first - started if taken.first else 0
    taken.calls = len(crm.calls())


def _measure_crm(report: Report, crm: PracticeCrm, folder: Path, count: int) -> None:
    desk = crm.desk("ada")
    listing = _lister(desk, folder / "list.sqlite3")
    with _taking(crm) as whole:

        def note(_first: InvoiceList) -> None:
            whole.first = time.perf_counter()

        listed = listing.run(on_rows=note)
    assert len(listed.rows) == count
    report.add("CRM, nothing kept: first rows", f"{whole.first:.2f} s")
    report.add("CRM, nothing kept: all rows", f"{whole.seconds:.1f} s, {whole.calls} calls")
    with _taking(crm) as swept:
        listing.catch_up()
    report.add(
        "CRM: versions of all, once, for a delta link",
        f"{swept.seconds:.1f} s, {swept.calls} calls",
        against="reading everything",
        ratio=swept.seconds / whole.seconds,
    )
    with _taking(crm) as idle:
        listing.run()
    report.add("CRM: refresh, nothing changed", f"{idle.seconds:.2f} s, {idle.calls} calls")
    editable = [row.invoice for row in listed.rows if row.invoice.status in _EDITABLE][:_CHANGES]
    for invoice in editable:
        desk.client.update(
            f"invoices({invoice.id})",
            {"description": "edited"},
            if_match="*",
            select="name",
            doing="editing an invoice",
        )
    with _taking(crm) as changed:
        fresh = listing.run()
    assert sum(row.invoice.description == "edited" for row in fresh.rows) == len(editable)
    report.add(
        f"CRM: refresh, {len(editable)} changed",
        f"{changed.seconds:.2f} s, {changed.calls} calls",
        against="reading everything",
        ratio=changed.seconds / whole.seconds,
        wanted="calls do not grow",
    )
    desk.http.close()


# -- from the file -----------------------------------------------------------------------------


def _measure_file(report: Report, folder: Path, count: int) -> None:
    path = folder / "list.sqlite3"
    cache = SqliteInvoiceCache(path)
    invoices = cache.rows().invoices
    posted = [i for n, i in enumerate(invoices) if n % 10 < _POSTED_OF_TEN]
    cache.write(cache.head(), RowChanges(records=tuple(_record(i) for i in posted)))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    del cache, invoices
    scan = _measured("scan", path)
    report.add("file: size", f"{path.stat().st_size / count:.0f} bytes an invoice")
    report.add(
        "file: plain scan of its rows, for comparison",
        f"{scan.seconds:.2f} s, {scan.memory / count:.0f} bytes an invoice",
    )
    first = _measured("first", path)
    report.add(
        f"file: first rows ({first.rows:,})",
        f"{first.seconds * 1000:.0f} ms",
        against="plain scan",
        ratio=first.seconds / scan.seconds,
    )
    loaded = _measured("all", path)
    assert loaded.rows == count
    report.add(
        f"file: all rows ({loaded.rows:,})",
        f"{loaded.seconds:.2f} s",
        against="plain scan",
        ratio=loaded.seconds / scan.seconds,
    )
    report.add(
        "memory of the list",
        f"{loaded.memory / count:.0f} bytes an invoice",
        against="plain scan",
        ratio=loaded.memory / max(scan.memory, 1),
    )


def _record(invoice: Invoice) -> SyncRecord:
    number = int(invoice.id[:8], 16)
    return SyncRecord(
        CrmId(str(uuid.uuid5(uuid.NAMESPACE_URL, invoice.id))),
        InvoiceId(invoice.id),
        ConnectionId("c0000000-0000-4000-8000-000000000001"),
        RealmId("9341450000000001"),
        PostingState.POSTED,
        request_id=RequestId(f"{uuid.uuid5(uuid.NAMESPACE_OID, invoice.id).hex}-g1"),
        generation=1,
        digest=f"{number:064x}",
        quickbooks_id=QuickBooksId(str(number)),
        number=invoice.number[:21],
        sync_token="1",
        customer_id=QuickBooksId("58"),
        txn_date=invoice.invoice_date,
        currency=invoice.currency,
        total=invoice.total,
        tax=invoice.tax,
        balance=Decimal("0.00"),
        paid=invoice.total,
        quickbooks_status=QuickBooksStatus.PAID,
        pushed_on=invoice.modified_on,
        pushed_by="Ada Accountant",
        last_checked=invoice.modified_on,
        invoice_version=invoice.version,
        content_digest=f"{number:064x}",
        version=f'W/"{number}"',
        modified_on=invoice.modified_on,
    )


@dataclass(frozen=True)
class _Loaded:
    rows: int
    seconds: float
    memory: float


def _measured(what: str, path: Path) -> _Loaded:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.bench_list", what, str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    rows, seconds, memory = done.stdout.split()
    return _Loaded(int(rows), float(seconds), float(memory))


def _load(what: str, path: Path) -> object:
    if what == "scan":
        with closing(sqlite3.connect(path)) as connection:
            invoices = connection.execute("SELECT * FROM invoices").fetchall()
            return invoices, connection.execute("SELECT * FROM records").fetchall()
    crm = PracticeCrm("http://127.0.0.1:9")  # nobody is there, and nobody is asked
    listing = _lister(Desk(crm), path)
    return listing.first_rows() if what == "first" else listing.from_cache()


def main(what: str, path: Path) -> None:
    """Load once in this fresh process, and print rows, seconds and bytes."""
    SqliteInvoiceCache(path.with_name("warm.sqlite3")).rows()  # imports and types, not rows
    process = psutil.Process()
    before = process.memory_info().rss
    started = time.perf_counter()
    loaded = _load(what, path)
    seconds = time.perf_counter() - started
    memory = process.memory_info().rss - before
    rows = len(loaded.rows) if isinstance(loaded, InvoiceList) else 0
    sys.stdout.write(f"{rows} {seconds} {memory}\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
