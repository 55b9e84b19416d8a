"""Practice QuickBooks over real HTTP, and a company of it opened through the adapter."""

from __future__ import annotations

import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from psaqb_desktop.adapters.http.session import HttpSession
from psaqb_desktop.adapters.quickbooks.authorization import QuickBooksAuthorization
from psaqb_desktop.adapters.quickbooks.company import Company
from psaqb_desktop.adapters.quickbooks.gateway import QuickBooksGateway
from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.draft import Chosen, Draft, DraftLine
from psaqb_desktop.domain.environment import Environment, EnvironmentKind
from psaqb_desktop.domain.identifiers import ConnectionId, InvoiceId, RealmId
from psaqb_desktop.domain.money import ZERO
from psaqb_desktop.domain.quickbooks_lists import CompanyLists
from psaqb_desktop.practice.faults import FaultMiddleware
from psaqb_desktop.practice.group import (
    CA,
    DE,
    GB,
    PRACTICE_INTUIT_CLIENT_ID,
    US,
)
from psaqb_desktop.practice.http_server import RunningServer, serve
from psaqb_desktop.practice.quickbooks.app import EXTENSION, create_app
from psaqb_desktop.practice.quickbooks.options import QuickBooksOptions
from psaqb_desktop.services.quickbooks_ports import CompanyGateway

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests are no installed package

from tests.adapters_quickbooks.unconfirmed import OTHERWISE

_THREADS = 12
DAY = date(2026, 9, 1)
INVOICE = InvoiceId("7f1c0a52-0d1e-4c55-9b7e-3f3d0f6a2b10")
SEEDS = {seed.code: seed for seed in (US, GB, CA, DE)}


class SkippingClock:
    """The real time plus all the waits, which take no time."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.after_sleep: Callable[[float], object] = lambda _: None
        self._skipped = timedelta()
        self._lock = threading.Lock()

    def now(self) -> datetime:
        with self._lock:
            return datetime.now(UTC) + self._skipped

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.waits.append(seconds)
            self._skipped += timedelta(seconds=seconds)
        self.after_sleep(seconds)


@dataclass
class Practice:
    """A running practice QuickBooks and the switches of it."""

    server: RunningServer
    http: HttpSession
    environment: Environment
    options: QuickBooksOptions
    """As the service stands: a test may look up what it must expect."""

    def connection(self, code: str = "GBSI") -> Connection:
        seed = SEEDS[code]
        return Connection(
            id=ConnectionId(f"connection-{code}"),
            name=seed.name,
            legal_entity=code,
            quickbooks_environment="practice",
            client_id=PRACTICE_INTUIT_CLIENT_ID,
            access_token_url=f"{self.server.url}/oauth2/v1/tokens/bearer",
            access_api_url=self.server.url,
            realm_id=RealmId(seed.realm_id),
            company_name=seed.company_name,
            country=seed.country,
            home_currency=seed.home_currency,
        )

    def tokens(self, code: str = "GBSI") -> dict[str, Any]:
        answer = self.tell("tokens", realm_id=SEEDS[code].realm_id)
        assert isinstance(answer, dict)
        return answer

    def tell(self, what: str, **settings: Any) -> Any:
        return self._call("POST", what, settings)

    def fail(self, fault: str, **rule: Any) -> None:
        """Order trouble for one call of a company."""
        self._call("POST", "faults", {"fault": fault, "path": "/v3/*", **rule})

    def calls(self, part: str = "/v3/") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._call("GET", "calls", None)["calls"]
        return [call for call in found if part in call["path"]]

    def forget_calls(self) -> None:
        self._call("DELETE", "calls", None)

    def _call(self, method: str, what: str, body: Any) -> Any:
        answer = self.http.send(
            method, f"{self.server.url}/_practice/{what}", json=body, is_safe_to_repeat=False
        )
        assert answer.status == 200, answer.text
        return answer.json()


@dataclass
class Opened:
    """A company opened through the adapter, with what the tests look at."""

    practice: Practice
    company: Company
    connection: Connection
    clock: SkippingClock
    forced: list[bool] = field(default_factory=list)
    token: str = ""

    def access_token(self, _connection: Connection, is_forced: bool) -> str:  # noqa: FBT001
        self.forced.append(is_forced)
        if is_forced or not self.token:
            self.token = self.practice.tokens(self.connection.legal_entity)["access_token"]
        return self.token

    def raw(self, method: str, path: str, body: Any = None) -> Any:
        """Do as another client would: nothing of the adapter's words is in the way."""
        answer = self.practice.http.send(
            method,
            f"{self.practice.server.url}/v3/company/{self.connection.realm_id}/{path}",
            headers={
                "Authorization": f"Bearer {self.practice.tokens(self.connection.legal_entity)['access_token']}",  # noqa: E501
                "Accept": "application/json",
            },
            json=body,
            is_safe_to_repeat=False,
        )
        assert answer.status == 200, answer.text
        return answer.json()


