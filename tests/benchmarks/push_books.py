"""Practice books for the benchmark of the push, and a desk of the program at them.

Both services run in a process of their own, on loopback. Sister companies have the lists of the
British one under realms of their own: as many companies as are wanted take the same invoices.
"""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from psaqb_desktop.adapters.quickbooks.allowance import LIMITS
from psaqb_desktop.adapters.quickbooks.pacing import CompanyPacings
from psaqb_desktop.adapters.settings.paths import find_paths
from psaqb_desktop.adapters.settings.system_clock import SystemClock
from psaqb_desktop.bootstrap import Office
from psaqb_desktop.domain.checked import Checked
from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.credentials import TokenAnswer
from psaqb_desktop.domain.identifiers import ConnectionId, RealmId, link_record_id
from psaqb_desktop.domain.links import Candidate, LinkKind, LinkWish
from psaqb_desktop.domain.listing import ListedInvoice
from psaqb_desktop.practice.group import GB, PRACTICE_INTUIT_CLIENT_SECRET
from psaqb_desktop.practice.quickbooks.options import QuickBooksOptions
from psaqb_desktop.practice.quickbooks.seed import seed_company
from psaqb_desktop.practice.quickbooks.service import PracticeQuickBooks
from psaqb_desktop.practice.quickbooks.service_times import REALISTIC
from psaqb_desktop.practice.seeding import seed_crm
from psaqb_desktop.practice.server import QUICKBOOKS_FOLDER
from psaqb_desktop.services.desk import Desk
from tests.program.headless import Desktop, Practice

CRM_TIMES = {"latency_seconds": 0.15, "write_seconds": 0.02, "page_seconds": 0.2}
"""An assumption like QuickBooks' own (``service_times``): Microsoft publishes none."""
_SISTERS_BEGIN = 9_341_450_000_001_000
_CHECKED_AT_ONCE = 200
_ANY_ITEM_WILL_DO = frozenset({LinkKind.CLASSIFICATION, LinkKind.WRITE_IN, LinkKind.PRODUCT})


