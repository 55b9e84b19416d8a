"""An InvoiceList as a few named texts, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from psaqb_desktop.adapters.cache.columns import (
    fingerprint,
    pack,
    pack_column,
    unpack,
    unpack_column,
)
from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.findings import Finding
from psaqb_desktop.domain.invoice import Invoice
from psaqb_desktop.domain.listing import InvoiceList, ListedInvoice
from psaqb_desktop.domain.push import SyncRecord

UNREADABLE = (ValueError, KeyError, TypeError, IndexError, AttributeError, ArithmeticError)
"""What :func:`read` raises when the texts are not what :func:`write` made."""


def write(invoices: InvoiceList) -> dict[str, str]:
    """Return the list as texts. What was checked stays out: a check is of its moment."""
    rows = invoices.rows
    known = {id(row.connection): row.connection for row in rows if row.connection is not None}
    places = {key: place for place, key in enumerate(known)}
    parts = {
        "head": {
            "read_on": invoices.read_on.isoformat(),
            "is_set_up": invoices.is_set_up,
            "written_as": fingerprint(Invoice, Connection, SyncRecord, Finding),
        },
        "connections": pack(Connection, invoices.connections),
        "invoices": pack(Invoice, [row.invoice for row in rows]),
        "row_connections": pack(Connection, list(known.values())),
        "connection_places": [places.get(id(row.connection)) for row in rows],
        "records": pack(SyncRecord, [row.record for row in rows if row.record]),
        "has_record": [int(row.record is not None) for row in rows],
        "route_findings": pack_column([row.route_finding for row in rows]),
    }
    return {name: json.dumps(part) for name, part in parts.items()}


def read(texts: Mapping[str, str]) -> InvoiceList | None:
    """Read back what :func:`write` wrote; None if another version of the program wrote it.

    Raises:
        UNREADABLE: one of these, if the texts are damaged.
    """
    parts: dict[str, Any] = {"head": json.loads(texts["head"])}
    if parts["head"]["written_as"] != fingerprint(Invoice, Connection, SyncRecord, Finding):
        return None
    parts |= {name: json.loads(text) for name, text in texts.items()}
    invoices = unpack(Invoice, parts["invoices"])
    of_rows = unpack(Connection, parts["row_connections"])
    connections = [None if p is None else of_rows[p] for p in parts["connection_places"]]
    kept = iter(unpack(SyncRecord, parts["records"]))
    records = [next(kept) if has else None for has in parts["has_record"]]
    findings = unpack_column(Finding | None, parts["route_findings"])
    if not len(invoices) == len(connections) == len(records) == len(findings):
        msg = "parts of different lengths"
        raise ValueError(msg)
    return InvoiceList(
        rows=tuple(
            ListedInvoice(invoice, connection, record, None, finding)
            for invoice, connection, record, finding in zip(
                invoices, connections, records, findings, strict=True
            )
        ),
        connections=tuple(unpack(Connection, parts["connections"])),
        read_on=datetime.fromisoformat(parts["head"]["read_on"]),
        is_set_up=parts["head"]["is_set_up"],
        is_from_cache=True,
    )
