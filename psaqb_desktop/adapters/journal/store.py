"""SqliteJournal: the local memory of pushes, in one file that several programs may share."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from psaqb_desktop import __version__
from psaqb_desktop.adapters.journal import chain, export
from psaqb_desktop.adapters.journal.database import JournalDatabase
from psaqb_desktop.adapters.journal.recovery import rebuild
from psaqb_desktop.adapters.journal.rows import (
    PUSH_COLUMNS,
    draft_text,
    entry_from_row,
    push_from_row,
    push_values,
)
from psaqb_desktop.domain.errors import JournalError
from psaqb_desktop.domain.identifiers import InvoiceId, RealmId, RequestId
from psaqb_desktop.domain.journal import JournalRecovery
from psaqb_desktop.domain.push import NEXT_STEPS, JournalEntry, PostedDocument, Push, PushStep

_MAY_BE_PREPARED_AGAIN = frozenset({PushStep.REJECTED, PushStep.ABANDONED, PushStep.RECORDED})


def _utc_now() -> datetime:
    return datetime.now(UTC)


def open_journal(
    path: Path, *, now: Callable[[], datetime] = _utc_now, busy_seconds: float = 30.0
) -> SqliteJournal:
    """Open the journal, creating the file where there is none.

    Raises:
        JournalError: locked for ``busy_seconds``, damaged, newer than this program, or the disk
            refuses.
    """
    return SqliteJournal(JournalDatabase(path, busy_seconds=busy_seconds), now)


class SqliteJournal:
    """A PushJournal. Any thread may call; every call is on the disk when it returns."""

    def __init__(self, database: JournalDatabase, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def prepare(self, pushes: Sequence[Push]) -> None:
        """Remember pushes (step PREPARED), all or none.

        A push that is open already under the same request id with the same draft is left as it
        is. After a definite end (REJECTED, RECORDED, ABANDONED) the same id may be prepared
        anew; the earlier attempt stays in the history.

        Raises:
            JournalError: the request id is open with another draft.
        """
        with self._database.writing() as connection:
            for push in pushes:
                if push.step is not PushStep.PREPARED:
                    raise JournalError(
                        f"A push of invoice {push.invoice_number} cannot begin as "
                        f"“{push.step.value}”."
                    )
                if push.digest != push.draft.digest:
                    raise JournalError(
                        f"The digest of invoice {push.invoice_number} is not that of its draft."
                    )
                self._prepare_one(connection, push)

    def _prepare_one(self, connection: sqlite3.Connection, push: Push) -> None:
        row = _current(connection, push.request_id)
        if row is not None:
            if PushStep(row["step"]) not in _MAY_BE_PREPARED_AGAIN:
                if row["draft"] == draft_text(push):
                    return
                raise JournalError(
                    f"Invoice {push.invoice_number} is being pushed already, with other contents.",
                    remedy="Wait until the outcome of the earlier push is settled.",
                    details=f"{push.request_id}: {row['step']} since {row['prepared_on']}",
                )
            connection.execute("UPDATE pushes SET is_current = 0 WHERE id = ?", (row["id"],))
        names = (*PUSH_COLUMNS, "step", "is_current")
        cursor = connection.execute(
            f"INSERT INTO pushes ({', '.join(names)})"  # noqa: S608 - names of our own
            f" VALUES ({', '.join('?' * len(names))})",
            (*push_values(push), push.step.value, 1),
        )
        self._append(connection, cursor.lastrowid or 0, push, push.step)

    def advance(
        self,
        request_ids: Sequence[RequestId],
        step: PushStep,
        *,
        outcome: str = "",
        trace_id: str = "",
        document: PostedDocument | None = None,
    ) -> None:
        """Move pushes to their next step, all or none.

        An empty ``outcome`` or ``trace_id`` leaves what an earlier step noted on the push. A
        ``document`` brings both along, and number, total and currency as evidence.

        Raises:
            JournalError: a push is unknown, or the step is not allowed after its own.
        """
        evidence: tuple[str, str, str] = ("", "", "")
        if document is not None:
            outcome, trace_id = outcome or str(document.id), trace_id or document.trace_id
            evidence = (document.number, format(document.total, "f"), document.currency)
        with self._database.writing() as connection:
            for request_id in dict.fromkeys(request_ids):
                row = _current(connection, request_id)
                if row is None:
                    raise JournalError(
                        "The journal does not know this push.", details=str(request_id)
                    )
                push = push_from_row(row, self._database.path)
                if step not in NEXT_STEPS[push.step]:
                    raise JournalError(
                        f"The push of invoice {push.invoice_number} is “{push.step.value}”; "
                        f"it cannot become “{step.value}”.",
                        remedy="Refresh; another window may have gone on with this push.",
                        details=str(request_id),
                    )
                connection.execute(
                    "UPDATE pushes SET step = ?, outcome = ?, trace_id = ? WHERE id = ?",
                    (step.value, outcome or push.outcome, trace_id or push.trace_id, row["id"]),
                )
                self._append(connection, row["id"], push, step, (outcome, trace_id, *evidence))

    def _append(
        self,
        connection: sqlite3.Connection,
        push_id: int,
        push: Push,
        step: PushStep,
        news: tuple[str, ...] = ("", "", "", "", ""),
    ) -> None:
        """Write an entry; ``news``: outcome, trace id, document's number, total and currency."""
        chain.append(
            connection,
            (
                push_id,
                self._now().isoformat(),
                push.pushed_by,
                push.machine,
                __version__,
                push.request_id,
                push.digest,
                step.value,
                *news,
            ),
        )

    def open_pushes(self) -> tuple[Push, ...]:
        """Return pushes that are neither RECORDED nor ABANDONED, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT * FROM pushes WHERE is_current = 1"
                " AND step NOT IN ('recorded', 'abandoned') ORDER BY id"
            ).fetchall()
        return tuple(push_from_row(row, self._database.path) for row in rows)

    def history(self, invoice_id: InvoiceId) -> tuple[JournalEntry, ...]:
        """Return what this machine did about an invoice, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT entries.* FROM entries JOIN pushes ON pushes.id = entries.push_id"
                " WHERE pushes.invoice_id = ? ORDER BY entries.id",
                (invoice_id,),
            ).fetchall()
        return tuple(entry_from_row(row, self._database.path) for row in rows)

    def watermark(self, realm_id: RealmId) -> datetime | None:
        """Return up to when a company has been pulled."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT moment FROM watermarks WHERE realm_id = ?", (realm_id,)
            ).fetchone()
        return datetime.fromisoformat(row["moment"]) if row else None

    def set_watermark(self, realm_id: RealmId, moment: datetime) -> None:
        """Remember up to when a company has been pulled."""
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO watermarks (realm_id, moment) VALUES (?, ?)"
                " ON CONFLICT (realm_id) DO UPDATE SET moment = excluded.moment",
                (realm_id, moment.isoformat()),
            )

    def verify(self) -> int:
        """Prove that nobody changed the journal by hand; return the number of its entries.

        Raises:
            JournalError: an entry, a push or a draft differs from what the program wrote.
        """
        with self._database.reading() as connection:
            return chain.verify(connection, self._database.path)

    def export(self, file: Path) -> int:
        """Write all entries to a new file, CSV or (by its name ``.jsonl``) JSON lines.

        Returns the number of entries. The chain is verified first: what is handed to an auditor
        must be whole.

        Raises:
            JournalDamagedError: the chain is broken; nothing was written.
            JournalError: the file cannot be written.
        """
        with self._database.reading() as connection:
            chain.verify(connection, self._database.path)
            return export.write(connection, file)

    def verify_export(self, file: Path) -> int:
        """Prove that exported JSON lines are as they were written; return how many they are.

        Raises:
            JournalDamagedError: a line was changed, removed or put in.
            JournalError: the file cannot be read.
        """
        return export.verify_lines(file)

    def recover(self) -> JournalRecovery:
        """Set the damaged file aside and go on with what can be read of it.

        See :func:`psaqb_desktop.adapters.journal.recovery.rebuild`.

        Raises:
            JournalError: the disk refuses; the damaged file is where it was.
        """
        with self._database.replacing() as path:
            return rebuild(path, self._now())


def _current(connection: sqlite3.Connection, request_id: RequestId) -> sqlite3.Row | None:
    row: sqlite3.Row | None = connection.execute(
        "SELECT * FROM pushes WHERE request_id = ? AND is_current = 1", (request_id,)
    ).fetchone()
    return row
