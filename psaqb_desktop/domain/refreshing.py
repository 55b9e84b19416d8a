"""Reading by change: what the CRM answered since it was last read, and what of it is to be kept.

A refresh asks the CRM for what changed since the watermark, stores it, and only then moves the
watermark: whatever dies in between is read once more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from psaqb_desktop.domain.identifiers import CrmId, InvoiceId
from psaqb_desktop.domain.invoice import Invoice
from psaqb_desktop.domain.sync_record import SyncRecord


@dataclass(frozen=True, slots=True)
class InvoiceChanges:
    """What the CRM says of the time since a watermark."""

    invoices: tuple[Invoice, ...]
    """Invoices that changed, or whose contract or customer did, as they are now."""
    versions: Mapping[InvoiceId, str]
    """Versions of invoices that changed as the CRM's own change tracking tells them."""
    deleted: frozenset[InvoiceId]
    delta_link: str
    """Where later changes are told; empty where the CRM keeps no track of them (any more)."""
    is_complete: bool = True
    """False where more was touched than is worth reading piece by piece."""


@dataclass(frozen=True, slots=True)
class InvoiceVersions:
    """The version (ETag) of each invoice that the CRM has, and its delta link if it has one."""

    versions: Mapping[InvoiceId, str]
    delta_link: str


@dataclass(frozen=True, slots=True)
class RowChanges:
    """Rows to be kept, and keys of rows that are gone."""

    invoices: tuple[Invoice, ...] = ()
    records: tuple[SyncRecord, ...] = ()
    gone_invoices: frozenset[InvoiceId] = frozenset()
    gone_records: frozenset[CrmId] = frozenset()
