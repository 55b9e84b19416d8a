"""The invoice as the CRM has it: header, routing, lines."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from psaqb_desktop.domain.invoice import CrmReference, Invoice
from psaqb_desktop.domain.invoice_line import InvoiceLine
from psaqb_desktop.ui.desk import Facts
from psaqb_desktop.ui.formats import amount_text, date_text, moment_text, quantity_text
from psaqb_desktop.ui.invoices.columns import age_text
from psaqb_desktop.ui.invoices.details.sheet import Sheet
from psaqb_desktop.ui.invoices.rows import InvoiceRow, legal_entity_of


class CrmTab(Sheet):
    """Shows the CRM's side; reading only.

    Signals:
        open_requested: the person wants to see it in the CRM.
    """

    open_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("CRM", parent)

    def show_row(self, row: InvoiceRow, facts: Facts | None) -> None:
        """Show header and routing; the lines once ``facts`` have been read."""
        self.clear()
        invoice = row.listed.invoice
        self.add_heading(f"Invoice {invoice.number}")
        self.add_facts([*_header_facts(invoice), ("Waiting for", age_text(row))])
        self.add_button("Open in the CRM").clicked.connect(self.open_requested.emit)
        self.add_heading("Belongs to")
        self.add_facts(_routing_facts(invoice, legal_entity_of(row.listed), row.company))
        self.add_heading("Lines")
        if facts is None:
            self.add_text("Reading…", "muted")
        elif facts.lines:
            self.add_table(
                "Lines in the CRM",
                ["Line", "Qty", "Price", "Net", "Tax"],
                [_line_cells(line) for line in facts.lines],
                right={1, 2, 3, 4},
            )
        else:
            self.add_text("No lines could be read.", "muted")


def _header_facts(invoice: Invoice) -> list[tuple[str, str]]:
    return [
        ("Name", invoice.name),
        ("Status", invoice.status.value),
        ("Kind", f"{invoice.kind.value.capitalize()} invoice"),
        ("Customer", invoice.customer.name),
        ("Contract", _name(invoice.contract)),
        ("Date", date_text(invoice.invoice_date)),
        ("Due", date_text(invoice.due_date)),
        ("Terms", _name(invoice.payment_terms)),
        ("Net", f"{amount_text(invoice.net)} {invoice.currency}"),
        ("Discount", amount_text(invoice.discount) if invoice.discount else ""),
        ("Freight", amount_text(invoice.freight) if invoice.freight else ""),
        ("Tax", f"{amount_text(invoice.tax)} {invoice.currency}"),
        ("Total", f"{amount_text(invoice.total)} {invoice.currency}"),
        ("Corrections", "contains corrections" if invoice.has_corrections else ""),
        ("Pricing error", invoice.pricing_error),
        ("Changed", moment_text(invoice.modified_on)),
    ]


def _routing_facts(invoice: Invoice, legal_entity: str, company: str) -> list[tuple[str, str]]:
    routing = invoice.routing
    return [
        ("Company", company),
        ("Legal entity", legal_entity),
        ("Owning company", _name(routing.owning_company)),
        ("Contracting unit", _name(routing.contracting_unit)),
        ("Units of lines", ", ".join(unit.name for unit in routing.line_units)),
        ("Business unit", _name(routing.business_unit)),
    ]


def _line_cells(line: InvoiceLine) -> tuple[str, ...]:
    name = line.source_record.name
    description = "" if line.description == name else line.description
    below = " · ".join(part for part in (description, date_text(line.service_date)) if part)
    words = "\n".join(part for part in (name, below) if part)
    return (
        words,
        quantity_text(line.quantity),
        amount_text(line.unit_price),
        amount_text(line.net),
        amount_text(line.tax),
    )


def _name(record: CrmReference | None) -> str:
    return record.name if record else ""
