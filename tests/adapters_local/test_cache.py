"""The cached list comes back equal, and a bad file counts as none."""

from __future__ import annotations

import json
import logging
import sqlite3
import zlib
from contextlib import closing
from dataclasses import make_dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from psaqb_desktop.adapters.cache import SqliteInvoiceCache
from psaqb_desktop.adapters.cache.columns import fingerprint
from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.findings import Finding
from psaqb_desktop.domain.identifiers import CrmId, InvoiceId
from psaqb_desktop.domain.invoice import CrmStatus, Invoice, InvoiceCustomer, InvoiceKind, Routing
from psaqb_desktop.domain.listing import Checked, InvoiceList, ListedInvoice
from psaqb_desktop.domain.push import SyncRecord

# Built from the dataclasses' own types: a new field is tested the day it appears.
st.register_type_strategy(
    Decimal, st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), places=4)
)
AWARE = st.datetimes(
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))]),
    min_value=datetime(1990, 1, 1),
).map(lambda moment: moment.replace(fold=0))  # these zones have no fold
st.register_type_strategy(datetime, AWARE)
st.register_type_strategy(date, st.dates())
CONNECTIONS = st.lists(st.builds(Connection), max_size=2)


@st.composite
def _lists(draw: st.DrawFn) -> InvoiceList:
    connections = draw(CONNECTIONS)
    rows = draw(
        st.lists(
            st.builds(
                ListedInvoice,
                st.builds(Invoice),
                st.sampled_from([None, *connections]),
                st.none() | st.builds(SyncRecord),
                st.none(),
                st.none() | st.builds(Finding),
            ),
            max_size=3,
        )
    )
    return InvoiceList(tuple(rows), tuple(connections), draw(AWARE), draw(st.booleans()))


LISTS = _lists()


@given(LISTS)
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_list_comes_back_equal(tmp_path: Path, listed: InvoiceList) -> None:
    cache = SqliteInvoiceCache(tmp_path / "cache.sqlite3")
    cache.store(listed)
    loaded = cache.load()
    assert loaded == replace(listed, is_from_cache=True)
    assert repr(loaded) == repr(replace(listed, is_from_cache=True)), "equal, but not alike"


def _list(count: int = 3) -> InvoiceList:
    return InvoiceList(
        tuple(ListedInvoice(replace(_EXAMPLE, number=f"INV-{n}"), None) for n in range(count)),
        (),
        datetime(2026, 3, 1, tzinfo=UTC),
    )


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


def test_checks_are_not_kept(tmp_path: Path) -> None:
    listed = _list(1)
    row = listed.rows[0]
    checked = replace(row, checked=Checked(row.invoice, None, None, ()))
    cache = SqliteInvoiceCache(tmp_path / "cache.sqlite3")
    cache.store(replace(listed, rows=(checked,)))
    assert cache.load() == replace(listed, is_from_cache=True)


def test_there_is_nothing_before_the_first_list(tmp_path: Path) -> None:
    assert SqliteInvoiceCache(tmp_path / "none.sqlite3").load() is None


def test_a_later_list_takes_the_place_of_the_earlier(tmp_path: Path) -> None:
    cache = SqliteInvoiceCache(tmp_path / "folder" / "cache.sqlite3")
    cache.store(_list(5))
    cache.store(_list(2))
    loaded = cache.load()
    assert loaded is not None
    assert len(loaded.rows) == 2


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE parts SET body = replace(body, 'EUR', 'USD')",
        "UPDATE parts SET body = '{', checksum = 2045255222 WHERE name = 'invoices'",
        "DELETE FROM parts WHERE name = 'invoices'",
        "DELETE FROM parts",
        "DROP TABLE parts",
    ],
)
def test_a_changed_file_counts_as_none_and_is_written_anew(
    tmp_path: Path, change: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "cache.sqlite3"
    cache = SqliteInvoiceCache(path)
    cache.store(_list())
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(change)
    with caplog.at_level(logging.WARNING):
        assert cache.load() is None
    assert "read afresh" in caplog.text
    cache.store(_list())
    assert cache.load() is not None


@pytest.mark.parametrize("spoiled", [b"", b"not a database at all" * 500, b"SQLite format 3\0oops"])
def test_a_damaged_file_counts_as_none_and_is_replaced(tmp_path: Path, spoiled: bytes) -> None:
    path = tmp_path / "cache.sqlite3"
    path.write_bytes(spoiled)
    cache = SqliteInvoiceCache(path)
    assert cache.load() is None
    cache.store(_list())
    assert cache.load() is not None


def test_a_list_of_another_version_of_the_program_counts_as_none(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite3"
    SqliteInvoiceCache(path).store(_list())
    with closing(sqlite3.connect(path)) as connection:
        (head,) = connection.execute("SELECT body FROM parts WHERE name = 'head'").fetchone()
        other = json.dumps({**json.loads(head), "written_as": "another version"})
        connection.execute(
            "UPDATE parts SET body = ?, checksum = ? WHERE name = 'head'",
            (other, zlib.crc32(other.encode())),
        )
        connection.commit()
    assert SqliteInvoiceCache(path).load() is None


def test_the_fingerprint_changes_with_a_type_far_inside() -> None:
    whole = make_dataclass("Whole", [("part", make_dataclass("Part", [("amount", Decimal)]))])
    other = make_dataclass("Whole", [("part", make_dataclass("Part", [("amount", str)]))])
    same = make_dataclass("Whole", [("part", make_dataclass("Part", [("amount", Decimal)]))])
    assert fingerprint(whole) != fingerprint(other)
    assert fingerprint(whole) == fingerprint(same)


def test_a_place_that_cannot_be_written_is_logged_not_raised(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    with caplog.at_level(logging.WARNING):
        SqliteInvoiceCache(tmp_path / "file" / "cache.sqlite3").store(_list())
    assert "could not be kept" in caplog.text
