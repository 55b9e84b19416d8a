"""What the presenter asks of the page and of the window around it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from psaqb_desktop.domain.checked import Checked
    from psaqb_desktop.domain.crm import CrmUser
    from psaqb_desktop.domain.errors import AppError
    from psaqb_desktop.domain.identifiers import InvoiceId
    from psaqb_desktop.domain.push import PostedDocument
    from psaqb_desktop.domain.sync_record import SyncRecord
    from psaqb_desktop.services.link_document import LinkChoice
    from psaqb_desktop.services.push_progress import PushProgress
    from psaqb_desktop.ui.desk import Facts
    from psaqb_desktop.ui.invoices.batches import Batch
    from psaqb_desktop.ui.invoices.confirm_push import Answer
    from psaqb_desktop.ui.invoices.empty_states import Empty
    from psaqb_desktop.ui.invoices.notice import Action
    from psaqb_desktop.ui.invoices.problems import ProblemGroup
    from psaqb_desktop.ui.invoices.rows import InvoiceRow
    from psaqb_desktop.ui.invoices.table import InvoiceTable


class Activity(NamedTuple):
    """What is going on just now. ``total`` 0 means that its length is not known."""

    words: str
    done: int = 0
    total: int = 0
    can_stop: bool = False
    is_stopping: bool = False
    is_push: bool = False


class Page(Protocol):
    """The invoices page, as far as the presenter knows it."""

    @property
    def table(self) -> InvoiceTable:
        """The rows on the page."""
        ...

    def show_table(self, table: InvoiceTable) -> None:
        """Show another list."""
        ...

    def take_checks(self, checked: Iterable[Checked]) -> None:
        """Show outcomes of a check on their rows."""
        ...

    def take_progress(self, progress: Iterable[PushProgress]) -> None:
        """Show news of a push on its rows."""
        ...

    def take_record(self, invoice_id: InvoiceId, record: SyncRecord) -> None:
        """Show what the CRM keeps of an invoice now."""
        ...

    def mark_busy(self, ids: Iterable[InvoiceId], word: str) -> None:
        """Show a word on rows on which something runs; "" takes it away."""
        ...

    def settle_order(self, done: Iterable[InvoiceId] = ()) -> None:
        """Sort and filter afresh after a run, and untick what is done."""
        ...

    def show_empty(self, state: Empty | None) -> None:
        """Say why there is nothing to show; None lets the page find out by its filter."""
        ...

    def show_notice(self, kind: str, text: str, actions: Sequence[Action] = ()) -> None:
        """Say something about the list as a whole; "" as text takes it away."""
        ...

    def show_summary(self, kind: str, text: str, actions: Sequence[Action] = ()) -> None:
        """Say what a run came to; stays until it is closed or "" comes."""
        ...

    def show_groups(self, groups: Sequence[ProblemGroup]) -> None:
        """Show findings by cause; an empty sequence closes the panel."""
        ...

    def show_attention(self) -> None:
        """Go to what needs attention."""
        ...

    def show_facts(self, invoice_id: InvoiceId, facts: Facts) -> None:
        """Show what was read of one invoice, if it is still the one in the panel."""
        ...

    def rows(self, ids: Iterable[InvoiceId]) -> list[InvoiceRow]:
        """Return rows by id."""
        ...

    async def confirm(self, batch: Batch, *, place: int, companies: int) -> Answer:
        """Let the person confirm the push to one company."""
        ...

    async def ask_reason(self, count: int) -> str | None:
        """Ask why invoices are left out."""
        ...

    async def ask_push_again(self, count: int) -> bool:
        """Ask whether invoices whose document is gone are to get another one."""
        ...

    async def ask_push_anyway(self, number: str) -> bool:
        """Ask whether an invoice is to be pushed beside a similar document."""
        ...

    async def ask_link(self, choice: LinkChoice) -> PostedDocument | None:
        """Let the person compare an invoice with documents that may be it."""
        ...

    async def ask_accept(self, count: int) -> bool:
        """Ask whether posted invoices are right as they stand in QuickBooks."""
        ...

    async def tell_error(self, error: AppError) -> None:
        """Tell what went wrong."""
        ...

    def open_address(self, address: str) -> None:
        """Open a web page in the person's browser."""
        ...


class Frame(Protocol):
    """The window around the page."""

    def show_user(self, user: CrmUser | None) -> None:
        """Tell who is signed in."""
        ...

    def show_read(self, read_on: datetime | None, *, is_offline: bool) -> None:
        """Tell when the list was read."""
        ...

    def show_activity(self, activity: Activity | None) -> None:
        """Tell what is going on."""
        ...

    def go_to_connections(self) -> None:
        """Show the connections page."""
        ...
