"""What the use cases need of QuickBooks; see :mod:`psaqb_desktop.services.ports` for the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.credentials import Credentials, TokenAnswer
from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.draft import Draft
from psaqb_desktop.domain.identifiers import QuickBooksId, RealmId, RequestId
from psaqb_desktop.domain.pull import Changes, Payment
from psaqb_desktop.domain.push import PostedDocument
from psaqb_desktop.domain.quickbooks_lists import CompanyInfo, CompanyLists, CompanyPreferences
from psaqb_desktop.domain.sign_in import AuthorizationRequest


class QuickBooksCompany(Protocol):
    """One QuickBooks company. Paces itself to Intuit's limits over all threads."""

    def lists(self) -> CompanyLists:
        """Read company info, preferences and lists."""
        ...

    def turn(self, gives_up: Callable[[], bool]) -> AbstractContextManager[Any]:
        """Wait until one post may leave within the limits; the turn is handed to ``post``.

        Waited for before the journal says that the request leaves, so that a program that is
        stopped or dies while it waits has sent nothing. ``gives_up`` is asked before and while it
        waits, and before a post that was throttled is tried again; None is the turn of one that
        gave up. Raises nothing.
        """
        ...

    def post(self, draft: Draft, request_id: RequestId, turn: Any = None) -> PostedDocument:
        """Create the document under this request id; the same id answers the same document.

        Without a turn it waits for one.

        Raises:
            OutcomeUnknownError: sent, and no readable answer came (time-out, drop, 5xx, 10000).
            RequestRejectedError: QuickBooks said no; nothing was created.
            ServiceUnavailableError: it never left this machine, or was throttled: not created.
            SignInNeededError: only a person can reconnect; not created.
        """
        ...

    def find(self, draft: Draft, since: datetime | None = None) -> tuple[PostedDocument, ...]:
        """Look for documents of this draft's CRM invoice, by our key in the private note.

        Of either type, by date and number, and among all that were made ``since``: a document
        whose date and number were changed meanwhile is found as well. Newest first, voided ones
        included. A document that merely has the same number is not it.
        """
        ...

    def created_since(self, since: datetime) -> tuple[PostedDocument, ...]:
        """Return all invoices and credit memos that were made since."""
        ...

    def walk_created_since(self, since: datetime) -> Iterator[PostedDocument]:
        """Yield all invoices and credit memos that were made since, a page in memory at a time."""
        ...

    def around(self, drafts: Sequence[Draft]) -> tuple[PostedDocument, ...]:
        """Return all invoices and credit memos with the dates or the numbers of these drafts."""
        ...

    def read(self, document_type: DocumentType, document_id: QuickBooksId) -> PostedDocument | None:
        """Read one document; None where it is deleted."""
        ...

    def documents(
        self, document_type: DocumentType, ids: Sequence[QuickBooksId]
    ) -> tuple[PostedDocument, ...]:
        """Read many documents with few calls; deleted ones are absent."""
        ...

    def existing(
        self, document_type: DocumentType, ids: Sequence[QuickBooksId]
    ) -> frozenset[QuickBooksId]:
        """Return those of these documents that a list of QuickBooks names.

        What it does not name has to be asked for one by one before it counts as deleted.
        """
        ...

    def payments(self, ids: Sequence[QuickBooksId]) -> tuple[Payment, ...]:
        """Read many payments with few calls."""
        ...

    def changes(self, since: datetime) -> Changes:
        """Return what changed since (change data capture, at most 30 days back).

        Complete but for deletions, where ``unlisted_deletions`` says so.
        """
        ...

    def exchange_rate(self, currency: str, day: date) -> Decimal | None:
        """Return QuickBooks' rate of a day: home currency for one unit; None where it has none."""
        ...

    def web_address(self, document_type: DocumentType, document_id: QuickBooksId) -> str:
        """Return where a person can look at the document in QuickBooks' own pages."""
        ...


class CompanyGateway(Protocol):
    """Opens companies."""

    def open(self, connection: Connection) -> QuickBooksCompany:
        """Return the company of a connection; the same object for the same realm."""
        ...


class AuthorizationGateway(Protocol):
    """Intuit's OAuth 2 end points. Refuses untrusted hosts (UntrustedHostError)."""

    def begin(self, *, client_id: str, redirect_uri: str) -> AuthorizationRequest:
        """Make the authorize address with a fresh state."""
        ...

    def exchange(
        self, connection: Connection, *, client_secret: str, code: str, redirect_uri: str
    ) -> TokenAnswer:
        """Trade an authorization code at the connection's Access Token URL."""
        ...

    def refresh(self, connection: Connection, credentials: Credentials) -> TokenAnswer:
        """Trade the refresh token at the connection's Access Token URL.

        Raises:
            SignInNeededError: invalid_grant: only a person can reconnect.
            RequestRejectedError: invalid_client and the like.
        """
        ...

    def revoke(self, connection: Connection, *, client_secret: str, token: str) -> None:
        """Revoke a token (and with it the grant)."""
        ...

    def company(
        self, connection: Connection, realm_id: RealmId, tokens: TokenAnswer
    ) -> tuple[CompanyInfo, CompanyPreferences]:
        """Read who the company is, with tokens that are not stored yet."""
        ...
