"""Calls on the rows behind a navigation property, and on the references themselves."""

# ruff: noqa: S608 - names come from the catalogue, values go as parameters

from __future__ import annotations

from typing import Any

from psaqb_desktop.practice.crm.errors import ApiError, bad_payload, unknown_segment
from psaqb_desktop.practice.crm.odata.reader import Restriction
from psaqb_desktop.practice.crm.records.addressing import (
    RecordAddress,
    demand_row,
    resolve_reference,
)
from psaqb_desktop.practice.crm.schema.catalogue import Navigation
from psaqb_desktop.practice.crm.schema.model import ManyToMany, OneToMany, Table
from psaqb_desktop.practice.crm.storage.database import quoted
from psaqb_desktop.practice.crm.storage.layout import type_column
from psaqb_desktop.practice.crm.web.collection import count_rows, list_rows
from psaqb_desktop.practice.crm.web.message import ApiRequest, ApiResponse
from psaqb_desktop.practice.crm.web.record import created, handle_record, method_not_allowed
from psaqb_desktop.practice.crm.web.segments import Segment
from psaqb_desktop.practice.crm.web.session import Session


def handle_navigation(
    session: Session,
    request: ApiRequest,
    address: RecordAddress,
    navigation: Navigation,
    rest: list[Segment],
) -> ApiResponse:
    """Answer ``row/navigation``, ``row/navigation/$count`` and ``row/navigation/$ref``.

    Raises:
        ApiError: The call is refused.
    """
    row_id = demand_row(session.connection, address)
    if rest[-1].name == "$ref":
        return _references(session, request, address.table, row_id, navigation, rest)
    target = session.environment.catalogue.tables[navigation.target]
    if not navigation.is_collection:
        return _single(session, request, address.table, row_id, navigation)
    restriction = _belonging(session, address.table, row_id, navigation)
    if len(rest) == 2 and rest[1].name == "$count":
        return count_rows(session, request, target, restriction)
    if request.method == "GET":
        return list_rows(session, request, target, restriction)
    if request.method == "POST" and isinstance(navigation.relationship, OneToMany):
        payload = request.json()
        bind = f"{navigation.relationship.single_name}@odata.bind"
        payload[bind] = f"/{address.table.set_name}({row_id})"
        new_id = session.writer().create(target, payload)
        return created(session, request, target, new_id)
    raise method_not_allowed(request.method)


def _single(
    session: Session, request: ApiRequest, table: Table, row_id: str, navigation: Navigation
) -> ApiResponse:
    if request.method != "GET":
        raise method_not_allowed(request.method)
    target = session.environment.catalogue.tables[navigation.target]
    found = _looked_up(session, table, row_id, navigation)
    if found is None:
        return ApiResponse()
    return handle_record(session, request, RecordAddress(target, found, {}))


def _looked_up(session: Session, table: Table, row_id: str, navigation: Navigation) -> str | None:
    relationship = _one_to_many(navigation)
    lookup = table.columns[relationship.lookup]
    row = session.connection.execute(
        f"SELECT * FROM {quoted(table.logical_name)} WHERE {quoted(table.primary_id)} = ?",
        (row_id,),
    ).fetchone()
    if lookup.is_polymorphic and row[type_column(lookup)] != navigation.target:
        return None
    found: str | None = row[lookup.logical_name]
    return found


def _belonging(session: Session, table: Table, row_id: str, navigation: Navigation) -> Restriction:
    target = session.environment.catalogue.tables[navigation.target]
    relationship = navigation.relationship
    if isinstance(relationship, ManyToMany):
        near, far = _ends(relationship, table)
        sql = (
            f"t.{quoted(target.primary_id)} IN (SELECT {far} FROM "
            f"{quoted(relationship.schema_name)} WHERE {near} = ?)"
        )
        return Restriction(sql, [row_id])
    lookup = target.columns[relationship.lookup]
    sql = f"t.{quoted(lookup.logical_name)} = ?"
    if lookup.is_polymorphic:
        sql += f" AND t.{quoted(type_column(lookup))} = '{table.logical_name}'"
    return Restriction(sql, [row_id])


