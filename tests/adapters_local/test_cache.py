"""The kept list comes back equal, is shared without harm, and a bad file counts as none."""

from __future__ import annotations

import logging
import sqlite3
import stat
from collections.abc import Iterable
from contextlib import closing
from dataclasses import make_dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from psaqb_desktop.adapters.cache import SqliteInvoiceCache
from psaqb_desktop.adapters.cache.type_fingerprint import fingerprint
from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.identifiers import ConnectionId, CrmId, InvoiceId, RealmId
from psaqb_desktop.domain.invoice import CrmStatus, Invoice, InvoiceCustomer, InvoiceKind, Routing
from psaqb_desktop.domain.kept_rows import KeptHead, Watermark
from psaqb_desktop.domain.refreshing import RowChanges
from psaqb_desktop.domain.sync_record import PostingState, SyncRecord

# Built from the dataclasses' own types: a new field is tested the day it appears.
st.register_type_strategy(
    Decimal, st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), places=4)
)
st.register_type_strategy(int, st.integers(-(2**31), 2**31))
AWARE = st.datetimes(
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))]),
    min_value=datetime(1990, 1, 1),
).map(lambda moment: moment.replace(fold=0))  # these zones have no fold
st.register_type_strategy(datetime, AWARE)
st.register_type_strategy(date, st.dates())

READ_ON = datetime(2026, 3, 1, tzinfo=UTC)


def _by_id(rows: Iterable[Invoice | SyncRecord]) -> list[str]:
    """Return rows in order of their ids, as texts: equal values may still not be alike."""
    return sorted(repr(row) for row in rows)


@given(
    st.lists(st.builds(Invoice), max_size=3, unique_by=lambda row: row.id),
    st.lists(st.builds(SyncRecord), max_size=3, unique_by=lambda row: row.id),
    st.builds(
        KeptHead,
        watermark=st.builds(Watermark),
        connections=st.lists(st.builds(Connection), max_size=2).map(tuple),
    ),
)
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_what_is_kept_comes_back_equal(
    tmp_path: Path, invoices: list[Invoice], records: list[SyncRecord], head: KeptHead
) -> None:
    (tmp_path / "list.sqlite3").unlink(missing_ok=True)
    cache = SqliteInvoiceCache(tmp_path / "list.sqlite3")
    base = cache.head()
    assert cache.write(base, RowChanges(tuple(invoices), tuple(records)), head)
    kept = cache.rows()
    assert kept.is_all
    assert _by_id(kept.invoices) == _by_id(invoices)
    assert _by_id(kept.records) == _by_id(records)
    assert repr(kept.head) == repr(replace(head, epoch=base.epoch, revision=1))


_EXAMPLE = Invoice(
    id=InvoiceId("i"),
    number="n",
    name="Example",
    kind=InvoiceKind.PROJECT,
    status=CrmStatus.CONFIRMED,
    customer=InvoiceCustomer(CrmId("c"), "account", "Contoso"),
    currency="EUR",
    invoice_date=date(2026, 2, 28),
    due_date=None,
    created_on=datetime(2026, 1, 1, tzinfo=UTC),
    modified_on=datetime(2026, 1, 1, tzinfo=UTC),
    version="1",
    net=Decimal("1.00"),
    discount=Decimal(0),
    freight=Decimal(0),
    tax=Decimal("1.0"),
    total=Decimal("2.00"),
    routing=Routing(),
)


