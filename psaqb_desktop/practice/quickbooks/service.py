"""What the parts of the running service share."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from psaqb_desktop.practice.quickbooks.books import Books, open_books
from psaqb_desktop.practice.quickbooks.clock import Clock
from psaqb_desktop.practice.quickbooks.company import Company, load_companies
from psaqb_desktop.practice.quickbooks.id_tokens import IdTokenSigner
from psaqb_desktop.practice.quickbooks.limits import Limits
from psaqb_desktop.practice.quickbooks.options import QuickBooksOptions
from psaqb_desktop.practice.quickbooks.seed import seed
from psaqb_desktop.practice.quickbooks.service_times import ServiceTimes, Work
from psaqb_desktop.practice.quickbooks.store import TABLES, Store
from psaqb_desktop.practice.quickbooks.tokens import TokenRegister


class UnknownCompanyError(LookupError):
    """There is no company with this id."""


class PracticeQuickBooks:
    """Database, clock, limits and switches of one running service."""

    def __init__(
        self,
        data_folder: Path,
        base_url: str,
        options: QuickBooksOptions,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Opens the books in ``data_folder``, seeding them the first time."""
        data_folder.mkdir(parents=True, exist_ok=True)
        self.data_folder = data_folder
        self.base_url = base_url.rstrip("/")
        self.options = options
        self.clock = Clock(options.clock_offset_seconds)
        self.limits = Limits(options, lambda: time.monotonic() + self.clock.offset_seconds)
        self.work = Work()
        self.times = ServiceTimes(options, sleep)
        self.id_tokens = IdTokenSigner(data_folder / "id_token.pem")
        self.store = Store(data_folder / "quickbooks.sqlite")
        with self.store.writing() as connection:
            if connection.execute("SELECT count(*) FROM company").fetchone()[0] == 0:
                seed(connection, self.clock)

    def change_options(self, changes: dict[str, object]) -> None:
        """Sets switches while the service runs.

        Raises:
            ValueError: A name is unknown or a value has the wrong type.
        """
        self.options.change(changes)
        self.clock.offset_seconds = self.options.clock_offset_seconds

    def reset(self) -> None:
        """Back to the first day: books, consents and tokens."""
        with self.store.writing() as connection:
            for table in TABLES:
                connection.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own tables
            seed(connection, self.clock)
        self.limits.clear()

    def companies(self) -> list[Company]:
        """All companies, in the order of the group."""
        with self.store.reading() as connection:
            return load_companies(connection)

    @contextmanager
    def reading(self, realm: str) -> Iterator[Books]:
        """The books of a company, to look at.

        Raises:
            UnknownCompanyError: There is no such company.
        """
        with self.store.reading() as connection:
            yield _known(self._open(connection, realm), realm)

    @contextmanager
    def writing(self, realm: str) -> Iterator[Books]:
        """The books of a company, to change: all of it or, on an exception, nothing.

        Raises:
            UnknownCompanyError: There is no such company.
        """
        with self.store.writing() as connection:
            yield _known(self._open(connection, realm), realm)

    @contextmanager
    def tokens(self) -> Iterator[TokenRegister]:
        """Consents and tokens, to change."""
        with self.store.writing() as connection:
            yield TokenRegister(connection, self.options, self.clock.epoch())

    def _open(self, connection: sqlite3.Connection, realm: str) -> Books | None:
        return open_books(connection, realm, self.clock, self.options, self.work)

    def close(self) -> None:
        """Closes the database."""
        self.store.close()


def _known(books: Books | None, realm: str) -> Books:
    if books is None:
        raise UnknownCompanyError(realm)
    return books
