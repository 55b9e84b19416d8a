"""Where the tables are found: names that the CRM chose, and columns that it may or may not have."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from psaqb_desktop.adapters.dataverse.client import DataverseClient, JsonObject
from psaqb_desktop.adapters.dataverse.columns import Table
from psaqb_desktop.adapters.dataverse.faults import RecordNotFoundError
from psaqb_desktop.adapters.dataverse.odata import text
from psaqb_desktop.adapters.dataverse.schema import TABLES
from psaqb_desktop.domain.errors import NotSetUpError

_DATES = "/Microsoft.Dynamics.CRM.DateTimeAttributeMetadata"


def definition(logical_name: str) -> str:
    """Return the path of a table's metadata."""
    return f"EntityDefinitions(LogicalName={text(logical_name)})"


class OurTables:
    """Entity set names of our tables; asked once, because the CRM makes the plural by itself."""

    def __init__(self, client: DataverseClient) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._set_names: dict[str, str] = {}

    def path(self, table: Table) -> str:
        """Return the entity set name of a table.

        Raises:
            NotSetUpError: the table does not exist.
        """
        with self._lock:
            if len(self._set_names) < len(TABLES):
                self._set_names = self._read()
            found = self._set_names.get(table.name)
        if not found:
            raise NotSetUpError(f"The CRM has no table “{table.label}”.", details=table.name)
        return found

    def record(self, table: Table, key: str) -> str:
        """Return the path of one record."""
        return f"{self.path(table)}({key})"

    def _read(self) -> dict[str, str]:
        wanted = " or ".join(f"LogicalName eq {text(table.name)}" for table in TABLES)
        options = {"$select": "LogicalName,EntitySetName", "$filter": wanted}
        answer = self._client.get("EntityDefinitions", options, doing="looking for our tables")
        return {row["LogicalName"]: row["EntitySetName"] for row in answer["value"]}


@dataclass(frozen=True, slots=True)
class KnownColumns:
    """The columns of a table that other software made, and how its dates behave."""

    names: frozenset[str] = frozenset()
    date_behaviors: dict[str, str] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def only(self, *names: str) -> tuple[str, ...]:
        """Return those of ``names`` that exist; lookups are named ``_x_value``."""
        return tuple(name for name in names if _logical(name) in self.names)


def _logical(name: str) -> str:
    return name[1:-6] if name.startswith("_") and name.endswith("_value") else name


def known_columns(
    client: DataverseClient,
    logical_name: str,
    *,
    with_dates: bool = False,
    may_be_absent: bool = False,
) -> KnownColumns:
    """Ask which columns a table has; none where it may be absent and is."""
    path = f"{definition(logical_name)}/Attributes"
    doing = f"reading the columns of {logical_name}"
    try:
        columns = client.get(path, {"$select": "LogicalName"}, doing=doing)["value"]
    except RecordNotFoundError:
        if not may_be_absent:
            raise
        return KnownColumns()
    dates: list[JsonObject] = []
    if with_dates:
        options = {"$select": "LogicalName,DateTimeBehavior"}
        dates = client.get(path + _DATES, options, doing=doing)["value"]
    return KnownColumns(
        frozenset(column["LogicalName"] for column in columns),
        {each["LogicalName"]: _behavior(each.get("DateTimeBehavior")) for each in dates},
    )


def _behavior(value: object) -> str:
    return str(value.get("Value", "")) if isinstance(value, dict) else ""
