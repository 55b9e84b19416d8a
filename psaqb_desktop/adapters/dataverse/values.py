"""Single values of the Web API's JSON: references, dates, moments, amounts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from psaqb_desktop.adapters.dataverse.client import JsonObject
from psaqb_desktop.adapters.dataverse.odata import FORMATTED, LOOKUP_TABLE
from psaqb_desktop.domain.errors import UnreadableAnswerError
from psaqb_desktop.domain.identifiers import CrmId
from psaqb_desktop.domain.invoice import CrmReference
from psaqb_desktop.domain.money import to_cents, to_decimal

_TO_THE_DAY = timedelta(hours=13)


def words(row: JsonObject, column: str) -> str:
    """Return a text without blanks around it; empty where there is none."""
    value = row.get(column)
    return "" if value is None else str(value).strip()


def label(row: JsonObject, column: str) -> str:
    """Return the text that the CRM shows for a choice or lookup."""
    return words(row, f"{column}@{FORMATTED}")


def reference(row: JsonObject, lookup: str, *, code: str = "") -> CrmReference | None:
    """Return what a lookup points to; None where it points nowhere."""
    column = f"_{lookup}_value"
    key = words(row, column).lower()
    return CrmReference(CrmId(key), label(row, column), code) if key else None


def table_of(row: JsonObject, lookup: str) -> str:
    """Return the table that a lookup of several tables points to."""
    return words(row, f"_{lookup}_value@{LOOKUP_TABLE}")


def choice(row: JsonObject, column: str) -> int | None:
    """Return the option value of a choice."""
    value = row.get(column)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def amount(row: JsonObject, column: str) -> Decimal:
    """Return an amount; digits behind the cent stay only where they say something."""
    value = to_decimal(row.get(column))
    cents = to_cents(value)
    return cents if cents == value else value.normalize()


def number(row: JsonObject, column: str) -> Decimal:
    """Return a quantity without the zeros that pad it."""
    value = to_decimal(row.get(column))
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def optional_decimal(row: JsonObject, column: str) -> Decimal | None:
    """Return a number; None where there is none."""
    value = row.get(column)
    return None if value is None else to_decimal(value)


def moment(row: JsonObject, column: str) -> datetime | None:
    """Return an instant in UTC."""
    value = row.get(column)
    if not value:
        return None
    try:
        read = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise UnreadableAnswerError(f"{value!r} in {column} is not a moment.") from error
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)


def moment_always(row: JsonObject, column: str) -> datetime:
    """Return an instant that each record has.

    Raises:
        UnreadableAnswerError: it is missing.
    """
    found = moment(row, column)
    if found is None:
        raise UnreadableAnswerError(f"The CRM answered a record without {column}.")
    return found


def calendar_day(row: JsonObject, column: str, behavior: str) -> date | None:
    """Return the day that a person meant by a date column, whatever its behaviour.

    ``DateOnly`` comes as a plain date; ``TimeZoneIndependent`` as midnight with a ``Z`` that is
    not to be converted. ``UserLocal`` is midnight in the zone of whoever typed it, told in UTC:
    the zone is not stored, but from Honolulu (UTC-10) to Auckland in summer (UTC+13) that moment
    plus 13 hours falls on the day that was meant.
    """
    value = words(row, column)
    if not value:
        return None
    if len(value) == 10 or behavior in {"DateOnly", "TimeZoneIndependent"}:
        try:
            return date.fromisoformat(value[:10])
        except ValueError as error:
            raise UnreadableAnswerError(f"{value!r} in {column} is not a date.") from error
    instant = moment_always(row, column)
    return (instant + _TO_THE_DAY).date()
