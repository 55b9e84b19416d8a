"""Codes and tokens: handed out, remembered, looked up."""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from psaqb_desktop.practice.crm.storage.database import Database

REFRESH_SECONDS = 90 * 24 * 3600
CODE_SECONDS = 600


@dataclass(frozen=True)
class Grant:
    """What a token stands for."""

    user_id: str
    client_id: str
    resource: str


class TokenStore:
    """All codes and tokens, in the CRM's file so that sign-ins outlive a restart."""

    def __init__(self, database: Database, now: Callable[[], float] = time.time) -> None:
        """``now`` is the clock by which codes and tokens grow old."""
        self._database = database
        self._now = now

    def issue(self, kind: str, grant: Grant, seconds: float) -> str:
        """Make a new token."""
        prefix = {"access": "eyJ0practice.", "refresh": "1.AX0practice."}[kind]
        token = prefix + secrets.token_urlsafe(48)
        with self._database.write() as connection:
            connection.execute(
                'INSERT INTO "#tokens" VALUES (?, ?, ?, ?, ?, ?)',
                (
                    token,
                    kind,
                    grant.user_id,
                    grant.client_id,
                    grant.resource,
                    self._now() + seconds,
                ),
            )
        return token

    def find(self, kind: str, token: str) -> Grant | None:
        """What a token stands for; None when it is unknown or too old."""
        with self._database.read() as connection:
            row = connection.execute(
                'SELECT * FROM "#tokens" WHERE token = ? AND kind = ?', (token, kind)
            ).fetchone()
        if row is None or row["expires"] < self._now():
            return None
        return Grant(row["user_id"], row["client_id"], row["resource"])

    def revoke(self, kind: str, user_id: str | None = None) -> int:
        """Make all tokens of a kind worthless, of one user or of everybody."""
        with self._database.write() as connection:
            return connection.execute(
                'DELETE FROM "#tokens" WHERE kind = ? AND user_id = coalesce(?, user_id)',
                (kind, user_id),
            ).rowcount

    def put_code(self, kind: str, code: str, body: dict[str, Any], seconds: float) -> None:
        """Remember a code with what it was given for."""
        with self._database.write() as connection:
            connection.execute(
                'INSERT INTO "#codes" VALUES (?, ?, ?, ?) '
                "ON CONFLICT (code) DO UPDATE SET body = excluded.body",
                (code, kind, json.dumps(body), self._now() + seconds),
            )

    def code(self, kind: str, code: str) -> tuple[dict[str, Any], bool] | None:
        """What a code was given for and whether it is still in time."""
        with self._database.read() as connection:
            row = self._code_row(connection, kind, code)
        return (json.loads(row["body"]), row["expires"] >= self._now()) if row else None

    def take_code(self, kind: str, code: str) -> tuple[dict[str, Any], bool] | None:
        """As ``code``, and the code can never be used again."""
        with self._database.write() as connection:
            row = self._code_row(connection, kind, code)
            connection.execute('DELETE FROM "#codes" WHERE code = ? AND kind = ?', (code, kind))
        return (json.loads(row["body"]), row["expires"] >= self._now()) if row else None

    @staticmethod
    def _code_row(connection: sqlite3.Connection, kind: str, code: str) -> Any:
        return connection.execute(
            'SELECT body, expires FROM "#codes" WHERE code = ? AND kind = ?', (code, kind)
        ).fetchone()
