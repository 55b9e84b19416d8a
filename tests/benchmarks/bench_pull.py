"""Pull: 1,000 changed documents among 10,000 and among 100,000 posted ones.

Both services run as processes of their own and count their calls. The minimum, with M changed
objects in QuickBooks (documents and payments), R records and P payment rows to write:

* QuickBooks: 1 + ⌈M/1000⌉. An answer of change data capture holds 1,000 objects and has no second
  page, so that there is more is only known when a full one has come; what it left out cannot be
  told from it, and all is asked again in full answers. (1 where M < 1000.)
* CRM: 1 (which companies are connected) + 1 (the records of what has changed) + ⌈R/1000⌉ (writing
  them, 1,000 in a batch at most) + 1 (which payment rows they have) + ⌈P/1000⌉ (writing those).

The naive way reads each posted invoice by itself; python-quickbooks does that for a sample here,
and its time is scaled to all of them.
"""

from __future__ import annotations

import gc
import math
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil
from quickbooks import QuickBooks
from quickbooks.objects.invoice import Invoice

from psaqb_desktop.adapters.journal import open_journal
from psaqb_desktop.adapters.settings.system_clock import SystemClock
from psaqb_desktop.domain.pull import Changes, PullSummary
from psaqb_desktop.practice.group import PRACTICE_INTUIT_CLIENT_ID
from psaqb_desktop.services.pull_changes import PullChanges
from tests.benchmarks.planted_company import REALM, PlantedCompany, planted_company
from tests.benchmarks.report import Report, Scale

_CAP = 1000


@dataclass(frozen=True)
class _Mixture:
    """How many documents are changed in which way."""

    paid_alone: int
    paid_by_fives: int
    paid_in_parts: int
    credited: int
    voided: int
    deleted: int
    edited: int

    @property
    def documents(self) -> int:
        single = self.paid_alone + self.paid_by_fives + self.paid_in_parts
        return single + 2 * self.credited + self.voided + self.deleted + self.edited

    @property
    def payments(self) -> int:
        return self.paid_alone + self.paid_by_fives // 5 + 2 * self.paid_in_parts + self.credited

    @property
    def allocations(self) -> int:
        return self.paid_alone + self.paid_by_fives + 2 * self.paid_in_parts + 2 * self.credited


_THOUSAND = _Mixture(400, 100, 100, 50, 100, 100, 100)
_FEW = _Mixture(4, 5, 2, 2, 2, 2, 2)


@dataclass(frozen=True)
class _Measured:
    posted: int
    calls: dict[str, int]
    seconds: float
    megabytes: float
    summary: PullSummary

    @property
    def all_calls(self) -> int:
        return sum(self.calls.values())


def run(report: Report, scale: Scale) -> None:
    """Pull once among each number of posted invoices."""
    sizes, mixture = ((10_000, 100_000), _THOUSAND) if scale is Scale.FULL else ((60,), _FEW)
    sample = 200 if scale is Scale.FULL else 5
    found: list[_Measured] = []
    naive = 0.0
    for posted in sizes:
        with tempfile.TemporaryDirectory() as folder:
            memos = mixture.credited + 5
            with planted_company(Path(folder), posted - memos, memos) as made:
                found.append(_pull(made, Path(folder), mixture, posted))
                naive = naive or _one_by_one(made, sample)
    first, *others = found
    minimum = _minimum(mixture)
    for service, calls in first.calls.items():
        least = minimum[service]
        report.add(
            f"{service} calls, {mixture.documents:,} of {first.posted:,} changed",
            f"{calls}",
            against=f"minimum {least}",
            ratio=calls / least,
            wanted="≤ 1.10",
        )
    total = sum(minimum.values())
    report.add(
        "calls in all",
        f"{first.all_calls}",
        against=f"minimum {total}",
        ratio=first.all_calls / total,
        wanted="≤ 1.10",
    )
    for one in others:
        report.add(
            f"calls in all, of {one.posted:,}",
            f"{one.all_calls}",
            against=f"{first.all_calls} of {first.posted:,}",
            ratio=one.all_calls / first.all_calls,
            wanted="1.00",
        )
    for one in found:
        report.add(
            f"of {one.posted:,}: time, and what memory grew by",
            f"{one.seconds:.2f} s, {one.megabytes:.0f} MB",
        )
    report.add(
        f"naive: a call for each of {first.posted:,}",
        f"{first.posted:,} calls",
        against=f"{first.all_calls} calls",
        ratio=first.posted / first.all_calls,
    ).add(
        f"naive: python-quickbooks, {sample} read, scaled to {first.posted:,}",
        f"{naive * first.posted:.0f} s",
        against=f"{first.seconds:.2f} s",
        ratio=naive * first.posted / first.seconds,
    )


