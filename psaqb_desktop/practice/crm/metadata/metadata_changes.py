"""``RetrieveMetadataChanges``: chosen properties of chosen tables and columns in one answer."""

from __future__ import annotations

import json
from typing import Any

from psaqb_desktop.practice.crm.errors import bad_query
from psaqb_desktop.practice.crm.metadata.column_documents import full_document
from psaqb_desktop.practice.crm.metadata.table_documents import table_document
from psaqb_desktop.practice.crm.schema.model import Table
from psaqb_desktop.practice.crm.web.message import ApiRequest, ApiResponse
from psaqb_desktop.practice.crm.web.record import method_not_allowed
from psaqb_desktop.practice.crm.web.segments import Segment
from psaqb_desktop.practice.crm.web.session import Session

Document = dict[str, Any]


def retrieve_metadata_changes(
    session: Session, request: ApiRequest, _segments: list[Segment]
) -> ApiResponse:
    """Answer the whole of what a query describes; stamps of earlier answers are not kept.

    Raises:
        ApiError: The query is missing or describes its conditions in another way.
    """
    if request.method != "GET":
        raise method_not_allowed(request.method)
    query = _query(request)
    found = []
    for table in list(session.environment.catalogue.tables.values()):
        document = table_document(table)
        if _fits(document, query.get("Criteria")):
            found.append(_table(table, document, query))
    context = (
        f"{session.environment.api_root}"
        "$metadata#Microsoft.Dynamics.CRM.RetrieveMetadataChangesResponse"
    )
    stamp = f"practice!{session.environment.clock.stamp()}"
    return ApiResponse(
        200,
        {"@odata.context": context, "EntityMetadata": found, "ServerVersionStamp": stamp},
    )


def _query(request: ApiRequest) -> Document:
    text = request.custom("@p1") or request.custom("@query")
    try:
        found = json.loads(text or "")
    except ValueError as error:
        raise bad_query("The parameter 'Query' must be an EntityQueryExpression.") from error
    if not isinstance(found, dict):
        raise bad_query("The parameter 'Query' must be an EntityQueryExpression.")
    return found


def _table(table: Table, document: Document, query: Document) -> Document:
    shown = _chosen(document, query.get("Properties"))
    names = (query.get("Properties") or {}).get("PropertyNames") or []
    if "Attributes" in names:
        asked = query.get("AttributeQuery") or {}
        columns = [full_document(table, column) for column in table.columns.values()]
        shown["Attributes"] = [
            _chosen(each, asked.get("Properties"))
            for each in columns
            if _fits(each, asked.get("Criteria"))
        ]
    return shown


def _chosen(document: Document, properties: Document | None) -> Document:
    names = (properties or {}).get("PropertyNames") or []
    kept = {"@odata.type", "MetadataId", *names}
    # A property that another kind of column has is passed over, not refused.
    return {name: value for name, value in document.items() if not names or name in kept}


def _fits(document: Document, criteria: Document | None) -> bool:
    return all(_holds(document, each) for each in (criteria or {}).get("Conditions") or [])


def _holds(document: Document, condition: Document) -> bool:
    found = document.get(str(condition.get("PropertyName")))
    wanted = (condition.get("Value") or {}).get("Value")
    operator = condition.get("ConditionOperator")
    if operator == "Equals":
        return bool(found == wanted)
    if operator == "NotEquals":
        return bool(found != wanted)
    raise bad_query(f"The condition operator '{operator}' is not supported.")
