"""Thousands of documents and payments, put into the practice books without the API's patience.

Each is a copy of one that was made through the API, so that its shape is the service's own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from psaqb_desktop.practice.quickbooks.clock import stamp
from psaqb_desktop.practice.quickbooks.store import Store

_COLUMNS = "realm, kind, id, position, sync_token, active, deleted, created, updated, body"


@dataclass(frozen=True)
class Planted:
    """One copy: what differs from the original, when it was changed last, whether it is gone."""

    id: int
    updated: datetime
    changes: dict[str, Any]
    is_deleted: bool = False


def plant(books: Path, realm: str, original: tuple[str, str], copies: Iterable[Planted]) -> None:
    """Put copies of a record (kind, id) into the file of the practice service."""
    kind, record_id = original
    store = Store(books)
    with store.writing() as database:
        created, text = database.execute(
            "SELECT created, body FROM entity WHERE realm = ? AND kind = ? AND id = ?",
            (realm, kind, record_id),
        ).fetchone()
        database.executemany(
            f"INSERT OR REPLACE INTO entity ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, ?)",  # noqa: S608
            _rows(realm, kind, (created, json.loads(text)), copies),
        )
    store.close()


def _rows(
    realm: str, kind: str, original: tuple[int, dict[str, Any]], copies: Iterable[Planted]
) -> Iterator[Sequence[Any]]:
    created, body = original
    for one in copies:
        token = one.changes.get("SyncToken", "0")
        seconds = int(one.updated.timestamp())
        made = min(created, seconds)
        times = {"CreateTime": stamp(made), "LastUpdatedTime": stamp(seconds)}
        text = json.dumps({**body, **one.changes, "Id": str(one.id), "MetaData": times})
        yield (realm, kind, str(one.id), one.id, int(token), one.is_deleted, made, seconds, text)
