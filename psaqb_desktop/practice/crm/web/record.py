"""Calls on one row: read, change, upsert, delete, and its single properties."""

from __future__ import annotations

from typing import Any

from psaqb_desktop.practice.crm.errors import (
    INVALID_ARGUMENT,
    ApiError,
    not_found,
    unknown_segment,
)
from psaqb_desktop.practice.crm.odata.context import context
from psaqb_desktop.practice.crm.odata.options import QueryOptions, read_options
from psaqb_desktop.practice.crm.odata.preferences import Preferences, read_preferences
from psaqb_desktop.practice.crm.odata.source import Source
from psaqb_desktop.practice.crm.records.addressing import RecordAddress, demand_row, exists
from psaqb_desktop.practice.crm.records.duplicates import demand_single
from psaqb_desktop.practice.crm.schema.model import Column, Table
from psaqb_desktop.practice.crm.web import conditions
from psaqb_desktop.practice.crm.web.message import ApiRequest, ApiResponse
from psaqb_desktop.practice.crm.web.session import Session


def handle_record(session: Session, request: ApiRequest, address: RecordAddress) -> ApiResponse:
    """Answer a call whose path ends at a row.

    Raises:
        ApiError: The call is refused.
    """
    if request.method == "GET":
        return _read(session, request, address)
    if request.method == "PATCH":
        return _patch(session, request, address)
    if request.method == "DELETE":
        row_id = demand_row(session.connection, address)
        version = conditions.version_of(session.connection, address.table, row_id)
        conditions.demand_version(request.headers, version or 0)
        session.writer().delete(address.table, row_id)
        return ApiResponse()
    raise method_not_allowed(request.method)


def method_not_allowed(method: str) -> ApiError:
    """The address exists but not for this method."""
    message = f"The requested resource does not support http method '{method}'."
    return ApiError(405, "0x80060888", message)


def entity_headers(session: Session, table: Table, row_id: str) -> dict[str, str]:
    """The two headers that tell where a written row is."""
    address = f"{session.environment.api_root}{table.set_name}({row_id})"
    return {"OData-EntityId": address, "Location": address}


def represented(
    session: Session,
    table: Table,
    row_id: str,
    options: QueryOptions,
    preferences: Preferences,
) -> ApiResponse:
    """The row after a write, as ``return=representation`` asks."""
    found = session.reader(preferences).one(table, row_id, options)
    root = session.environment.api_root
    body = {"@odata.context": context(root, table.set_name, options, single=True)} | found
    response = ApiResponse(200, body)
    response.headers["Preference-Applied"] = ",".join(preferences.applied)
    return response


def created(session: Session, request: ApiRequest, table: Table, row_id: str) -> ApiResponse:
    """The answer to a row that was added."""
    preferences = read_preferences(request.headers.get("Prefer"))
    response = ApiResponse(204)
    if preferences.wants_representation:
        options = read_options(request.query)
        response = represented(session, table, row_id, options, preferences)
        response.status = 201
    response.headers |= entity_headers(session, table, row_id)
    return response


def _read(session: Session, request: ApiRequest, address: RecordAddress) -> ApiResponse:
    table = address.table
    row_id = demand_row(session.connection, address)
    options = read_options(request.query)
    preferences = read_preferences(request.headers.get("Prefer"))
    version = conditions.version_of(session.connection, table, row_id) or 0
    is_plain = not options.expand and not preferences.annotations
    if is_plain and conditions.is_unchanged(request.headers, version):
        return ApiResponse(304)
    found = session.reader(preferences).one(table, row_id, options)
    root = session.environment.api_root
    body = {"@odata.context": context(root, table.set_name, options, single=True)} | found
    response = ApiResponse(200, body, headers={"ETag": f'W/"{version}"'})
    if preferences.applied:
        response.headers["Preference-Applied"] = ",".join(preferences.applied)
    return response


def _patch(session: Session, request: ApiRequest, address: RecordAddress) -> ApiResponse:
    table, row_id = address.table, address.row_id
    payload = request.json()
    if row_id and exists(session.connection, table, row_id):
        conditions.demand_absent(request.headers)
        version = conditions.version_of(session.connection, table, row_id) or 0
        conditions.demand_version(request.headers, version)
        demand_single(session.connection, table, payload, request.headers, row_id)
        session.writer().update(table, row_id, payload)
        preferences = read_preferences(request.headers.get("Prefer"))
        response = ApiResponse()
        if preferences.wants_representation:
            options = QueryOptions(select=read_options(request.query).select)
            response = represented(session, table, row_id, options, preferences)
        response.headers |= entity_headers(session, table, row_id)
        return response
    if conditions.if_match(request.headers):
        if row_id:
            raise not_found(table.logical_name, row_id)
        demand_row(session.connection, address)
    demand_single(session.connection, table, payload, request.headers)
    new_id = session.writer().create(table, payload, row_id=row_id, key_values=address.key_values)
    return created(session, request, table, new_id)


def handle_property(
    session: Session, request: ApiRequest, address: RecordAddress, name: str, *, raw: bool
) -> ApiResponse:
    """Answer a call on one property of a row.

    Raises:
        ApiError: The property is unknown or the call is refused.
    """
    table = address.table
    row_id = demand_row(session.connection, address)
    column = _property(session, table, name)
    if request.method == "GET":
        return _read_property(session, table, row_id, name, raw=raw)
    if request.method not in {"PUT", "DELETE"}:
        raise method_not_allowed(request.method)
    if column.kind.is_lookup:
        message = "A lookup is cleared through its navigation property and $ref."
        raise ApiError(400, INVALID_ARGUMENT, message)
    version = conditions.version_of(session.connection, table, row_id) or 0
    conditions.demand_version(request.headers, version)
    value: Any = request.json().get("value") if request.method == "PUT" else None
    session.writer().update(table, row_id, {name: value})
    return ApiResponse()


def _property(session: Session, table: Table, name: str) -> Column:
    if table.column_of_property(name) is None:
        raise unknown_segment(name)
    return Source(session.environment.catalogue, session.rights, table).column(name)


def _read_property(
    session: Session, table: Table, row_id: str, name: str, *, raw: bool
) -> ApiResponse:
    found = session.reader(Preferences()).one(table, row_id, QueryOptions(select=[name]))
    if raw:
        return ApiResponse(200, text=str(found[name]), content_type="text/plain")
    if found[name] is None:
        return ApiResponse()
    root = session.environment.api_root
    what = f"{root}$metadata#{table.set_name}({row_id})/{name}"
    return ApiResponse(200, {"@odata.context": what, "value": found[name]})
