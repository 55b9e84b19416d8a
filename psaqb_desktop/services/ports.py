"""What the use cases need of the outside world; adapters implement these by structure.

Every method blocks, may be called from any thread, and raises only errors of
:mod:`psaqb_desktop.domain.errors`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.credentials import Credentials, TokenAnswer
from psaqb_desktop.domain.crm import CrmUser, ProvisionStep
from psaqb_desktop.domain.errors import AppError
from psaqb_desktop.domain.identifiers import (
    ConnectionId,
    CrmId,
    InvoiceId,
    QuickBooksId,
    RealmId,
    RequestId,
)
from psaqb_desktop.domain.invoice import Invoice
from psaqb_desktop.domain.invoice_line import InvoiceLine
from psaqb_desktop.domain.links import Link
from psaqb_desktop.domain.push import (
    AddedPayments,
    JournalEntry,
    PaymentAllocation,
    PostedDocument,
    Push,
    PushStep,
)
from psaqb_desktop.domain.refreshing import InvoiceChanges, InvoiceVersions
from psaqb_desktop.domain.sign_in import AuthorizationRequest, DeviceCode
from psaqb_desktop.domain.sync_record import SyncRecord


class Clock(Protocol):
    """Time of day. Tests bring their own."""

    def now(self) -> datetime:
        """Return the moment, aware, in UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class InvoiceSource(Protocol):
    """The CRM's invoices. Reading only."""

    def invoices(self) -> Iterator[tuple[Invoice, ...]]:
        """Yield pages of invoice headers of all states that are shown.

        Each invoice once, also those that are edited while the pages are read.
        """
        ...

    def time(self) -> datetime:
        """Return the CRM's own time, by which it dates changes of invoices."""
        ...

    def changes(self, since: datetime, delta_link: str) -> InvoiceChanges:
        """Return what changed since a moment of the CRM's time (inclusive).

        Deletions are among it only with the ``delta_link`` of an earlier answer.
        """
        ...

    def versions(self) -> InvoiceVersions:
        """Return the version of each invoice, and a delta link where the CRM has one to give."""
        ...

    def invoices_by_id(self, ids: Sequence[InvoiceId]) -> tuple[Invoice, ...]:
        """Read these invoices afresh; ids that no longer exist are left out."""
        ...

    def lines(self, ids: Sequence[InvoiceId]) -> Mapping[InvoiceId, tuple[InvoiceLine, ...]]:
        """Read the lines of these invoices, in as few calls as possible, in printing order."""
        ...


class ConnectionStore(Protocol):
    """The ``psaqb_connection`` table."""

    def connections(self) -> tuple[Connection, ...]:
        """Return all connections, by name.

        Raises:
            NotSetUpError: the table does not exist.
        """
        ...

    def connection(self, connection_id: ConnectionId) -> Connection:
        """Read one connection afresh."""
        ...

    def credentials(self, connection_id: ConnectionId) -> Credentials:
        """Read the two secrets; a secret that is not stored is an empty string.

        Raises:
            SecretHiddenError: the marker says a secret is stored, the column reads empty.
        """
        ...

    def save(self, connection: Connection) -> Connection:
        """Create or update everything but secrets, lease and token dates.

        ``connection.version`` empty creates (the id is the caller's); else If-Match.
        """
        ...

    def save_credentials(
        self, connection_id: ConnectionId, *, client_secret: str, tokens: TokenAnswer
    ) -> Connection:
        """Store the client secret, the refresh token, its dates; clear ``needs_sign_in``."""
        ...

    def take_lease(self, connection: Connection, *, holder: str, until: datetime) -> Connection:
        """Write the lease with If-Match on ``connection.version``.

        Raises:
            LeaseTakenError: the record changed since it was read (someone else was faster).
        """
        ...

    def store_tokens(
        self, connection: Connection, tokens: TokenAnswer, *, is_lease_ours: bool
    ) -> Connection:
        """Store refresh token and dates with If-Match on ``connection.version``, in one write.

        The same write gives the lease back if it is ours.

        Raises:
            StaleRecordError: the record changed since it was read; nothing was written.
        """
        ...

    def release_lease(self, connection_id: ConnectionId, *, holder: str) -> None:
        """Clear the lease if ``holder`` still has it."""
        ...

    def mark_sign_in_needed(self, connection: Connection) -> None:
        """Note that the token endpoint said invalid_grant, with If-Match; clears the lease.

        Raises:
            StaleRecordError: the record changed since it was read; nothing was written.
        """
        ...

    def forget_tokens(self, connection_id: ConnectionId) -> Connection:
        """Clear the refresh token and its dates after a disconnect."""
        ...


