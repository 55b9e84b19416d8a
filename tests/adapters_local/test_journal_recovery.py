"""A damaged journal is set aside, and the program goes on with what can be read of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from psaqb_desktop.adapters.journal import SqliteJournal, open_journal
from psaqb_desktop.adapters.journal.recovery import rebuild
from psaqb_desktop.domain.errors import JournalDamagedError, JournalError
from psaqb_desktop.domain.identifiers import InvoiceId, RequestId
from psaqb_desktop.domain.push import Push, PushStep

MakePush = Callable[..., Push]
NOW = datetime(2026, 3, 31, 23, 50, tzinfo=UTC)
PAGE = 4096


def fill(journal: SqliteJournal, make_push: MakePush, count: int) -> list[RequestId]:
    """Prepare pushes; every second one has been sent."""
    ids = [RequestId(f"p{number:03}-g1") for number in range(count)]
    journal.prepare([make_push(each) for each in ids])
    journal.advance(ids, PushStep.CLAIMED)
    journal.advance(ids[::2], PushStep.SENT)
    return ids


def spoil(path: Path, page: int) -> None:
    with path.open("r+b") as file:
        file.seek(page * PAGE)
        file.write(b"\xff" * PAGE)


def test_a_tampered_journal_loses_only_what_contradicts_itself(
    tmp_path: Path, make_push: MakePush
) -> None:
    path = tmp_path / "journal.sqlite3"
    with open_journal(path) as journal:
        ids = fill(journal, make_push, 4)
        with closing(sqlite3.connect(path)) as hand:
            hand.executescript("DROP TRIGGER entries_stay; UPDATE entries SET by='Eve' WHERE id=2")
        with pytest.raises(JournalDamagedError):
            journal.verify()
        recovery = journal.recover()
        assert (recovery.pushes, recovery.entries, recovery.open_pushes) == (4, 9, 4)
        assert journal.verify() == 9
        assert [push.request_id for push in journal.open_pushes()] == ids
        assert {push.step for push in journal.open_pushes()} == {PushStep.CLAIMED, PushStep.SENT}
        assert all(e.by != "Eve" for e in journal.history(journal.open_pushes()[0].invoice_id))
        journal.advance([ids[0]], PushStep.CONFIRMED, outcome="145")
        assert journal.verify() == 10
    with closing(sqlite3.connect(recovery.set_aside)) as kept:
        assert kept.execute("SELECT by FROM entries WHERE id = 2").fetchone() == ("Eve",)


def test_a_push_whose_draft_was_changed_is_left_to_the_services(
    tmp_path: Path, make_push: MakePush
) -> None:
    path = tmp_path / "journal.sqlite3"
    with open_journal(path) as journal:
        ids = fill(journal, make_push, 3)
        with closing(sqlite3.connect(path)) as hand, hand:
            hand.execute(
                "UPDATE pushes SET draft = replace(draft, '120.00', '20.00') WHERE request_id = ?",
                (ids[1],),
            )
        assert journal.recover().pushes == 2
        assert [push.request_id for push in journal.open_pushes()] == [ids[0], ids[2]]
        assert journal.verify()


def test_any_damaged_page_can_be_recovered_from(tmp_path: Path, make_push: MakePush) -> None:
    """Whatever page is lost, the journal works again, holds nothing false, and a copy is kept."""
    whole = tmp_path / "whole.sqlite3"
    with open_journal(whole) as journal:
        ids = fill(journal, make_push, 60)
        drafts = {push.request_id: push for push in journal.open_pushes()}
    pages = whole.stat().st_size // PAGE
    assert pages > 20
    most = 0
    for page in range(pages):
        path = tmp_path / f"{page}.sqlite3"
        path.write_bytes(whole.read_bytes())
        spoil(path, page)
        damaged = path.read_bytes()
        recovery = rebuild(path, NOW)
        assert Path(recovery.set_aside).read_bytes() == damaged
        with open_journal(path) as journal:
            journal.verify()
            for push in journal.open_pushes():
                assert push == drafts[push.request_id]
            most = max(most, recovery.pushes)
            left_over = {each.name for each in tmp_path.glob(f"{page}.sqlite3*")}
            assert not {name for name in left_over if name.endswith((".reading", ".rebuilt"))}
            journal.prepare([make_push("after-g1")])
    assert most == len(ids)


def test_a_file_that_is_no_journal_any_more_gives_way_to_an_empty_one(
    tmp_path: Path, make_push: MakePush
) -> None:
    path = tmp_path / "journal.sqlite3"
    path.write_bytes(b"nothing that SQLite would read" * 500)
    with pytest.raises(JournalDamagedError):
        open_journal(path)
    recovery = rebuild(path, NOW)
    assert (recovery.pushes, recovery.entries) == (0, 0)
    assert "Nothing in it could be read" in recovery.words
    with open_journal(path) as journal:
        assert journal.open_pushes() == ()
        journal.prepare([make_push()])
        assert journal.verify() == 1


def test_a_recovered_journal_cannot_pass_for_the_old_one(
    tmp_path: Path, make_push: MakePush
) -> None:
    path = tmp_path / "journal.sqlite3"
    with open_journal(path) as journal:
        fill(journal, make_push, 2)
    rebuild(path, NOW)
    with closing(sqlite3.connect(path)) as hand, hand:
        (facts,) = hand.execute("SELECT facts FROM origins").fetchone()
        assert json.loads(facts)["recovered_on"] == NOW.isoformat()
        hand.execute("DELETE FROM origins")
    with open_journal(path) as journal, pytest.raises(JournalDamagedError):
        journal.verify()


def test_another_window_notices_that_its_journal_is_gone(
    tmp_path: Path, make_push: MakePush
) -> None:
    path = tmp_path / "journal.sqlite3"
    with open_journal(path) as one, open_journal(path) as other:
        fill(one, make_push, 2)
        one.recover()
        with pytest.raises(JournalError, match="replaced by another window"):
            other.prepare([make_push("late-g1")])
        assert len(one.open_pushes()) == 2


def test_a_disk_that_refuses_leaves_the_damaged_file_alone(
    tmp_path: Path, make_push: MakePush
) -> None:
    path = tmp_path / "journal.sqlite3"
    with open_journal(path) as journal:
        fill(journal, make_push, 2)
    before = path.read_bytes()
    # A folder in the new file's place: the same refusal as that of a disk.
    (tmp_path / "journal.sqlite3.rebuilt").mkdir()
    with pytest.raises(JournalError):
        rebuild(path, NOW)
    assert path.read_bytes() == before


def test_an_older_journal_is_recovered_as_well(tmp_path: Path, make_push: MakePush) -> None:
    path = tmp_path / "journal.sqlite3"
    with open_journal(path) as journal:
        fill(journal, make_push, 2)
    with closing(sqlite3.connect(path)) as old:
        old.executescript(
            "ALTER TABLE entries DROP COLUMN number; ALTER TABLE entries DROP COLUMN total;"
            " ALTER TABLE entries DROP COLUMN currency; DROP TABLE origins;"
            " PRAGMA user_version = 1"
        )
    assert rebuild(path, NOW).entries == 5
    with open_journal(path) as journal:
        assert journal.verify() == 5
        assert journal.history(InvoiceId("00000000-0000-0000-0000-000000000001"))
