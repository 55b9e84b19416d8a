"""State and status: which pairs exist and what is filled in when one is left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psaqb_desktop.practice.crm.errors import INVALID_STATE, ApiError
from psaqb_desktop.practice.crm.records.changes import Changes
from psaqb_desktop.practice.crm.schema.model import Table


def complete_on_create(table: Table, changes: Changes) -> None:
    """A new row starts in the first state; only a status of that state may be chosen.

    Raises:
        ApiError: The payload sets another state, or a status of another state.
    """
    if "statecode" not in table.columns:
        return
    if changes.values.get("statecode") not in {None, 0}:
        raise ApiError(400, INVALID_STATE, "Attribute 'statecode' cannot be set on create.")
    status = changes.values.get("statuscode")
    changes.values["statecode"] = 0
    changes.values["statuscode"] = _first_status(table, 0) if status is None else status
    _demand_pair(table, 0, int(changes.values["statuscode"]))


def complete_on_update(table: Table, changes: Changes, before: Mapping[str, Any] | Any) -> None:
    """Fill the default status of a new state and refuse pairs that do not exist.

    Raises:
        ApiError: The status does not belong to the state.
    """
    state = changes.values.get("statecode")
    status = changes.values.get("statuscode")
    if state is None and status is None:
        return
    state = int(before["statecode"] if state is None else state)
    if status is None:
        status = _first_status(table, state)
        changes.put(table.columns["statuscode"], status)
    _demand_pair(table, state, int(status))


def _first_status(table: Table, state: int) -> int:
    options = table.columns["statuscode"].options
    return next(choice.value for choice in options if choice.state == state)


def _demand_pair(table: Table, state: int, status: int) -> None:
    options = table.columns["statuscode"].options
    if any(choice.value == status and choice.state == state for choice in options):
        return
    message = f"{status} is not a valid status code for state code {state} on {table.logical_name}."
    raise ApiError(400, INVALID_STATE, message)
