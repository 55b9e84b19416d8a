"""Request ids: the same id gets the same answer, and nothing is done twice."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from psaqb_desktop.practice.quickbooks import fault_bodies
from psaqb_desktop.practice.quickbooks.books import Books

_LONGEST = 50
_LONGEST_OF_BATCH = 36


@dataclass(frozen=True)
class Replay:
    """An answer that was given."""

    status: int
    body: str


def check_request_id(request_id: str | None, *, is_batch: bool) -> str | None:
    """The request id, None when the call has none.

    Raises:
        ApiFault: 2130 when it is too long.
    """
    if not request_id:
        return None
    longest = _LONGEST_OF_BATCH if is_batch else _LONGEST
    if len(request_id) > longest:
        raise fault_bodies.invalid_request_id(
            f"The requestid can have {longest} characters at most, not {len(request_id)}."
        )
    return request_id


def earlier_answer(books: Books, request_id: str | None, sent: bytes) -> Replay | None:
    """What was answered to this id before, whatever was sent with it.

    Raises:
        ApiFault: 600 for another body, where the service is set to refuse that.
    """
    if request_id is None:
        return None
    row = books.rows.connection.execute(
        "SELECT status, body FROM replay WHERE realm = ? AND request_id = ? AND answered > ?",
        (books.rows.realm, request_id, books.clock.epoch() - books.options.requestid_seconds),
    ).fetchone()
    if row is None:
        return None
    is_other = _digest_kept(books, request_id) != _digest(sent)
    if books.options.answers_600_for_other_body and is_other:
        raise fault_bodies.duplicate_request_id()
    return Replay(row["status"], row["body"])


def keep_answer(books: Books, request_id: str | None, sent: bytes, replay: Replay) -> None:
    """Keeps an answer together with the change that it tells of.

    Faults are kept only where the service is set to: nothing was done, and a later attempt may
    find the cause removed.
    """
    if request_id is not None:
        books.rows.connection.execute(
            "INSERT OR REPLACE INTO replay_digest VALUES (?, ?, ?)",
            (books.rows.realm, request_id, _digest(sent)),
        )
        books.rows.connection.execute(
            "INSERT OR REPLACE INTO replay VALUES (?, ?, ?, ?, ?)",
            (books.rows.realm, request_id, books.clock.epoch(), replay.status, replay.body),
        )


def _digest(sent: bytes) -> str:
    return hashlib.sha256(sent).hexdigest()


def _digest_kept(books: Books, request_id: str) -> str:
    row = books.rows.connection.execute(
        "SELECT digest FROM replay_digest WHERE realm = ? AND request_id = ?",
        (books.rows.realm, request_id),
    ).fetchone()
    return str(row["digest"]) if row else ""