def _references(
    session: Session,
    request: ApiRequest,
    table: Table,
    row_id: str,
    navigation: Navigation,
    rest: list[Segment],
) -> ApiResponse:
    if request.method == "GET":
        return _list_references(session, table, row_id, navigation)
    if request.method in {"POST", "PUT"}:
        other = _referenced(session, request.json())
        if other.table.logical_name != navigation.target:
            raise bad_payload(f"'{navigation.name}' takes rows of '{navigation.target}'.")
        _associate(session, table, row_id, navigation, other.row_id)
        return ApiResponse()
    if request.method != "DELETE":
        raise method_not_allowed(request.method)
    _disassociate(session, request, table, row_id, navigation, rest)
    return ApiResponse()


def _list_references(
    session: Session, table: Table, row_id: str, navigation: Navigation
) -> ApiResponse:
    root = session.environment.api_root
    target = session.environment.catalogue.tables[navigation.target]
    if not navigation.is_collection:
        found = _looked_up(session, table, row_id, navigation)
        if found is None:
            return ApiResponse()
        what = f"{root}$metadata#$ref"
        return ApiResponse(
            200, {"@odata.context": what, "@odata.id": f"{root}{target.set_name}({found})"}
        )
    restriction = _belonging(session, table, row_id, navigation)
    rows = session.connection.execute(
        f"SELECT {quoted(target.primary_id)} FROM {quoted(target.logical_name)} t "
        f"WHERE {restriction.sql}",
        restriction.parameters,
    )
    links = [{"@odata.id": f"{root}{target.set_name}({row[0]})"} for row in rows]
    what = f"{root}$metadata#Collection($ref)"
    return ApiResponse(200, {"@odata.context": what, "value": links})


def _referenced(session: Session, payload: dict[str, Any]) -> RecordAddress:
    address = payload.get("@odata.id")
    if not isinstance(address, str):
        raise bad_payload("The body of a $ref request holds '@odata.id'.")
    return resolve_reference(session.environment.catalogue, session.connection, address)


def _associate(
    session: Session, table: Table, row_id: str, navigation: Navigation, other_id: str
) -> None:
    relationship = navigation.relationship
    catalogue = session.environment.catalogue
    if isinstance(relationship, ManyToMany):
        session.rights.demand("Append", table)
        near, far = _ends(relationship, table)
        session.connection.execute(
            f"INSERT OR IGNORE INTO {quoted(relationship.schema_name)} ({near}, {far}) "
            "VALUES (?, ?)",
            (row_id, other_id),
        )
        return
    target = catalogue.tables[navigation.target]
    bind = f"{relationship.single_name}@odata.bind"
    if navigation.is_collection:
        payload = {bind: f"/{table.set_name}({row_id})"}
        session.writer().update(target, other_id, payload)
    else:
        session.writer().update(table, row_id, {bind: f"/{target.set_name}({other_id})"})


def _disassociate(
    session: Session,
    request: ApiRequest,
    table: Table,
    row_id: str,
    navigation: Navigation,
    rest: list[Segment],
) -> None:
    relationship = navigation.relationship
    if not navigation.is_collection:
        single = _one_to_many(navigation).single_name
        session.writer().update(table, row_id, {f"{single}@odata.bind": None})
        return
    other_id = _named_in(session, request, navigation, rest)
    if isinstance(relationship, ManyToMany):
        session.rights.demand("Append", table)
        near, far = _ends(relationship, table)
        session.connection.execute(
            f"DELETE FROM {quoted(relationship.schema_name)} WHERE {near} = ? AND {far} = ?",
            (row_id, other_id),
        )
        return
    target = session.environment.catalogue.tables[navigation.target]
    session.writer().update(target, other_id, {f"{relationship.single_name}@odata.bind": None})


def _named_in(
    session: Session, request: ApiRequest, navigation: Navigation, rest: list[Segment]
) -> str:
    catalogue = session.environment.catalogue
    address = request.custom("$id")
    if address is None and rest[0].inside is not None:
        address = f"/{catalogue.tables[navigation.target].set_name}({rest[0].inside})"
    if address is None:
        raise ApiError(400, "0x80060888", "Name the row to take out, in brackets or with $id.")
    return resolve_reference(catalogue, session.connection, address).row_id


def _one_to_many(navigation: Navigation) -> OneToMany:
    if not isinstance(navigation.relationship, OneToMany):
        raise unknown_segment(navigation.name)
    return navigation.relationship


def _ends(relationship: ManyToMany, table: Table) -> tuple[str, str]:
    return ("first", "second") if relationship.first == table.logical_name else ("second", "first")
