"""What the CRM has of our schema already, read on demand and remembered for one set-up."""

from __future__ import annotations

from psaqb_desktop.adapters.dataverse.client import DataverseClient
from psaqb_desktop.adapters.dataverse.columns import Table
from psaqb_desktop.adapters.dataverse.faults import RecordNotFoundError
from psaqb_desktop.adapters.dataverse.odata import text
from psaqb_desktop.adapters.dataverse.tables import definition
from psaqb_desktop.domain.errors import NotSetUpError

_LOOKING = "looking at the CRM's tables"


class PresentSchema:
    """Answers what is there. ``forget`` after anything that went wrong, so that it looks again."""

    def __init__(self, client: DataverseClient) -> None:
        self._client = client
        self._columns: dict[str, set[str]] = {}
        self._secured: dict[str, set[str]] = {}

    def forget(self) -> None:
        """Look again from now on."""
        self._columns.clear()
        self._secured.clear()

    def row_id(self, set_name: str, id_column: str, name_column: str, name: str) -> str:
        """Return the key of the record of that name; empty where there is none."""
        options = {"$select": id_column, "$filter": f"{name_column} eq {text(name)}"}
        rows = self._client.rows(set_name, options, doing=f"looking at {set_name}")
        return str(rows[0][id_column]).lower() if rows else ""

    def has_table(self, table: Table) -> bool:
        """Tell whether the table exists."""
        return bool(self.columns(table))

    def columns(self, table: Table) -> set[str]:
        """Return the logical names of a table's columns; none where there is no table."""
        if table.name not in self._columns:
            path = f"{definition(table.name)}/Attributes"
            options = {"$select": "LogicalName,IsSecured"}
            try:
                rows = self._client.get(path, options, doing=_LOOKING)["value"]
            except (RecordNotFoundError, NotSetUpError):
                return set()
            self._columns[table.name] = {row["LogicalName"] for row in rows}
            self._secured[table.name] = {row["LogicalName"] for row in rows if row.get("IsSecured")}
        return self._columns[table.name]

    def is_secured(self, table: Table, column: str) -> bool:
        """Tell whether a column is column-secured."""
        self.columns(table)
        return column in self._secured.get(table.name, set())

    def note_column(self, table: Table, column: str) -> None:
        """Remember a column that was made just now."""
        self._columns.setdefault(table.name, set()).add(column)

    def note_secured(self, table: Table, column: str) -> None:
        """Remember that a column was secured just now."""
        self._secured.setdefault(table.name, set()).add(column)

    def key_states(self, table: Table) -> dict[str, str]:
        """Return the table's alternate keys with the state of their indexes."""
        path = f"{definition(table.name)}/Keys"
        options = {"$select": "LogicalName,EntityKeyIndexStatus"}
        rows = self._client.get(path, options, doing=_LOOKING)["value"]
        return {row["LogicalName"]: str(row.get("EntityKeyIndexStatus")) for row in rows}
