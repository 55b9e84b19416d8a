"""Stand-ins of the services, small enough to be believed, handed to the connect screens."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from psaqb_desktop.domain.connection import Connection, RouteBy, RoutingRule
from psaqb_desktop.domain.credentials import TokenAnswer
from psaqb_desktop.domain.crm import CrmUser, ProvisionStep
from psaqb_desktop.domain.environment import Environment, EnvironmentKind, SignInMethod
from psaqb_desktop.domain.errors import AppError
from psaqb_desktop.domain.identifiers import (
    ConnectionId,
    CrmId,
    InvoiceId,
    QuickBooksId,
    RealmId,
)
from psaqb_desktop.domain.invoice import (
    CrmReference,
    CrmStatus,
    Invoice,
    InvoiceCustomer,
    InvoiceKind,
    Routing,
)
from psaqb_desktop.domain.links import Candidate, Link, LinkKind, LinkWish, suggest
from psaqb_desktop.domain.listing import InvoiceList, ListedInvoice
from psaqb_desktop.domain.mapping import default_mapping_text, mapping_problems
from psaqb_desktop.domain.quickbooks_lists import CompanyInfo
from psaqb_desktop.domain.sign_in import (
    AuthorizationRequest,
    CompanyFound,
    DeviceCode,
    read_redirect,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SANDBOX = Environment(
    "sandbox", EnvironmentKind.SANDBOX, "https://contoso.crm4.dynamics.com", client_id="abc"
)
REQUEST = AuthorizationRequest(
    url="https://appcenter.intuit.com/connect/oauth2?client_id=ABC&state=st4te",
    redirect_uri=SANDBOX.quickbooks_redirect_uri,
    state="st4te",
    title="Sign in to QuickBooks",
    allowed_hosts=("intuit.com",),
)
GOOD_ADDRESS = f"{REQUEST.redirect_uri}?code=c0de&state=st4te&realmId=9130"


def connection(code: str = "DEMF", name: str = "Alder & Finch GmbH", **more: object) -> Connection:
    made = Connection(
        id=ConnectionId(f"id-{code}"),
        name=name,
        legal_entity=code,
        rules=(
            RoutingRule(RouteBy.OWNING_COMPANY, code),
            RoutingRule(RouteBy.CONTRACTING_UNIT, f"{name} Berlin"),
        ),
        quickbooks_environment="sandbox",
        access_token_url=SANDBOX.default_token_url,
        access_api_url=SANDBOX.default_api_url,
    )
    return replace(made, **more)  # type: ignore[arg-type]


def connected(code: str, name: str, country: str, currency: str, days: int) -> Connection:
    return connection(
        code,
        name,
        client_id="ABC",
        realm_id=RealmId(f"9130{days}"),
        company_name=name,
        country=country,
        home_currency=currency,
        has_client_secret=True,
        has_refresh_token=True,
        refresh_token_expires=datetime.now(UTC) + timedelta(days=days, hours=1),
        version="1",
    )


def row(number: int, code: str = "DEMF", customer: str = "Nordwind Logistik GmbH") -> ListedInvoice:
    invoice = Invoice(
        id=InvoiceId(f"invoice-{number}"),
        number=f"INV-{number:05}",
        name="",
        kind=InvoiceKind.PROJECT,
        status=CrmStatus.CONFIRMED,
        customer=InvoiceCustomer(CrmId(customer), "account", customer),
        currency="EUR",
        invoice_date=NOW.date(),
        due_date=None,
        created_on=NOW,
        modified_on=NOW,
        version="1",
        net=Decimal(100),
        discount=Decimal(0),
        freight=Decimal(0),
        tax=Decimal(19),
        total=Decimal(119),
        routing=Routing(owning_company=CrmReference(CrmId(code), "Alder & Finch GmbH", code)),
    )
    return ListedInvoice(invoice, None)


def listed(*connections: Connection, rows: Sequence[ListedInvoice] = ()) -> InvoiceList:
    return InvoiceList(tuple(rows), connections, NOW)


@dataclass
class FakeSignIn:
    """Signs in when told to; remembers how."""

    errors: list[AppError] = field(default_factory=list)
    polls_until_done: int = 2
    calls: list[str] = field(default_factory=list)

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if self.errors:
            raise self.errors.pop(0)

    def begin(self, redirect_uri: str = "") -> AuthorizationRequest:
        self._call("begin")
        return replace(REQUEST, redirect_uri=redirect_uri or REQUEST.redirect_uri)

    def finish(self, request: AuthorizationRequest, redirected_url: str) -> None:
        self._call("finish")
        read_redirect(request, redirected_url)

    def begin_device_code(self) -> DeviceCode:
        self._call("begin_device_code")
        expires = datetime.now(UTC) + timedelta(minutes=15)
        return DeviceCode(
            "H7KQ-P2XW", "https://microsoft.com/devicelogin", "", expires, 0.05, "secret"
        )

    def poll_device_code(self, code: DeviceCode) -> bool:
        self._call("poll")
        self.polls_until_done -= 1
        return self.polls_until_done <= 0 and bool(code.device_code)

    def sign_in_unattended(self) -> None:
        self._call("unattended")

    def can_sign_in_silently(self) -> bool:
        return False

    def sign_out(self) -> None:
        self._call("sign_out")

    def who_am_i(self) -> CrmUser:
        return CrmUser(CrmId("u"), "Ada")


@dataclass
class FakeProvisioner:
    """Makes five tables; each step waits for ``go_on`` when ``waits`` is set."""

    error_at: int = 0
    error: AppError | None = None
    waits: bool = False
    go_on: threading.Event = field(default_factory=threading.Event)
    steps_done: int = 0

    def is_set_up(self) -> bool:
        return self.steps_done == 5

    def provision(self, on_step: Callable[[ProvisionStep], None]) -> None:
        for number in range(1, 6):
            if self.waits:
                self.go_on.wait(20)
            if number == self.error_at and self.error is not None:
                error, self.error = self.error, None
                raise error
            self.steps_done = number
            on_step(ProvisionStep(f"Table psaqb_{number}", number, 5, was_there=number < 3))


ALDER = CompanyInfo(RealmId("9130"), "Alder & Finch GmbH", "DE")


@dataclass
class FakeConnector:
    """Finds one company; remembers what was asked."""

    company: CompanyInfo = ALDER
    error: AppError | None = None
    confirm_error: AppError | None = None
    secrets: list[str] = field(default_factory=list)
    confirmed: list[CompanyFound] = field(default_factory=list)
    rejected: list[CompanyFound] = field(default_factory=list)
    disconnected: list[Connection] = field(default_factory=list)

    def begin(self, connection: Connection, *, client_secret: str) -> AuthorizationRequest:
        assert connection.version, "saved before the sign-in"
        self.secrets.append(client_secret)
        return REQUEST

    def finish(
        self,
        connection: Connection,
        request: AuthorizationRequest,
        redirected_url: str,
        *,
        client_secret: str,
    ) -> CompanyFound:
        read_redirect(request, redirected_url)
        if self.error is not None:
            error, self.error = self.error, None
            raise error
        tokens = TokenAnswer("a", "r", NOW, NOW, NOW)
        return CompanyFound(connection, self.company, "EUR", tokens, client_secret)

    def confirm(self, found: CompanyFound) -> Connection:
        if self.confirm_error is not None:
            error, self.confirm_error = self.confirm_error, None
            raise error
        self.confirmed.append(found)
        bound = found.connection.with_company(
            realm_id=found.company.realm_id,
            company_name=found.company.name,
            country=found.company.country,
            home_currency=found.home_currency,
        )
        return replace(bound, has_refresh_token=True, has_client_secret=True)

    def reject(self, found: CompanyFound) -> None:
        self.rejected.append(found)

    def disconnect(self, connection: Connection) -> Connection:
        self.disconnected.append(connection)
        return connection


@dataclass
class FakeEditor:
    """Keeps what is saved."""

    saved: list[Connection] = field(default_factory=list)
    mappings: list[str] = field(default_factory=list)
    error: AppError | None = None

    def new(self, name: str, legal_entity: str) -> Connection:
        return replace(connection(legal_entity, name), rules=())

    def save(self, connection: Connection) -> Connection:
        if self.error is not None:
            error, self.error = self.error, None
            raise error
        self.saved.append(replace(connection, version=f"v{len(self.saved) + 1}"))
        return self.saved[-1]

    def mapping_text(self, connection: Connection) -> str:
        return connection.mapping_text or default_mapping_text()

    def check_mapping(self, text: str) -> list[str]:
        return mapping_problems(text)

    def save_mapping(self, connection: Connection, text: str) -> Connection:
        self.mappings.append(text)
        return replace(connection, mapping_text=text)

    def suggested(self, listed: InvoiceList) -> tuple[Connection, ...]:
        taken = {c.legal_entity for c in listed.connections}
        routings = [row.invoice.routing.owning_company for row in listed.rows]
        codes = {(r.code, r.name) for r in routings if r is not None}
        return tuple(connection(code, name) for code, name in sorted(codes) if code not in taken)


CUSTOMERS = (
    Candidate(QuickBooksId("1"), "Nordwind Logistik GmbH", "ap@nordwind.example", "EUR"),
    Candidate(QuickBooksId("2"), "Fabrikam Deutschland", "", "EUR"),
    Candidate(QuickBooksId("3"), "Contoso Pharma AG", "", "USD"),
    Candidate(QuickBooksId("4"), "Adventure Works (alt)", "", "EUR", is_active=False),
    Candidate(QuickBooksId("5"), "Trey Research", "hello@trey.example", "EUR"),
)
ITEMS = tuple(
    Candidate(QuickBooksId(str(10 + i)), name)
    for i, name in enumerate(("Consulting", "Development", "Project Management", "Travel"))
)


def wish(kind: LinkKind, name: str, waiting: int, email: str = "") -> LinkWish:
    is_customer = kind is LinkKind.CUSTOMER
    candidates = CUSTOMERS if is_customer else ITEMS
    currency = "EUR" if is_customer else ""
    return LinkWish(
        RealmId("9130"),
        kind,
        f"key of {name}",
        name,
        waiting,
        suggest(name, candidates, email=email, currency=currency),
        currency,
        email,
    )


WISHES = (
    wish(LinkKind.CUSTOMER, "Nordwind Logistik GmbH", 14, "ap@nordwind.example"),
    wish(LinkKind.CUSTOMER, "Fabrikam Deutschland GmbH", 9),
    wish(LinkKind.CUSTOMER, "Contoso Pharma AG", 6),
    wish(LinkKind.CUSTOMER, "Trey Research Labs", 3, "hello@trey.example"),
    wish(LinkKind.CUSTOMER, "Wingtip Toys", 1),
    wish(LinkKind.ROLE, "Consultant", 20),
    wish(LinkKind.CATEGORY, "Travel", 11),
    wish(LinkKind.ROLE, "Project Manager", 8),
)


@dataclass
class FakeLinker:
    """Knows wishes until they are confirmed."""

    open: tuple[LinkWish, ...] = WISHES
    stored: list[Link] = field(default_factory=list)
    error: AppError | None = None

    def wishes(self, connection: Connection, rows: Sequence[ListedInvoice]) -> tuple[LinkWish, ...]:
        del connection, rows
        linked = {link.crm_key for link in self.stored}
        return tuple(w for w in self.open if w.crm_key not in linked)

    def candidates(self, connection: Connection, kind: LinkKind) -> tuple[Candidate, ...]:
        del connection
        return CUSTOMERS if kind is LinkKind.CUSTOMER else ITEMS

    def confirm(
        self, connection: Connection, choices: Sequence[tuple[LinkWish, Candidate]]
    ) -> None:
        if self.error is not None:
            error, self.error = self.error, None
            raise error
        self.stored += [
            Link(connection.realm_id, w.kind, w.crm_key, w.crm_name, c.id, c.name, "Ada Byron", NOW)
            for w, c in choices
        ]

    def links(self, connection: Connection) -> tuple[Link, ...]:
        del connection
        return tuple(self.stored)

    def remove(self, connection: Connection, links: Sequence[Link]) -> None:
        del connection
        self.stored = [link for link in self.stored if link not in links]


@dataclass
class FakeDesk:
    """All of the above as one desk."""

    environment: Environment = SANDBOX
    sign_in: FakeSignIn = field(default_factory=FakeSignIn)
    provisioner: FakeProvisioner = field(default_factory=FakeProvisioner)
    connect_company: FakeConnector = field(default_factory=FakeConnector)
    edit_connection: FakeEditor = field(default_factory=FakeEditor)
    link_records: FakeLinker = field(default_factory=FakeLinker)


def environment(method: SignInMethod) -> Environment:
    return replace(SANDBOX, sign_in=method)
