"""The ``psaqb_connection`` table: connections, their secrets, and the lease of the refresher."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from psaqb_desktop.adapters.dataverse import odata
from psaqb_desktop.adapters.dataverse.client import DataverseClient, JsonObject
from psaqb_desktop.adapters.dataverse.connection_records import (
    NO_LEASE,
    NO_TOKENS,
    connection_body,
    read_connection,
    token_body,
)
from psaqb_desktop.adapters.dataverse.faults import DUPLICATE_KEY, SERVICE
from psaqb_desktop.adapters.dataverse.schema import CONNECTION
from psaqb_desktop.adapters.dataverse.tables import OurTables
from psaqb_desktop.adapters.dataverse.values import moment, words
from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.credentials import Credentials, TokenAnswer
from psaqb_desktop.domain.errors import (
    LeaseTakenError,
    OutcomeUnknownError,
    RequestRejectedError,
    SecretHiddenError,
    ServiceUnavailableError,
    StaleRecordError,
)
from psaqb_desktop.domain.identifiers import ConnectionId

_SELECT = ",".join(CONNECTION.properties)
_SECRETS = (
    "psaqb_name,psaqb_clientsecret,psaqb_hasclientsecret,psaqb_refreshtoken,psaqb_hasrefreshtoken,"
    "psaqb_tokenissued"
)
_MASK = "***"
_LOST_ANSWERS = 3
"""Answers to one write that may get lost, one after the other."""


class DataverseConnections:
    """Reads and writes connections. Absolute values are written again after a lost answer."""

    def __init__(self, client: DataverseClient, tables: OurTables) -> None:
        self._client = client
        self._tables = tables

    def connections(self) -> tuple[Connection, ...]:
        """Return all connections, by name.

        Raises:
            NotSetUpError: the table does not exist.
        """
        options = {"$select": _SELECT, "$orderby": f"psaqb_name,{CONNECTION.id_column}"}
        rows = self._client.rows(
            self._tables.path(CONNECTION), options, doing="reading the connections"
        )
        return tuple(read_connection(row) for row in rows)

    def connection(self, connection_id: ConnectionId) -> Connection:
        """Read one connection afresh."""
        row = self._client.get(
            self._record(connection_id), {"$select": _SELECT}, doing="reading the connection"
        )
        return read_connection(row)

    def credentials(self, connection_id: ConnectionId) -> Credentials:
        """Read the two secrets; one that is not stored is an empty string.

        Raises:
            SecretHiddenError: the marker says a secret is stored, the column reads empty.
        """
        row = self._client.get(
            self._record(connection_id),
            {"$select": _SECRETS},
            doing="reading the credentials",
            is_confidential=True,
        )
        return Credentials(
            client_secret=_secret(row, "psaqb_clientsecret", "psaqb_hasclientsecret"),
            refresh_token=_secret(row, "psaqb_refreshtoken", "psaqb_hasrefreshtoken"),
            issued=moment(row, "psaqb_tokenissued"),
        )

    def save(self, connection: Connection) -> Connection:
        """Create or update what people decide; secrets, lease and token dates stay.

        Raises:
            StaleRecordError: it changed since it was read, or (new ones) it exists already.
            RequestRejectedError: another connection has the same legal entity.
        """
        body, path = connection_body(connection), self._record(connection.id)
        try:
            if connection.version:
                row = self._client.update(
                    path,
                    body,
                    if_match=connection.version,
                    select=_SELECT,
                    doing="saving the connection",
                )
            else:
                row = self._client.create(path, body, select=_SELECT, doing="saving the connection")
        except StaleRecordError as error:
            if DUPLICATE_KEY in error.details:
                raise _entity_taken(connection, error.details) from error
            raise
        except OutcomeUnknownError:
            saved = self.connection(connection.id)
            if connection_body(saved) != body:
                raise
            return saved
        return read_connection(row)

    def save_credentials(
        self, connection_id: ConnectionId, *, client_secret: str, tokens: TokenAnswer
    ) -> Connection:
        """Store the client secret, the refresh token and its dates; clear ``needs_sign_in``."""
        body = {
            "psaqb_clientsecret": client_secret or None,
            "psaqb_hasclientsecret": bool(client_secret),
            **token_body(tokens),
            **NO_LEASE,
        }
        return self._set(connection_id, body, "storing the credentials")

    def take_lease(self, connection: Connection, *, holder: str, until: datetime) -> Connection:
        """Write the lease on the condition that the record is as it was read.

        Raises:
            LeaseTakenError: somebody else was faster.
        """
        body = {"psaqb_leaseholder": holder[:200], "psaqb_leaseuntil": odata.moment(until)}
        try:
            row = self._client.update(
                self._record(connection.id),
                body,
                if_match=connection.version,
                select=_SELECT,
                doing="taking the token lease",
            )
        except StaleRecordError as error:
            raise _lease_taken(connection, error.details) from error
        except OutcomeUnknownError as error:
            return self._lease_after_lost_answer(connection, holder[:200], until, error)
        return read_connection(row)

    def store_tokens(
        self, connection: Connection, tokens: TokenAnswer, *, is_lease_ours: bool
    ) -> Connection:
        """Store refresh token and dates on the condition that the record is as it was read.

        The same write gives the lease back if it is ours.

        Raises:
            StaleRecordError: somebody else has written meanwhile.
        """
        body = token_body(tokens) | (NO_LEASE if is_lease_ours else {})
        issued = tokens.received.astimezone(UTC).replace(microsecond=0)
        return self._set_if_unchanged(
            connection,
            body,
            lambda now: now.refresh_token_issued == issued and now.has_refresh_token,
            "storing the refresh token",
        )

    def release_lease(self, connection_id: ConnectionId, *, holder: str) -> None:
        """Clear the lease if ``holder`` still has it."""
        connection = self.connection(connection_id)
        if connection.lease_holder != holder[:200]:
            return
        try:
            self._client.update(
                self._record(connection_id),
                NO_LEASE,
                if_match=connection.version,
                select=CONNECTION.id_column,
                doing="releasing the token lease",
            )
        except StaleRecordError:
            # Something else of the record changed in between; ours to clear only if still ours.
            self._release_again(connection_id, holder[:200])

    def mark_sign_in_needed(self, connection: Connection) -> None:
        """Note that only a person can reconnect; clears the lease.

        Raises:
            StaleRecordError: somebody else has written meanwhile.
        """
        body = {"psaqb_needssignin": True, **NO_LEASE}
        self._set_if_unchanged(
            connection, body, lambda now: now.needs_sign_in, "noting the sign-in"
        )

    def forget_tokens(self, connection_id: ConnectionId) -> Connection:
        """Clear the refresh token and its dates after a disconnect."""
        return self._set(connection_id, NO_TOKENS | NO_LEASE, "forgetting the refresh token")

    def _record(self, connection_id: ConnectionId) -> str:
        return self._tables.record(CONNECTION, odata.guid(connection_id))

    def _set(self, connection_id: ConnectionId, body: JsonObject, doing: str) -> Connection:
        row = self._client.update(
            self._record(connection_id),
            body,
            if_match="*",
            select=_SELECT,
            doing=doing,
            is_confidential=True,
        )
        return read_connection(row)

    def _set_if_unchanged(
        self,
        connection: Connection,
        body: JsonObject,
        is_written: Callable[[Connection], bool],
        doing: str,
    ) -> Connection:
        """Write once; after each lost answer, look whether it arrived before writing again."""
        for is_last in (*[False] * _LOST_ANSWERS, True):
            try:
                row = self._client.update(
                    self._record(connection.id),
                    body,
                    if_match=connection.version,
                    select=_SELECT,
                    doing=doing,
                    is_confidential=True,
                )
            except OutcomeUnknownError:
                now = self.connection(connection.id)
                if now.version != connection.version:
                    if is_written(now):
                        return now
                    msg = f"The connection {connection.name} changed in between."
                    raise StaleRecordError(msg) from None
                if is_last:
                    raise
            else:
                return read_connection(row)
        msg = "the last attempt returns or raises"
        raise AssertionError(msg)

    def _lease_after_lost_answer(
        self, before: Connection, holder: str, until: datetime, lost: OutcomeUnknownError
    ) -> Connection:
        """Look who has the lease; the whole second of ``until`` tells ours from an earlier one."""
        now = self.connection(before.id)
        if now.lease_holder == holder and now.lease_until == until.astimezone(UTC).replace(
            microsecond=0
        ):
            return now
        if now.version != before.version:
            raise _lease_taken(now, lost.details) from lost
        raise ServiceUnavailableError(
            "The CRM did not answer while the token lease was taken; it was not taken.",
            service=SERVICE,
            details=lost.details,
        ) from lost

    def _release_again(self, connection_id: ConnectionId, holder: str) -> None:
        connection = self.connection(connection_id)
        if connection.lease_holder == holder:
            self._client.update(
                self._record(connection_id),
                NO_LEASE,
                if_match=connection.version,
                select=CONNECTION.id_column,
                doing="releasing the token lease",
            )


def _secret(row: JsonObject, column: str, marker: str) -> str:
    value = words(row, column)
    if row.get(marker) and (not value or value.startswith(_MASK)):
        raise SecretHiddenError(
            f"The CRM holds the credentials of connection {words(row, 'psaqb_name')}, but you may "
            "not read them."
        )
    return value


def _entity_taken(connection: Connection, details: str) -> RequestRejectedError:
    return RequestRejectedError(
        f"There is a connection for the legal entity {connection.legal_entity} already.",
        service=SERVICE,
        code=DUPLICATE_KEY,
        status=412,
        remedy="Use that connection, or give this one another legal entity code.",
        details=details,
    )


def _lease_taken(connection: Connection, details: str) -> LeaseTakenError:
    holder = connection.lease_holder or "somebody else"
    return LeaseTakenError(
        f"The connection {connection.name} changed in between; {holder} may be refreshing its "
        "token.",
        details=details,
    )
