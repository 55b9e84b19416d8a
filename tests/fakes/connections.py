"""The CRM's connection records, in memory: ETags, secured columns and the token lease."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.credentials import Credentials, TokenAnswer
from psaqb_desktop.domain.errors import (
    LeaseTakenError,
    NotSetUpError,
    SecretHiddenError,
    StaleRecordError,
)
from psaqb_desktop.domain.identifiers import ConnectionId


class FakeConnectionStore:
    def __init__(self) -> None:
        self.is_set_up = True
        self.hides_secrets = False
        self.refresh_tokens: dict[ConnectionId, str] = {}
        self._client_secrets: dict[ConnectionId, str] = {}
        self._stored: dict[ConnectionId, Connection] = {}
        self._count = 0
        self._lock = threading.Lock()

    def put(self, connection: Connection, *, refresh_token: str = "", secret: str = "") -> None:
        with self._lock:
            self.refresh_tokens[connection.id] = refresh_token
            self._client_secrets[connection.id] = secret
            self._store(connection)

    def drop(self, connection_id: ConnectionId) -> None:
        with self._lock:
            del self._stored[connection_id]

    def connections(self) -> tuple[Connection, ...]:
        if not self.is_set_up:
            raise NotSetUpError("The CRM lacks the tables.")
        with self._lock:
            return tuple(sorted((self._read(i) for i in self._stored), key=lambda c: c.name))

    def connection(self, connection_id: ConnectionId) -> Connection:
        with self._lock:
            return self._read(connection_id)

    def credentials(self, connection_id: ConnectionId) -> Credentials:
        if self.hides_secrets:
            raise SecretHiddenError("You may not read the credentials.")
        with self._lock:
            return Credentials(
                self._client_secrets.get(connection_id, ""),
                self.refresh_tokens.get(connection_id, ""),
                self._stored[connection_id].refresh_token_issued,
            )

    def save(self, connection: Connection) -> Connection:
        with self._lock:
            stored = self._stored.get(connection.id)
            if (stored.version if stored else "") != connection.version:
                raise StaleRecordError("The connection has changed.")
            if stored is not None:
                connection = replace(
                    connection,
                    lease_holder=stored.lease_holder,
                    lease_until=stored.lease_until,
                    needs_sign_in=stored.needs_sign_in,
                    refresh_token_issued=stored.refresh_token_issued,
                    refresh_token_expires=stored.refresh_token_expires,
                    refresh_token_hard_expires=stored.refresh_token_hard_expires,
                )
            return self._store(connection)

    def save_credentials(
        self, connection_id: ConnectionId, *, client_secret: str, tokens: TokenAnswer
    ) -> Connection:
        with self._lock:
            self._client_secrets[connection_id] = client_secret
            return self._store_tokens(connection_id, tokens, is_lease_ours=True)

    def take_lease(self, connection: Connection, *, holder: str, until: datetime) -> Connection:
        with self._lock:
            if self._stored[connection.id].version != connection.version:
                raise LeaseTakenError("Somebody else was faster.")
            return self._store(replace(connection, lease_holder=holder, lease_until=until))

    def store_tokens(
        self, connection: Connection, tokens: TokenAnswer, *, is_lease_ours: bool
    ) -> Connection:
        with self._lock:
            self._require_unchanged(connection)
            return self._store_tokens(connection.id, tokens, is_lease_ours=is_lease_ours)

    def release_lease(self, connection_id: ConnectionId, *, holder: str) -> None:
        with self._lock:
            stored = self._stored[connection_id]
            if stored.lease_holder == holder:
                self._store(replace(stored, lease_holder="", lease_until=None))

    def mark_sign_in_needed(self, connection: Connection) -> None:
        with self._lock:
            self._require_unchanged(connection)
            stored = self._stored[connection.id]
            self._store(replace(stored, needs_sign_in=True, lease_holder="", lease_until=None))

    def forget_tokens(self, connection_id: ConnectionId) -> Connection:
        with self._lock:
            self.refresh_tokens[connection_id] = ""
            return self._store(
                replace(
                    self._stored[connection_id],
                    refresh_token_issued=None,
                    refresh_token_expires=None,
                    refresh_token_hard_expires=None,
                    needs_sign_in=False,
                    lease_holder="",
                    lease_until=None,
                )
            )

    def _require_unchanged(self, connection: Connection) -> None:
        if self._stored[connection.id].version != connection.version:
            raise StaleRecordError("The connection has changed.")

    def _store_tokens(
        self, connection_id: ConnectionId, tokens: TokenAnswer, *, is_lease_ours: bool
    ) -> Connection:
        self.refresh_tokens[connection_id] = tokens.refresh_token
        stored = self._stored[connection_id]
        if is_lease_ours:
            stored = replace(stored, lease_holder="", lease_until=None)
        return self._store(
            replace(
                stored,
                # The CRM keeps whole seconds.
                refresh_token_issued=tokens.received.replace(microsecond=0),
                refresh_token_expires=tokens.refresh_token_expires,
                refresh_token_hard_expires=tokens.refresh_token_hard_expires,
                needs_sign_in=False,
            )
        )

    def _store(self, connection: Connection) -> Connection:
        self._count += 1
        self._stored[connection.id] = replace(connection, version=f'W/"{self._count}"')
        return self._read(connection.id)

    def _read(self, connection_id: ConnectionId) -> Connection:
        return replace(
            self._stored[connection_id],
            has_client_secret=bool(self._client_secrets.get(connection_id)),
            has_refresh_token=bool(self.refresh_tokens.get(connection_id)),
        )
