"""The list follows the practice CRM by change, whether or not it keeps track of changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from psaqb_desktop.adapters.cache import SqliteInvoiceCache
from psaqb_desktop.adapters.dataverse.batch import Operation
from psaqb_desktop.domain.connection import RouteBy, RoutingRule
from psaqb_desktop.domain.findings import Cause
from psaqb_desktop.domain.identifiers import QuickBooksId, RealmId, sync_record_id
from psaqb_desktop.domain.invoice import CrmStatus, Invoice
from psaqb_desktop.domain.listing import ListedInvoice
from psaqb_desktop.domain.sync_record import PostingState, SyncRecord
from psaqb_desktop.services.list_invoices import ListInvoices
from tests.adapters_dataverse.conftest import run_crm
from tests.adapters_dataverse.practice_crm_driver import Desk, PracticeCrm

_EDITABLE = frozenset({CrmStatus.DRAFT, CrmStatus.IN_REVIEW, CrmStatus.NEW})
_REALM = RealmId("9341450000000001")


@pytest.fixture(params=[True, False], ids=["tracked", "untracked"])
def crm(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[PracticeCrm]:
    """A CRM of its own that keeps track of changed invoices, or does not."""
    yield from run_crm(tmp_path / "crm", 60, invoices_tracked=request.param)


@pytest.fixture
def desk(crm: PracticeCrm) -> Desk:
    desk = crm.desk("ada")
    desk.provision()
    connection = desk.new_connection()
    rules = (RoutingRule(RouteBy.DEFAULT),)
    desk.connections.save(replace(connection, rules=rules, realm_id=_REALM))
    return desk


def lister(desk: Desk, path: Path) -> ListInvoices:
    return ListInvoices(
        invoices=desk.invoices,
        connections=desk.connections,
        records=desk.sync_records,
        cache=SqliteInvoiceCache(path),
        clock=desk.clock,
    )


def edit(desk: Desk, path: str, **columns: Any) -> None:
    desk.client.update(path, columns, if_match="*", select="modifiedon", doing="editing")


def delete(desk: Desk, invoice: Invoice) -> None:
    path = f"invoices({invoice.id})"
    desk.client.write(Operation("DELETE", path, {"If-Match": "*"}), doing="deleting")


def post(desk: Desk, row: ListedInvoice) -> SyncRecord:
    assert row.connection is not None
    record = SyncRecord(
        sync_record_id(row.invoice.id, _REALM),
        row.invoice.id,
        row.connection.id,
        _REALM,
        PostingState.POSTED,
        quickbooks_id=QuickBooksId("77"),
        number="1042",
        total=row.invoice.total,
        tax=row.invoice.tax,
        currency=row.invoice.currency,
    )
    written = desk.sync_records.write([record])[row.invoice.id]
    assert isinstance(written, SyncRecord)
    return written


def test_the_list_follows_the_crm(crm: PracticeCrm, desk: Desk, tmp_path: Path) -> None:
    listing = lister(desk, tmp_path / "list.sqlite3")
    free = [row for row in listing.run().rows if row.invoice.status in _EDITABLE]
    listing.catch_up()
    edited, dropped, posted = free[:3]
    edit(desk, f"invoices({edited.invoice.id})", description="edited")
    post(desk, posted)
    delete(desk, posted.invoice)
    delete(desk, dropped.invoice)
    customer = free[3].invoice.customer
    assert free[4].invoice.contract
    column = {"account": "name", "contact": "lastname"}[customer.kind]
    edit(desk, f"{customer.kind}s({customer.id})", **{column: "Renamed"})
    edit(
        desk,
        f"salesorders({free[4].invoice.contract.id})",
        msdyn_ContractOrganizationalUnitId=None,
    )
    crm.forget_calls()
    rows = {row.invoice.id: row for row in listing.run().rows}
    assert len(crm.calls()) <= 12
    assert rows[edited.invoice.id].invoice.description == "edited"
    assert dropped.invoice.id not in rows
    assert "Renamed" in rows[free[3].invoice.id].invoice.customer.name
    assert rows[free[4].invoice.id].invoice.routing.contracting_unit is None
    gone = rows[posted.invoice.id]
    assert gone.invoice.status is CrmStatus.DELETED
    assert [finding.cause for finding in gone.findings] == [Cause.DELETED_IN_CRM]
    assert rows == {row.invoice.id: row for row in lister(desk, tmp_path / "new").run().rows}


def test_calls_do_not_grow_with_what_did_not_change(
    crm: PracticeCrm, desk: Desk, tmp_path: Path
) -> None:
    listing = lister(desk, tmp_path / "list.sqlite3")
    listing.run()
    is_tracked = listing.catch_up() is not None and listing._keeps_track()
    crm.forget_calls()
    listing.run()
    paths = [call["path"].rpartition("/")[2] for call in crm.calls()]
    # Connections, the CRM's time, our records, one batch of changes, and what keeps track.
    assert len(paths) <= 6, paths
    tracked = [call for call in crm.calls() if "deltatoken" in call["query"]]
    assert bool(tracked) is is_tracked


def test_a_delta_link_that_is_too_old_is_done_without(
    crm: PracticeCrm, desk: Desk, tmp_path: Path
) -> None:
    listing = lister(desk, tmp_path / "list.sqlite3")
    rows = listing.run().rows
    listing.catch_up()
    free = [row.invoice for row in rows if row.invoice.status in _EDITABLE]
    changes = desk.invoices.changes(
        desk.invoices.time(), f"{crm.url}/api/data/v9.2/invoices?$select=invoiceid&$deltatoken=gone"
    )
    assert changes.delta_link == ""
    delete(desk, free[0])
    assert free[0].id not in {row.invoice.id for row in listing.run().rows}
