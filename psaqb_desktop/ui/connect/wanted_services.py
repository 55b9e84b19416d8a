"""What the connect screens need of the desk; the services fit these by structure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.environment import Environment
from psaqb_desktop.domain.links import Candidate, Link, LinkKind, LinkWish
from psaqb_desktop.domain.listing import InvoiceList, ListedInvoice
from psaqb_desktop.domain.sign_in import AuthorizationRequest, CompanyFound
from psaqb_desktop.services.ports import CrmSignIn, Provisioner


class CompanyConnector(Protocol):
    """Signing in to a QuickBooks company and binding it to a connection."""

    def begin(self, connection: Connection, *, client_secret: str) -> AuthorizationRequest:
        """Make the authorize address; an empty secret means the stored one."""
        ...

    def finish(
        self,
        connection: Connection,
        request: AuthorizationRequest,
        redirected_url: str,
        *,
        client_secret: str,
    ) -> CompanyFound:
        """Trade the redirected address for tokens and read whose they are."""
        ...

    def confirm(self, found: CompanyFound) -> Connection:
        """Store the connection."""
        ...

    def reject(self, found: CompanyFound) -> None:
        """Give the access of a wrong company back."""
        ...

    def disconnect(self, connection: Connection) -> Connection:
        """Give the access back and forget it."""
        ...


class ConnectionEditor(Protocol):
    """Making and changing connection records."""

    def new(self, name: str, legal_entity: str) -> Connection:
        """Return an unsaved connection with the environment's addresses."""
        ...

    def save(self, connection: Connection) -> Connection:
        """Store all but secrets."""
        ...

    def mapping_text(self, connection: Connection) -> str:
        """Return the mapping, or the defaults."""
        ...

    def check_mapping(self, text: str) -> list[str]:
        """Return what is wrong with a mapping."""
        ...

    def save_mapping(self, connection: Connection, text: str) -> Connection:
        """Store a mapping."""
        ...

    def suggested(self, listed: InvoiceList) -> tuple[Connection, ...]:
        """Propose connections for invoices that have none."""
        ...


class RecordLinker(Protocol):
    """Linking CRM records with a company's list entries."""

    def wishes(self, connection: Connection, rows: Sequence[ListedInvoice]) -> tuple[LinkWish, ...]:
        """Return what these invoices wait for."""
        ...

    def candidates(self, connection: Connection, kind: LinkKind) -> tuple[Candidate, ...]:
        """Return all list entries that a kind may be linked with."""
        ...

    def confirm(
        self, connection: Connection, choices: Sequence[tuple[LinkWish, Candidate]]
    ) -> None:
        """Store links."""
        ...

    def links(self, connection: Connection) -> tuple[Link, ...]:
        """Return the links that are stored."""
        ...

    def remove(self, connection: Connection, links: Sequence[Link]) -> None:
        """Forget links."""
        ...


class ConnectDesk(Protocol):
    """The part of the desk that is used here."""

    @property
    def environment(self) -> Environment:
        """The environment of this desk."""
        ...

    @property
    def sign_in(self) -> CrmSignIn:
        """Signing in to the CRM."""
        ...

    @property
    def provisioner(self) -> Provisioner:
        """Making our tables."""
        ...

    @property
    def connect_company(self) -> CompanyConnector:
        """Binding companies."""
        ...

    @property
    def edit_connection(self) -> ConnectionEditor:
        """Changing connections."""
        ...

    @property
    def link_records(self) -> RecordLinker:
        """Linking records."""
        ...


class Loopback(Protocol):
    """A listener on this computer to which the person's own browser returns."""

    @property
    def redirect_uri(self) -> str:
        """Where it listens."""
        ...

    def wait(self) -> str:
        """Block until the browser came back (or :meth:`close`), and return the address.

        Raises:
            Cancelled: it was closed, or nobody came in time.
        """
        ...

    def close(self) -> None:
        """Stop listening."""
        ...


OpenLoopback = Callable[[], Loopback]
