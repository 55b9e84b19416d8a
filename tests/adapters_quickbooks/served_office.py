"""A desk whose CRM is a fake and whose QuickBooks is served."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from psaqb_desktop.domain.identifiers import RealmId
from psaqb_desktop.domain.invoice import Invoice
from psaqb_desktop.domain.invoice_line import InvoiceLine
from psaqb_desktop.domain.links import LinkKind
from psaqb_desktop.domain.quickbooks_lists import CompanyLists
from psaqb_desktop.domain.sync_record import PostingState, SyncRecord
from psaqb_desktop.practice.group import GB
from tests.fakes import examples
from tests.fakes.office import Program, World

REALM = RealmId(GB.realm_id)
MAPPING = json.dumps({"custom_fields": {"PSA invoice": "{number} of {name}"}})


class Office:
    """One desk whose CRM is a fake and whose QuickBooks is served."""

    def __init__(self, folder: Path, opened: Any) -> None:
        self.opened = opened
        self.practice = opened.practice
        self.world = World(folder)
        self.world.gateway.ledgers = {REALM: opened.company}
        connection = replace(
            self.world.connections.connection(examples.CONNECTION),
            realm_id=REALM,
            mapping_text=MAPPING,
        )
        self.world.connections.put(
            connection, refresh_token=self.world.authorization.issue(), secret="secret"
        )
        self._link(opened.company.lists())
        self.keep_time()
        # Waits take no time here, and count for the service.
        opened.clock.after_sleep = lambda seconds: self.later(seconds=seconds)
        self.program: Program = self.world.program()

    def keep_time(self) -> None:
        """Let the service's clock show what the desk's does."""
        ahead = int((self.world.clock.now() - datetime.now(UTC)).total_seconds())
        self.practice.tell("options", clock_offset_seconds=ahead)

    def later(self, **parts: float) -> None:
        self.world.clock.advance(**parts)
        self.keep_time()

    def push(self, *, closed: str = "") -> dict[str, PostingState]:
        """Check and push all; the books may be closed in between."""
        checked = self.program.ready()
        if closed:
            self.settings(book_close_date=closed)
        numbers = {one.id: one.number for one in self.world.invoices.stored.values()}
        return {numbers[r.invoice_id]: r.state for r in self.program.push_checked(checked)}

    def pull(self) -> None:
        (summary,) = self.program.pull.run(full=False)
        assert summary.error == ""
        self.later(hours=1)

    def record(self, invoice: Invoice) -> SyncRecord:
        return self.world.records.only(invoice.id)

    def documents(self) -> list[dict[str, Any]]:
        answer = self.opened.raw("GET", "query?query=select * from Invoice")
        found: list[dict[str, Any]] = answer["QueryResponse"].get("Invoice", [])
        return found

    def settings(self, **changes: object) -> None:
        self.practice.tell(f"companies/{REALM}", **changes)

    def _link(self, lists: CompanyLists) -> None:
        items = {item.name: item.id for item in lists.items}
        ids = {
            LinkKind.CUSTOMER: next(
                c.id for c in lists.customers if c.name == GB.customers[0].name
            ),
            LinkKind.ROLE: items["Consulting"],
            LinkKind.CLASSIFICATION: items["Project fee"],
        }
        self.world.links.save(
            [
                replace(link, realm_id=REALM, quickbooks_id=ids[link.kind])
                for link in examples.links()
            ]
        )


def lines(*nets: str) -> tuple[InvoiceLine, ...]:
    return tuple(examples.line(net, str(Decimal(net) / 5)) for net in nets)
