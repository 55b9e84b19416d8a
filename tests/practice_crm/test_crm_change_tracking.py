"""Links to changes, and what they and watermarks cost in a large CRM."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from psaqb_desktop.practice.crm.environment import Environment
from psaqb_desktop.practice.crm.identity.people import APPLICATION
from psaqb_desktop.practice.crm.odata.delta import Changes, delta_token
from psaqb_desktop.practice.crm.odata.options import QueryOptions
from psaqb_desktop.practice.crm.odata.preferences import Preferences
from psaqb_desktop.practice.crm.options import CrmOptions
from psaqb_desktop.practice.crm.security import Caller, Role
from psaqb_desktop.practice.crm.web.session import Session

TRACKING = {"Prefer": "odata.track-changes"}
BY_TWO = {"Prefer": "odata.track-changes,odata.maxpagesize=2"}
DAY = 24 * 3600.0


def _refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def _last_page(api: Any, path: str, headers: dict[str, str]) -> tuple[list[Any], str]:
    """All rows of all pages, and the link to their changes."""
    rows: list[Any] = []
    while True:
        body = api.get(path, headers=headers).json()
        rows.extend(body["value"])
        if "@odata.nextLink" not in body:
            return rows, body["@odata.deltaLink"]
        assert "@odata.deltaLink" not in body
        path = body["@odata.nextLink"]


def test_a_table_that_is_not_tracked_refuses(api: Any) -> None:
    answer = api.get("businessunits", headers=TRACKING)
    assert _refusal(answer) == (400, "0x80072491")
    assert "isn't enabled for change tracking" in answer.json()["error"]["message"]
    assert _refusal(api.get("businessunits?$deltatoken=1!11/20/2026 18:00:00"))[0] == 400
    assert "@odata.deltaLink" not in api.get("businessunits").json()


@pytest.mark.parametrize("tracked", [True, False])
def test_invoices_are_tracked_or_not(start_crm: Callable[..., Any], tracked: bool) -> None:  # noqa: FBT001
    api = start_crm(invoices_tracked=tracked).application()
    path = "EntityDefinitions(LogicalName='invoice')"
    assert api.get(path).json()["ChangeTrackingEnabled"] is tracked
    assert api.get("invoices", headers=TRACKING).status_code == (200 if tracked else 400)


def test_tracking_can_be_switched_on_and_never_off(own_crm: Any) -> None:
    api = own_crm.application()
    path = "EntityDefinitions(LogicalName='cdm_company')"
    body = api.get(path).json()
    assert body["ChangeTrackingEnabled"] is False
    on = body | {"ChangeTrackingEnabled": True}
    assert api.call("PUT", path, json=on).status_code == 204
    assert api.get("cdm_companies", headers=TRACKING).status_code == 200
    assert api.call("PUT", path, json=body).status_code == 400
    assert api.get(path).json()["ChangeTrackingEnabled"] is True


@pytest.mark.parametrize(
    "option", ["$filter=statecode eq 0", "$orderby=name", "$top=3", "$expand=ownerid"]
)
def test_change_tracking_takes_only_select(api: Any, option: str) -> None:
    assert api.get(f"accounts?{option}", headers=TRACKING).status_code == 400
    link = api.get("accounts?$select=name", headers=TRACKING).json()["@odata.deltaLink"]
    assert api.get(f"{link}&{option}").status_code == 400


@pytest.mark.parametrize("whole", [True, False])
def test_change_tracking_needs_reading_at_organization_level(own_crm: Any, whole: bool) -> None:  # noqa: FBT001
    own_crm.options(reads_whole_organization=whole)
    ben = own_crm.person("ben")
    answer = ben.get("invoices?$select=name", headers=TRACKING)
    assert answer.status_code == (200 if whole else 403)
    if not whole:
        assert "Required Depth: Global" in answer.json()["error"]["message"]
    assert ben.get("invoices?$select=name").status_code == 200
    assert own_crm.application().get("invoices", headers=TRACKING).status_code == 200


def test_a_token_expires_after_seven_days(own_crm: Any) -> None:
    own_crm.options(access_token_seconds=int(99 * DAY))
    api = own_crm.application()
    link = api.get("accounts?$select=name", headers=TRACKING).json()["@odata.deltaLink"]
    own_crm.options(clock_offset_seconds=6.9 * DAY)
    assert api.get(link).status_code == 200
    own_crm.options(clock_offset_seconds=7.1 * DAY)
    assert _refusal(api.get(link)) == (400, "0x80044352")
    own_crm.options(delta_token_days=30.0)
    assert api.get(link).status_code == 200


def test_a_malformed_token_is_400(api: Any) -> None:
    for token in ("nonsense", "17", "x!11/20/2026 18:00:00", "17!yesterday"):
        assert api.get(f"accounts?$deltatoken={token}").status_code == 400


def test_what_changes_while_pages_are_read_is_in_the_next_delta(own_crm: Any) -> None:
    api = own_crm.application()
    known = sorted(api.create("contacts", {"lastname": f"Tracked {n}"}) for n in range(5))
    body = api.get("contacts?$select=lastname", headers=BY_TWO).json()
    early = body["value"][0]["contactid"]
    api.call("PATCH", f"contacts({early})", json={"lastname": "Changed meanwhile"})
    rows, link = _last_page(api, body["@odata.nextLink"], BY_TWO)
    assert early not in {row["contactid"] for row in rows}
    assert set(known) <= {row["contactid"] for row in [*rows, *body["value"]]}
    assert [row["contactid"] for row in api.get(link).json()["value"]] == [early]


def test_changes_come_in_pages_and_each_once(own_crm: Any) -> None:
    api = own_crm.application()
    ids = [api.create("contacts", {"lastname": f"Many {n}"}) for n in range(7)]
    link = api.get("contacts?$select=lastname", headers=TRACKING).json()["@odata.deltaLink"]
    for each in ids[:4]:
        api.call("PATCH", f"contacts({each})", json={"lastname": "Other"})
    api.call("PATCH", f"contacts({ids[0]})", json={"lastname": "Twice"})
    for each in ids[4:]:
        api.call("DELETE", f"contacts({each})")
    rows, following = _last_page(api, link, {"Prefer": "odata.maxpagesize=2"})
    changed = [row["contactid"] for row in rows if "contactid" in row]
    assert sorted(changed) == sorted(ids[:4])
    assert [row["id"] for row in rows if "id" in row] == ids[4:]
    assert api.get(following).json()["value"] == []


def test_a_row_made_again_under_its_id_counts_as_changed(own_crm: Any) -> None:
    api = own_crm.application()
    again = api.create("contacts", {"lastname": "First"})
    link = api.get("contacts?$select=lastname", headers=TRACKING).json()["@odata.deltaLink"]
    api.call("DELETE", f"contacts({again})")
    api.create("contacts", {"contactid": again, "lastname": "Second"})
    value = api.get(link).json()["value"]
    assert [(row["contactid"], row["lastname"]) for row in value] == [(again, "Second")]


def test_changes_can_be_counted(own_crm: Any) -> None:
    api = own_crm.application()
    ids = [api.create("contacts", {"lastname": "Counted"}) for _ in range(3)]
    link = api.get("contacts", headers=TRACKING).json()["@odata.deltaLink"]
    counting = link.replace("contacts?", "contacts/$count?")
    assert api.get(counting).text == "0"
    api.call("PATCH", f"contacts({ids[0]})", json={"lastname": "Changed"})
    api.call("DELETE", f"contacts({ids[1]})")
    assert api.get(counting).text == "2"


class Measured:
    """A large CRM whose database counts its work."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.table = environment.catalogue.tables["invoice"]
        self._caller = Caller(APPLICATION.user_id, "", Role.ADMINISTRATOR, APPLICATION.name)

    def work(self, read: Callable[[Session], Any]) -> int:
        """Hundreds of steps of the database machine that a reading takes."""
        steps = 0

        def step() -> int:
            nonlocal steps
            steps += 1
            return 0

        with self.environment.database.read() as connection:
            session = Session.begin(self.environment, connection, self._caller)
            connection.set_progress_handler(step, 100)
            read(session)
            connection.set_progress_handler(None, 0)
        return steps

    def page(self, size: int, condition: str, order: str = "", token: str = "") -> Any:
        """A reading of one page of invoices."""
        options = QueryOptions(select=["invoicenumber"], filter=condition, skiptoken=token)
        options.orderby = [(order, True)] if order else []
        reading = Preferences(page_size=size)
        return lambda session: session.reader(reading).page(self.table, options)


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Measured]:
    folder: Path = tmp_path_factory.mktemp("measured")
    options = CrmOptions(data_set="large", invoice_count=12_000)
    environment = Environment(folder, "http://127.0.0.1", options, is_draft=True)
    yield Measured(environment)
    environment.close()


