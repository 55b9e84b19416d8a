"""What the invoices screen and the window need of the desk; ``services.desk.Desk`` fits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from psaqb_desktop.domain.checked import Checked
from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.crm import CrmUser
from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.environment import Environment
from psaqb_desktop.domain.identifiers import InvoiceId, QuickBooksId
from psaqb_desktop.domain.invoice_line import InvoiceLine
from psaqb_desktop.domain.journal import JournalRecovery
from psaqb_desktop.domain.listing import InvoiceList, ListedInvoice
from psaqb_desktop.domain.pull import PullSummary
from psaqb_desktop.domain.push import JournalEntry, PaymentAllocation, PushResult
from psaqb_desktop.domain.sync_record import SyncRecord
from psaqb_desktop.services.cancellation import Cancellation
from psaqb_desktop.services.link_document import LinkChoice
from psaqb_desktop.services.push_progress import PushProgress


class SignIn(Protocol):
    """Who is signed in to the CRM."""

    def can_sign_in_silently(self) -> bool:
        """Tell whether no person is needed."""
        ...

    def who_am_i(self) -> CrmUser:
        """Tell who is signed in."""
        ...

    def sign_out(self) -> None:
        """Forget the tokens."""
        ...


class ListsInvoices(Protocol):
    """Reads the list."""

    def first_rows(self) -> InvoiceList | None:
        """Return the first rows to post that are kept on disk."""
        ...

    def from_cache(self) -> InvoiceList | None:
        """Return the last list kept on disk."""
        ...

    def run(
        self,
        *,
        everything: bool = False,
        on_rows: Callable[[InvoiceList], None] | None = None,
        cancellation: Cancellation | None = None,
    ) -> InvoiceList:
        """Bring the list up to date with the CRM, or read it whole."""
        ...

    def catch_up(self, *, cancellation: Cancellation | None = None) -> InvoiceList | None:
        """Do what is due besides; None where nothing was."""
        ...


class ChecksInvoices(Protocol):
    """Checks."""

    def run(
        self,
        rows: Sequence[ListedInvoice],
        *,
        cancellation: Cancellation | None = None,
        on_checked: Callable[[Checked], None] | None = None,
    ) -> tuple[Checked, ...]:
        """Map and validate without writing."""
        ...


class PushesInvoices(Protocol):
    """Pushes."""

    def run(
        self,
        checked: Sequence[Checked],
        *,
        on_progress: Callable[[PushProgress], None],
        cancellation: Cancellation,
        accept_similar: frozenset[InvoiceId] = frozenset(),
    ) -> tuple[PushResult, ...]:
        """Push drafts that are ready."""
        ...


class SettlesPushes(Protocol):
    """Settles pushes whose outcome is unknown."""

    def run(
        self, *, on_progress: Callable[[PushProgress], None] | None = None
    ) -> tuple[PushResult, ...]:
        """Ask QuickBooks what became of them."""
        ...


class PullsChanges(Protocol):
    """Pulls."""

    def run(
        self,
        *,
        connections: Sequence[Connection] | None = None,
        full: bool = False,
        on_company: Callable[[PullSummary], None] | None = None,
        cancellation: Cancellation | None = None,
    ) -> tuple[PullSummary, ...]:
        """Bring QuickBooks' state back."""
        ...


class LeavesOut(Protocol):
    """Leaves invoices out."""

    def run(self, row: ListedInvoice, reason: str) -> SyncRecord:
        """Leave an invoice out, with a reason."""
        ...

    def take_back(self, row: ListedInvoice) -> SyncRecord:
        """Undo that."""
        ...


class PushesAgain(Protocol):
    """Opens the way for another document of an invoice whose first one is gone."""

    def run(self, row: ListedInvoice) -> SyncRecord:
        """Put a voided or deleted invoice back among those to post."""
        ...


class LinksDocuments(Protocol):
    """Links invoices to documents that were entered by hand."""

    def candidates(self, row: ListedInvoice) -> LinkChoice:
        """Look for documents that may be an invoice's."""
        ...

    def run(
        self, row: ListedInvoice, document_type: DocumentType, quickbooks_id: QuickBooksId
    ) -> SyncRecord:
        """Record a document as that of an invoice."""
        ...

    def unlink(self, row: ListedInvoice) -> SyncRecord:
        """Undo that."""
        ...


class AcceptsReviews(Protocol):
    """Ends reviews of posted invoices."""

    def run(self, row: ListedInvoice) -> SyncRecord:
        """Take a posted invoice as it stands in QuickBooks."""
        ...


class Facts(Protocol):
    """What the detail panel shows of one invoice."""

    @property
    def lines(self) -> tuple[InvoiceLine, ...]:
        """The invoice's lines in the CRM."""
        ...

    @property
    def payments(self) -> tuple[PaymentAllocation, ...]:
        """What settled it in QuickBooks."""
        ...

    @property
    def history(self) -> tuple[JournalEntry, ...]:
        """What this machine did about it."""
        ...

    @property
    def quickbooks_address(self) -> str:
        """Where a person can look at it in QuickBooks; may be empty."""
        ...


@dataclass(frozen=True, slots=True)
class NoFacts:
    """Facts of an invoice of which nothing more could be read."""

    lines: tuple[InvoiceLine, ...] = ()
    payments: tuple[PaymentAllocation, ...] = ()
    history: tuple[JournalEntry, ...] = ()
    quickbooks_address: str = ""


class TellsFacts(Protocol):
    """Reads what the detail panel shows."""

    def run(self, row: ListedInvoice) -> Facts:
        """Read lines, payments and history of one invoice."""
        ...


class LooksAfterJournal(Protocol):
    """Looks after the journal of pushes."""

    def verify(self) -> int:
        """Prove that the journal is whole; return the number of its entries."""
        ...

    def export(self, file: Path) -> int:
        """Write all entries to a file; return how many."""
        ...

    def recover(self) -> JournalRecovery:
        """Set a damaged journal aside and go on with what can be read of it."""
        ...


class InvoiceDesk(Protocol):
    """The desk as this window sees it."""

    @property
    def environment(self) -> Environment: ...  # noqa: D102
    @property
    def sign_in(self) -> SignIn: ...  # noqa: D102
    @property
    def list_invoices(self) -> ListsInvoices: ...  # noqa: D102
    @property
    def check_invoices(self) -> ChecksInvoices: ...  # noqa: D102
    @property
    def push_invoices(self) -> PushesInvoices: ...  # noqa: D102
    @property
    def settle_pushes(self) -> SettlesPushes: ...  # noqa: D102
    @property
    def pull_changes(self) -> PullsChanges: ...  # noqa: D102
    @property
    def leave_out(self) -> LeavesOut: ...  # noqa: D102
    @property
    def push_again(self) -> PushesAgain: ...  # noqa: D102
    @property
    def link_document(self) -> LinksDocuments: ...  # noqa: D102
    @property
    def accept_review(self) -> AcceptsReviews: ...  # noqa: D102
    @property
    def invoice_details(self) -> TellsFacts: ...  # noqa: D102
    @property
    def journal_upkeep(self) -> LooksAfterJournal: ...  # noqa: D102
