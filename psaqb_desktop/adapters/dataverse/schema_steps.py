"""The steps that make publisher, solution, tables, columns, lookups and keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from psaqb_desktop.adapters.dataverse.batch import Operation
from psaqb_desktop.adapters.dataverse.client import DataverseClient
from psaqb_desktop.adapters.dataverse.columns import Column, Lookup, Table
from psaqb_desktop.adapters.dataverse.definitions import (
    Labels,
    column_body,
    key_body,
    lookup_body,
    table_body,
)
from psaqb_desktop.adapters.dataverse.present_schema import PresentSchema
from psaqb_desktop.adapters.dataverse.schema import (
    OPTION_PREFIX,
    PUBLISHER,
    PUBLISHER_NAME,
    SOLUTION,
    SOLUTION_NAME,
    TABLES,
)
from psaqb_desktop.adapters.dataverse.tables import definition

SLOW_SECONDS = 180.0
"""Making a table takes up to a minute."""
IN_SOLUTION = {"MSCRM.SolutionUniqueName": SOLUTION}
_DOING = "setting up the CRM"


@dataclass(frozen=True, slots=True)
class Step:
    """Look, then create: ``do`` runs only where ``is_done`` says no."""

    name: str
    is_done: Callable[[], bool]
    do: Callable[[], None]


class SchemaSteps:
    """Makes our schema, one change after another: the CRM locks itself for each."""

    def __init__(self, client: DataverseClient, present: PresentSchema) -> None:
        self._client = client
        self._present = present
        self._language = 0

    def steps(self) -> Iterator[Step]:
        """Yield all steps in the order in which they can be carried out."""
        yield Step("Publisher", lambda: bool(self._publisher_id()), self._make_publisher)
        yield Step("Solution", lambda: bool(self._solution_id()), self._make_solution)
        for table in TABLES:
            yield self._table_step(table)
            for column in table.columns:
                yield self._column_step(table, column)
        for table in TABLES:
            for lookup in table.lookups:
                yield self._lookup_step(table, lookup)
        for table in TABLES:
            yield self._key_step(table)

    def _publisher_id(self) -> str:
        return self._present.row_id("publishers", "publisherid", "uniquename", PUBLISHER)

    def _solution_id(self) -> str:
        return self._present.row_id("solutions", "solutionid", "uniquename", SOLUTION)

    def _make_publisher(self) -> None:
        body = {
            "uniquename": PUBLISHER,
            "friendlyname": PUBLISHER_NAME,
            "customizationprefix": PUBLISHER,
            "customizationoptionvalueprefix": OPTION_PREFIX,
            "description": "Tables of PSAQB Desktop.",
        }
        self._post("publishers", body, {})

    def _make_solution(self) -> None:
        body = {
            "uniquename": SOLUTION,
            "friendlyname": SOLUTION_NAME,
            "version": "1.0.0.0",
            "publisherid@odata.bind": f"/publishers({self._publisher_id()})",
        }
        self._post("solutions", body, {})

    def _table_step(self, table: Table) -> Step:
        def make() -> None:
            self._post("EntityDefinitions", table_body(table, self._labels()), IN_SOLUTION)
            # What else the platform added is read when the next column is looked for.
            self._present.forget()

        return Step(f"Table “{table.label}”", lambda: self._present.has_table(table), make)

    def _column_step(self, table: Table, column: Column) -> Step:
        def make() -> None:
            path = f"{definition(table.name)}/Attributes"
            self._post(path, column_body(column, self._labels()), IN_SOLUTION)
            self._present.note_column(table, column.name)

        return Step(
            f"Column “{column.label}” of “{table.label}”",
            lambda: column.name in self._present.columns(table),
            make,
        )

    def _lookup_step(self, table: Table, lookup: Lookup) -> Step:
        def make() -> None:
            body = lookup_body(table, lookup, f"{lookup.target}id", self._labels())
            self._post("RelationshipDefinitions", body, IN_SOLUTION)
            self._present.note_column(table, lookup.name)

        return Step(
            f"Lookup “{lookup.label}” of “{table.label}”",
            lambda: lookup.name in self._present.columns(table),
            make,
        )

    def _key_step(self, table: Table) -> Step:
        def make() -> None:
            path = f"{definition(table.name)}/Keys"
            self._post(path, key_body(table.key, self._labels()), IN_SOLUTION)

        return Step(
            f"Key “{table.key.label}” of “{table.label}”",
            lambda: table.key.name.lower() in self._present.key_states(table),
            make,
        )

    def _labels(self) -> Labels:
        if not self._language:
            rows = self._client.rows("organizations", {"$select": "languagecode"}, doing=_DOING)
            self._language = int(rows[0]["languagecode"]) if rows else 1033
        return Labels(self._language)

    def _post(self, path: str, body: dict[str, Any], headers: dict[str, str]) -> None:
        operation = Operation("POST", path, headers, body)
        self._client.write(operation, doing=_DOING, timeout=SLOW_SECONDS)
