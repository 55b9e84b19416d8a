"""Calls on an entity set or on the rows behind a collection of a row."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from psaqb_desktop.practice.crm.errors import UNKNOWN_IN_QUERY, ApiError
from psaqb_desktop.practice.crm.odata.aggregate import aggregate
from psaqb_desktop.practice.crm.odata.context import context
from psaqb_desktop.practice.crm.odata.delta import Changes, delta_token, demand_tracking
from psaqb_desktop.practice.crm.odata.options import QueryOptions, read_options
from psaqb_desktop.practice.crm.odata.preferences import PAGE_CAP, Preferences, read_preferences
from psaqb_desktop.practice.crm.odata.reader import Restriction
from psaqb_desktop.practice.crm.records.duplicates import demand_single
from psaqb_desktop.practice.crm.schema.model import Table
from psaqb_desktop.practice.crm.security import Role
from psaqb_desktop.practice.crm.web.message import ApiRequest, ApiResponse
from psaqb_desktop.practice.crm.web.record import created, method_not_allowed
from psaqb_desktop.practice.crm.web.session import Session

_LIMIT_EXCEEDED = "Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded"
_TOTAL = "Microsoft.Dynamics.CRM.totalrecordcount"


def handle_collection(session: Session, request: ApiRequest, table: Table) -> ApiResponse:
    """Answer a call whose path is an entity set.

    Raises:
        ApiError: The call is refused.
    """
    if request.method == "POST":
        payload = request.json()
        demand_single(session.connection, table, payload, request.headers)
        row_id = session.writer().create(table, payload)
        return created(session, request, table, row_id)
    if request.method == "GET":
        return list_rows(session, request, table, Restriction())
    raise method_not_allowed(request.method)


def list_rows(
    session: Session, request: ApiRequest, table: Table, restriction: Restriction
) -> ApiResponse:
    """One page of rows, an aggregation, or the changes since a token.

    Raises:
        ApiError: The query cannot be read.
    """
    _refuse_other_languages(request)
    options = read_options(request.query)
    preferences = read_preferences(request.headers.get("Prefer"))
    if options.apply:
        return _aggregated(session, table, options, restriction)
    session.environment.work.pages += 1
    tracked = ""
    if preferences.tracks_changes or options.deltatoken:
        _demand_tracking(session, table, options)
        tracked = delta_token(session.connection, session.environment.clock)
    if options.deltatoken:
        return _changed(session, request, table, options, preferences)
    page = session.reader(preferences).page(table, options, restriction, tracked=tracked)
    root = session.environment.api_root
    body: dict[str, Any] = {"@odata.context": context(root, table.set_name, options)}
    if page.count is not None:
        body["@odata.count"] = page.count
        if preferences.includes(_TOTAL):
            body[f"@{_TOTAL}"] = page.count
            body[f"@{_LIMIT_EXCEEDED}"] = page.count >= PAGE_CAP
    body["value"] = page.objects
    if page.skiptoken:
        body["@odata.nextLink"] = _next_link(root, request, page.skiptoken)
    elif page.tracked:
        body["@odata.deltaLink"] = _delta_link(root, table, options, page.tracked)
    response = ApiResponse(200, body)
    if preferences.applied:
        response.headers["Preference-Applied"] = ",".join(preferences.applied)
    return response


def _refuse_other_languages(request: ApiRequest) -> None:
    for name in ("fetchXml", "sql", "savedQuery", "userQuery"):
        if request.custom(name) is not None:
            message = f"The practice CRM answers OData queries only, not '{name}'."
            raise ApiError(501, UNKNOWN_IN_QUERY, message)


def count_rows(
    session: Session, request: ApiRequest, table: Table, restriction: Restriction
) -> ApiResponse:
    """The number of rows as plain text."""
    options = read_options(request.query)
    if options.deltatoken:
        _demand_tracking(session, table, options)
        number = _changes(session, table, options, Preferences()).count()
    else:
        number = session.reader(Preferences()).count(table, options, restriction)
    return ApiResponse(200, text=str(number), content_type="text/plain")


def _next_link(root: str, request: ApiRequest, token: str) -> str:
    kept = [(name, value) for name, value in request.query if name != "$skiptoken"]
    query = urlencode([*kept, ("$skiptoken", token)], safe="$,", quote_via=quote)
    return f"{root}{quote(request.path, safe='/()=,$')}?{query}"


def _delta_link(root: str, table: Table, options: QueryOptions, token: str) -> str:
    chosen = [("$select", ",".join(options.select))] if options.select else []
    query = urlencode([*chosen, ("$deltatoken", token)], safe="$,", quote_via=quote)
    return f"{root}{table.set_name}?{query}"


def _aggregated(
    session: Session, table: Table, options: QueryOptions, restriction: Restriction
) -> ApiResponse:
    rows = aggregate(
        session.environment.catalogue, session.connection, session.rights, table, options,
        restriction,
    )  # fmt: skip
    what = f"{session.environment.api_root}$metadata#{table.set_name}"
    return ApiResponse(200, {"@odata.context": what, "value": rows})


def _demand_tracking(session: Session, table: Table, options: QueryOptions) -> None:
    caller = session.rights.caller
    is_global = session.environment.options.reads_whole_organization
    demand_tracking(
        table,
        options,
        user_id=caller.user_id,
        reads_everything=is_global or caller.role is Role.ADMINISTRATOR,
    )


def _changes(
    session: Session, table: Table, options: QueryOptions, preferences: Preferences
) -> Changes:
    environment = session.environment
    days = environment.options.delta_token_days
    return Changes(session.reader(preferences), table, options, environment.clock, days)


def _changed(
    session: Session,
    request: ApiRequest,
    table: Table,
    options: QueryOptions,
    preferences: Preferences,
) -> ApiResponse:
    root = session.environment.api_root
    page = _changes(session, table, options, preferences).page(root)
    body: dict[str, Any] = {"@odata.context": context(root, table.set_name, options) + "/$delta"}
    if page.skiptoken:
        body["@odata.nextLink"] = _next_link(root, request, page.skiptoken)
    else:
        body["@odata.deltaLink"] = _delta_link(root, table, options, page.tracked)
    body["value"] = page.objects
    response = ApiResponse(200, body)
    if preferences.applied:
        response.headers["Preference-Applied"] = ",".join(preferences.applied)
    return response