SETTINGS: dict[str, dict[str, Any]] = {"as-believed": {}, "all-otherwise": OTHERWISE}
"""What nobody could confirm of QuickBooks, both ways; the program must do with either."""


@pytest.fixture(scope="session")
def first_day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The books as they are planted, to copy: that takes less time than planting them."""
    folder = tmp_path_factory.mktemp("quickbooks") / "books"
    create_app(folder, base_url="").extensions[EXTENSION].close()
    return folder


def settings_of(name: str) -> dict[str, Any]:
    """Return a setting by its name, or that of one switch alone."""
    return SETTINGS[name] if name in SETTINGS else {name: OTHERWISE[name]}


@pytest.fixture(params=SETTINGS)
def practice(tmp_path: Path, first_day: Path, request: pytest.FixtureRequest) -> Iterator[Practice]:
    options = QuickBooksOptions(limits_enabled=False, **settings_of(request.param))
    shutil.copytree(first_day, tmp_path / "books")
    app = create_app(tmp_path / "books", base_url="", options=options)
    with serve(FaultMiddleware(app.wsgi_app), threads=_THREADS) as server:
        environment = Environment(
            name="practice",
            kind=EnvironmentKind.PRACTICE,
            crm_url="http://127.0.0.1",
            quickbooks_authorize_url=f"{server.url}/connect/oauth2",
            trusted_hosts=(f"127.0.0.1:{server.port}",),
        )
        http = HttpSession("QuickBooks", sleep=lambda _: None, timeout=(5, 10))
        yield Practice(server, http, environment, options)
        http.close()
    app.extensions[EXTENSION].close()


@pytest.fixture
def open_company(practice: Practice) -> Callable[..., Opened]:
    """Open companies by the code of their legal entity."""

    def opened(code: str = "GBSI", **changes: Any) -> Opened:
        clock = SkippingClock()
        connection = replace(practice.connection(code), **changes)

        def token(of: Connection, is_forced: bool) -> str:  # noqa: FBT001
            return made.access_token(of, is_forced)

        gateway = QuickBooksGateway(practice.environment, token, practice.http, clock)
        port: CompanyGateway = gateway  # the adapter fits the port
        assert port.open(connection) is gateway.open(connection)
        made = Opened(practice, gateway.open(connection), connection, clock)
        return made

    return opened


@pytest.fixture
def british(open_company: Callable[..., Opened]) -> Opened:
    return open_company("GBSI")


@pytest.fixture
def authorization(practice: Practice) -> QuickBooksAuthorization:
    return QuickBooksAuthorization(practice.environment, practice.http, SkippingClock())


@pytest.fixture
def make_draft() -> Callable[..., Draft]:
    """Make drafts of two lines that a company accepts, from its lists."""

    def draft(lists: CompanyLists, **changes: Any) -> Draft:
        customer = next(
            c
            for c in lists.customers
            if c.is_active and c.currency == lists.preferences.home_currency
        )
        item = Chosen(*next((i.id, i.name) for i in lists.items if i.is_active))
        if lists.is_us:
            tax_code = Chosen(*next((t.id, t.name) for t in lists.tax_codes if t.id == "TAX"))
        else:
            tax_code = Chosen(*next((t.id, t.name) for t in lists.tax_codes if t.percent > 0))
        lines = (
            DraftLine(
                item, "Consulting", Decimal("1187.50"), Decimal("12.5"), Decimal(95), tax_code, DAY
            ),
            DraftLine(item, "Travel", Decimal("250.40"), None, None, tax_code),
        )
        made = Draft(
            document_type=DocumentType.INVOICE,
            invoice_id=INVOICE,
            customer=Chosen(customer.id, customer.name),
            currency=customer.currency,
            is_currency_sent=lists.preferences.is_multicurrency,
            txn_date=DAY,
            due_date=DAY + timedelta(days=30),
            number="PSA-000317",
            lines=lines,
            tax_lines=(),
            is_us=lists.is_us,
            sales_tax_code=None,
            is_tax_overridden=False,
            discount=ZERO,
            tax=Decimal("287.58"),
            total=Decimal("1725.48"),
            private_note=f"psaqb:{INVOICE}",
        )
        return replace(made, **changes)

    return draft
