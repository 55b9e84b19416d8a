"""The command line does the whole job without a window."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from filelock import FileLock

from tests.program.form_browser import FormBrowser
from tests.program.headless import REALMS, Desktop, Practice

pytestmark = pytest.mark.program


@pytest.fixture(scope="module")
def desktop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desktop]:
    folder: Path = tmp_path_factory.mktemp("command-line")
    practice = Practice.start(folder / "practice")
    yield Desktop.set_up(folder / "desktop", practice)
    practice.stop()


def test_the_whole_job(desktop: Desktop) -> None:
    practice = desktop.practice
    assert desktop.run("provision")["made"] > 0
    assert desktop.run("provision")["made"] == 0
    for legal_entity in REALMS:
        desktop.connect(legal_entity)
        desktop.link(legal_entity)
    assert desktop.run("doctor")["is_ok"]
    listed = desktop.run("list")["invoices"]
    assert len(listed) > 200
    checked = desktop.run("check", codes=(1,))
    assert checked["ready"] > 60
    assert checked["ready"] + checked["not_ready"] == len(listed)

    pushed = desktop.run("push", "--all", "--yes", codes=(1,))
    states = [result["state"] for result in pushed["results"]]
    assert states == ["Posted"] * checked["ready"]
    again = desktop.run("push", "--all", "--yes", codes=(1,))
    assert again["results"] == []

    posted = desktop.run("list", "--status", "Posted")["invoices"]
    totals = {p["id"]: Decimal(p["total"]) for p in posted}
    assert {r["id"]: Decimal(r["total"]) for r in pushed["results"]} == totals
    assert {p["id"]: Decimal(p["balance"]) for p in posted} == totals, "credit is not owed"
    assert {p["currency"] for p in posted} == {p["quickbooks_currency"] for p in posted}
    assert min(totals.values()) < 0, "there are credit memos among them"
    one = next(p for p in posted if p["legal_entity"] == "GBSI" and not p["total"].startswith("-"))
    page = FormBrowser(
        f"{practice.quickbooks_url}/app/{REALMS['GBSI']}/invoice?txnId={one['quickbooks_id']}"
    )
    page.submit("receive-payment-form", "receive-payment", amount="100.00", reference="BACS 1")
    desktop.run("pull")
    part_paid = [
        row
        for row in desktop.run("list", "--status", "Posted")["invoices"]
        if row["quickbooks_status"] == "Part paid"
    ]
    assert [(row["number"], row["paid"]) for row in part_paid] == [(one["number"], "100.00")]
    record = practice.crm_rows(
        "psaqb_invoicesyncs", filter=f"psaqb_quickbooksid eq '{one['quickbooks_id']}'"
    )[0]
    payments = practice.crm_rows(
        "psaqb_invoicepayments",
        filter=f"_psaqb_postingid_value eq {record['psaqb_invoicesyncid']}",
    )
    assert [float(payment["psaqb_amount"]) for payment in payments] == [100.0]
    assert practice.business_changes() == []


def test_an_unknown_number_is_told(desktop: Desktop) -> None:
    told = desktop.run("push", "INV-DOES-NOT-EXIST", "--yes", codes=(5,))
    assert "INV-DOES-NOT-EXIST" in told["message"]


def test_a_crm_that_is_away_is_told(desktop: Desktop, tmp_path: Path) -> None:
    away = Desktop(tmp_path / "away", desktop.practice)
    config = away.data / "config"
    config.mkdir(parents=True)
    (config / "environments.toml").write_text(
        '[far]\nkind = "practice"\ncrm_url = "http://127.0.0.1:1"\n'
        'authority = "http://127.0.0.1:1"\ntenant = "t"\nclient_id = "c"\n'
        'sign_in = "client-credentials"\n',
        encoding="utf-8",
    )
    told = away.run("list", codes=(4,))
    assert told["error"] == "ServiceUnavailableError"
    assert told["remedy"]


def test_other_books_are_planted_while_the_services_are_stopped(
    desktop: Desktop, tmp_path: Path
) -> None:
    other = Desktop(tmp_path / "other", desktop.practice)
    remembered = other.data / "cache" / "list-practice.sqlite3"
    remembered.parent.mkdir(parents=True)
    remembered.write_bytes(b"of the books before")
    told = other.run("practice", "seed", "--set", "nasty", "--invoices", "40", "--yes")
    assert told == {"data_set": "nasty", "invoices": 40}
    assert not remembered.exists()
    with FileLock(other.data / "data" / "practice" / "practice.serving.lock"):
        told = other.run("practice", "seed", "--yes", codes=(5,))
    assert "psaqb practice stop" in told["remedy"]
