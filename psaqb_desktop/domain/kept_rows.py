"""The kept list: what is on disk of it, and up to when the CRM had been read then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.identifiers import CrmId, InvoiceId
from psaqb_desktop.domain.invoice import Invoice
from psaqb_desktop.domain.sync_record import SyncRecord


@dataclass(frozen=True, slots=True)
class Watermark:
    """Up to when the CRM has been read."""

    moment: datetime
    """By the CRM's own clock, taken before anything was read."""
    delta_link: str = ""
    """Where the CRM tells what changed since; empty where it does not keep track of changes."""


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
