"""What one request works with: a connection, the caller's rights, a reader and a writer."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from psaqb_desktop.practice.crm.environment import Environment
from psaqb_desktop.practice.crm.odata.preferences import Preferences
from psaqb_desktop.practice.crm.odata.reader import Reader
from psaqb_desktop.practice.crm.records.writer import Writer
from psaqb_desktop.practice.crm.security import Caller, Rights


@dataclass
class Session:
    """One request inside one transaction."""

    environment: Environment
    connection: sqlite3.Connection
    rights: Rights

    @classmethod
    def begin(
        cls, environment: Environment, connection: sqlite3.Connection, caller: Caller
    ) -> Session:
        """A session of a caller on an open transaction."""
        return cls(environment, connection, Rights(caller, connection))

    def reader(self, preferences: Preferences) -> Reader:
        """A reader under the request's preferences."""
        return Reader(self.environment.catalogue, self.connection, self.rights, preferences)

    def writer(self) -> Writer:
        """A writer that stamps with the caller's name."""
        return Writer(
            self.environment.catalogue,
            self.connection,
            self.rights,
            self.environment.clock,
            self.environment.rules,
            self.environment.work,
        )
