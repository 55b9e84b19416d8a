"""What the commands print: tables for people, one JSON document with ``--json``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import click

from psaqb_desktop.domain.errors import AppError
from psaqb_desktop.domain.findings import Finding
from psaqb_desktop.domain.listing import ListedInvoice


@dataclass(frozen=True, slots=True)
class Output:
    """Prints either way; messages for people go to standard error, results to standard output."""

    is_json: bool

    def table(self, headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Print a table for people; numbers stand right."""
        from tabulate import tabulate  # noqa: PLC0415 - not needed with --json

        cells = [[_cell(value) for value in row] for row in rows]
        right = {
            index
            for index in range(len(headings))
            if any(isinstance(row[index], (Decimal, int)) for row in rows)
        }
        align = ["right" if index in right else "left" for index in range(len(headings))]
        click.echo(
            tabulate(
                cells,
                headers=list(headings),
                colalign=align if rows else None,
                disable_numparse=True,
            )
        )

    def document(self, data: Mapping[str, Any]) -> None:
        """Print the one JSON document of a command."""
        click.echo(json.dumps(data, default=_plain, ensure_ascii=False, indent=1))

    def note(self, text: str) -> None:
        """Tell a person something that is not a result."""
        click.echo(text, err=True)

    def error(self, error: AppError) -> None:
        """Tell what happened, what to do next, and the details."""
        if self.is_json:
            self.document(
                {
                    "error": type(error).__name__,
                    "message": str(error),
                    "remedy": error.remedy,
                    "details": error.details,
                }
            )
            return
        self.note(click.style("✗ ", fg="red") + str(error))
        if error.remedy:
            self.note(f"  {error.remedy}")
        if error.details:
            self.note(click.style(f"  Details: {error.details}", dim=True))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    return str(_plain(value)) if not isinstance(value, str) else value


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return str(value)


def invoice_facts(row: ListedInvoice) -> dict[str, Any]:
    """Return an invoice as JSON values; amounts as text, so that no cent is lost on the way."""
    invoice, record = row.invoice, row.record
    return {
        "id": invoice.id,
        "number": invoice.number,
        "name": invoice.name,
        "customer": invoice.customer.name,
        "company": row.connection.name if row.connection else None,
        "legal_entity": row.connection.legal_entity if row.connection else None,
        "status": row.status.value,
        "crm_status": invoice.status.value,
        "invoice_date": invoice.invoice_date,
        "due_date": invoice.due_date,
        "currency": invoice.currency,
        "net": invoice.net,
        "tax": invoice.tax,
        "total": invoice.total,
        "quickbooks_id": record.quickbooks_id if record else None,
        "quickbooks_number": record.number if record else None,
        "quickbooks_status": record.quickbooks_status.value if record else None,
        "quickbooks_currency": row.booked_currency if record and record.quickbooks_id else None,
        "balance": record.signed(record.balance) if record else None,
        "paid": record.signed(record.paid) if record else None,
        "findings": [finding_facts(finding) for finding in row.findings],
    }


def finding_facts(finding: Finding) -> dict[str, Any]:
    """Return a finding as JSON values."""
    return {
        "cause": finding.cause.value,
        "severity": finding.severity.value,
        "message": finding.message,
        "remedy": finding.remedy,
        "details": finding.details,
    }
