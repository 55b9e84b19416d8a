"""Access tokens: refreshed by one program at a time, with no refresh token ever lost.

A refresh may bring a new refresh token, and the old one may then be dead. So, in this order:

1. one refresher at a time: in this process (a lock), on this machine (a file lock), over all
   desktops (a lease on the CRM record, taken with If-Match);
2. the newest refresh token known, from the CRM or from this machine's keyring;
3. the answer's refresh token goes to the keyring before anything else happens,
4. then to the CRM, in the write that gives the lease back.

A program that dies between 3 and 4 leaves a keyring entry newer than the CRM's; the next start
finds it (``heal``) and finishes the job. Each issue date is made at least a second later than
the one before, so "newer" is never in doubt although the CRM keeps whole seconds.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from psaqb_desktop.domain.connection import Connection, Credentials, TokenAnswer
from psaqb_desktop.domain.environment import EnvironmentKind
from psaqb_desktop.domain.errors import (
    AppError,
    LeaseTakenError,
    OutcomeUnknownError,
    SecretStoreError,
    SignInNeededError,
    WrongEnvironmentError,
)
from psaqb_desktop.domain.identifiers import ConnectionId
from psaqb_desktop.domain.quickbooks_addresses import OTHER_KIND_REMEDY, other_kind_problem
from psaqb_desktop.services.ports import Clock, ConnectionStore, MachineLock, SecretStore
from psaqb_desktop.services.quickbooks_ports import AuthorizationGateway

LEASE_SECONDS = 120
"""Longer than a token call with its retries may take."""
WAIT_SECONDS = 150
"""How long to wait for another desktop before giving up."""
EARLY = timedelta(seconds=120)
"""Tokens are renewed this long before they expire."""

log = logging.getLogger("psaqb.tokens")


@dataclass(frozen=True, slots=True)
class KeptToken:
    """A refresh token as this machine's keyring keeps it."""

    realm_id: str
    answer: TokenAnswer


