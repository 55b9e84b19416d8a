"""The program is killed (SIGKILL) in the middle of a push, at ten different points, and goes on.

Each point holds one request of the push for a while, before or after the service does its work,
so that the kill meets the program exactly there. Afterwards a fresh start settles what was open
and the same invoices are pushed again: one QuickBooks document each, every time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.program.headless import Desktop, Practice, wait_until

pytestmark = pytest.mark.program

AT_ONCE = 3


@dataclass(frozen=True)
class Point:
    """One request of the push: the n-th of its kind is held; the service works before or after."""

    service: str
    method: str
    path: str
    nth: int
    fault: str

    def __str__(self) -> str:
        return f"{self.service}-{self.path.rsplit('/', 1)[-1].strip('*')}-{self.nth}-{self.fault}"


INVOICE = "/v3/company/*/invoice"
BATCH = "/api/data/v9.2/$batch"
POINTS = [
    Point("crm", "POST", BATCH, 0, "delay"),
    Point("crm", "POST", BATCH, 0, "delay_after"),
    Point("crm", "POST", BATCH, 1, "delay_after"),
    Point("quickbooks", "POST", INVOICE, 0, "delay"),
    Point("quickbooks", "POST", INVOICE, 0, "delay_after"),
    Point("quickbooks", "POST", INVOICE, 1, "delay"),
    Point("quickbooks", "POST", INVOICE, 1, "delay_after"),
    Point("quickbooks", "POST", INVOICE, 2, "delay_after"),
    Point("crm", "POST", BATCH, 2, "delay"),
    Point("crm", "POST", BATCH, 2, "delay_after"),
]


@pytest.fixture(scope="module")
def desktop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desktop]:
    folder: Path = tmp_path_factory.mktemp("kills")
    practice = Practice.start(folder / "practice")
    desktop = Desktop.set_up(folder / "desktop", practice)
    desktop.run("provision")
    desktop.connect("GBSI")
    desktop.connect("USMF")
    desktop.link("GBSI")
    desktop.link("USMF")
    yield desktop
    practice.stop()


@pytest.fixture(scope="module")
def waiting(desktop: Desktop) -> list[str]:
    """Numbers of invoices that are ready, to be taken a few at a time."""
    return desktop.ready("GBSI") + desktop.ready("USMF")


@pytest.mark.parametrize("point", POINTS, ids=str)
def test_a_kill_leaves_one_document_for_each_invoice(
    desktop: Desktop, waiting: list[str], point: Point
) -> None:
    numbers = [waiting.pop() for _ in range(AT_ONCE)]
    practice = desktop.practice
    practice.fault(
        point.service,
        method=point.method,
        path=point.path,
        skip=point.nth,
        fault=point.fault,
        seconds=2.0,
    )
    pushing = desktop.start("push", *numbers, "--yes")
    wait_until(
        lambda: practice.is_fault_used(point.service) or pushing.poll() is not None,
        f"the push to come to {point}",
    )
    assert pushing.poll() is None, ("the push ended before the point", pushing.communicate())
    pushing.kill()
    pushing.communicate()
    practice.clear_faults()

    desktop.run("settle")
    desktop.run("push", *numbers, "--yes")

    for number in numbers:
        legal_entity = "GBSI" if "-GB-" in number else "USMF"
        documents = practice.documents(legal_entity, number)
        assert len(documents) == 1, (number, [d["Id"] for d in documents])
        rows = practice.crm_rows("psaqb_invoicesyncs", filter=f"psaqb_number eq '{number}'")
        assert [row["psaqb_quickbooksid"] for row in rows] == [documents[0]["Id"]]
        assert f"{documents[0]['TotalAmt']:.2f}" == f"{float(rows[0]['psaqb_total']):.2f}"
    listed = desktop.run("list", "--status", "Checking outcome")
    assert listed["invoices"] == []


def test_a_journal_that_was_damaged_by_the_kill_is_recovered(
    desktop: Desktop, waiting: list[str], tmp_path: Path
) -> None:
    """The answer is lost with the program, and the journal does not hold together any more."""
    number = waiting.pop()
    practice = desktop.practice
    practice.fault("quickbooks", method="POST", path=INVOICE, fault="delay_after", seconds=2.0)
    pushing = desktop.start("push", number, "--yes")
    wait_until(lambda: practice.is_fault_used("quickbooks"), "the push to be answered")
    pushing.kill()
    pushing.communicate()
    practice.clear_faults()
    (journal,) = desktop.data.glob("data/journal-*.sqlite3")
    with sqlite3.connect(journal) as hand:
        hand.executescript("DROP TRIGGER entries_stay; UPDATE entries SET by='Eve' WHERE id = 3")
    hand.close()

    told = desktop.run("journal", "verify", codes=(5,))
    assert told["error"] == "JournalDamagedError"
    recovered = desktop.run("journal", "recover", "--yes")
    assert Path(recovered["set_aside"]).is_file()
    assert (recovered["open_pushes"], recovered["open"]) == (1, 0)
    legal_entity = "GBSI" if "-GB-" in number else "USMF"
    assert len(practice.documents(legal_entity, number)) == 1
    desktop.run("push", number, "--yes")
    assert len(practice.documents(legal_entity, number)) == 1

    exported = tmp_path / "journal.jsonl"
    count = desktop.run("journal", "export", str(exported))["entries"]
    assert desktop.run("journal", "verify", str(exported))["entries"] == count
    assert desktop.run("journal", "verify")["entries"] == count


def test_no_business_record_was_changed(desktop: Desktop) -> None:
    assert desktop.practice.business_changes() == []
