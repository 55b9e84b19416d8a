"""What a list does not name is not gone: only QuickBooks' “not found” for its id counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from psaqb_desktop.domain.errors import RequestRejectedError
from psaqb_desktop.domain.identifiers import RealmId
from psaqb_desktop.domain.sync_record import PostingState, QuickBooksStatus
from psaqb_desktop.services.missing_documents import MOST_ASKED_FOR
from psaqb_desktop.services.push_again import PushAgain
from tests.fakes import examples
from tests.fakes.gate import Gate
from tests.fakes.office import Program, World


class EmptyLists(Gate):
    """QuickBooks answers its lists of documents with an empty one, as a bad day has it."""

    def pass_through(self, what: str, action: Callable[[], Any]) -> Any:
        result = super().pass_through(what, action)
        lists = {"documents", "created_since", "walk_created_since", "existing"}
        return () if what in {f"quickbooks.{name}" for name in lists} else result


def push_again(world: World) -> PushAgain:
    return PushAgain(
        connections=world.connections,
        companies=world.gateway,
        records=world.records,
        clock=world.clock,
    )


def test_an_empty_list_makes_nothing_missing(world: World) -> None:
    program = world.program(gate=EmptyLists())
    invoice = world.add_invoice(1)
    program.push_all()
    (summary,) = program.pull.run(full=True)
    assert (summary.error, summary.missing) == ("", 0)
    assert world.records.only(invoice.id).quickbooks_status is QuickBooksStatus.OPEN
    program.close()


def test_deleted_ones_are_told_from_those_that_were_only_not_listed(world: World) -> None:
    program = world.program(gate=EmptyLists())
    stands, gone = world.add_invoice(1), world.add_invoice(2)
    program.push_all()
    world.ledger.delete(world.ledger.standing(gone.id)[0])
    (summary,) = program.pull.run(full=True)
    assert summary.missing == 1
    assert world.records.only(stands.id).quickbooks_status is QuickBooksStatus.OPEN
    assert world.records.only(gone.id).quickbooks_status is QuickBooksStatus.MISSING
    world.ledger.calls.clear()
    assert program.pull.run(full=True)[0].missing == 1
    assert world.ledger.calls.count("read") == 1, "what is known to be gone is not asked again"
    program.close()


def test_too_many_to_ask_for_are_left_as_they_are_and_said(world: World) -> None:
    program = world.program(gate=EmptyLists())
    for number in range(1, MOST_ASKED_FOR + 3):
        world.add_invoice(number)
    program.push_all()
    world.ledger.calls.clear()
    before = program.journal.watermark(examples.REALM)
    (summary,) = program.pull.run(full=True)
    assert "the others stay as they were" in summary.error
    assert world.ledger.calls.count("read") == MOST_ASKED_FOR
    assert program.journal.watermark(examples.REALM) == before
    assert {r.quickbooks_status for r in world.records.records()} == {QuickBooksStatus.OPEN}
    program.close()


def test_push_again_looks_at_the_old_document_itself(world: World, program: Program) -> None:
    """The CRM may say “missing” of a document that stands: an older version wrote it, or a bug."""
    invoice = world.add_invoice(1)
    program.push_all()
    record = world.records.only(invoice.id)
    world.records.put(replace(record, quickbooks_status=QuickBooksStatus.MISSING))
    with pytest.raises(RequestRejectedError, match="stands in QuickBooks"):
        push_again(world).run(program.rows()[0])
    found = world.records.only(invoice.id)
    assert (found.state, found.quickbooks_status) == (PostingState.POSTED, QuickBooksStatus.OPEN)
    program.push_all()
    assert len(world.ledger.standing(invoice.id)) == 1


def test_another_companys_not_found_is_no_answer(world: World, program: Program) -> None:
    invoice = world.add_invoice(1)
    program.push_all()
    world.ledger.delete(world.ledger.standing(invoice.id)[0])
    program.pull.run(full=True)
    (row,) = program.rows()
    world.connections.put(
        replace(world.connections.connection(examples.CONNECTION), realm_id=RealmId("1")),
        refresh_token="another",
        secret="secret",
    )
    with pytest.raises(RequestRejectedError, match="no longer connected"):
        push_again(world).run(row)
