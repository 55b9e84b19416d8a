"""The draft: the document as QuickBooks will get it, with the CRM's total beside it."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.draft import Draft, DraftLine
from psaqb_desktop.domain.invoice import BillTo, Invoice
from psaqb_desktop.ui.formats import amount_text, date_text, quantity_text
from psaqb_desktop.ui.invoices.details.sheet import Sheet
from psaqb_desktop.ui.invoices.rows import InvoiceRow

_TITLES = {DocumentType.INVOICE: "Invoice", DocumentType.CREDIT_MEMO: "Credit memo"}


class DraftTab(Sheet):
    """Shows the draft of the last check.

    Signals:
        check_requested: there is no draft yet and the person wants one.
    """

    check_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Draft", parent)

    def show_row(self, row: InvoiceRow) -> None:
        """Show the draft of a row, or why there is none."""
        self.clear()
        checked = row.listed.checked
        if checked is None:
            self._show_unchecked(row)
        elif checked.draft is None:
            self.add_heading("No draft could be made")
            self.add_text("The tab “Problems” says why and what to do.", "muted")
        else:
            self._show_draft(checked.draft, checked.invoice)

    def _show_unchecked(self, row: InvoiceRow) -> None:
        if not row.is_in_scope:
            self.add_heading("Not in scope")
            self.add_text(
                f"The invoice is “{row.listed.invoice.status.value}” in the CRM. Only confirmed "
                "project invoices and billed sales invoices go to QuickBooks.",
                "muted",
            )
            return
        if not row.listed.is_to_post:
            self.add_text(
                "What QuickBooks holds now stands under “QuickBooks”.",
                "muted",
            )
            return
        self.add_heading("Not checked yet")
        self.add_text(
            "A check makes the draft and validates it. It writes nothing to QuickBooks.", "muted"
        )
        self.add_button("Check this invoice").clicked.connect(self.check_requested.emit)

    def _show_draft(self, draft: Draft, invoice: Invoice) -> None:
        number = draft.number or "numbered by QuickBooks"
        self.add_heading(f"{_TITLES[draft.document_type]} {number}")
        self.add_facts(_header_facts(draft))
        self.add_table(
            "Lines of the draft",
            ["Product or service", "Qty", "Rate", "Tax", "Amount"],
            [_line_cells(line) for line in draft.lines],
            right={1, 2, 4},
        )
        if draft.tax_lines:
            self.add_table(
                "Tax of the draft",
                ["Tax", "Rate", "On", "Amount"],
                [
                    (
                        tax.rate_name,
                        f"{quantity_text(tax.percent)} %",
                        amount_text(tax.net),
                        amount_text(tax.amount),
                    )
                    for tax in draft.tax_lines
                ],
                right={1, 2, 3},
            )
        self._add_totals(draft, invoice)

    def _add_totals(self, draft: Draft, invoice: Invoice) -> None:
        # A credit memo's amounts are positive where it credits; the CRM's invoice is negative.
        sign = -1 if draft.document_type is DocumentType.CREDIT_MEMO else 1
        pairs = (
            ("Net", draft.net, sign * (invoice.net + invoice.freight)),
            ("Tax", draft.tax, sign * invoice.tax),
            ("Total", draft.total, sign * invoice.total),
        )
        self.add_table(
            "Totals of the draft beside the CRM's",
            [f"In {draft.currency}", "QuickBooks", "CRM", "Difference"],
            [(name, amount_text(a), amount_text(b), _difference(a, b)) for name, a, b in pairs],
            right={1, 2, 3},
        )
        difference = draft.total - sign * invoice.total
        if difference:
            text = f"The draft's total differs from the CRM's by {amount_text(difference)}."
            self.add_text(f"⚠ {text}", "caution")
        else:
            self.add_text("✓ The draft's total equals the CRM's.", "good")


def _header_facts(draft: Draft) -> list[tuple[str, str]]:
    facts = [
        ("Customer", draft.customer.name),
        ("Date", date_text(draft.txn_date)),
        ("Due", date_text(draft.due_date)),
        ("Terms", draft.term.name if draft.term else ""),
        ("Currency", draft.currency),
        ("Rate", quantity_text(draft.exchange_rate)),
        ("E-mail", draft.email),
        ("Bill to", _address(draft.bill_to)),
        ("Location", draft.location.name if draft.location else ""),
        ("Class", draft.document_class.name if draft.document_class else ""),
        ("Tax code", draft.sales_tax_code.name if draft.sales_tax_code else ""),
        ("Discount", amount_text(draft.discount) if draft.discount else ""),
        ("Message", draft.customer_memo),
        ("Private note", draft.private_note),
    ]
    facts += [(name, value) for _id, name, value in draft.custom_fields]
    if draft.is_tax_overridden:
        facts.append(("Tax lines", "sent along, because QuickBooks' own sum would be a cent off"))
    return facts


def _line_cells(line: DraftLine) -> tuple[str, ...]:
    below = [line.description, date_text(line.service_date)]
    if line.location_class:
        below.append(line.location_class.name)
    words = "\n".join(part for part in (line.item.name, " · ".join(b for b in below if b)) if part)
    return (
        words,
        quantity_text(line.quantity),
        amount_text(line.unit_price),
        line.tax_code.name if line.tax_code else "",
        amount_text(line.amount),
    )


def _address(bill_to: BillTo) -> str:
    lines = (
        bill_to.name,
        bill_to.line1,
        bill_to.line2,
        bill_to.line3,
        " ".join(part for part in (bill_to.postal_code, bill_to.city) if part),
        bill_to.region,
        bill_to.country,
    )
    return "\n".join(line for line in lines if line)


def _difference(ours: Decimal, theirs: Decimal) -> str:
    return amount_text(ours - theirs) if ours != theirs else "–"
