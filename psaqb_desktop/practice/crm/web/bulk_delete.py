"""``BulkDelete``: a job that removes rows by their ids; here it is done before the answer."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from psaqb_desktop.practice.crm.errors import bad_payload
from psaqb_desktop.practice.crm.records.addressing import exists
from psaqb_desktop.practice.crm.schema.model import Table
from psaqb_desktop.practice.crm.storage.values import guid
from psaqb_desktop.practice.crm.web.message import ApiRequest, ApiResponse
from psaqb_desktop.practice.crm.web.segments import Segment
from psaqb_desktop.practice.crm.web.session import Session


def bulk_delete(session: Session, request: ApiRequest, _segments: list[Segment]) -> ApiResponse:
    """Remove the rows whose ids the query lists.

    Raises:
        ApiError: The query is of another kind, or a row cannot be removed.
    """
    writer = session.writer()
    for query in request.json().get("QuerySet") or []:
        table = session.environment.catalogue.tables.get(str(query.get("EntityName")))
        if table is None:
            raise bad_payload(f"The entity '{query.get('EntityName')}' does not exist.")
        for row_id in _listed_ids(table, query):
            if exists(session.connection, table, row_id):
                writer.delete(table, row_id)
    context = f"{session.environment.api_root}$metadata#Microsoft.Dynamics.CRM.BulkDeleteResponse"
    return ApiResponse(200, {"@odata.context": context, "JobId": str(uuid4())})


def _listed_ids(table: Table, query: dict[str, Any]) -> list[str]:
    conditions = (query.get("Criteria") or {}).get("Conditions") or []
    if len(conditions) != 1:
        raise bad_payload("Only a single condition on the primary key is supported.")
    condition = conditions[0]
    if condition.get("AttributeName") != table.primary_id or condition.get("Operator") != "In":
        raise bad_payload("Only the operator In on the primary key is supported.")
    found = [guid(str(each.get("Value"))) for each in condition.get("Values") or []]
    return [row_id for row_id in found if row_id is not None]
