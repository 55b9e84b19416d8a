"""What a mistyped routing rule means for invoices that no readable rule claims."""

from __future__ import annotations

from collections.abc import Iterable

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.findings import Cause, Finding, blocker
from psaqb_desktop.domain.invoice import Invoice

ROUTING_REMEDY = (
    "Correct the rule under Connections › Edit, or in the CRM's connection record, then refresh."
)


def unreadable_rule_finding(invoice: Invoice, connections: Iterable[Connection]) -> Finding | None:
    """Say that the rule which cannot be read may be the one that claims this invoice.

    Asked before the default is: to send the invoice there would be a guess.
    """
    problems = [c.routing_problem for c in connections if c.routing_problem]
    if not problems:
        return None
    return blocker(
        Cause.NO_ROUTE,
        f"No rule that can be read claims invoice {invoice.number}. {' '.join(problems)}",
        ROUTING_REMEDY,
    )