class AccessTokens:
    """Hands out access tokens of connections, refreshing them when they run out."""

    def __init__(  # noqa: PLR0913 - its neighbours, and where it stands
        self,
        *,
        connections: ConnectionStore,
        gateway: AuthorizationGateway,
        secrets: SecretStore,
        locks: MachineLock,
        clock: Clock,
        holder: str,
        kind: EnvironmentKind,
    ) -> None:
        """``kind`` is of the environment: connections of another kind get no token call."""
        self._kind = kind
        self._connections = connections
        self._gateway = gateway
        self._secrets = secrets
        self._locks = locks
        self._clock = clock
        self._holder = holder
        self._answers: dict[ConnectionId, TokenAnswer] = {}
        self._guards: dict[ConnectionId, threading.Lock] = {}
        self._guard = threading.Lock()

    def token(self, connection: Connection, *, is_refused: bool = False) -> str:
        """Return a valid access token.

        ``is_refused`` asks for a new one: the service refused the present one although it looked
        valid.

        Raises:
            SignInNeededError: only a person can reconnect the company.
            LeaseTakenError: another desktop held the lease all the time.
            WrongEnvironmentError: the connection belongs to another kind of environment.
        """
        self._require_own_kind(connection)
        with self._guard_of(connection.id):
            answer = self._answers.get(connection.id)
            if answer and not is_refused and self._is_fresh(answer):
                return answer.access_token
            return self._refresh(connection.id).access_token

    def keep(
        self,
        connection: Connection,
        realm_id: str,
        answer: TokenAnswer,
        *,
        before: KeptToken | None,
    ) -> TokenAnswer:
        """Put a new answer on this machine's disk; the first thing that happens to it.

        ``before`` is what :meth:`kept` said before the answer was asked for: once it is here,
        nothing may fail before it is kept. Returns the answer with its issue date made later
        than any date known before.
        """
        answer = _dated(answer, connection, before)
        self._answers[connection.id] = answer
        self._secrets.set(_secret_name(connection.id), _to_text(realm_id, answer))
        return answer

    def kept(self, connection_id: ConnectionId) -> KeptToken | None:
        """Return what this machine's keyring keeps for a connection."""
        text = self._secrets.get(_secret_name(connection_id))
        return _from_text(text) if text else None

    def forget(self, connection_id: ConnectionId) -> None:
        """Forget a connection's tokens on this machine."""
        self._answers.pop(connection_id, None)
        self._secrets.delete(_secret_name(connection_id))

    def heal(self, connections: Iterable[Connection]) -> int:
        """Bring refresh tokens to the CRM that a program of this machine could not bring.

        Returns how many were brought. What cannot be brought now stays in the keyring, where the
        next refresh finds it: trouble with one connection stops nothing else.
        """
        healed = 0
        for connection in connections:
            try:
                healed += self._heal_one(connection)
            except AppError as error:
                log.warning("the token of %s cannot be brought now: %s", connection.name, error)
        return healed

    def _heal_one(self, connection: Connection) -> bool:
        if other_kind_problem(connection, self._kind):
            return False  # another environment's token is not ours to bring
        kept = self.kept(connection.id) if connection.realm_id else None
        if kept is None or not _is_newer(kept, connection):
            return False
        with self._guard_of(connection.id), self._lease(connection.id) as current:
            if not _is_newer(kept, current):
                return False
            self._connections.store_tokens(current.id, kept.answer)
            log.info("stored the newer refresh token of connection %s", current.name)
            return True

    def _refresh(self, connection_id: ConnectionId) -> TokenAnswer:
        with self._lease(connection_id) as current:
            self._require_own_kind(current)
            credentials = self._connections.credentials(connection_id)
            kept = self.kept(connection_id)
            answer = self._first_that_works(current, credentials, kept)
            try:
                answer = self.keep(current, current.realm_id, answer, before=kept)
            except SecretStoreError as error:
                # The keyring answered a moment ago; now the CRM is the one safe place left.
                log.warning("the keyring did not take the new token: %s", error)
                answer = _dated(answer, current, kept)
            self._connections.store_tokens(connection_id, answer)
            log.info("refreshed the token of connection %s", current.name)
            return answer

    def _first_that_works(
        self, current: Connection, credentials: Credentials, kept: KeptToken | None
    ) -> TokenAnswer:
        """Try the newest refresh token first; the other only if the first one is dead."""
        tokens = [credentials.refresh_token]
        if kept is not None and kept.realm_id == current.realm_id:
            tokens.insert(0 if _is_newer(kept, current) else 1, kept.answer.refresh_token)
        refused: SignInNeededError | None = None
        for token in dict.fromkeys(t for t in tokens if t):
            try:
                return self._refresh_once_more_if_lost(
                    current, Credentials(credentials.client_secret, token)
                )
            except SignInNeededError as error:
                refused = error
        self._connections.mark_sign_in_needed(current.id)
        self._answers.pop(current.id, None)
        raise refused or SignInNeededError(
            f"{current.name} is not connected to QuickBooks.", service=current.name
        )

    def _refresh_once_more_if_lost(
        self, current: Connection, credentials: Credentials
    ) -> TokenAnswer:
        try:
            return self._gateway.refresh(current, credentials)
        except OutcomeUnknownError:
            # The answer was lost. The token that was sent is the only one we have; Intuit
            # documents a day of grace for it, so it is tried once more, at once.
            log.warning("the answer of the token call for %s was lost; asking again", current.name)
            return self._gateway.refresh(current, credentials)

    @contextmanager
    def _lease(self, connection_id: ConnectionId) -> Iterator[Connection]:
        """Hold the machine's lock and the CRM's lease; yield the record as it is now."""
        with self._locks.hold(f"token-{connection_id}", timeout_seconds=WAIT_SECONDS):
            current = self._take_lease(connection_id)
            try:
                yield current
            finally:
                self._quietly(
                    lambda: self._connections.release_lease(connection_id, holder=self._holder)
                )

    def _take_lease(self, connection_id: ConnectionId) -> Connection:
        give_up = self._clock.now() + timedelta(seconds=WAIT_SECONDS)
        while True:
            current = self._connections.connection(connection_id)
            now = self._clock.now()
            is_free = (
                not current.lease_holder
                or _place(current.lease_holder) == _place(self._holder)
                or current.lease_until is None
                or current.lease_until <= now
            )
            if is_free:
                try:
                    return self._connections.take_lease(
                        current, holder=self._holder, until=now + timedelta(seconds=LEASE_SECONDS)
                    )
                except LeaseTakenError:
                    pass
            if now >= give_up:
                raise LeaseTakenError(
                    f"Another desktop ({current.lease_holder or 'unknown'}) is refreshing the "
                    f"connection of {current.name} just now."
                )
            self._clock.sleep(0.5)

    def _quietly(self, action: Callable[[], None]) -> None:
        """Give the lease back; if that fails it runs out by itself."""
        try:
            action()
        except AppError as error:
            log.warning("the token lease could not be given back: %s", error)

    def _require_own_kind(self, connection: Connection) -> None:
        problem = other_kind_problem(connection, self._kind)
        if problem:
            raise WrongEnvironmentError(f"{connection.name}: {problem}", remedy=OTHER_KIND_REMEDY)

    def _is_fresh(self, answer: TokenAnswer) -> bool:
        return answer.access_token_expires - EARLY > self._clock.now()

    def _guard_of(self, connection_id: ConnectionId) -> threading.Lock:
        with self._guard:
            return self._guards.setdefault(connection_id, threading.Lock())


