from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psaqb_desktop.adapters.dataverse import odata
from psaqb_desktop.adapters.dataverse.tax_shares import shares
from psaqb_desktop.adapters.dataverse.values import amount, calendar_day, number, reference
from psaqb_desktop.domain.errors import UnreadableAnswerError

_ZONES = (
    "Pacific/Honolulu",
    "America/Los_Angeles",
    "America/St_Johns",
    "Europe/London",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Asia/Tokyo",
    "Australia/Adelaide",
    "Pacific/Auckland",
)


@given(day=st.dates(date(2015, 1, 1), date(2035, 1, 1)), zone=st.sampled_from(_ZONES))
def test_a_day_typed_anywhere_stays_that_day(day: date, zone: str) -> None:
    typed = datetime.combine(day, datetime.min.time(), ZoneInfo(zone))
    row = {"d": typed.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
    assert calendar_day(row, "d", "UserLocal") == day


@pytest.mark.parametrize("behavior", ["TimeZoneIndependent", "DateOnly"])
def test_a_zone_independent_day_is_taken_as_it_stands(behavior: str) -> None:
    assert calendar_day({"d": "2026-03-01T23:30:00Z"}, "d", behavior) == date(2026, 3, 1)


def test_a_plain_date_needs_no_behaviour() -> None:
    assert calendar_day({"d": "2026-03-01"}, "d", "") == date(2026, 3, 1)


def test_no_date_is_none_and_nonsense_is_refused() -> None:
    assert calendar_day({"d": None}, "d", "DateOnly") is None
    with pytest.raises(UnreadableAnswerError):
        calendar_day({"d": "soon"}, "d", "UserLocal")


def test_moments_are_written_in_whole_utc_seconds() -> None:
    zone = timezone(timedelta(hours=2))
    moment = datetime(2026, 11, 20, 1, 2, 3, 987_654, zone)
    assert odata.moment(moment) == "2026-11-19T23:02:03Z"


def test_padding_zeros_of_amounts_go_and_digits_stay() -> None:
    row = {"a": Decimal("5000000.0000"), "b": Decimal("0.1250"), "c": 12}
    assert str(amount(row, "a")) == "5000000.00"
    assert str(amount(row, "b")) == "0.125"
    assert str(amount(row, "c")) == "12.00"
    assert str(number({"q": Decimal("7.50000")}, "q")) == "7.5"
    assert str(number({"q": Decimal("100.00000")}, "q")) == "100"


def test_a_key_that_is_no_guid_never_gets_into_an_address() -> None:
    with pytest.raises(ValueError, match="is not the key"):
        odata.any_of("invoiceid", ["1) or (true"])


def test_quotes_are_doubled_and_marks_kept_readable() -> None:
    name = odata.text("O'Hara & Sons")
    assert (
        odata.query({"$filter": f"name eq {name}"}) == "$filter=name%20eq%20'O''Hara%20%26%20Sons'"
    )


def test_a_reference_reads_key_and_shown_name() -> None:
    row = {
        "_msdyn_project_value": "9E0B5C8E-7F4A-4C39-8C55-2D2D1F9C0001",
        f"_msdyn_project_value@{odata.FORMATTED}": "Bridge",
    }
    found = reference(row, "msdyn_project")
    assert found is not None
    assert (found.id, found.name) == ("9e0b5c8e-7f4a-4c39-8c55-2d2d1f9c0001", "Bridge")
    assert reference({"_msdyn_project_value": None}, "msdyn_project") is None


_cents = st.integers(-10_000_000, 10_000_000).map(lambda n: Decimal(n).scaleb(-2))


@given(total=_cents, weights=st.lists(_cents, min_size=1, max_size=30))
def test_tax_shares_add_up_to_the_cent(total: Decimal, weights: list[Decimal]) -> None:
    parts = shares(total, weights)
    assert len(parts) == len(weights)
    assert sum(parts) == total


@given(
    total=st.integers(0, 1_000_000).map(lambda n: Decimal(n).scaleb(-2)),
    weights=st.lists(st.integers(1, 100_000).map(Decimal), min_size=1, max_size=20),
)
def test_no_tax_share_is_a_cent_off(total: Decimal, weights: list[Decimal]) -> None:
    whole = sum(weights)
    for part, weight in zip(shares(total, weights), weights, strict=True):
        assert abs(part - total * weight / whole) < Decimal("0.01")


def test_the_largest_remainder_gets_the_odd_cent() -> None:
    parts = shares(Decimal("0.10"), [Decimal(1), Decimal(1), Decimal(1)])
    assert parts == (Decimal("0.04"), Decimal("0.03"), Decimal("0.03"))
    assert shares(Decimal("1.00"), [Decimal(0), Decimal(0)]) == (Decimal("1.00"), Decimal(0))
