"""Which payment pays how much of which invoice, and uses up how much of which credit."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Application:
    """One line of a payment."""

    payment_id: str
    line: int
    target_kind: str
    target_id: str
    amount: Decimal

    @property
    def target(self) -> tuple[str, str]:
        """Kind and id of the invoice or credit memo."""
        return self.target_kind, self.target_id


class Applications:
    """The applications of one company inside one database transaction."""

    def __init__(self, connection: sqlite3.Connection, realm: str) -> None:
        self._connection = connection
        self._realm = realm

    def of_payment(self, payment_id: str) -> list[Application]:
        """The lines of one payment, in order."""
        rows = self._connection.execute(
            "SELECT * FROM application WHERE realm = ? AND payment_id = ? ORDER BY line",
            (self._realm, payment_id),
        )
        return [_application(row) for row in rows]

    def to_target(self, kind: str, record_id: str) -> list[Application]:
        """Everything that was applied to one invoice or credit memo, oldest payment first."""
        rows = self._connection.execute(
            "SELECT * FROM application WHERE realm = ? AND target_kind = ? AND target_id = ?"
            " ORDER BY CAST(payment_id AS INTEGER), line",
            (self._realm, kind, record_id),
        )
        return [_application(row) for row in rows]

    def replace(self, payment_id: str, applications: Iterable[Application]) -> None:
        """Stores the lines of a payment instead of the ones it had."""
        self._connection.execute(
            "DELETE FROM application WHERE realm = ? AND payment_id = ?",
            (self._realm, payment_id),
        )
        self._connection.executemany(
            "INSERT INTO application VALUES (?, ?, ?, ?, ?, ?)",
            [
                (
                    self._realm,
                    payment_id,
                    application.line,
                    application.target_kind,
                    application.target_id,
                    str(application.amount),
                )
                for application in applications
            ],
        )


def _application(row: sqlite3.Row) -> Application:
    return Application(
        payment_id=row["payment_id"],
        line=row["line"],
        target_kind=row["target_kind"],
        target_id=row["target_id"],
        amount=Decimal(row["amount"]),
    )
