"""The window part of ``bench_grid``, a program of its own: ``python -m … ROWS RUN_ROWS``.

The real main window over a desk of fakes; prints its figures as one line of JSON.
"""

# ruff: noqa: T201 - it talks to the benchmark that started it
from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import psutil
import qasync
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QPushButton

from psaqb_desktop.domain.checked import Checked
from psaqb_desktop.domain.listing import InvoiceList, ListedInvoice
from psaqb_desktop.domain.push import PushResult
from psaqb_desktop.ui.garbage import MainThreadCollector
from psaqb_desktop.ui.invoices.columns import COLUMNS, PLACE_OF
from psaqb_desktop.ui.invoices.filters import ListFilter, View
from psaqb_desktop.ui.look import STYLE_ARGUMENTS, apply_look
from psaqb_desktop.ui.main_window import MainWindow
from psaqb_desktop.ui.tasks import TaskRunner
from tests.ui_invoices.ui_examples import invoice_list, many_rows
from tests.ui_invoices.ui_fakes import FakeDesk, FakeList, FakeParts, FakePull, FakePush

BEAT_MILLISECONDS = 5
SORTED_BY = ("number", "customer", "status", "total", "date", "posted-on", "age")
"""A column of each kind."""
SEARCHES = ("f", "fab", "fabrikam", "inv-00", "1,200", "trey research")


class Heartbeat(QObject):
    """How long the main thread let a timer of 5 ms wait, by the clock and by its own work.

    On a machine that has other things to do the clock tells what these take as well; the time that
    the thread itself was computing between two beats does not.
    """

    def __init__(self) -> None:
        super().__init__()
        self.late: list[float] = []
        self.worked: list[float] = []
        self._last = self._last_worked = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BEAT_MILLISECONDS)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        self.late, self.worked = [], []
        self._last, self._last_worked = time.perf_counter(), time.thread_time()
        self._timer.start()

    def stop(self) -> dict[str, float]:
        """Return the longest stall and the 99.9th percentile, in milliseconds."""
        self._timer.stop()
        self._beat()
        late = sorted(self.late)
        return {"max": late[-1], "p999": late[int(len(late) * 0.999)], "work": max(self.worked)}

    def _beat(self) -> None:
        now, worked = time.perf_counter(), time.thread_time()
        self.late.append(max(0.0, (now - self._last) * 1000 - BEAT_MILLISECONDS))
        self.worked.append((worked - self._last_worked) * 1000)
        self._last, self._last_worked = now, worked


@dataclass
class SlowPull(FakePull):
    """Changes some rows of the list, as a pull does."""

    lists: FakeList = field(default_factory=FakeList)
    rows: int = 0

    def run(self, **given: object) -> tuple:  # type: ignore[type-arg]
        threading.Event().wait(0.3)
        assert self.lists.fresh is not None
        self.lists.fresh = _changed(self.lists.fresh, self.rows)
        return super().run(**given)  # type: ignore[arg-type]


@dataclass
class PacedPush(FakePush):
    """Posts at some hundred a second: quicker than Intuit lets anybody."""

    def run(self, checked: Sequence[Checked], **given: Any) -> tuple[PushResult, ...]:
        self.pause_seconds = 0.003
        return super().run(checked, **given)


def _changed(invoices: InvoiceList, count: int) -> InvoiceList:
    """Pay the first invoices that are posted."""
    rows: list[ListedInvoice] = []
    for row in invoices.rows:
        if count and row.record is not None and row.record.balance:
            count -= 1
            paid = replace(row.record, balance=Decimal(0), paid=row.record.total, version="2")
            rows.append(replace(row, record=paid))
        else:
            rows.append(row)
    return replace(invoices, rows=tuple(rows))


