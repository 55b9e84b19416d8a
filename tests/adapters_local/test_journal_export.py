"""The journal as an auditor gets it: evidence of documents, tables, lines that prove themselves."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from psaqb_desktop.adapters.journal import SqliteJournal, open_journal
from psaqb_desktop.adapters.journal.export import verify_lines
from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.errors import JournalDamagedError, JournalError
from psaqb_desktop.domain.identifiers import InvoiceId, QuickBooksId, RequestId
from psaqb_desktop.domain.push import PostedDocument, Push, PushStep

MakePush = Callable[..., Push]
FIRST = RequestId("first-g1")
DOCUMENT = PostedDocument(
    type=DocumentType.INVOICE,
    id=QuickBooksId("145"),
    number="INV-001",
    sync_token="0",
    customer_id=QuickBooksId("7"),
    currency="EUR",
    txn_date=date(2026, 2, 28),
    total=Decimal("120.10"),
    tax=Decimal("0.00"),
    balance=Decimal("120.10"),
    trace_id="1-tid",
)


@pytest.fixture
def journal(tmp_path: Path, make_push: MakePush) -> Iterator[SqliteJournal]:
    with open_journal(tmp_path / "journal.sqlite3") as opened:
        opened.prepare([make_push()])
        for step in (PushStep.CLAIMED, PushStep.SENT):
            opened.advance([FIRST], step)
        opened.advance([FIRST], PushStep.CONFIRMED, document=DOCUMENT)
        opened.advance([FIRST], PushStep.RECORDED)
        yield opened


def test_a_confirmed_document_is_evidence(journal: SqliteJournal) -> None:
    entries = journal.history(InvoiceId("00000000-0000-0000-0000-000000000001"))
    (confirmed,) = [entry for entry in entries if entry.step is PushStep.CONFIRMED]
    assert (confirmed.outcome, confirmed.trace_id) == ("145", "1-tid")
    assert (confirmed.number, confirmed.total, confirmed.currency) == (
        "INV-001",
        Decimal("120.10"),
        "EUR",
    )
    assert journal.verify() == 5


def test_a_table_names_who_when_what_and_how_much(journal: SqliteJournal, tmp_path: Path) -> None:
    file = tmp_path / "journal.csv"
    assert journal.export(file) == 5
    with file.open(encoding="utf-8-sig", newline="") as table:
        rows = list(csv.DictReader(table))
    assert [row["step"] for row in rows][-2:] == ["confirmed", "recorded"]
    confirmed = rows[3]
    assert confirmed["total"] == "120.10"
    assert confirmed["currency"] == "EUR"
    assert (confirmed["by"], confirmed["machine"]) == ("Ada", "desk-3")
    assert confirmed["invoice_number"] == "INV-001"
    assert confirmed["program"]
    assert confirmed["digest"]


def test_no_cell_is_a_formula(journal: SqliteJournal, tmp_path: Path, make_push: MakePush) -> None:
    journal.prepare([make_push("second-g1")])
    journal.advance([RequestId("second-g1")], PushStep.CLAIMED)
    journal.advance([RequestId("second-g1")], PushStep.SENT)
    journal.advance([RequestId("second-g1")], PushStep.REJECTED, outcome='=HYPERLINK("x")')
    file = tmp_path / "journal.csv"
    journal.export(file)
    with file.open(encoding="utf-8-sig", newline="") as table:
        assert [row["outcome"] for row in csv.DictReader(table)][-1] == '\'=HYPERLINK("x")'


def test_lines_prove_themselves(journal: SqliteJournal, tmp_path: Path) -> None:
    file = tmp_path / "journal.jsonl"
    assert journal.export(file) == 5
    assert verify_lines(file) == 5


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: [*lines[:4], lines[4].replace("120.10", "120.00"), *lines[5:]],
        lambda lines: [*lines[:2], *lines[3:]],
        lambda lines: [lines[0], *lines[2:]],
        lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]],
        lambda lines: [*lines[:3], lines[3].replace('"Ada"', '"Eve"'), *lines[4:]],
        lambda lines: [*lines[:3], "not JSON", *lines[4:]],
        lambda _: [],
    ],
)
def test_a_changed_line_is_seen(
    journal: SqliteJournal, tmp_path: Path, change: Callable[[list[str]], list[str]]
) -> None:
    file = tmp_path / "journal.jsonl"
    journal.export(file)
    lines = file.read_text(encoding="utf-8").splitlines()
    changed = change(lines)
    assert changed != lines
    file.write_text("".join(f"{line}\n" for line in changed), encoding="utf-8")
    with pytest.raises(JournalDamagedError):
        verify_lines(file)


def test_a_file_that_cannot_be_written_leaves_nothing(
    journal: SqliteJournal, tmp_path: Path
) -> None:
    with pytest.raises(JournalError):
        journal.export(tmp_path / "no folder" / "journal.csv")
    taken = tmp_path / "taken.csv"
    taken.mkdir()
    with pytest.raises(JournalError):
        journal.export(taken)
    assert sorted(path.name for path in tmp_path.iterdir() if "csv" in path.name) == ["taken.csv"]


def test_amounts_survive_as_text(journal: SqliteJournal, tmp_path: Path) -> None:
    file = tmp_path / "journal.jsonl"
    journal.export(file)
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [line.get("total") for line in lines[1:]] == ["", "", "", "120.10", ""]
