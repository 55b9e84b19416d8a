"""Puts seeded rows straight into the file, as if they had been there for months."""

# ruff: noqa: S608 - names come from the catalogue, values go as parameters

from __future__ import annotations

import sqlite3
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from psaqb_desktop.practice.crm.clock import stamp
from psaqb_desktop.practice.crm.records import currency
from psaqb_desktop.practice.crm.records.changes import Changes
from psaqb_desktop.practice.crm.schema.catalogue import Catalogue
from psaqb_desktop.practice.crm.schema.model import Kind
from psaqb_desktop.practice.crm.storage.database import quoted
from psaqb_desktop.practice.crm.storage.layout import next_version, type_column
from psaqb_desktop.practice.crm.storage.values import scaled


class Planter:
    """Adds rows with plain Python values; the same seed gives the same ids."""

    def __init__(
        self, connection: sqlite3.Connection, catalogue: Catalogue, seed: int, now: datetime
    ) -> None:
        self.connection = connection
        self.random = Random(seed)  # noqa: S311 - make-believe books, not secrets
        self.now = now
        self.author = ""
        self._catalogue = catalogue

    def new_id(self) -> str:
        """The next id of the sequence."""
        return str(UUID(int=self.random.getrandbits(128), version=4))

    def add(
        self,
        table_name: str,
        values: dict[str, Any],
        *,
        created: datetime | None = None,
        modified: datetime | None = None,
        owner: tuple[str, str] | None = None,
    ) -> str:
        """Add a row; lookups with several targets take a pair of table and id.

        ``owner`` is a user's id with the id of the user's business unit.
        """
        table = self._catalogue.tables[table_name]
        changes = Changes()
        for name, value in values.items():
            column = table.columns[name]
            target, stored = value if isinstance(value, tuple) else ("", value)
            if stored is not None and column.kind in {Kind.MONEY, Kind.DECIMAL}:
                stored = scaled(column, Decimal(stored))
            elif isinstance(stored, bool):
                stored = int(stored)
            elif isinstance(stored, datetime):
                stored = stamp(stored)
            changes.put(column, stored, target)
        row = changes.values
        row.setdefault(table.primary_id, self.new_id())
        first = created or self.now
        row.setdefault("createdon", stamp(first))
        row.setdefault("modifiedon", stamp(modified or first))
        row |= {
            "createdby": self.author or None,
            "modifiedby": self.author or None,
            "versionnumber": next_version(self.connection),
        }
        if "statecode" in table.columns:
            row.setdefault("statecode", 0)
            row.setdefault("statuscode", table.columns["statuscode"].options[0].value)
        if owner is not None:
            row["ownerid"], row["owningbusinessunit"] = owner
            row[type_column(table.columns["ownerid"])] = "systemuser"
        if row.get("transactioncurrencyid") is not None:
            currency.complete(self.connection, table, changes, {})
        names = ", ".join(quoted(name) for name in row)
        self.connection.execute(
            f"INSERT INTO {quoted(table_name)} ({names}) VALUES ({', '.join('?' * len(row))})",
            list(row.values()),
        )
        return str(row[table.primary_id])
