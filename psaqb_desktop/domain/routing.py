"""Routing: which connection an invoice belongs to, by the rules of all connections."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from psaqb_desktop.domain.connection import Connection, RouteBy
from psaqb_desktop.domain.findings import Cause, Finding, blocker
from psaqb_desktop.domain.invoice import CrmReference, Invoice, Routing
from psaqb_desktop.domain.routing_problems import unreadable_rule_finding

Outcome = Connection | Callable[[Invoice], Finding]
"""Where invoices with the same facts go, or what makes the finding of one of them."""


class Routes:
    """Finds the connections of many invoices. Most share their facts with many others."""

    def __init__(self, connections: Iterable[Connection]) -> None:
        self._connections = tuple(connections)
        self._claims = {by: _claims(self._connections, by) for by in RouteBy}
        self._known: dict[Routing, Outcome] = {}

    def find(self, invoice: Invoice) -> Connection | Finding:
        """Find the connection of an invoice, or say why none can be found. Never a guess.

        The rules are tried fact by fact in the order of :class:`RouteBy`; two connections that
        claim the same fact, or lines of different units, are a finding.
        """
        outcome = self._known.get(invoice.routing)
        if outcome is None:
            outcome = self._known[invoice.routing] = self._outcome(invoice.routing)
        return outcome if isinstance(outcome, Connection) else outcome(invoice)

    def _outcome(self, routing: Routing) -> Outcome:
        for by, claims in self._claims.items():
            if by is RouteBy.DEFAULT:
                if any(connection.routing_problem for connection in self._connections):
                    return self._unreadable
                claimed = [claims.get("", [])]
            else:
                # Lines of several units go together only if each of the units is spoken for.
                claimed = [_claimants(claims, fact) for fact in _facts(routing, by)]
            matches = {c.id: c for claimants in claimed for c in claimants}
            if len(matches) == 1 and all(claimed):
                return next(iter(matches.values()))
            if matches:
                names = " and ".join(sorted(c.name for c in matches.values()))
                return lambda invoice, names=names: _ambiguous(invoice, names)  # type: ignore[misc]
        return _unclaimed

    def _unreadable(self, invoice: Invoice) -> Finding:
        return unreadable_rule_finding(invoice, self._connections) or _unclaimed(invoice)


def route(invoice: Invoice, connections: Iterable[Connection]) -> Connection | Finding:
    """Find the connection of one invoice; see :meth:`Routes.find`."""
    return Routes(connections).find(invoice)


def _claims(connections: tuple[Connection, ...], by: RouteBy) -> dict[str, list[Connection]]:
    """Return the connections with a rule for each value; all default rules are for ""."""
    claims: dict[str, list[Connection]] = {}
    for connection in connections:
        for rule in connection.rules:
            value = rule.value.casefold()
            if by is RouteBy.DEFAULT:
                value = ""
            elif not value:
                continue  # it claims nothing, not even what has no name
            if rule.by is by:
                claims.setdefault(value, []).append(connection)
    return claims


def _claimants(claims: dict[str, list[Connection]], fact: CrmReference) -> list[Connection]:
    if not claims:
        return []
    words = dict.fromkeys((fact.id.casefold(), fact.name.casefold(), fact.code.casefold()))
    return [connection for word in words for connection in claims.get(word, ())]


def _facts(routing: Routing, by: RouteBy) -> tuple[CrmReference, ...]:
    if by is RouteBy.LINE_UNIT:
        return routing.line_units
    fact = None
    if by is RouteBy.OWNING_COMPANY:
        fact = routing.owning_company
    elif by is RouteBy.CONTRACTING_UNIT:
        fact = routing.contracting_unit
    elif by is RouteBy.BUSINESS_UNIT:
        fact = routing.business_unit
    return (fact,) if fact else ()


def _ambiguous(invoice: Invoice, names: str) -> Finding:
    return blocker(
        Cause.NO_ROUTE,
        f"Invoice {invoice.number} could belong to more than one legal entity ({names}).",
        "Correct the contract in the CRM, or the routing rules of the connections.",
    )


def _unclaimed(invoice: Invoice) -> Finding:
    return blocker(
        Cause.NO_ROUTE,
        f"No connection is responsible for invoice {invoice.number}{_where_from(invoice.routing)}.",
        "Add a routing rule to the connection of its legal entity, or set the owning company on "
        "the contract in the CRM.",
    )


def _where_from(routing: Routing) -> str:
    for what, fact in (
        ("owning company", routing.owning_company),
        ("contracting unit", routing.contracting_unit),
        ("business unit", routing.business_unit),
    ):
        if fact:
            return f" ({what} {fact.name})"
    return " (the CRM names no company, contracting unit or business unit)"
