"""The panel of problems shows whole lines."""

from __future__ import annotations

import pytest

from psaqb_desktop.domain.findings import Cause, Finding, blocker
from psaqb_desktop.domain.invoice import Invoice
from psaqb_desktop.ui.tasks import TaskRunner
from tests.ui_invoices.ui_examples import invoice, listed
from tests.ui_invoices.ui_fakes import FakeCheck, FakeDesk
from tests.ui_invoices.ui_window import Driven, RunAsync

CAUSES = list(Cause)


@pytest.mark.parametrize(("causes", "seen"), [(1, 1), (4, 4), (5, 5), (9, 5)])
def test_lines_are_not_cut(run_async: RunAsync, tasks: TaskRunner, causes: int, seen: int) -> None:
    def verdict(_of: Invoice) -> tuple[Finding, ...]:
        return tuple(blocker(cause, "It cannot be.", "Mend it.") for cause in CAUSES[:causes])

    async def body() -> None:
        desk = FakeDesk(check_invoices=FakeCheck(verdict))
        driven = Driven(tasks, listed(invoice(1)), listed(invoice(2)), desk=desk)
        driven.window.resize(1440, 900)
        await driven.open()
        driven.page.select_shown()
        await driven.trigger("check")
        tree = driven.page.problems.tree
        assert tree.topLevelItemCount() == causes
        last = tree.topLevelItem(seen - 1)
        assert last is not None
        assert tree.visualItemRect(last).bottom() <= tree.viewport().height()

    run_async(body())
