"""Damage, locks, full disks, tampering and killed writers."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from psaqb_desktop.adapters.journal import open_journal
from psaqb_desktop.adapters.journal.migrations import MIGRATIONS, migrate
from psaqb_desktop.domain.draft import draft_to_json
from psaqb_desktop.domain.errors import JournalError
from psaqb_desktop.domain.identifiers import InvoiceId, RequestId
from psaqb_desktop.domain.push import Push, PushStep

MakePush = Callable[..., Push]

WRITER = """
import itertools, json, sys
from datetime import UTC, datetime
from pathlib import Path
from psaqb_desktop.adapters.journal import open_journal
from psaqb_desktop.domain.draft import draft_from_json
from psaqb_desktop.domain.push import Push, PushStep

path, name, count, draft_text = sys.argv[1:]
draft = draft_from_json(json.loads(draft_text))
with open_journal(Path(path)) as journal:
    for number in range(int(count)):
        push = Push(
            f"{name}-{number}", 1, draft.invoice_id, "INV", "v", "c", "r", draft, draft.digest,
            PushStep.PREPARED, datetime(2026, 1, 1, tzinfo=UTC), "Ada", "desk",
        )
        journal.prepare([push])
        print(push.request_id, "prepared", flush=True)
        for step in (PushStep.CLAIMED, PushStep.SENT):
            journal.advance([push.request_id], step)
            print(push.request_id, step.value, flush=True)