class Bench:
    """One window with its list, and what is measured of it."""

    def __init__(self, app: QApplication, rows: int, run_rows: int) -> None:
        self.app = app
        self.rows = rows
        self.run_rows = run_rows
        self.figures: dict[str, object] = {}
        self.heart = Heartbeat()

    async def run(self) -> dict[str, object]:
        listed = invoice_list(*many_rows(self.rows))
        lists = FakeList(cached=None, fresh=listed)
        desk = FakeDesk(
            list_invoices=lists,
            push_invoices=PacedPush(),
            pull_changes=SlowPull(lists=lists, rows=self.run_rows),
        )
        self.tasks = TaskRunner()
        collector = MainThreadCollector(is_busy=lambda: bool(self.tasks.running))
        self.window = MainWindow(desk.environment)
        self.window.work_with(desk, self.tasks, FakeParts())
        self.window.show()
        await self._idle(0.5)
        self.heart.start()
        await self._idle(2)
        self.figures["idle"] = self.heart.stop()
        before = psutil.Process().memory_info().rss
        await self._stall("load", self.window.presenter.reading.open)
        self.figures["bytes a row"] = (psutil.Process().memory_info().rss - before) / self.rows
        page = self.window.page
        page.filter_bar.set_filter(ListFilter(view=View.ALL))
        await self._idle(3)  # searches and sorts are made ready in a thread
        await self._operations()
        page.filter_bar.set_filter(ListFilter(view=View.TO_POST))
        await self._idle(1)
        await self._push()
        await self._stall("pull", self.window.presenter.flows.pull)
        collector.stop()
        return self.figures

    # -- single acts ---------------------------------------------------------------------------

    async def _operations(self) -> None:
        page = self.window.page
        acts: dict[str, list[Callable[[], object]]] = {}
        for name in SORTED_BY:
            acts[f"sort by {COLUMNS[PLACE_OF[name]].title.lower()}"] = [
                lambda place=PLACE_OF[name], order=order: page.grid.sortByColumn(place, order)  # type: ignore[misc]
                for order in (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder)
            ]
        acts["filter by view"] = [
            lambda view=view: page.filter_bar.set_filter(ListFilter(view=view))  # type: ignore[misc]
            for view in (View.TO_POST, View.POSTED, View.UNPAID, View.ALL)
        ]
        name = page.table.companies[0]
        acts["filter by company"] = [
            lambda chosen=chosen: page.filter_bar.set_filter(  # type: ignore[misc]
                ListFilter(view=View.ALL, companies=chosen)
            )
            for chosen in (frozenset({name}), frozenset[str]())
        ]
        acts["search"] = [
            lambda words=words: page.filter_bar.set_filter(  # type: ignore[misc]
                ListFilter(view=View.ALL, search=words)
            )
            for words in (*SEARCHES, "")
        ]
        acts["select all"] = [page.select_shown]
        acts["sort with all selected"] = [
            lambda: page.grid.sortByColumn(PLACE_OF["total"], Qt.SortOrder.AscendingOrder)
        ]
        acts["highlight all"] = [page.grid.selectAll]
        acts["sort with all highlighted"] = [
            lambda: page.grid.sortByColumn(PLACE_OF["date"], Qt.SortOrder.AscendingOrder)
        ]
        acts["clear selection"] = [page.clear_selection]
        acts["repaint"] = [page.grid.viewport().repaint]
        timed: dict[str, dict[str, float]] = {}
        for what, each in acts.items():
            timed[what] = await self._timed(each)
        self.figures["acts"] = timed
        page.grid.clearSelection()
        self.heart.start()
        QTest.keyClicks(page.filter_bar.search, "fabrikam", delay=60)
        await self._idle(0.5)
        self.figures["typing a search"] = self.heart.stop()
        page.filter_bar.set_filter(ListFilter(view=View.ALL))

    async def _timed(self, acts: Sequence[Callable[[], object]]) -> dict[str, float]:
        """Time acts; the beats meanwhile tell of the repaint and the totals that follow."""
        taken, worked, followed = [], [], []
        for act in [*acts] * max(1, 6 // len(acts)):
            self.heart.start()
            begun, work = time.perf_counter(), time.thread_time()
            act()
            taken.append((time.perf_counter() - begun) * 1000)
            worked.append((time.thread_time() - work) * 1000)
            await self._idle(0.25)
            followed.append(self.heart.stop()["work"])
        return {
            "median": statistics.median(taken),
            "work": statistics.median(worked),
            "with repaint": statistics.median(followed),
        }

    # -- runs ----------------------------------------------------------------------------------

    async def _stall(self, what: str, act: Callable[[], object]) -> None:
        self.heart.start()
        begun = time.perf_counter()
        await self.window.presenter.guarded(act)  # type: ignore[arg-type]
        await self._idle(0.5)
        self.figures[what] = {**self.heart.stop(), "seconds": time.perf_counter() - begun}

    async def _push(self) -> None:
        page, presenter = self.window.page, self.window.presenter
        waiting = [r.id for r in page.model.shown_rows() if r.listed.connection is not None]
        chosen = waiting[: self.run_rows]
        page.model.tick_only(chosen)
        self.tasks.start(self._confirm(), "confirming")
        await self._stall("push", lambda: presenter.flows.push(chosen))

    async def _confirm(self) -> None:
        """Press the button of each confirmation."""
        while "push" not in self.figures:
            for dialog in self.app.topLevelWidgets():
                if isinstance(dialog, QDialog) and dialog.isVisible():
                    for button in dialog.findChildren(QPushButton):
                        if button.text().startswith("Push ") and button.isEnabled():
                            button.click()
            await asyncio.sleep(0.05)

    async def _idle(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def main(rows: int, run_rows: int) -> None:
    app = QApplication([*sys.argv[:1], *STYLE_ARGUMENTS])
    app.setQuitOnLastWindowClosed(False)
    apply_look(app)
    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner:
        figures = runner.run(Bench(app, rows, run_rows).run())
    print(json.dumps(figures), flush=True)
    os._exit(0)  # a hundred thousand rows would be taken apart one by one


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