def _place(holder: str) -> str:
    """Return the part of a holder's name that programs under one machine lock share.

    Whoever has that lock knows that another holder of the same place is no longer alive, and need
    not wait for its lease to run out.
    """
    return holder.partition("#")[0]


def _is_newer(kept: KeptToken, connection: Connection) -> bool:
    if kept.realm_id != connection.realm_id:
        return False
    issued = connection.refresh_token_issued
    if issued is None:
        # Disconnected, on whichever desktop: an old keyring must not connect it again. A token
        # typed into the record has no date; what came of it here is newer.
        return connection.has_refresh_token
    return kept.answer.received > issued


def _dated(answer: TokenAnswer, connection: Connection, before: KeptToken | None) -> TokenAnswer:
    """Return the answer with an issue date later than any that was known."""
    known = [d for d in (connection.refresh_token_issued, before and before.answer.received) if d]
    received = answer.received.replace(microsecond=0)
    if known:
        received = max(received, max(known).replace(microsecond=0) + timedelta(seconds=1))
    return replace(answer, received=received)


def _secret_name(connection_id: ConnectionId) -> str:
    return f"quickbooks-refresh-token/{connection_id}"


def _to_text(realm_id: str, answer: TokenAnswer) -> str:
    """Write what must survive; the access token stays in memory."""
    return json.dumps(
        {
            "realm": realm_id,
            "refresh_token": answer.refresh_token,
            "received": answer.received.isoformat(),
            "expires": answer.refresh_token_expires.isoformat(),
            "hard_expires": _iso(answer.refresh_token_hard_expires),
        }
    )


def _from_text(text: str) -> KeptToken | None:
    try:
        data = json.loads(text)
        received = datetime.fromisoformat(data["received"])
        hard = data["hard_expires"]
        return KeptToken(
            data["realm"],
            TokenAnswer(
                access_token="",
                refresh_token=data["refresh_token"],
                access_token_expires=received,
                refresh_token_expires=datetime.fromisoformat(data["expires"]),
                received=received,
                refresh_token_hard_expires=datetime.fromisoformat(hard) if hard else None,
            ),
        )
    except (ValueError, KeyError, TypeError):
        log.warning("an entry of the keyring could not be read and is left alone")
        return None


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
