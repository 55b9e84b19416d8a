"""CreateMultiple, UpdateMultiple and UpsertMultiple: all rows or none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from psaqb_desktop.practice.crm.errors import INVALID_ARGUMENT, ApiError, bad_payload
from psaqb_desktop.practice.crm.odata.text import name_and_brackets
from psaqb_desktop.practice.crm.records.addressing import RecordAddress, exists, locate
from psaqb_desktop.practice.crm.schema.model import Table
from psaqb_desktop.practice.crm.storage.values import guid
from psaqb_desktop.practice.crm.web.message import ApiRequest, ApiResponse
from psaqb_desktop.practice.crm.web.session import Session


def create_multiple(session: Session, request: ApiRequest, table: Table) -> ApiResponse:
    """Add many rows in one transaction.

    Raises:
        ApiError: One of the rows is refused; none is kept.
    """
    writer = session.writer()
    ids = [writer.create(table, target) for target in _targets(request, table)]
    context = (
        f"{session.environment.api_root}$metadata#Microsoft.Dynamics.CRM.CreateMultipleResponse"
    )
    return ApiResponse(200, {"@odata.context": context, "Ids": ids})


def update_multiple(session: Session, request: ApiRequest, table: Table) -> ApiResponse:
    """Change many rows in one transaction.

    Raises:
        ApiError: One of the rows is refused; none is changed.
    """
    _demand_known(session, table, "UpdateMultiple")
    writer = session.writer()
    for target in _targets(request, table):
        address = _address(session, table, target)
        if not address.row_id or not exists(session.connection, table, address.row_id):
            message = f"Entity '{table.logical_name}' With Id = {address.row_id} Does Not Exist"
            raise ApiError(404, "0x80040217", message)
        writer.update(table, address.row_id, _without_id(table, target))
    return ApiResponse()


def upsert_multiple(session: Session, request: ApiRequest, table: Table) -> ApiResponse:
    """Change the rows that exist and add the others, in one transaction.

    Raises:
        ApiError: One of the rows is refused; nothing is kept.
    """
    _demand_known(session, table, "UpsertMultiple")
    writer = session.writer()
    for target in _targets(request, table):
        address = _address(session, table, target)
        if address.row_id and exists(session.connection, table, address.row_id):
            writer.update(table, address.row_id, _without_id(table, target))
        else:
            writer.create(table, target, row_id=address.row_id, key_values=address.key_values)
    return ApiResponse()


def _demand_known(session: Session, table: Table, name: str) -> None:
    if table.logical_name == "invoice" and not session.environment.options.invoice_updates_in_bulk:
        message = f"The '{name}' method does not support entities of type 'invoice'."
        raise ApiError(405, INVALID_ARGUMENT, message)


def _targets(request: ApiRequest, table: Table) -> list[dict[str, Any]]:
    found = request.json().get("Targets")
    if not isinstance(found, list) or not found:
        raise bad_payload("The parameter 'Targets' must be a collection of rows.")
    wanted = f"Microsoft.Dynamics.CRM.{table.logical_name}"
    for target in found:
        named = str(target.get("@odata.type", "")).lstrip("#") if isinstance(target, dict) else ""
        if named != wanted:
            raise bad_payload(f"Each target needs '@odata.type': '{wanted}'.")
    return found


def _address(session: Session, table: Table, target: dict[str, Any]) -> RecordAddress:
    text = target.get("@odata.id")
    if isinstance(text, str):
        _, inside = name_and_brackets(text.rsplit("/", 1)[-1])
        if inside is not None:
            return locate(session.connection, table, inside)
    row_id = guid(str(target.get(table.primary_id, "")))
    if row_id is None:
        message = f"Each target needs '{table.primary_id}' or '@odata.id'."
        raise ApiError(400, INVALID_ARGUMENT, message)
    return RecordAddress(table, row_id, {})


def _without_id(table: Table, target: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in target.items() if name != table.primary_id}


BULK_ACTIONS: dict[str, Callable[[Session, ApiRequest, Table], ApiResponse]] = {
    "CreateMultiple": create_multiple,
    "UpdateMultiple": update_multiple,
    "UpsertMultiple": upsert_multiple,
}
