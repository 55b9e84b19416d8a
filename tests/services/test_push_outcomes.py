"""Pushing: every way it can end, told, recorded and remembered."""

from __future__ import annotations

from pathlib import Path

from psaqb_desktop.domain.push import PostingState
from tests.fakes.office import Machine, Program, World


def test_pushed_invoices_are_in_quickbooks_and_known_in_the_crm(tmp_path: Path) -> None:
    world = World()
    invoices = [world.add_invoice(n) for n in (1, 2, 3)]
    program = Program(world, Machine(tmp_path, "desk"))
    results = program.push_all()
    assert [r.state for r in results] == [PostingState.POSTED] * 3
    for invoice in invoices:
        (document,) = world.ledger.standing(invoice.id)
        record = world.records.only(invoice.id)
        assert record.state is PostingState.POSTED
        assert record.quickbooks_id == document.id
        assert record.total == invoice.total
    assert program.journal.open_pushes() == ()
    program.close()
