"""Values on their way between JSON, SQLite and formatted text.

Money and decimals are kept as whole numbers of their smallest unit, so nothing is ever rounded by
a binary fraction and SQL can compare and add them.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from psaqb_desktop.practice.crm.clock import stamp
from psaqb_desktop.practice.crm.errors import (
    CHOICE_OUT_OF_RANGE,
    INVALID_ARGUMENT,
    STRING_TOO_LONG,
    ApiError,
    bad_payload,
)
from psaqb_desktop.practice.crm.schema.model import Column, Kind

MONEY_PLACES = 4
_EARLIEST = "1753-01-01"
_SQL_INTEGER = 2**63 - 1


def places(column: Column) -> int:
    """Decimal places in which a column is kept."""
    return MONEY_PLACES if column.kind is Kind.MONEY else column.precision


def to_storage(column: Column, value: Any) -> Any:
    """Check a JSON value and bring it into stored form.

    Raises:
        ApiError: The value does not fit the column.
    """
    if value is None:
        return None
    return _WRITERS[column.kind](column, value)


def to_json(column: Column, stored: Any) -> Any:
    """Bring a stored value into the form in which the Web API prints it."""
    if stored is None:
        return None
    if column.kind in {Kind.MONEY, Kind.DECIMAL}:
        return unscaled(column, stored)
    if column.kind is Kind.BOOLEAN:
        return bool(stored)
    return stored


def scaled(column: Column, value: Decimal) -> int:
    """A decimal as a whole number of the column's smallest unit."""
    step = Decimal(1).scaleb(-places(column))
    rounded = value.quantize(step, rounding=ROUND_HALF_UP)
    return int(rounded.scaleb(places(column)))


def unscaled(column: Column, stored: int) -> Decimal:
    """The decimal that a stored whole number stands for, trailing zeros included."""
    return Decimal(stored).scaleb(-places(column))


def guid(value: str) -> str | None:
    """A GUID in lower case without braces; None when it is none."""
    try:
        return str(UUID(value))
    except ValueError:
        return None


def day_or_moment(column: Column, text: str) -> str:
    """A date or moment in stored form.

    Raises:
        ValueError: The text is neither.
    """
    if column.behavior == "DateOnly":
        return date.fromisoformat(text).isoformat()
    moment = datetime.fromisoformat(_short_fraction(text))
    if column.behavior == "TimeZoneIndependent":
        return stamp(moment.replace(tzinfo=UTC))
    return stamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _short_fraction(text: str) -> str:
    return re.sub(r"(\.\d{6})\d+", r"\1", text)


def _text(column: Column, value: Any) -> str:
    if not isinstance(value, str):
        raise bad_payload(f"Cannot convert the value of '{column.logical_name}' to Edm.String.")
    if column.max_length is not None and len(value) > column.max_length:
        message = (
            f"A validation error occurred. The length of the '{column.logical_name}' attribute of "
            f"the entity exceeded the maximum allowed length of '{column.max_length}'."
        )
        raise ApiError(400, STRING_TOO_LONG, message)
    return value


def _whole(column: Column, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _SQL_INTEGER:
        raise bad_payload(f"Cannot convert the value of '{column.logical_name}' to Edm.Int32.")
    if column.kind is Kind.INTEGER and abs(value) > 2**31 - 1:
        raise bad_payload(f"The value of '{column.logical_name}' is too large for Edm.Int32.")
    _within_limits(column, Decimal(value))
    return value


def _number(column: Column, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise bad_payload(f"Cannot convert the value of '{column.logical_name}' to Edm.Decimal.")
    _within_limits(column, Decimal(value))
    try:
        stored = scaled(column, Decimal(value))
    except InvalidOperation:
        stored = _SQL_INTEGER + 1
    if abs(stored) > _SQL_INTEGER:
        raise _out_of_range(column)
    return stored


def _within_limits(column: Column, value: Decimal) -> None:
    too_low = column.minimum is not None and value < column.minimum
    if too_low or (column.maximum is not None and value > column.maximum):
        raise _out_of_range(column)


def _out_of_range(column: Column) -> ApiError:
    message = (
        f"A validation error occurred. The value of '{column.logical_name}' is outside the valid "
        f"range. Accepted values range from '{column.minimum}' to '{column.maximum}'."
    )
    return ApiError(400, STRING_TOO_LONG, message)


def _double(column: Column, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise bad_payload(f"Cannot convert the value of '{column.logical_name}' to Edm.Double.")
    return float(value)


def _yes_or_no(column: Column, value: Any) -> int:
    if not isinstance(value, bool):
        raise bad_payload(f"Cannot convert the value of '{column.logical_name}' to Edm.Boolean.")
    return int(value)


def _option(column: Column, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise bad_payload(f"Cannot convert the value of '{column.logical_name}' to Edm.Int32.")
    if column.label_of(value) is None:
        message = (
            f"A validation error occurred. The value '{value}' of '{column.logical_name}' "
            "on record is outside the valid range."
        )
        raise ApiError(400, CHOICE_OUT_OF_RANGE, message)
    return value


def _date(column: Column, value: Any) -> str:
    wanted = "Edm.Date" if column.behavior == "DateOnly" else "Edm.DateTimeOffset"
    if not isinstance(value, str):
        raise bad_payload(f"Cannot convert the value of '{column.logical_name}' to {wanted}.")
    try:
        stored = day_or_moment(column, value)
    except ValueError as error:
        message = f"Cannot convert the literal '{value}' to the expected type '{wanted}'."
        raise bad_payload(message) from error
    if stored < _EARLIEST:
        raise ApiError(
            400, INVALID_ARGUMENT, "DateTime is less than minumum value supported by CrmDateTime."
        )
    return stored


def _id(column: Column, value: Any) -> str:
    found = guid(value) if isinstance(value, str) else None
    if found is None:
        raise bad_payload(f"Cannot convert the value of '{column.logical_name}' to Edm.Guid.")
    return found


_WRITERS = {
    Kind.STRING: _text,
    Kind.MEMO: _text,
    Kind.INTEGER: _whole,
    Kind.BIGINT: _whole,
    Kind.DECIMAL: _number,
    Kind.MONEY: _number,
    Kind.DOUBLE: _double,
    Kind.BOOLEAN: _yes_or_no,
    Kind.PICKLIST: _option,
    Kind.STATE: _option,
    Kind.STATUS: _option,
    Kind.DATETIME: _date,
    Kind.UNIQUEIDENTIFIER: _id,
    Kind.LOOKUP: _id,
    Kind.CUSTOMER: _id,
    Kind.OWNER: _id,
}
