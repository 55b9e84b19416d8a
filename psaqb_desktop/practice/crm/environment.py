"""Everything that one practice CRM consists of, and how it starts and is reset."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from pathlib import Path

from psaqb_desktop.practice.crm.clock import Clock
from psaqb_desktop.practice.crm.options import CrmOptions
from psaqb_desktop.practice.crm.records.business_rules import BusinessRules
from psaqb_desktop.practice.crm.records.work import Work
from psaqb_desktop.practice.crm.schema.absent import add_posted, hide_absent, untrack
from psaqb_desktop.practice.crm.schema.catalogue import Catalogue
from psaqb_desktop.practice.crm.schema.standard import standard_catalogue
from psaqb_desktop.practice.crm.security import Role
from psaqb_desktop.practice.crm.seed.planting import plant
from psaqb_desktop.practice.crm.storage import definitions, layout
from psaqb_desktop.practice.crm.storage.database import Database

_SEED_OPTIONS = (
    "data_set",
    "invoice_count",
    "seed",
    "line_items_include_tax",
    "retainer_usage_negative",
)
ORGANIZATION_NAME = "Alder & Finch practice CRM"


class Environment:
    """One environment of the practice CRM on one file."""

    def __init__(
        self, data_folder: Path, base_url: str, options: CrmOptions, *, is_draft: bool = False
    ) -> None:
        """``is_draft`` is for a file that is planted quickly and then put into its place."""
        data_folder.mkdir(parents=True, exist_ok=True)
        self.base_url = base_url.rstrip("/")
        self.options = options
        self.clock = Clock(options.today, lambda: options.clock_offset_seconds)
        self.roles: dict[str, Role | None] = {}
        """Roles changed while the service runs, by user id."""
        self.work = Work()
        self.schema_lock = threading.Lock()
        self.database = Database(data_folder / "crm.sqlite", is_draft=is_draft)
        self.catalogue: Catalogue
        self.rules: BusinessRules
        with self.database.write() as connection:
            self._open(connection)

    @property
    def api_root(self) -> str:
        """Address of the Web API, with a slash at the end."""
        return f"{self.base_url}/api/data/v9.2/"

    def seconds(self) -> float:
        """Seconds since the epoch by the service's clock."""
        return time.time() + self.options.clock_offset_seconds

    def reset(self) -> None:
        """Forget all rows and customizations and plant the seed anew.

        One transaction: other requests meet the old state or the new one, never an empty file.
        """
        with self.database.write() as connection:
            names = connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
            ).fetchall()
            for row in names:
                connection.execute(f'DROP TABLE "{row[0]}"')
            self._open(connection)
        self.roles.clear()

    def close(self) -> None:
        """Close the file."""
        self.database.close()

    def _recall_seed(self, connection: sqlite3.Connection) -> bool:
        """What the file was planted with holds for the next reset, whatever was asked for."""
        row = connection.execute("SELECT value FROM \"#facts\" WHERE name = 'seeded'").fetchone()
        if row is not None and row[0].startswith("{"):
            self.options.change(json.loads(row[0]))
        return row is not None

    def _open(self, connection: sqlite3.Connection) -> None:
        catalogue = standard_catalogue()
        # Before what was customized here, for a customizer may have switched it on.
        untrack(catalogue, self.options)
        layout.create_bookkeeping(connection)
        definitions.load_into(connection, catalogue)
        layout.create_all(connection, catalogue)
        if not self._recall_seed(connection):
            plant(connection, catalogue, self.options)
            planted = {name: getattr(self.options, name) for name in _SEED_OPTIONS}
            connection.execute(
                "INSERT INTO \"#facts\" VALUES ('seeded', ?)", (json.dumps(planted),)
            )
        add_posted(catalogue, self.options)
        hide_absent(catalogue, self.options)
        self.catalogue = catalogue
        self.rules = BusinessRules(catalogue, self.options)
