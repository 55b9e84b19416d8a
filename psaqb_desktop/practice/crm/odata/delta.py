"""Change tracking: what was changed or deleted since a token."""

# ruff: noqa: S608 - names come from the catalogue, values go as parameters

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

from psaqb_desktop.practice.crm.clock import Clock
from psaqb_desktop.practice.crm.errors import (
    NOT_TRACKED,
    PRIVILEGE_MISSING,
    STAMP_EXPIRED,
    ApiError,
    bad_query,
)
from psaqb_desktop.practice.crm.odata.options import QueryOptions
from psaqb_desktop.practice.crm.odata.paging import Place, read_skiptoken, skiptoken
from psaqb_desktop.practice.crm.odata.preferences import PAGE_CAP
from psaqb_desktop.practice.crm.odata.reader import Page, Reader
from psaqb_desktop.practice.crm.schema.model import Table
from psaqb_desktop.practice.crm.storage.database import quoted

_MOMENT = "%m/%d/%Y %H:%M:%S"
_CHUNK = 500


def delta_token(connection: sqlite3.Connection, clock: Clock) -> str:
    """A token for the present moment: row version and time, as the platform writes it."""
    row = connection.execute("SELECT value FROM \"#counters\" WHERE name = 'version'").fetchone()
    return f"{row[0] if row else 0}!{clock.now():{_MOMENT}}"


def demand_tracking(
    table: Table, options: QueryOptions, *, user_id: str, reads_everything: bool
) -> None:
    """Refuse what cannot be tracked.

    Raises:
        ApiError: The table is not tracked, the caller does not read the whole organization's
            rows, or options are given that change tracking refuses.
    """
    if not table.tracks_changes:
        message = f"Entity {table.logical_name} isn't enabled for change tracking."
        raise ApiError(400, NOT_TRACKED, message)
    if not reads_everything and table.ownership == "UserOwned":
        message = (
            f"SecLib::CheckPrivilege failed. User: {user_id}, "
            f"PrivilegeName: prvRead{table.schema_name}, Required Depth: Global"
        )
        raise ApiError(403, PRIVILEGE_MISSING, message)
    for name in ("filter", "orderby", "expand", "top"):
        if getattr(options, name):
            raise bad_query(f"The query parameter ${name} is not supported with change tracking.")


@dataclass(frozen=True)
class _Span:
    """Versions after the one and up to the other."""

    after: int
    until: int


@dataclass
class Changes:
    """What happened to one table since a token that is not too old."""

    reader: Reader
    table: Table
    options: QueryOptions
    clock: Clock
    days: float
    """So long a token is good for."""

    def page(self, api_root: str) -> Page:
        """One page of changed and deleted rows, and where the next one begins.

        Raises:
            ApiError: The token is malformed or too old.
        """
        place = Place(1, [self._version()], delta_token(self.reader.connection, self.clock))
        if self.options.skiptoken:
            place = read_skiptoken(self.options.skiptoken)
        span = _Span(int(place.last[0]), int(place.tracked.partition("!")[0]))
        size = self.reader.preferences.page_size or PAGE_CAP
        found = self._events(span, size + 1)
        token = ""
        if len(found) > size:
            found = found[:size]
            token = skiptoken(Place(place.number + 1, [found[-1]["version"]], place.tracked))
        gone = [
            {
                "@odata.context": f"{api_root}$metadata#{self.table.set_name}/$deletedEntity",
                "id": row["id"],
                "reason": "deleted",
            }
            for row in found
            if row["gone"]
        ]
        changed = self._rows([row["id"] for row in found if not row["gone"]])
        return Page([*changed, *gone], token, tracked=place.tracked)

    def count(self) -> int:
        """How many rows were changed or deleted.

        Raises:
            ApiError: The token is malformed or too old.
        """
        now = delta_token(self.reader.connection, self.clock)
        span = _Span(self._version(), int(now.partition("!")[0]))
        return len(self._events(span, PAGE_CAP))

    def _version(self) -> int:
        version, _, moment = unquote(self.options.deltatoken).partition("!")
        try:
            given = datetime.strptime(moment, _MOMENT).replace(tzinfo=UTC)
            number = int(version)
        except ValueError as error:
            raise bad_query("The delta token is malformed.") from error
        if self.clock.now() - given > timedelta(days=self.days):
            message = (
                "Version stamp associated with the client has expired. Please perform a full sync."
            )
            raise ApiError(400, STAMP_EXPIRED, message)
        return number

    def _events(self, span: _Span, most: int) -> list[sqlite3.Row]:
        own, name = quoted(self.table.primary_id), quoted(self.table.logical_name)
        return self.reader.connection.execute(
            f"SELECT versionnumber AS version, {own} AS id, 0 AS gone FROM {name} "
            "WHERE versionnumber > ? AND versionnumber <= ? "
            'UNION ALL SELECT version, row_id, 1 FROM "#deleted" '
            "WHERE table_name = ? AND version > ? AND version <= ? "
            f"AND row_id NOT IN (SELECT {own} FROM {name} WHERE {own} = row_id) "
            "ORDER BY version LIMIT ?",
            (span.after, span.until, self.table.logical_name, span.after, span.until, most),
        ).fetchall()

    def _rows(self, ids: list[str]) -> Iterable[dict[str, Any]]:
        """These rows, in this order."""
        own = f"t.{quoted(self.table.primary_id)}"
        chosen = QueryOptions(select=self.options.select)
        found: dict[str, dict[str, Any]] = {}
        for start in range(0, len(ids), _CHUNK):
            part = ids[start : start + _CHUNK]
            condition = f"{own} IN ({', '.join('?' * len(part))})"
            found.update(self.reader.related(self.table, chosen, condition, [*part], own))
        return [found[each] for each in ids]