def _minimum(mixture: _Mixture) -> dict[str, int]:
    changed = mixture.documents + mixture.payments
    looks = 1 if changed < _CAP else 1 + math.ceil(changed / _CAP)
    writes = math.ceil(mixture.documents / _CAP) + math.ceil(mixture.allocations / _CAP)
    return {"QuickBooks": looks, "CRM": 3 + writes}


def _pull(made: PlantedCompany, folder: Path, mixture: _Mixture, posted: int) -> _Measured:
    journal = open_journal(folder / "desk.journal")
    pull = PullChanges(
        connections=made.desk.connections,
        companies=made.gateway,
        records=made.desk.sync_records,
        journal=journal,
        clock=SystemClock(),
    )
    journal.set_watermark(REALM, _time_of(made))
    _require(pull.run()[0], Counter())  # entity sets are known, connections are open
    made.work(list(_changes(made, mixture)))
    made.forget_calls()
    gc.collect()
    process = psutil.Process()
    before, began = process.memory_info().rss, time.perf_counter()
    (summary,) = pull.run()
    seconds = time.perf_counter() - began
    grown = (process.memory_info().rss - before) / 2**20
    calls = made.calls()
    journal.close()
    _require(
        summary,
        Counter(
            documents=mixture.documents,
            payments=mixture.allocations,
            voided=mixture.voided,
            missing=mixture.deleted,
            edited=mixture.edited,
        ),
    )
    return _Measured(posted, calls, seconds, grown, summary)


def _time_of(made: PlantedCompany) -> datetime:
    changes: Changes = made.company.changes(SystemClock().now())
    return changes.read_at


def _require(summary: PullSummary, expected: Counter[str]) -> None:
    """Make sure that the pull did all of its work: a figure of half of it would be none."""
    found = Counter(
        documents=summary.documents_changed,
        payments=summary.payments_written,
        voided=summary.voided,
        missing=summary.missing,
        edited=summary.edited,
    )
    if summary.error or found != expected:
        msg = f"the pull did {found} instead of {expected}: {summary.error}"
        raise AssertionError(msg)


def _changes(made: PlantedCompany, mixture: _Mixture) -> Iterator[dict[str, Any]]:
    """Yield what people do in QuickBooks, as items of batches."""
    rest = iter(made.invoices)
    memos = iter(made.memos)
    for _ in range(mixture.paid_alone):
        yield _payment(made, 120, [("Invoice", next(rest), 120)])
    for _ in range(mixture.paid_by_fives // 5):
        yield _payment(made, 600, [("Invoice", next(rest), 120) for _ in range(5)])
    for _ in range(mixture.paid_in_parts):
        invoice = next(rest)
        yield _payment(made, 20, [("Invoice", invoice, 20)])
        yield _payment(made, 30, [("Invoice", invoice, 30)])
    for _ in range(mixture.credited):
        yield _payment(made, 0, [("Invoice", next(rest), 120), ("CreditMemo", next(memos), 120)])
    for _ in range(mixture.voided):
        named = {"Id": next(rest), "SyncToken": "0"}
        yield {"operation": "update", "optionsData": "void", "Invoice": named}
    for _ in range(mixture.deleted):
        yield {"operation": "delete", "Invoice": {"Id": next(rest), "SyncToken": "0"}}
    for _ in range(mixture.edited):
        edited = {"Id": next(rest), "SyncToken": "0", "sparse": True, "TxnDate": "2026-09-02"}
        yield {"operation": "update", "Invoice": edited}


def _payment(made: PlantedCompany, total: int, lines: list[tuple[str, str, int]]) -> dict[str, Any]:
    return {
        "operation": "create",
        "Payment": {
            "CustomerRef": {"value": made.customer},
            "CurrencyRef": {"value": "GBP"},
            "TotalAmt": total,
            "Line": [
                {"Amount": amount, "LinkedTxn": [{"TxnId": each, "TxnType": kind}]}
                for kind, each, amount in lines
            ],
        },
    }


class _Auth:
    """What python-quickbooks wants to know of a sign-in: here somebody is signed in already."""

    def __init__(self, access_token: str) -> None:
        self.access_token = access_token
        self.refresh_token = ""
        self.environment = "production"
        self.client_id = PRACTICE_INTUIT_CLIENT_ID


def _one_by_one(made: PlantedCompany, sample: int) -> float:
    """Return the seconds that python-quickbooks takes to read an invoice, on the average."""
    # The client refuses plain HTTP, which is all that loopback has.
    os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"

    class PracticeClient(QuickBooks):  # type: ignore[misc]
        api_url_v3 = f"{made.practice.quickbooks_url}/v3"
        sandbox_api_url_v3 = api_url_v3

    client = PracticeClient(
        auth_client=_Auth(made.token()), refresh_token="", company_id=REALM, minorversion=75
    )
    began = time.perf_counter()
    for each in made.invoices[-sample:]:
        Invoice.get(int(each), qb=client)
    return (time.perf_counter() - began) / sample
