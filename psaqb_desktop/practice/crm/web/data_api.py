"""From path and method to the part of the service that answers."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import ExitStack

from psaqb_desktop.practice.crm.environment import Environment
from psaqb_desktop.practice.crm.errors import ApiError, unknown_segment
from psaqb_desktop.practice.crm.metadata.routes import METADATA_ROUTES, customization
from psaqb_desktop.practice.crm.odata.reader import Restriction
from psaqb_desktop.practice.crm.records.addressing import RecordAddress, demand_row, locate
from psaqb_desktop.practice.crm.schema.model import Table
from psaqb_desktop.practice.crm.security import Caller
from psaqb_desktop.practice.crm.web.actions import BOUND_ACTIONS, UNBOUND_OPERATIONS
from psaqb_desktop.practice.crm.web.bulk import BULK_ACTIONS
from psaqb_desktop.practice.crm.web.collection import count_rows, handle_collection
from psaqb_desktop.practice.crm.web.message import ApiRequest, ApiResponse
from psaqb_desktop.practice.crm.web.navigation import handle_navigation
from psaqb_desktop.practice.crm.web.record import (
    handle_property,
    handle_record,
    method_not_allowed,
)
from psaqb_desktop.practice.crm.web.segments import Segment, read_segments
from psaqb_desktop.practice.crm.web.service_document import service_document
from psaqb_desktop.practice.crm.web.session import Session
from psaqb_desktop.practice.crm.web.unconfirmed import as_switched

Handler = Callable[[Session, ApiRequest, list[Segment]], ApiResponse]


class DataApi:
    """The Web API of one environment."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment

    def answer(self, request: ApiRequest, caller: Caller) -> ApiResponse:
        """Answer one call in a transaction of its own.

        Raises:
            ApiError: The call is refused; nothing of it was kept.
        """
        database = self.environment.database
        if request.method == "GET":
            with database.read() as connection:
                return self.answer_within(connection, request, caller)
        with ExitStack() as held:
            if _is_customization(request.path):
                held.enter_context(customization(self.environment))
            connection = held.enter_context(database.write())
            return self.answer_within(connection, request, caller)

    def answer_within(
        self, connection: sqlite3.Connection, request: ApiRequest, caller: Caller
    ) -> ApiResponse:
        """Answer one call inside a transaction that others share.

        Raises:
            ApiError: The call is refused.
        """
        try:
            return self._answered(connection, request, caller)
        except ApiError as error:
            raise as_switched(error, self.environment.options) from error

    def _answered(
        self, connection: sqlite3.Connection, request: ApiRequest, caller: Caller
    ) -> ApiResponse:
        session = Session.begin(self.environment, connection, caller)
        segments = read_segments(request.path)
        if not segments:
            return service_document(self.environment)
        first = segments[0].name
        operation = UNBOUND_OPERATIONS.get(segments[0].operation or first)
        if operation is not None:
            return operation(session, request, segments)
        metadata = METADATA_ROUTES.get(first)
        if metadata is not None:
            return metadata(session, request, segments)
        table = self.environment.catalogue.table_of_set(first)
        if table is None:
            raise unknown_segment(first)
        return _answer_on_table(session, request, table, segments)


def _is_customization(path: str) -> bool:
    return path.partition("/")[0].partition("(")[0] in METADATA_ROUTES


def _answer_on_table(
    session: Session, request: ApiRequest, table: Table, segments: list[Segment]
) -> ApiResponse:
    inside = segments[0].inside
    if inside is not None:
        address = locate(session.connection, table, inside)
        return _answer_on_row(session, request, address, segments[1:])
    if len(segments) == 1:
        return handle_collection(session, request, table)
    following = segments[1]
    if following.name == "$count" and request.method == "GET":
        return count_rows(session, request, table, Restriction())
    action = BULK_ACTIONS.get(following.operation or "")
    if action is None:
        raise unknown_segment(following.name)
    if request.method != "POST":
        raise method_not_allowed(request.method)
    return action(session, request, table)


def _answer_on_row(
    session: Session, request: ApiRequest, address: RecordAddress, rest: list[Segment]
) -> ApiResponse:
    if not rest:
        return handle_record(session, request, address)
    following = rest[0]
    if following.operation is not None:
        action = BOUND_ACTIONS.get((address.table.logical_name, following.operation))
        if action is None:
            raise unknown_segment(following.name)
        return action(session, request, address.table, demand_row(session.connection, address))
    navigation = session.environment.catalogue.navigation(address.table, following.name)
    if navigation is not None:
        return handle_navigation(session, request, address, navigation, rest)
    raw = len(rest) == 2 and rest[1].name == "$value"
    return handle_property(session, request, address, following.name, raw=raw)
