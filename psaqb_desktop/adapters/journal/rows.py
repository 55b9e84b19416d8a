"""Pushes and entries as rows of the journal, both ways."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from psaqb_desktop.adapters.journal.faults import damaged
from psaqb_desktop.domain.draft import draft_from_json, draft_to_json
from psaqb_desktop.domain.identifiers import ConnectionId, InvoiceId, RealmId, RequestId
from psaqb_desktop.domain.push import JournalEntry, Push, PushStep

PUSH_COLUMNS = tuple(name for name in Push.__slots__ if name != "step")


def draft_text(push: Push) -> str:
    """Return the draft as the journal stores it; equal drafts give equal texts."""
    return json.dumps(
        draft_to_json(push.draft), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )


def push_values(push: Push) -> tuple[str | int, ...]:
    """Return the columns of a push in the order of PUSH_COLUMNS."""
    plain = {"draft": draft_text(push), "prepared_on": push.prepared_on.isoformat()}
    return tuple(plain.get(name, getattr(push, name)) for name in PUSH_COLUMNS)


def push_from_row(row: sqlite3.Row, path: Path) -> Push:
    """Read a push back.

    Raises:
        JournalError: the row is not what the program wrote.
    """
    try:
        return Push(
            request_id=RequestId(row["request_id"]),
            generation=row["generation"],
            invoice_id=InvoiceId(row["invoice_id"]),
            invoice_number=row["invoice_number"],
            invoice_version=row["invoice_version"],
            connection_id=ConnectionId(row["connection_id"]),
            realm_id=RealmId(row["realm_id"]),
            draft=draft_from_json(json.loads(row["draft"])),
            digest=row["digest"],
            step=PushStep(row["step"]),
            prepared_on=datetime.fromisoformat(row["prepared_on"]),
            pushed_by=row["pushed_by"],
            machine=row["machine"],
            outcome=row["outcome"],
            trace_id=row["trace_id"],
        )
    except (KeyError, ValueError, TypeError, InvalidOperation) as error:
        raise damaged(path, f"push {row['request_id']} cannot be read: {error!r}") from error


def entry_from_row(row: sqlite3.Row, path: Path) -> JournalEntry:
    """Read an entry back.

    Raises:
        JournalError: the row is not what the program wrote.
    """
    try:
        return JournalEntry(
            at=datetime.fromisoformat(row["at"]),
            request_id=RequestId(row["request_id"]),
            step=PushStep(row["step"]),
            by=row["by"],
            machine=row["machine"],
            outcome=row["outcome"],
            trace_id=row["trace_id"],
            number=row["number"],
            total=Decimal(row["total"]) if row["total"] else None,
            currency=row["currency"],
        )
    except (ValueError, InvalidOperation) as error:
        raise damaged(path, f"entry {row['id']} cannot be read: {error!r}") from error
