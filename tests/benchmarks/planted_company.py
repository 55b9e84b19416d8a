"""A company with as many posted invoices as wished, in both practice services at once.

The first of each kind is made through the programs' own adapters; the others are copies of it, put
into the services' files, since posting them one by one would take most of a day.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import requests

from psaqb_desktop.adapters.http.session import HttpSession
from psaqb_desktop.adapters.quickbooks.company import Company
from psaqb_desktop.adapters.quickbooks.gateway import QuickBooksGateway
from psaqb_desktop.adapters.settings.system_clock import SystemClock
from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.credentials import TokenAnswer
from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.draft import Chosen, Draft, DraftLine
from psaqb_desktop.domain.environment import Environment, EnvironmentKind
from psaqb_desktop.domain.identifiers import (
    ConnectionId,
    InvoiceId,
    QuickBooksId,
    RealmId,
    request_id,
    sync_record_id,
)
from psaqb_desktop.domain.money import ZERO
from psaqb_desktop.domain.push import PostedDocument
from psaqb_desktop.domain.sync_record import PostingState, SyncRecord
from psaqb_desktop.domain.texts import invoice_key
from psaqb_desktop.practice.crm.storage.database import Database
from psaqb_desktop.practice.group import (
    GB,
    PRACTICE_INTUIT_CLIENT_ID,
    PRACTICE_INTUIT_CLIENT_SECRET,
)
from tests.adapters_dataverse.practice_crm_driver import Desk, PracticeCrm
from tests.adapters_quickbooks.planted_forms import Planted, plant
from tests.program.headless import Practice

REALM = RealmId(GB.realm_id)
LONG_AGO = timedelta(days=40)
"""When the invoices were posted: nothing of that is news any more."""
_FIRST_ID = 50_000_000
_SECONDS = 60


@dataclass
class PlantedCompany:
    """Both services with posted documents, and a desk that pulls from them."""

    practice: Practice
    connection: Connection
    desk: Desk
    gateway: QuickBooksGateway
    invoices: list[str] = field(default_factory=list)
    memos: list[str] = field(default_factory=list)
    customer: QuickBooksId = QuickBooksId("")
    item: QuickBooksId = QuickBooksId("")
    tax_code: QuickBooksId = QuickBooksId("")

    @property
    def company(self) -> Company:
        return self.gateway.open(self.connection)

    def token(self) -> str:
        """Return an access token of another client of the company."""
        answer = requests.post(
            f"{self.practice.quickbooks_url}/_practice/tokens",
            json={"realm_id": REALM},
            timeout=_SECONDS,
        )
        return str(answer.json()["access_token"])

    def work(self, items: list[dict[str, Any]]) -> None:
        """Do as people do in QuickBooks: create, change, void, delete, thirty at a time."""
        headers = {"Authorization": f"Bearer {self.token()}", "Accept": "application/json"}
        with requests.Session() as http:
            for first in range(0, len(items), 30):
                batch = [{"bId": str(n), **i} for n, i in enumerate(items[first : first + 30])]
                answer = http.post(
                    f"{self.practice.quickbooks_url}/v3/company/{REALM}/batch",
                    json={"BatchItemRequest": batch},
                    headers=headers,
                    timeout=_SECONDS,
                )
                faults = [i for i in answer.json()["BatchItemResponse"] if "Fault" in i]
                assert not faults, faults[0]

    def calls(self) -> dict[str, int]:
        """Return the number of calls to each service since :meth:`forget_calls`."""
        urls = {"QuickBooks": self.practice.quickbooks_url, "CRM": self.practice.crm_url}
        return {
            service: sum(
                count
                for path, count in requests.get(f"{url}/_practice/calls", timeout=_SECONDS)
                .json()["counts"]
                .items()
                if "/v3/" in path or "/api/data/" in path
            )
            for service, url in urls.items()
        }

    def forget_calls(self) -> None:
        for url in (self.practice.quickbooks_url, self.practice.crm_url):
            requests.delete(f"{url}/_practice/calls", timeout=_SECONDS)


@contextmanager
def planted_company(folder: Path, invoices: int, memos: int) -> Iterator[PlantedCompany]:
    """Start both services and post so many documents of 120.00 GBP each."""
    practice = Practice.start(folder)
    try:
        practice.quickbooks_options(limits_enabled=False)
        crm = PracticeCrm(practice.crm_url)
        desk = crm.desk("ada")
        desk.provision()
        made = _connected(practice, desk)
        _plant(made, folder, DocumentType.INVOICE, invoices)
        _plant(made, folder, DocumentType.CREDIT_MEMO, memos)
        yield made
        crm.send_everybody_home()
    finally:
        practice.stop()


def _connected(practice: Practice, desk: Desk) -> PlantedCompany:
    connection = desk.connections.save(
        Connection(
            id=ConnectionId(str(uuid.uuid4())),
            name=GB.name,
            legal_entity=GB.code,
            quickbooks_environment="practice",
            client_id=PRACTICE_INTUIT_CLIENT_ID,
            access_token_url=f"{practice.quickbooks_url}/oauth2/v1/tokens/bearer",
            access_api_url=practice.quickbooks_url,
            realm_id=REALM,
            company_name=GB.company_name,
            country=GB.country,
            home_currency=GB.home_currency,
        )
    )
    now = datetime.now(UTC)
    tokens = TokenAnswer("access", "refresh", now, now + LONG_AGO, now)
    connection = desk.connections.save_credentials(
        connection.id, client_secret=PRACTICE_INTUIT_CLIENT_SECRET, tokens=tokens
    )
    environment = Environment(
        name="practice",
        kind=EnvironmentKind.PRACTICE,
        crm_url=practice.crm_url,
        quickbooks_authorize_url=f"{practice.quickbooks_url}/connect/oauth2",
        trusted_hosts=(practice.quickbooks_url.removeprefix("http://"),),
    )
    kept: list[str] = []

    def access_token(_connection: Connection, is_forced: bool) -> str:  # noqa: FBT001
        if is_forced or not kept:
            kept[:] = [made.token()]
        return kept[0]

    clock = SystemClock()
    http = HttpSession("QuickBooks", sleep=clock.sleep)
    made = PlantedCompany(
        practice, connection, desk, QuickBooksGateway(environment, access_token, http, clock)
    )
    lists = made.company.lists()
    made.customer = next(c.id for c in lists.customers if c.is_active and c.currency == "GBP")
    made.item = next(i.id for i in lists.items if i.is_active)
    made.tax_code = next(t.id for t in lists.tax_codes if t.percent == 20)
    return made


def _plant(made: PlantedCompany, folder: Path, kind: DocumentType, count: int) -> None:
    original, record = _first(made, kind)
    ids = made.invoices if kind is DocumentType.INVOICE else made.memos
    first = _FIRST_ID if kind is DocumentType.INVOICE else 2 * _FIRST_ID
    ids += [str(first + number) for number in range(count)]
    posted = datetime.now(UTC) - LONG_AGO
    copies = [
        Planted(
            int(each),
            posted,
            {
                "DocNumber": f"PSA-{each}",
                "PrivateNote": invoice_key(_invoice(each)),
                "LinkedTxn": [],
            },
        )
        for each in ids
    ]
    books = folder / "quickbooks" / "quickbooks.sqlite"
    plant(books, REALM, (kind.value, original.id), copies)
    plant(books, REALM, (kind.value, original.id), [Planted(int(original.id), posted, {})])
    _plant_records(folder / "crm" / "crm.sqlite", record, ids)


def _first(made: PlantedCompany, kind: DocumentType) -> tuple[PostedDocument, SyncRecord]:
    """Post one document and record it, as a push does."""
    invoice = InvoiceId(str(uuid.uuid4()))
    document = made.company.post(_draft(made, kind, invoice), request_id(invoice, REALM, 1))
    known = next(i.id for page in made.desk.invoices.invoices() for i in page)
    record = SyncRecord(
        id=sync_record_id(known, REALM),
        invoice_id=known,
        connection_id=made.connection.id,
        realm_id=REALM,
        state=PostingState.POSTED,
        request_id=request_id(invoice, REALM, 1),
        generation=1,
        digest="d" * 64,
        pushed_on=datetime.now(UTC) - LONG_AGO,
        pushed_by="Ada",
    ).posted(document)
    answer = made.desk.sync_records.write([record])[known]
    assert isinstance(answer, SyncRecord), answer
    return document, answer


def _draft(made: PlantedCompany, kind: DocumentType, invoice: InvoiceId) -> Draft:
    line = DraftLine(
        Chosen(made.item, ""), "Work", Decimal(100), None, None, Chosen(made.tax_code, "")
    )
    return Draft(
        document_type=kind,
        invoice_id=invoice,
        customer=Chosen(made.customer, ""),
        currency="GBP",
        is_currency_sent=True,
        txn_date=date(2026, 9, 1),
        due_date=date(2026, 10, 1),
        number=f"PSA-{kind.value}",
        lines=(line,),
        tax_lines=(),
        is_us=False,
        sales_tax_code=None,
        is_tax_overridden=False,
        discount=ZERO,
        tax=Decimal(20),
        total=Decimal(120),
        private_note=invoice_key(invoice),
    )


def _invoice(document_id: str) -> InvoiceId:
    return InvoiceId(str(uuid.uuid5(uuid.NAMESPACE_OID, document_id)))


def _plant_records(path: Path, original: SyncRecord, ids: list[str]) -> None:
    database = Database(path)
    with database.write() as connection:
        row = dict(
            connection.execute(
                "SELECT * FROM psaqb_invoicesync WHERE psaqb_invoicesyncid = ?", (original.id,)
            ).fetchone()
        )
        connection.execute(
            "DELETE FROM psaqb_invoicesync WHERE psaqb_invoicesyncid = ?", (original.id,)
        )
        connection.executemany(
            f"INSERT INTO psaqb_invoicesync ({', '.join(row)})"  # noqa: S608 - the table's own names
            f" VALUES ({', '.join('?' * len(row))})",
            _rows(row, ids, lambda each: request_id(_invoice(each), REALM, 1)),
        )
    database.close()


def _rows(
    row: dict[str, Any], ids: list[str], request: Callable[[str], str]
) -> Iterator[list[Any]]:
    for each in ids:
        invoice = _invoice(each)
        own = {
            "psaqb_invoicesyncid": sync_record_id(invoice, REALM),
            "psaqb_invoicekey": invoice,
            "psaqb_invoiceid": None,
            "psaqb_quickbooksid": QuickBooksId(each),
            "psaqb_number": f"PSA-{each}",
            "psaqb_name": f"PSA-{each}",
            "psaqb_requestid": request(each),
        }
        yield list({**row, **own}.values())
