"""What QuickBooks holds: number, status, balance, and the payments that settle it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.push import PaymentAllocation
from psaqb_desktop.domain.sync_record import QuickBooksStatus, SyncRecord
from psaqb_desktop.ui.desk import Facts
from psaqb_desktop.ui.formats import amount_text, date_text, moment_text, quantity_text
from psaqb_desktop.ui.invoices.details.sheet import Sheet
from psaqb_desktop.ui.invoices.rows import InvoiceRow


class QuickBooksTab(Sheet):
    """Shows the posted document as it was read last.

    Signals:
        open_requested: the person wants to see it in QuickBooks.
    """

    open_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("QuickBooks", parent)

    def show_row(self, row: InvoiceRow, facts: Facts) -> None:
        """Show the QuickBooks side of a row."""
        self.clear()
        record = row.listed.record
        if record is None or not record.quickbooks_id:
            self.add_heading("Not in QuickBooks")
            if record is not None and record.state.is_open:
                self.add_text(
                    "A push was sent and its outcome is not known yet. Please do not enter the "
                    "invoice by hand; “Try again” asks QuickBooks.",
                    "caution",
                )
            return
        is_invoice = record.document_type is DocumentType.INVOICE
        kind = "Invoice" if is_invoice else "Credit memo"
        self.add_heading(f"{kind} {record.number}")
        self.add_facts(_record_facts(record, row.company))
        if record.quickbooks_status in {QuickBooksStatus.VOIDED, QuickBooksStatus.MISSING}:
            self.add_text(
                f"⚠ The document is {record.quickbooks_status.value.lower()} in QuickBooks. "
                "A person decides what follows; nothing is posted again by itself.",
                "caution",
            )
        if facts.quickbooks_address:
            self.add_button("Open in QuickBooks").clicked.connect(self.open_requested.emit)
        self.add_heading("Payments and credits")
        if facts.payments:
            self.add_table(
                "Payments and credits",
                ["What", "Date", "Reference", "Rate", "Applied"],
                [_payment_cells(payment) for payment in facts.payments],
                right={3, 4},
            )
        else:
            self.add_text("None known. “Pull from QuickBooks” brings what is new.", "muted")


def _record_facts(record: SyncRecord, company: str) -> list[tuple[str, str]]:
    is_invoice = record.document_type is DocumentType.INVOICE
    # The document as it stands there: a credit memo's amounts are positive where it credits.
    settled, left = ("Paid", "Balance") if is_invoice else ("Credit used", "Credit left")
    return [
        ("Company", company),
        ("Status", record.quickbooks_status.value),
        ("Total", f"{amount_text(record.total)} {record.currency}" if record.total else ""),
        ("Tax", amount_text(record.tax)),
        (settled, amount_text(record.paid)),
        (left, amount_text(record.balance)),
        ("Posted on", moment_text(record.pushed_on)),
        ("Posted by", record.pushed_by),
        ("Last news", moment_text(record.last_checked)),
        ("Id", record.quickbooks_id),
    ]


def _payment_cells(payment: PaymentAllocation) -> tuple[str, ...]:
    what = " ".join(part for part in (payment.payment_type, payment.method) if part)
    return (
        what,
        date_text(payment.payment_date),
        payment.reference,
        quantity_text(payment.exchange_rate),
        f"{amount_text(payment.amount)} {payment.currency}",
    )