"""


def _writer(path: Path, name: str, count: int, push: Push) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            sys.executable,
            "-c",
            WRITER,
            str(path),
            name,
            str(count),
            json.dumps(draft_to_json(push.draft)),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="no kill -9")
@pytest.mark.parametrize("lines", [1, 2, 5, 40, 123])
def test_what_was_answered_before_kill_9_is_in_the_journal(
    tmp_path: Path, make_push: MakePush, lines: int
) -> None:
    path = tmp_path / "journal.sqlite3"
    with _writer(path, "w", 1_000_000, make_push()) as writer:
        assert writer.stdout
        seen = [writer.stdout.readline() for _ in range(lines)]
        writer.send_signal(signal.SIGKILL)
        seen += [line for line in writer.stdout if line.endswith("\n")]
    assert writer.returncode == -signal.SIGKILL
    answered = {line.split()[0]: PushStep(line.split()[1]) for line in seen}
    order = (PushStep.PREPARED, PushStep.CLAIMED, PushStep.SENT)
    with open_journal(path) as journal:
        kept = {str(push.request_id): push.step for push in journal.open_pushes()}
        for request_id, step in answered.items():
            assert order.index(kept[request_id]) >= order.index(step)
        assert journal.verify() >= len(seen)
        journal.prepare([make_push("after")])


def test_several_programs_write_at_once_without_losing_an_entry(
    tmp_path: Path, make_push: MakePush
) -> None:
    path = tmp_path / "journal.sqlite3"
    writers = [_writer(path, f"w{n}", 40, make_push()) for n in range(3)]
    for writer in writers:
        writer.communicate()
        assert writer.returncode == 0
    with open_journal(path) as journal:
        assert len(journal.open_pushes()) == 120
        assert journal.verify() == 360


def test_a_journal_that_stays_locked_says_so(tmp_path: Path, make_push: MakePush) -> None:
    path = tmp_path / "journal.sqlite3"
    with (
        open_journal(path, busy_seconds=0.05) as journal,
        closing(sqlite3.connect(path, isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalError, match="locked") as caught:
            journal.prepare([make_push()])
        assert str(path) in caught.value.details
        other.execute("ROLLBACK")
        journal.prepare([make_push()])


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on file sizes")
def test_a_full_disk_says_so_and_leaves_the_journal_whole(
    tmp_path: Path, make_push: MakePush
) -> None:
    path = tmp_path / "journal.sqlite3"
    with open_journal(path) as journal:
        journal.prepare([make_push("before")])
    # The limit makes writes fail as a full disk does.
    script = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, 64 * 1024))\n"
        + WRITER
    )
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            script,
            str(path),
            "w",
            "500",
            json.dumps(draft_to_json(make_push().draft)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "JournalError" in done.stderr
    assert "disk" in done.stderr.splitlines()[-1]
    answered = {line.split()[0] for line in done.stdout.splitlines()}
    with open_journal(path) as journal:
        kept = {str(push.request_id) for push in journal.open_pushes()}
        assert answered | {"before"} <= kept
        journal.verify()


def _read_all(path: Path) -> None:
    with open_journal(path) as journal:
        journal.open_pushes()
        journal.verify()


@pytest.mark.parametrize("at", [0, 4096, 4096 * 3])
def test_a_damaged_file_is_refused_not_replaced(
    tmp_path: Path, make_push: MakePush, at: int
) -> None:
    path = tmp_path / "journal.sqlite3"
    with open_journal(path) as journal:
        journal.prepare([make_push(f"p{n}") for n in range(50)])
    spoiled = bytearray(path.read_bytes())
    spoiled[at : at + 200] = b"\xff" * 200
    path.write_bytes(spoiled)
    with pytest.raises(JournalError):
        _read_all(path)
    assert path.read_bytes()[at : at + 200] == b"\xff" * 200


def test_a_file_of_another_kind_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE theirs (x)")
    with pytest.raises(JournalError, match="not a journal"):
        open_journal(path)


def test_a_newer_journal_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    open_journal(path).close()
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("PRAGMA user_version = 99")
    with pytest.raises(JournalError, match="newer version"):
        open_journal(path)


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(JournalError, match="folder"):
        open_journal(tmp_path / "file" / "journal.sqlite3")


def test_an_older_journal_is_copied_then_brought_up_to_date(
    tmp_path: Path, make_push: MakePush
) -> None:
    path = tmp_path / "journal.sqlite3"
    with open_journal(path) as journal:
        journal.prepare([make_push()])
    newer = (*MIGRATIONS, ("ALTER TABLE watermarks ADD COLUMN note TEXT",))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        migrate(connection, path, newer)
        migrate(connection, path, newer)
        assert connection.execute("SELECT count(note) FROM watermarks").fetchone() == (0,)
    with pytest.raises(JournalError, match="newer version"):
        open_journal(path)
    with open_journal(tmp_path / f"journal.sqlite3.version-{len(MIGRATIONS)}") as kept:
        assert len(kept.open_pushes()) == 1


def test_a_failed_migration_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    open_journal(path).close()
    broken = (*MIGRATIONS, ("CREATE TABLE fine (x)", "CREATE TABLE broken ("))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        with pytest.raises(sqlite3.OperationalError):
            migrate(connection, path, broken)
        assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        assert not connection.execute("SELECT 1 FROM sqlite_schema WHERE name='fine'").fetchall()


@pytest.mark.parametrize(
    "change",
    [
        "DROP TRIGGER entries_stay; UPDATE entries SET by = 'Eve' WHERE id = 2",
        "DROP TRIGGER entries_stay; UPDATE entries SET at = '2020-01-01T00:00:00+00:00'",
        "DROP TRIGGER entries_last; DELETE FROM entries WHERE id = 1",
        "DROP TRIGGER entries_last; DELETE FROM entries WHERE id = 3",
        "UPDATE pushes SET step = 'recorded'",
        "UPDATE pushes SET draft = replace(draft, '120.00', '20.00')",
        "UPDATE pushes SET digest = 'abc'",
        "UPDATE pushes SET draft = 'nothing'",
    ],
)
def test_tampering_is_seen(tmp_path: Path, make_push: MakePush, change: str) -> None:
    path = tmp_path / "journal.sqlite3"
    with open_journal(path) as journal:
        journal.prepare([make_push()])
        journal.advance([RequestId("first-g1")], PushStep.CLAIMED)
        journal.advance([RequestId("first-g1")], PushStep.SENT)
        assert journal.verify() == 3
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(change)
    with open_journal(path) as journal, pytest.raises(JournalError, match=r"changed by hand"):
        journal.verify()


@pytest.mark.parametrize("change", ["UPDATE entries SET by = 'Eve'", "DELETE FROM entries"])
def test_entries_refuse_change_even_by_sql(
    tmp_path: Path, make_push: MakePush, change: str
) -> None:
    path = tmp_path / "journal.sqlite3"
    with open_journal(path) as journal:
        journal.prepare([make_push()])
    with (
        closing(sqlite3.connect(path)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="never"),
    ):
        connection.execute(change)


@pytest.mark.skipif(sys.platform == "win32", reason="file modes")
def test_only_the_owner_may_read_the_journal(tmp_path: Path, make_push: MakePush) -> None:
    path = tmp_path / "journal.sqlite3"
    with open_journal(path) as journal:
        journal.prepare([make_push()])
        for file in tmp_path.iterdir():
            assert file.stat().st_mode & 0o077 == 0, file


def test_an_invoice_never_pushed_has_no_history(tmp_path: Path) -> None:
    with open_journal(tmp_path / "journal.sqlite3") as journal:
        assert journal.history(InvoiceId("none")) == ()