def _lately(measured: Measured, column: str) -> str:
    with measured.environment.database.read() as connection:
        statement = f"SELECT {column} FROM invoice ORDER BY 1 DESC LIMIT 1 OFFSET 20"  # noqa: S608
        return str(connection.execute(statement).fetchone()[0])


@pytest.mark.parametrize("column", ["modifiedon", "versionnumber"])
@pytest.mark.parametrize("also", ["", "statecode eq 0 and "])
def test_a_watermark_costs_what_it_finds(measured: Measured, column: str, also: str) -> None:
    few = measured.page(500, f"{also}{column} gt {_lately(measured, column)}")
    all_rows = measured.page(500, f"{also}description ne 'x'")
    every_row = measured.work(lambda session: [all_rows(session) for _ in range(24)])
    assert measured.work(few) * 20 < every_row


def test_a_delta_costs_what_it_finds(measured: Measured) -> None:
    environment = measured.environment

    def read(session: Session) -> None:
        token = delta_token(session.connection, environment.clock)
        newest = int(_lately(measured, "versionnumber"))
        options = QueryOptions(deltatoken=f"{newest}!{token.partition('!')[2]}")
        changes = Changes(
            session.reader(Preferences()), measured.table, options, environment.clock, 7.0
        )
        assert len(changes.page("").objects) == 20

    assert measured.work(read) < 100


@pytest.mark.parametrize(
    ("condition", "order"), [("statecode eq 0", ""), ("", ""), ("", "modifiedon")]
)
def test_a_late_page_costs_no_more_than_the_first(
    measured: Measured, condition: str, order: str
) -> None:
    found: dict[str, Any] = {"token": ""}

    def walk(session: Session) -> None:
        for _ in range(40):
            page = measured.page(100, condition, order, found["token"])(session)
            found["token"] = page.skiptoken

    first = measured.work(measured.page(100, condition, order))
    measured.work(walk)
    assert measured.work(measured.page(100, condition, order, found["token"])) < 2 * first
