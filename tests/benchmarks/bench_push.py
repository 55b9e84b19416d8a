"""The push against Intuit's published limits, several companies side by side, and the peer.

Practice services on loopback in a process of their own, limits on, service times as assumed in
``practice/quickbooks/service_times.py`` (0.6 s a created invoice) and ``push_books.CRM_TIMES``. The
limit's shortest time is what 10 requests a second and 500 a minute, in sliding windows, leave for
as many requests as were let in: the posts and what is asked before and beside them.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psaqb_desktop.domain.checked import Checked
from psaqb_desktop.domain.listing import RowStatus
from psaqb_desktop.domain.push import PushResult
from psaqb_desktop.domain.texts import invoices_named_in
from psaqb_desktop.services.cancellation import Cancellation
from psaqb_desktop.services.push_progress import PushProgress
from tests.benchmarks.push_books import PushBooks
from tests.benchmarks.push_limit import arrived, is_post, shortest_seconds
from tests.benchmarks.push_peer import post_with_peer
from tests.benchmarks.report import Report, Scale

COMPANIES = 10
SCALED = 0.3
"""Limits of the comparison of ten companies with one: at the published ones ten of them ask more of
the practice server than two processors give."""


@dataclass(frozen=True)
class Sizes:
    """How many invoices go where."""

    planted: int
    to_one: int
    to_each_of_ten: int
    by_peer: int
    by_peer_in_turn: int


FULL = Sizes(planted=32_000, to_one=1000, to_each_of_ten=100, by_peer=1000, by_peer_in_turn=100)
SMOKE = Sizes(planted=300, to_one=12, to_each_of_ten=0, by_peer=2, by_peer_in_turn=1)


@dataclass
class Pushed:
    """One run of the program, and what the services saw of it."""

    results: tuple[PushResult, ...]
    seconds: float
    to_last_posted: float
    calls: list[dict[str, Any]]
    crm: Counter[str]

    @property
    def posts(self) -> list[dict[str, Any]]:
        return [call for call in self.calls if is_post(call) and call["status"] == 200]

    @property
    def throttled(self) -> int:
        return sum(call["status"] == 429 for call in self.calls)


def run(report: Report, scale: Scale) -> None:
    """Measure; the full scale takes about ten minutes."""
    sizes = FULL if scale is Scale.FULL else SMOKE
    companies = COMPANIES if sizes.to_each_of_ten else 1
    with tempfile.TemporaryDirectory() as folder:
        books = PushBooks.open(Path(folder), invoices=sizes.planted, sisters=companies + 2)
        try:
            books.work_at_once()
            rows = books.take_ready(sizes.to_one)
            checked, rate = _one_company(report, books, rows)
            _peer(report, books, checked, sizes, rate)
            if sizes.to_each_of_ten:
                _ten_companies(report, books, sizes.to_each_of_ten)
        finally:
            books.practice.stop()


def _one_company(
    report: Report, books: PushBooks, rows: list[Any]
) -> tuple[Sequence[Checked], float]:
    """Push to one company; return what was pushed, and its posts a minute."""
    books.work_realistically()
    books.forget_calls()
    began = time.monotonic()
    checked = books.desk.check_invoices.run(rows)
    check_seconds = time.monotonic() - began
    asked_before, _ = books.calls()
    books.forget_calls()
    pushed = _push(books, checked)
    documents = books.documents(books.home.realm_id)
    admitted = sorted(arrived(c) for c in pushed.calls if c["status"] == 200)
    first, last = admitted[0], arrived(max(pushed.posts, key=arrived))
    before = [arrived(c) - first for c in asked_before if c["status"] == 200]
    ideal = shortest_seconds(len(admitted), [b for b in before if b <= 0])
    posts = sorted(arrived(c) for c in pushed.posts)
    rate = (len(posts) - 1) / (posts[-1] - posts[0]) * 60
    best = (len(posts) - 1) / shortest_seconds(len(posts)) * 60
    report.add("invoices to one company", f"{len(checked)} in {len(posts)} posts")
    report.add(
        "first to last request",
        f"{last - first:.1f} s",
        against=f"{ideal:.1f} s for {len(admitted)} requests at the limits",
        ratio=ideal / (last - first),
        wanted=">= 0.95",
    )
    report.add("posts", f"{rate:.0f}/min", against=f"{best:.0f}/min", ratio=rate / best)
    report.add("check before it", f"{check_seconds:.1f} s")
    report.add("push, to last Posted", f"{pushed.to_last_posted:.1f} s")
    report.add("check and push, until all is told", f"{check_seconds + pushed.seconds:.1f} s")
    report.add("429 answers", str(pushed.throttled), wanted="0")
    report.add("duplicates", str(_duplicates(documents)), wanted="0")
    report.add(
        "CRM calls of the push",
        f"{pushed.crm.total() / len(checked):.3f} per invoice",
        against=f"{pushed.crm.total()} calls",
    )
    _require_posted(pushed)
    return checked, rate


def _peer(
    report: Report, books: PushBooks, checked: Sequence[Checked], sizes: Sizes, rate: float
) -> None:
    drafts = [one.draft for one in checked if one.draft is not None]
    for sister, threads, count in (
        (books.sisters[-1], 1, sizes.by_peer_in_turn),
        (books.sisters[-2], 8, sizes.by_peer),
    ):
        books.work_realistically()
        books.forget_calls()
        token = books.token(sister.realm_id)["access_token"]
        url = books.practice.quickbooks_url
        seconds = post_with_peer(url, sister.realm_id, token, drafts[:count], threads=threads)
        calls, _ = books.calls()
        throttled = sum(call["status"] == 429 for call in calls)
        words = "in turn" if threads == 1 else f"{threads} threads"
        theirs = count / seconds * 60
        report.add(
            f"python-quickbooks, {words}",
            f"{theirs:.0f}/min",
            against=f"{rate:.0f}/min here ({count} posts, {throttled} times 429)",
            ratio=rate / theirs,
        )


def _ten_companies(report: Report, books: PushBooks, each: int) -> None:
    """Push to one sister, then to ten at once, all at limits scaled down."""
    books.work_at_once()
    rows = books.take_ready(each * (COMPANIES + 1))
    checked = list(books.desk.check_invoices.run(rows))
    parts = [checked[start : start + each] for start in range(0, len(checked), each)]
    books.work_realistically(limit_factor=SCALED)
    books.forget_calls()
    alone = _push(books, books.at(books.sisters[0], parts.pop()))
    _require_posted(alone)
    books.work_realistically(limit_factor=SCALED)
    books.forget_calls()
    shared = [
        one
        for sister, part in zip(books.sisters, parts, strict=False)
        for one in books.at(sister, part)
    ]
    together = _push(books, shared)
    _require_posted(together)
    for words, posts_only in (("lists read first", False), ("posts", True)):
        one, ten = (len(r.results) / _span(r, posts_only=posts_only) for r in (alone, together))
        report.add(
            f"{COMPANIES} companies side by side, limits x {SCALED}, {words}",
            f"{ten * 60:.0f}/min",
            against=f"one: {one * 60:.0f}/min, {each} invoices each",
            ratio=ten / one,
            wanted=">= 9",
        )
    report.add("429 answers at that", str(alone.throttled + together.throttled), wanted="0")


def _push(books: PushBooks, checked: Any) -> Pushed:
    posted_at: list[float] = []
    began = time.monotonic()

    def on_progress(news: PushProgress) -> None:
        if news.status in {RowStatus.POSTED, RowStatus.POSTED_REVIEW}:
            posted_at.append(time.monotonic() - began)

    results = books.desk.push_invoices.run(
        checked, on_progress=on_progress, cancellation=Cancellation()
    )
    seconds = time.monotonic() - began
    calls, crm = books.calls()
    return Pushed(results, seconds, max(posted_at, default=0.0), calls, crm)


def _span(pushed: Pushed, *, posts_only: bool) -> float:
    """Return the seconds from the first request to QuickBooks, or the first post, to the last."""
    posts = [arrived(call) for call in pushed.posts]
    return max(posts) - min(posts if posts_only else [arrived(call) for call in pushed.calls])


def _require_posted(pushed: Pushed) -> None:
    other = [r for r in pushed.results if not r.state.is_posted]
    assert other == [], f"{len(other)} are not posted, such as {other[0]}"


def _duplicates(documents: list[dict[str, Any]]) -> int:
    """Count the documents beyond the first of each CRM invoice, by our key in their notes."""
    keys = Counter(
        key for document in documents for key in invoices_named_in(document.get("PrivateNote", ""))
    )
    return sum(count - 1 for count in keys.values())
