"""Data sets beside the usual one: large, nasty, and both the same each time."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from psaqb_desktop.practice import __main__ as command
from psaqb_desktop.practice.crm.environment import Environment
from psaqb_desktop.practice.crm.options import CrmOptions
from psaqb_desktop.practice.server import CRM_FOLDER

UNIT = 10_000
"""Money is stored in ten-thousandths."""


def _seed(folder: Path, *arguments: str) -> sqlite3.Connection:
    assert command.main(["seed", "--folder", str(folder), *arguments]) == 0
    found = sqlite3.connect(folder / CRM_FOLDER / "crm.sqlite")
    found.create_collation("platform", lambda left, right: (left > right) - (left < right))
    found.row_factory = sqlite3.Row
    return found


def _rows(file: sqlite3.Connection) -> list[tuple[Any, ...]]:
    return [
        tuple(row)
        for table in ("invoice", "invoicedetail", "msdyn_invoicelinetransaction")
        for row in file.execute(f"SELECT * FROM {table} ORDER BY rowid")  # noqa: S608
    ]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    folder = tmp_path_factory.mktemp("large")
    with closing(_seed(folder, "--set", "large", "--invoices", "2500")) as file:
        yield file


@pytest.fixture(scope="module")
def nasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    with closing(_seed(tmp_path_factory.mktemp("nasty"), "--set", "nasty")) as file:
        yield file


@pytest.fixture(scope="module")
def trouble(nasty: sqlite3.Connection) -> dict[str, list[sqlite3.Row]]:
    """The invoices of each trouble."""
    text = nasty.execute("SELECT value FROM \"#facts\" WHERE name = 'nasty'").fetchone()[0]
    one = "SELECT * FROM invoice WHERE invoiceid = ?"
    return {
        name: [nasty.execute(one, (each,)).fetchone() for each in ids]
        for name, ids in json.loads(text).items()
    }


def _count(file: sqlite3.Connection, statement: str) -> int:
    return int(file.execute(statement).fetchone()[0])


def test_a_large_set_has_exactly_the_invoices_asked_for(large: sqlite3.Connection) -> None:
    assert _count(large, "SELECT count(*) FROM invoice") == 2500
    assert _count(large, "SELECT count(DISTINCT invoicenumber) FROM invoice") == 2500
    assert _count(large, "SELECT count(DISTINCT versionnumber) FROM invoice") == 2500
    assert _count(large, "SELECT max(length(invoicenumber)) FROM invoice") > 21
    usual = "SELECT max(length(invoicenumber)) FROM invoice WHERE invoicenumber NOT LIKE '%OFFICE%'"
    assert _count(large, usual) <= 21


def test_copied_lines_hang_on_copied_invoices(large: sqlite3.Connection) -> None:
    # Each invoice of the last, partial round has as many lines and details as its original.
    for table, key in (
        ("invoicedetail", "invoiceid"),
        ("msdyn_invoicelinetransaction", "msdyn_invoice"),
    ):
        lonely = f"SELECT count(*) FROM {table} WHERE {key} NOT IN (SELECT invoiceid FROM invoice)"  # noqa: S608
        assert _count(large, lonely) == 0
        numbers = Counter(
            row[0][8:]
            for row in large.execute(f"SELECT {key} FROM {table}")  # noqa: S608
        )
        copies = Counter(row[0][8:] for row in large.execute("SELECT invoiceid FROM invoice"))
        assert all(number % copies[name] == 0 for name, number in numbers.items())
    details = (
        "SELECT count(*) FROM msdyn_invoicelinetransaction d LEFT JOIN invoicedetail l "
        "ON l.invoicedetailid = d.msdyn_invoicelineid WHERE l.invoiceid IS NOT d.msdyn_invoice"
    )
    assert _count(large, details) == 0


def test_a_large_set_keeps_its_indexes_and_goes_on_counting(large: sqlite3.Connection) -> None:
    indexes = "SELECT count(*) FROM sqlite_master WHERE type = 'index' AND tbl_name = 'invoice'"
    assert _count(large, indexes) > 10
    counter = _count(large, "SELECT value FROM \"#counters\" WHERE name = 'version'")
    assert counter >= _count(large, "SELECT max(versionnumber) FROM invoice")


@pytest.mark.parametrize("kind", ["large", "nasty"])
def test_equal_seeds_make_equal_sets_and_other_seeds_do_not(tmp_path: Path, kind: str) -> None:
    found = []
    for number, seed in enumerate(("7", "7", "8")):
        arguments = ("--set", kind, "--invoices", "40", "--seed", seed)
        with closing(_seed(tmp_path / str(number), *arguments)) as file:
            found.append(_rows(file))
    assert found[0] == found[1]
    assert found[0] != found[2]


def test_the_usual_set_is_what_a_first_start_plants(tmp_path: Path) -> None:
    with closing(_seed(tmp_path / "seeded")) as file:
        seeded = _rows(file)
    started = Environment(tmp_path / "started", "http://127.0.0.1", CrmOptions())
    started.close()
    with closing(sqlite3.connect(tmp_path / "started" / "crm.sqlite")) as file:
        assert _rows(file) == seeded


def test_every_trouble_is_there(trouble: dict[str, list[sqlite3.Row]]) -> None:
    assert len(trouble) == 17
    assert all(len(found) >= 4 for found in trouble.values())


def test_long_and_repeated_numbers_and_names(trouble: dict[str, list[sqlite3.Row]]) -> None:
    assert {len(row["invoicenumber"]) for row in trouble["number of a hundred letters"]} == {100}
    assert len({row["invoicenumber"] for row in trouble["repeated number"]}) == 1
    assert len({row["name"] for row in trouble["repeated name"]}) == 1
    assert all("東京" in row["name"] and "\n" in row["description"] for row in trouble["unicode"])


def test_zero_negative_and_huge_totals_still_add_up(trouble: dict[str, list[sqlite3.Row]]) -> None:
    assert {row["totalamount"] for row in trouble["zero total"]} == {0}
    assert all(row["totalamount"] < 0 for row in trouble["negative total"])
    assert all(row["totalamount"] > 10**5 * UNIT for row in trouble["huge amounts"])
    assert all(row["msdyn_hascorrections"] == 1 for row in trouble["correction"])
    for name in ("zero total", "negative total", "huge amounts", "correction", "JPY", "KWD"):
        for row in trouble[name]:
            assert _sum_of(row) == row["totalamount"], name


def _sum_of(row: sqlite3.Row) -> int:
    return int(
        row["totallineitemamount"]
        - row["totaldiscountamount"]
        + (row["freightamount"] or 0)
        + row["totaltax"]
    )


def test_sums_that_do_not_add_up(trouble: dict[str, list[sqlite3.Row]]) -> None:
    assert {row["totalamount"] - _sum_of(row) for row in trouble["total does not add up"]} == {100}
    assert {_sum_of(row) - row["totalamount"] for row in trouble["tax does not add up"]} == {
        70 * UNIT
    }


def test_currencies_without_cents_and_with_thousandths(
    nasty: sqlite3.Connection, trouble: dict[str, list[sqlite3.Row]]
) -> None:
    for code, step in (("JPY", UNIT), ("KWD", 10)):
        for row in trouble[code]:
            currency = nasty.execute(
                "SELECT isocurrencycode FROM transactioncurrency WHERE transactioncurrencyid = ?",
                (row["transactioncurrencyid"],),
            ).fetchone()
            assert currency[0] == code
            assert row["totalamount"] % step == 0
            lines = nasty.execute(
                "SELECT sum(extendedamount) FROM invoicedetail WHERE invoiceid = ?",
                (row["invoiceid"],),
            ).fetchone()
            assert lines[0] == row["totallineitemamount"] + row["totaltax"]


def test_missing_dates_addresses_lines_and_companies(
    nasty: sqlite3.Connection, trouble: dict[str, list[sqlite3.Row]]
) -> None:
    assert {(row["msdyn_invoicedate"], row["duedate"]) for row in trouble["no dates"]} == {
        (None, None)
    }
    assert {row["billto_line1"] for row in trouble["no address"]} == {None}
    lines = "SELECT count(*) FROM invoicedetail WHERE invoiceid = ?"
    for row in trouble["no lines"]:
        assert nasty.execute(lines, (row["invoiceid"],)).fetchone()[0] == 0
    for row in trouble["no legal entity"]:
        contract = nasty.execute(
            "SELECT * FROM salesorder WHERE salesorderid = ?", (row["salesorderid"],)
        ).fetchone()
        assert contract["msdyn_owningcompany"] is None
        assert contract["msdyn_contractorganizationalunitid"] is None
    retainers = "SELECT min(extendedamount) FROM invoicedetail WHERE invoiceid = ? AND "
    retainers += "msdyn_retainertype = 192350001"
    for row in trouble["retainer"]:
        assert nasty.execute(retainers, (row["invoiceid"],)).fetchone()[0] <= 0


def test_a_reset_plants_the_same_set_again(tmp_path: Path) -> None:
    with closing(_seed(tmp_path, "--set", "nasty", "--invoices", "60", "--seed", "3")) as file:
        before = _rows(file)
    environment = Environment(tmp_path / CRM_FOLDER, "http://127.0.0.1", CrmOptions())
    environment.reset()
    environment.close()
    with closing(sqlite3.connect(tmp_path / CRM_FOLDER / "crm.sqlite")) as file:
        assert _rows(file) == before


def test_a_served_folder_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with FileLock(tmp_path / "practice.serving.lock"):
        assert command.main(["seed", "--folder", str(tmp_path)]) == 1
    assert "stop the practice services first" in capsys.readouterr().err
    assert not (tmp_path / CRM_FOLDER / "crm.sqlite").exists()


def test_a_set_without_invoices_is_refused(tmp_path: Path) -> None:
    arguments = ["seed", "--folder", str(tmp_path), "--invoices", "0"]
    done = subprocess.run(
        [sys.executable, "-m", "psaqb_desktop.practice", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert "at least one" in done.stderr