@dataclass
class PushBooks:
    """The services, the program's desk, and the connections of the British company's sisters."""

    practice: Practice
    desk: Desk
    home: Connection
    sisters: tuple[Connection, ...]
    rows: list[ListedInvoice]

    @classmethod
    def open(cls, folder: Path, *, invoices: int, sisters: int) -> PushBooks:
        """Plant, start, set up the CRM, connect and link."""
        seed_crm(folder / "practice", "large", invoices=invoices)
        realms = [RealmId(str(_SISTERS_BEGIN + n)) for n in range(sisters)]
        _plant_sisters(folder / "practice" / QUICKBOOKS_FOLDER, realms)
        practice = Practice.start(folder / "practice")
        try:
            desktop = Desktop.set_up(folder / "desk", practice)
            office = Office(find_paths(desktop.data, desktop.environ), desktop.environ)
            desk = office.open_desk("practice")
            desk.provisioner.provision(lambda _: None)
            desktop.connect(GB.code)
            listing = desk.list_invoices.run()
            home = next(c for c in listing.connections if c.legal_entity == GB.code)
            rows = [r for r in listing.rows if r.is_to_post and r.connection == home]
            _link(desk, home, rows[:500])
            made = cls(practice, desk, home, (), rows)
            made.sisters = tuple(made._connect(realm) for realm in realms)
        except BaseException:
            practice.stop()
            raise
        return made

    def take_ready(self, count: int) -> list[ListedInvoice]:
        """Return the next rows that are ready to be pushed."""
        found: list[ListedInvoice] = []
        while len(found) < count and self.rows:
            part, self.rows = self.rows[:_CHECKED_AT_ONCE], self.rows[_CHECKED_AT_ONCE:]
            found += [
                row
                for row, one in zip(part, self.desk.check_invoices.run(part), strict=True)
                if one.is_ready
            ]
        assert len(found) >= count, f"only {len(found)} invoices are ready"
        self.rows = found[count:] + self.rows
        return found[:count]

    def work_realistically(self, *, limit_factor: float = 1.0) -> None:
        """Switch limits and service times on; pacing keeps to the same limits, from a fresh start.

        What was counted before is forgotten on both sides.
        """
        self.practice.quickbooks_options(
            limits_enabled=True, limit_factor=limit_factor, latency_factor=1.0, **REALISTIC
        )
        self._tell_crm(latency_factor=1.0, **CRM_TIMES)
        limits = tuple((max(1, round(most * limit_factor)), length) for most, length in LIMITS)
        gateway: Any = self.desk.push_invoices._companies
        gateway._pacings = CompanyPacings(SystemClock(), limits)
        gateway._companies.clear()

    def work_at_once(self) -> None:
        """Switch limits and service times off."""
        self.practice.quickbooks_options(limits_enabled=False, latency_factor=0.0)
        self._tell_crm(latency_factor=0.0)

    def calls(self) -> tuple[list[dict[str, Any]], Counter[str]]:
        """Return QuickBooks' latest calls of companies, and counts of the CRM's calls by path."""
        quickbooks = self._calls(self.practice.quickbooks_url)["calls"]
        crm = self._calls(self.practice.crm_url)["counts"]
        return [c for c in quickbooks if c["path"].startswith("/v3/")], Counter(crm)

    def forget_calls(self) -> None:
        for url in (self.practice.quickbooks_url, self.practice.crm_url):
            requests.delete(f"{url}/_practice/calls", timeout=10).raise_for_status()

    def token(self, realm: RealmId) -> dict[str, Any]:
        url = f"{self.practice.quickbooks_url}/_practice/tokens"
        answer: dict[str, Any] = requests.post(url, json={"realm_id": realm}, timeout=30).json()
        return answer

    def documents(self, realm: RealmId) -> list[dict[str, Any]]:
        """Read all invoices and credit memos of a company, past the program."""
        headers = {
            "Authorization": f"Bearer {self.token(realm)['access_token']}",
            "Accept": "application/json",
        }
        found: list[dict[str, Any]] = []
        for entity in ("Invoice", "CreditMemo"):
            start = 1
            while True:
                query = f"select * from {entity} startposition {start} maxresults 1000"  # noqa: S608
                page = (
                    requests.get(
                        f"{self.practice.quickbooks_url}/v3/company/{realm}/query",
                        params={"query": query},
                        headers=headers,
                        timeout=120,
                    )
                    .json()["QueryResponse"]
                    .get(entity, [])
                )
                found += page
                start += 1000
                if len(page) < 1000:
                    break
        return found

    def at(self, sister: Connection, checked: list[Checked]) -> list[Checked]:
        """Return the invoices as those of a sister company."""
        return [replace(one, connection=sister) for one in checked]

    def _connect(self, realm: RealmId) -> Connection:
        """Make a connection with tokens as if a person had consented, and the links of home."""
        store: Any = self.desk.edit_connection._connections
        links: Any = self.desk.link_records._links
        identifier = ConnectionId(str(uuid.uuid4()))
        wanted = replace(
            self.home,
            id=identifier,
            name=f"Sister {realm}",
            legal_entity=f"S{realm[-3:]}",
            rules=(),
            realm_id=realm,
            company_name=f"Sister {realm}",
            version="",
        )
        store.save(wanted)
        given, now = self.token(realm), datetime.now(UTC)
        tokens = TokenAnswer(
            access_token=given["access_token"],
            refresh_token=given["refresh_token"],
            access_token_expires=now + timedelta(seconds=given["expires_in"]),
            refresh_token_expires=now + timedelta(seconds=given["x_refresh_token_expires_in"]),
            received=now,
        )
        store.save_credentials(
            identifier, client_secret=PRACTICE_INTUIT_CLIENT_SECRET, tokens=tokens
        )
        links.save(
            [
                replace(one, realm_id=realm, id=link_record_id(realm, one.kind.value, one.crm_key))
                for one in links.links(self.home.realm_id)
            ]
        )
        made: Connection = store.connection(identifier)
        return made

    def _calls(self, url: str) -> dict[str, Any]:
        answer: dict[str, Any] = requests.get(f"{url}/_practice/calls", timeout=30).json()
        return answer

    def _tell_crm(self, **options: object) -> None:
        url = f"{self.practice.crm_url}/_practice/options"
        requests.post(url, json=options, timeout=10).raise_for_status()


def _plant_sisters(folder: Path, realms: list[RealmId]) -> None:
    service = PracticeQuickBooks(folder, "http://127.0.0.1", QuickBooksOptions())
    with service.store.writing() as connection:
        for place, realm in enumerate(realms, start=100):
            seed = replace(GB, realm_id=realm, company_name=f"Sister {realm}")
            seed_company(connection, service.clock, seed, place)
    service.close()


def _link(desk: Desk, home: Connection, rows: list[ListedInvoice]) -> None:
    """Link whatever these invoices want, to what is suggested or to any item."""
    for _ in range(2):
        choices: list[tuple[LinkWish, Candidate]] = []
        for wish in desk.link_records.wishes(home, rows):
            if wish.suggestions:
                choices.append((wish, wish.suggestions[0].candidate))
            elif wish.kind in _ANY_ITEM_WILL_DO:
                choices += [(wish, c) for c in desk.link_records.candidates(home, wish.kind)[:1]]
        desk.link_records.confirm(home, choices)