def invoice(number: int, **changes: object) -> Invoice:
    modified_on = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
    made = replace(
        _EXAMPLE, id=InvoiceId(f"i{number:05}"), number=f"INV-{number}", modified_on=modified_on
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def record(number: int, state: PostingState) -> SyncRecord:
    return SyncRecord(
        CrmId(f"r{number}"), InvoiceId(f"i{number:05}"), ConnectionId("c"), RealmId("1"), state
    )


def kept(cache: SqliteInvoiceCache) -> list[str]:
    return [row.number for row in cache.rows().invoices]


def head(base: KeptHead, minutes: int = 0, link: str = "") -> KeptHead:
    moment = READ_ON + timedelta(minutes=minutes)
    return replace(base, watermark=Watermark(moment, link), read_on=moment, whole_on=moment)


def filled(path: Path, count: int = 3) -> SqliteInvoiceCache:
    cache = SqliteInvoiceCache(path)
    base = cache.head()
    cache.write(base, RowChanges(tuple(invoice(n) for n in range(count))), head(base))
    return cache


# -- changes -----------------------------------------------------------------------------------


def test_a_reader_gets_only_what_changed_since(tmp_path: Path) -> None:
    cache = filled(tmp_path / "list.sqlite3")
    known = cache.rows().head
    cache.write(known, RowChanges((invoice(1, version="2"), invoice(2), invoice(7))))
    cache.write(cache.head(), RowChanges(gone_invoices=frozenset({InvoiceId("i00000")})))
    news = cache.rows(known)
    assert not news.is_all
    assert sorted(row.number for row in news.invoices) == ["INV-1", "INV-7"]
    assert news.gone_invoices == {"i00000"}
    assert cache.rows(news.head).invoices == ()
    assert kept(cache) == ["INV-1", "INV-2", "INV-7"]


def test_a_deleted_row_comes_back_when_it_is_there_again(tmp_path: Path) -> None:
    cache = filled(tmp_path / "list.sqlite3", 1)
    cache.write(cache.head(), RowChanges(gone_invoices=frozenset({InvoiceId("i00000")})))
    assert kept(cache) == []
    known = cache.head()
    cache.write(known, RowChanges((invoice(0),)))
    assert kept(cache) == ["INV-0"]
    assert [row.number for row in cache.rows(known).invoices] == ["INV-0"]


def test_what_somebody_else_wrote_meanwhile_stays(tmp_path: Path) -> None:
    """A whole reading that took minutes does not set back what a refresh has brought since."""
    slow, quick = filled(tmp_path / "list.sqlite3"), SqliteInvoiceCache(tmp_path / "list.sqlite3")
    base = slow.head()
    gone = frozenset({InvoiceId("i00002")})
    now = quick.head()
    quick.write(now, RowChanges((invoice(0, version="2"),), (), gone), head(now, 9, "link"))
    old = (invoice(0), invoice(1, version="3"), invoice(2))
    assert slow.write(base, RowChanges(old, (), frozenset({InvoiceId("i00000")})), head(base, 5))
    rows = {row.number: row.version for row in quick.rows().invoices}
    assert rows == {"INV-0": "2", "INV-1": "3"}
    after = quick.head()
    assert after.watermark == Watermark(READ_ON + timedelta(minutes=9), "link")
    assert after.read_on == READ_ON + timedelta(minutes=9)


def test_a_delta_link_is_kept_though_the_watermark_moved_meanwhile(tmp_path: Path) -> None:
    cache = filled(tmp_path / "list.sqlite3")
    base = cache.head()
    cache.write(base, RowChanges(), head(base, 9))
    cache.write(base, RowChanges(), head(base, 5, "link"))
    assert cache.head().watermark == Watermark(READ_ON + timedelta(minutes=9), "link")


def test_the_changes_of_a_lost_file_are_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "list.sqlite3"
    cache = filled(path)
    base = cache.head()
    for each in list(tmp_path.iterdir()):
        each.unlink()
    other = SqliteInvoiceCache(path)
    assert other.head().watermark is None
    assert not cache.write(base, RowChanges((invoice(1),)), head(base))
    assert cache.head() == other.head()
    assert cache.rows(base).is_all


def test_the_file_forgets_what_is_long_gone(tmp_path: Path) -> None:
    cache = filled(tmp_path / "list.sqlite3", 50)
    known = cache.head()
    gone = frozenset(InvoiceId(f"i{n:05}") for n in range(1, 50))
    cache.write(known, RowChanges(gone_invoices=gone))
    base = cache.head()
    cache.write(base, RowChanges(), head(base, 60))
    with closing(sqlite3.connect(tmp_path / "list.sqlite3")) as connection:
        assert connection.execute("SELECT count(*) FROM invoices").fetchone() == (1,)
    assert cache.rows(known).is_all, "who has not heard of them reads everything"
    assert not cache.rows(base).is_all


# -- the first screen --------------------------------------------------------------------------


def test_the_first_rows_are_the_newest_of_those_to_post(tmp_path: Path) -> None:
    cache = SqliteInvoiceCache(tmp_path / "list.sqlite3")
    states = list(PostingState)
    records = tuple(record(n, state) for n, state in enumerate(states))
    invoices = [invoice(n) for n in range(len(states) + 2)]
    invoices.append(invoice(99, status=CrmStatus.DRAFT))
    cache.write(cache.head(), RowChanges(tuple(invoices), records))
    first = cache.first_rows(3)
    waiting = [states.index(PostingState.FAILED), len(states), len(states) + 1]
    assert [row.number for row in first.invoices] == [f"INV-{n}" for n in reversed(waiting)]
    assert [row.state for row in first.records] == [PostingState.FAILED]
    assert not first.is_all


def test_a_row_joins_and_leaves_the_first_rows_with_its_record(tmp_path: Path) -> None:
    cache = filled(tmp_path / "list.sqlite3", 1)
    cache.write(cache.head(), RowChanges((), (record(0, PostingState.POSTED),)))
    assert cache.first_rows(9).invoices == ()
    cache.write(cache.head(), RowChanges(gone_records=frozenset({CrmId("r0")})))
    assert [row.number for row in cache.first_rows(9).invoices] == ["INV-0"]
    cache.write(cache.head(), RowChanges(gone_invoices=frozenset({InvoiceId("i00000")})))
    assert cache.first_rows(9).invoices == ()


# -- the file ----------------------------------------------------------------------------------


def test_there_is_nothing_before_the_first_list(tmp_path: Path) -> None:
    cache = SqliteInvoiceCache(tmp_path / "folder" / "none.sqlite3")
    assert cache.head().watermark is None
    assert cache.rows().invoices == ()
    assert cache.first_rows(5).invoices == ()


def test_the_file_is_for_the_owners_eyes(tmp_path: Path) -> None:
    filled(tmp_path / "list.sqlite3")
    for path in tmp_path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE invoices SET currency = 'USD'",
        "UPDATE invoices SET net = '1.01' WHERE id = 'i00001'",
        "UPDATE invoices SET routing = '{'",
        "UPDATE state SET value = replace(value, '2026', '2027') WHERE name = 'head'",
        "DELETE FROM state WHERE name = 'head'",
        "DROP TABLE state",
    ],
)
def test_a_changed_file_counts_as_none_and_is_written_anew(
    tmp_path: Path, change: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "list.sqlite3"
    cache = filled(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(change)
    with caplog.at_level(logging.WARNING):
        assert cache.rows().invoices == ()
    assert "read afresh" in caplog.text or change == "DROP TABLE state"
    assert cache.head().watermark is None
    base = cache.head()
    assert cache.write(base, RowChanges((invoice(1),)), head(base))
    assert kept(SqliteInvoiceCache(path)) == ["INV-1"]


@pytest.mark.parametrize("spoiled", [b"", b"not a database at all" * 500, b"SQLite format 3\0oops"])
def test_a_damaged_file_counts_as_none_and_is_replaced(tmp_path: Path, spoiled: bytes) -> None:
    path = tmp_path / "list.sqlite3"
    path.write_bytes(spoiled)
    cache = SqliteInvoiceCache(path)
    assert cache.rows().invoices == ()
    base = cache.head()
    cache.write(base, RowChanges((invoice(1),)), head(base))
    assert kept(SqliteInvoiceCache(path)) == ["INV-1"]


def test_a_list_of_another_version_of_the_program_counts_as_none(tmp_path: Path) -> None:
    path = tmp_path / "list.sqlite3"
    before = filled(path).head()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE state SET value = 'another' WHERE name = 'written_as'")
        connection.commit()
    after = SqliteInvoiceCache(path).head()
    assert after.watermark is None
    assert after.epoch != before.epoch


def test_the_fingerprint_changes_with_a_type_far_inside() -> None:
    whole = make_dataclass("Whole", [("part", make_dataclass("Part", [("amount", Decimal)]))])
    other = make_dataclass("Whole", [("part", make_dataclass("Part", [("amount", str)]))])
    same = make_dataclass("Whole", [("part", make_dataclass("Part", [("amount", Decimal)]))])
    assert fingerprint(whole) != fingerprint(other)
    assert fingerprint(whole) == fingerprint(same)


def test_without_a_file_the_list_is_kept_in_memory(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    with caplog.at_level(logging.WARNING):
        cache = filled(tmp_path / "file" / "list.sqlite3")
    assert "could not be kept" in caplog.text
    assert kept(cache) == ["INV-0", "INV-1", "INV-2"]
    assert cache.head().watermark


def test_a_file_that_cannot_be_written_any_more_is_gone_on_with_in_memory(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "list.sqlite3"
    filled(path)
    cache = SqliteInvoiceCache(path, patience_seconds=0.1)
    base = cache.head()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with caplog.at_level(logging.WARNING):
            assert cache.write(base, RowChanges((invoice(9),)), head(base, 5))
    assert "kept in memory" in caplog.text
    assert kept(cache) == ["INV-0", "INV-1", "INV-2", "INV-9"]
    assert kept(SqliteInvoiceCache(path)) == ["INV-0", "INV-1", "INV-2"]
