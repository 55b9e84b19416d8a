"""What went over a port, in the few words that a trace has room for."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from psaqb_desktop.adapters.http.answer import HttpAnswer
from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.draft import Draft
from psaqb_desktop.domain.push import PostedDocument, Push, PushResult
from psaqb_desktop.domain.sync_record import SyncRecord

_MOST = 4


def words_of(value: object) -> str:
    """Return what a person needs to know of arguments and answers."""
    if isinstance(value, bytes):
        return value.decode()[14:120]
    if isinstance(value, (str, int, Enum)):
        text = value.value if isinstance(value, Enum) else str(value)
        return str(text)[-120:]
    if isinstance(value, BaseException):
        return f"{type(value).__name__}: {value}"
    if isinstance(value, HttpAnswer):
        return f"{value.status}"
    if isinstance(value, Mapping):
        return words_of(tuple(value.values()))
    if isinstance(value, (list, tuple, set, frozenset)):
        parts = [words for each in list(value)[:_MOST] if (words := words_of(each))]
        return ", ".join(parts)
    return _of_ours(value)


def _of_ours(value: object) -> str:
    if isinstance(value, SyncRecord):
        document = f" {value.quickbooks_id}" if value.quickbooks_id else ""
        status = value.quickbooks_status.value
        return (
            f"[{value.invoice_id[-3:]} {value.state.value} g{value.generation}{document} {status} "
            f"{value.version}]"
        )
    if isinstance(value, Push):
        return f"[{value.invoice_number} g{value.generation} {value.step.value}]"
    if isinstance(value, PushResult):
        return f"[{value.invoice_id[-3:]} {value.state.value}]"
    if isinstance(value, PostedDocument):
        return f"[{value.id} {value.status.value}]"
    if isinstance(value, Draft):
        return f"[{value.number} {value.total}]"
    if isinstance(value, Connection):
        lease = f" leased to {value.lease_holder}" if value.lease_holder else ""
        return f"[{value.name}{lease} {value.version}]"
    return ""