class SyncRecordStore(Protocol):
    """The ``psaqb_invoicesync`` and ``psaqb_invoicepayment`` tables."""

    def records(self, *, changed_since: datetime | None = None) -> tuple[SyncRecord, ...]:
        """Return all records, or those changed since (inclusive).

        Raises:
            NotSetUpError: the table does not exist.
        """
        ...

    def time(self) -> datetime:
        """Return the CRM's own time, by which it dates changes of records."""
        ...

    def records_of(self, invoice_ids: Sequence[InvoiceId]) -> Mapping[InvoiceId, SyncRecord]:
        """Read the records of these invoices afresh; absent where there is none.

        Of several (an invoice that changed its company) the one that has got furthest.
        """
        ...

    def every_record_of(
        self, invoice_ids: Sequence[InvoiceId]
    ) -> Mapping[InvoiceId, tuple[SyncRecord, ...]]:
        """Read the records of these invoices at all companies afresh, the furthest one first."""
        ...

    def touched(
        self,
        realm_id: RealmId,
        *,
        documents: Collection[QuickBooksId],
        payments: Collection[QuickBooksId],
    ) -> tuple[SyncRecord, ...]:
        """Return the records of a company that changes in QuickBooks may be about, each once.

        Those of documents with these ids (of whatever type); those of which a stored allocation
        names one of these payments; and all whose push is open. With few calls.
        """
        ...

    def posted_pages(self, realm_id: RealmId) -> Iterator[tuple[SyncRecord, ...]]:
        """Yield all posted records of a company in pages, each record once."""
        ...

    def write(self, records: Sequence[SyncRecord]) -> Mapping[InvoiceId, SyncRecord | AppError]:
        """Write each record on the condition that nobody else has since it was read.

        ``version`` empty: create, refused if it exists; else If-Match. In bulk. Answers the
        record with its new version, or StaleRecordError, or what else went wrong with this one.

        Raises:
            ServiceUnavailableError, SignInNeededError: for the whole call; nothing or a part of
                it was written, reading tells.
        """
        ...

    def add_payments(
        self, allocations: Mapping[CrmId, Sequence[PaymentAllocation]]
    ) -> AddedPayments:
        """Write those allocations of sync records (by id) that are not stored as they are here.

        What else is stored of these records stays, and is told.
        """
        ...

    def remove_payments(self, allocations: Sequence[PaymentAllocation]) -> None:
        """Delete stored allocations; those that are gone already do no harm."""
        ...

    def payments_of(self, sync_id: CrmId) -> tuple[PaymentAllocation, ...]:
        """Return the allocations of one record, by date."""
        ...


class LinkStore(Protocol):
    """The ``psaqb_link`` table."""

    def links(self, realm_id: RealmId) -> tuple[Link, ...]:
        """Return all links of a company."""
        ...

    def save(self, links: Sequence[Link]) -> None:
        """Create or replace links, in bulk."""
        ...

    def remove(self, links: Sequence[Link]) -> None:
        """Delete links."""
        ...


class Provisioner(Protocol):
    """Makes our tables in the CRM, each step "look, then create"."""

    def is_set_up(self) -> bool:
        """Tell whether all tables and columns exist."""
        ...

    def provision(self, on_step: Callable[[ProvisionStep], None]) -> None:
        """Create what is missing. Safe to repeat, safe to interrupt between steps."""
        ...


class CrmSignIn(Protocol):
    """Signing in to the CRM; the refresh token lives in the secret store."""

    def begin(self, redirect_uri: str = "") -> AuthorizationRequest:
        """Start an authorization code sign-in with PKCE.

        An empty ``redirect_uri`` means the embedded browser's own address.
        """
        ...

    def finish(self, request: AuthorizationRequest, redirected_url: str) -> None:
        """Check the redirected address, trade the code for tokens, store the refresh token."""
        ...

    def begin_device_code(self) -> DeviceCode:
        """Ask for a device code."""
        ...

    def poll_device_code(self, code: DeviceCode) -> bool:
        """Ask once whether the person is done; True stores the tokens.

        Raises:
            SignInNeededError: declined or expired.
        """
        ...

    def sign_in_unattended(self) -> None:
        """Sign in with client credentials (application user)."""
        ...

    def can_sign_in_silently(self) -> bool:
        """A refresh token or a client secret is at hand; does not touch the network."""
        ...

    def sign_out(self) -> None:
        """Forget the tokens on this machine."""
        ...

    def who_am_i(self) -> CrmUser:
        """Tell who is signed in; the cheapest test of the connection.

        Raises:
            SignInNeededError: nobody is.
        """
        ...


class PushJournal(Protocol):
    """The local memory of pushes of one environment. Every call is on disk when it returns.

    Raises JournalError.
    """

    def prepare(self, pushes: Sequence[Push]) -> None:
        """Remember pushes (step PREPARED), all or none."""
        ...

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

        A ``document`` that QuickBooks confirmed is the outcome, with number, total and trace id.

        Raises:
            JournalError: a push is unknown or the step is not allowed after its own.
        """
        ...

    def open_pushes(self) -> tuple[Push, ...]:
        """Return pushes that are neither RECORDED nor ABANDONED, oldest first."""
        ...

    def history(self, invoice_id: InvoiceId) -> tuple[JournalEntry, ...]:
        """Return what this machine did about an invoice, oldest first."""
        ...

    def watermark(self, realm_id: RealmId) -> datetime | None:
        """Return up to when a company has been pulled."""
        ...

    def set_watermark(self, realm_id: RealmId, moment: datetime) -> None:
        """Remember up to when a company has been pulled."""
        ...


class SecretStore(Protocol):
    """The keyring (or the passphrase-sealed file). Raises SecretStoreError."""

    def get(self, name: str) -> str | None:
        """Return the secret of that name, or None."""
        ...

    def set(self, name: str, secret: str) -> None:
        """Store a secret durably."""
        ...

    def delete(self, name: str) -> None:
        """Forget a secret; a missing one is fine."""
        ...


class MachineLock(Protocol):
    """Mutual exclusion over all programs of this machine and user."""

    def hold(self, name: str, *, timeout_seconds: float) -> AbstractContextManager[None]:
        """Hold the lock of that name.

        Raises:
            LeaseTakenError: not free within the time.
        """
        ...
