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

A lease runs out, and its holder may sleep through that: S took the lease first and wakes late, L
took it after. So a lease alone keeps nobody from overwriting. Both of S's writes (the tokens, and
"sign in again") carry the version that came with the lease. Anything that was written since makes
them fail; S reads the record again and lets the issue dates decide. Those are Intuit's (the date
of its answer) and later than every date that was known when the token was asked for.

* L wrote nothing yet, or only its lease: S's token is newer than the CRM's and goes in; L's lease
  stays, and L's own write then fails in turn and is decided in the same way.
* L's token is in the CRM. Where a token dies when its successor is issued, L's refresh came either
  before S's (then S was refused and has nothing to write) or after S's token had reached L's eyes
  (then L's date is later by rule). Where old tokens live on for a day, both are good and the later
  date stays in the CRM; S's stays in its keyring, which is tried whenever the CRM's is refused.
* L was refused because S had spent the token: L's "sign in again" fails if S wrote before, and L
  goes on with S's token. If L wrote it before, S's token clears it.
* A person disconnected meanwhile: no date is left in the CRM, and S's token does not go in.
* A person signed in again meanwhile: that is dated as it is confirmed, later than what was known.
* An answer to one of these writes was lost: the record tells whether it arrived.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.credentials import Credentials, TokenAnswer
from psaqb_desktop.domain.environment import EnvironmentKind
from psaqb_desktop.domain.errors import (
    AppError,
    LeaseTakenError,
    OutcomeUnknownError,
    SecretStoreError,
    SignInNeededError,
    StaleRecordError,
    WrongEnvironmentError,
)
from psaqb_desktop.domain.identifiers import ConnectionId
from psaqb_desktop.domain.quickbooks_addresses import OTHER_KIND_REMEDY, other_kind_problem
from psaqb_desktop.services.kept_tokens import (
    KeptToken,
    dated,
    from_text,
    is_newer,
    secret_name,
    to_text,
)
from psaqb_desktop.services.ports import Clock, ConnectionStore, MachineLock, SecretStore
from psaqb_desktop.services.quickbooks_ports import AuthorizationGateway

LEASE_SECONDS = 120
"""Longer than a token call with its retries may take."""
WAIT_SECONDS = 150
"""How long to wait for another desktop before giving up."""
CLOCKS_DIFFER = timedelta(minutes=10)
"""How far the clocks of two desktops may be apart."""
_LONGEST_LOOK = timedelta(seconds=5)
"""What one look at the lease, with the wait before it, counts at most."""
EARLY = timedelta(seconds=120)
"""Tokens are renewed this long before they expire."""
MOST_WRITES = 5
"""How often a write is decided anew because somebody else had written."""

log = logging.getLogger("psaqb.tokens")


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
        answer = dated(answer, connection, before)
        self._answers[connection.id] = answer
        self._secrets.set(secret_name(connection.id), to_text(realm_id, answer))
        return answer

    def kept(self, connection_id: ConnectionId) -> KeptToken | None:
        """Return what this machine's keyring keeps for a connection."""
        text = self._secrets.get(secret_name(connection_id))
        return from_text(text) if text else None

    def forget(self, connection_id: ConnectionId) -> None:
        """Forget a connection's tokens on this machine."""
        self._answers.pop(connection_id, None)
        self._secrets.delete(secret_name(connection_id))

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
        if kept is None or not is_newer(kept, connection):
            return False
        with self._guard_of(connection.id), self._lease(connection.id) as current:
            return self._bring(current, kept)

    def _bring(self, leased: Connection, kept: KeptToken) -> bool:
        """Store a token in the CRM unless a newer one is there; True when it was stored."""
        current = leased
        for _ in range(MOST_WRITES):
            if not is_newer(kept, current):
                log.info("the CRM has a newer token of connection %s", current.name)
                return False
            try:
                self._connections.store_tokens(
                    current, kept.answer, is_lease_ours=current.lease_holder == leased.lease_holder
                )
            except StaleRecordError:
                current = self._connections.connection(leased.id)
            else:
                log.info("stored the newer refresh token of connection %s", current.name)
                return True
        raise LeaseTakenError(
            f"The connection {current.name} keeps changing in the CRM. The new token is kept on "
            "this machine and brought later."
        )

    def _refresh(self, connection_id: ConnectionId) -> TokenAnswer:
        with self._lease(connection_id) as leased:
            self._require_own_kind(leased)
            credentials = self._connections.credentials(connection_id)
            kept = self.kept(connection_id)
            answer, current = self._first_that_works(leased, credentials, kept)
            try:
                answer = self.keep(current, current.realm_id, answer, before=kept)
            except SecretStoreError as error:
                # The keyring answered a moment ago; now the CRM is the one safe place left.
                log.warning("the keyring did not take the new token: %s", error)
                answer = dated(answer, current, kept)
            self._bring(current, KeptToken(current.realm_id, answer))
            return answer

    def _first_that_works(
        self, leased: Connection, credentials: Credentials, kept: KeptToken | None
    ) -> tuple[TokenAnswer, Connection]:
        """Refresh with what the CRM holds or this machine keeps.

        Where all of it is dead, the CRM notes that a person must sign in, unless another desktop
        brought a token just now: then with that one. Returns the answer, and the record of the
        token that was spent: it may be newer than the lease.
        """
        current = leased
        for _ in range(MOST_WRITES):
            current = replace(current, refresh_token_issued=credentials.issued)
            try:
                return self._first_alive(current, credentials, kept), current
            except SignInNeededError:
                self._answers.pop(leased.id, None)
                try:
                    self._connections.mark_sign_in_needed(current)
                except StaleRecordError:
                    current = self._connections.connection(leased.id)
                    credentials = self._connections.credentials(leased.id)
                    continue
                raise
        raise LeaseTakenError(f"The connection {current.name} keeps changing in the CRM.")

    def _first_alive(
        self, current: Connection, credentials: Credentials, kept: KeptToken | None
    ) -> TokenAnswer:
        """Try the newest refresh token first; the other only if the first one is dead."""
        tokens = [credentials.refresh_token]
        if kept is not None and kept.realm_id == current.realm_id:
            tokens.insert(0 if is_newer(kept, current) else 1, kept.answer.refresh_token)
        refused: SignInNeededError | None = None
        for token in dict.fromkeys(t for t in tokens if t):
            try:
                return self._refresh_once_more_if_lost(
                    current, Credentials(credentials.client_secret, token)
                )
            except SignInNeededError as error:
                refused = error
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
        waited, before = timedelta(0), self._clock.now()
        seen: tuple[str, datetime | None] | None = None
        seen_for = timedelta(0)
        while True:
            current = self._connections.connection(connection_id)
            now = self._clock.now()
            # A clock that jumps while we wait must not look like a lease that has run out.
            passed = min(max(now - before, timedelta(0)), _LONGEST_LOOK)
            waited, before = waited + passed, now
            lease = (current.lease_holder, current.lease_until)
            seen_for = seen_for + passed if lease == seen else timedelta(0)
            seen = lease
            if self._is_free(current, now, seen_for):
                try:
                    return self._connections.take_lease(
                        current, holder=self._holder, until=now + timedelta(seconds=LEASE_SECONDS)
                    )
                except LeaseTakenError:
                    pass
            if waited >= timedelta(seconds=WAIT_SECONDS):
                raise LeaseTakenError(
                    f"Another desktop ({current.lease_holder or 'unknown'}) is refreshing the "
                    f"connection of {current.name} just now."
                )
            self._clock.sleep(0.5)

    def _is_free(self, current: Connection, now: datetime, seen_for: timedelta) -> bool:
        """Tell whether nobody can be refreshing any more.

        The lease ends by its holder's clock, which may be minutes off ours: it has run out for
        certain when we have seen it unchanged for as long as it lasts.
        """
        until = current.lease_until
        if not current.lease_holder or until is None:
            return True
        lasts = timedelta(seconds=LEASE_SECONDS)
        return (
            _place(current.lease_holder) == _place(self._holder)
            or until + CLOCKS_DIFFER <= now
            or (seen_for >= lasts and until <= now + lasts + CLOCKS_DIFFER)
        )

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
