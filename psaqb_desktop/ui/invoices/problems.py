"""Findings of many invoices, grouped by what causes them, so that they are mended together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psaqb_desktop.domain.findings import Cause, Finding, Severity
from psaqb_desktop.domain.identifiers import InvoiceId
from psaqb_desktop.ui.invoices.remedies import Offer, offer_for_all
from psaqb_desktop.ui.invoices.rows import InvoiceRow


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """One cause in one company: which invoices have it, and the button for all of them."""

    cause: Cause
    severity: Severity
    company: str
    ids: tuple[InvoiceId, ...]
    example: str
    """The message of the first invoice."""
    offer: Offer | None


def problem_groups(rows: Sequence[InvoiceRow]) -> tuple[ProblemGroup, ...]:
    """Group the findings of rows: what stops invoices first, then by how many it stops."""
    found: dict[tuple[Severity, Cause, str], dict[InvoiceId, list[Finding]]] = {}
    for row in rows:
        for finding in row.findings:
            key = (finding.severity, finding.cause, row.company)
            found.setdefault(key, {}).setdefault(row.id, []).append(finding)
    groups = []
    for (severity, cause, company), by_invoice in found.items():
        findings = [finding for several in by_invoice.values() for finding in several]
        groups.append(
            ProblemGroup(
                cause,
                severity,
                company,
                tuple(by_invoice),
                findings[0].message,
                offer_for_all(findings),
            )
        )
    groups.sort(
        key=lambda g: (g.severity is not Severity.BLOCKER, -len(g.ids), g.cause.value, g.company)
    )
    return tuple(groups)
