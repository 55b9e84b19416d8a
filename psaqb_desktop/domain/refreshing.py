"""Reading by change: up to when the CRM was read, what it answered since, and what is kept of it.

The list is kept on disk as rows. A refresh asks the CRM for what changed since the watermark,
stores it, and only then moves the watermark: whatever dies in between is read once more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.identifiers import CrmId, InvoiceId
from psaqb_desktop.domain.invoice import Invoice
from psaqb_desktop.domain.push import SyncRecord


@dataclass(frozen=True, slots=True)
class Watermark:
    """Up to when the CRM has been read."""

    moment: datetime
    """By the CRM's own clock, taken before anything was read."""
    delta_link: str = ""
    """Where the CRM tells what changed since; empty where it does not keep track of changes."""


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
class KeptHead:
    """What is known of the kept rows as a whole.

    ``epoch`` names the file as it was made; ``revision`` counts its changes. A reader who knows
    both gets only the rows that changed since.
    """

    epoch: str
    revision: int = 0
    watermark: Watermark | None = None
    """None until every invoice has been read once: what is kept is a part."""
    read_on: datetime | None = None
    """When a refresh was last completed, by this machine's clock."""
    whole_on: datetime | None = None
    """When everything was last read, by this machine's clock."""
    swept_on: datetime | None = None
    """When the CRM was last asked for all of its invoices' versions."""
    is_set_up: bool = True
    connections: tuple[Connection, ...] = ()


@dataclass(frozen=True, slots=True)
class KeptRows:
    """Rows of the kept list: all of them, or those that changed since a reader's revision."""

    head: KeptHead
    is_all: bool
    invoices: tuple[Invoice, ...] = ()
    records: tuple[SyncRecord, ...] = ()
    gone_invoices: frozenset[InvoiceId] = frozenset()
    gone_records: frozenset[CrmId] = frozenset()


@dataclass(frozen=True, slots=True)
class RowChanges:
    """Rows to be kept, and keys of rows that are gone."""

    invoices: tuple[Invoice, ...] = ()
    records: tuple[SyncRecord, ...] = ()
    gone_invoices: frozenset[InvoiceId] = frozenset()
    gone_records: frozenset[CrmId] = frozenset()
