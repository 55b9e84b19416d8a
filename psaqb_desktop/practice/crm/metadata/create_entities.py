"""``CreateEntities``: tables with all their columns, as Microsoft's Python client asks."""

from __future__ import annotations

from psaqb_desktop.practice.crm.errors import bad_payload
from psaqb_desktop.practice.crm.metadata.building import Body
from psaqb_desktop.practice.crm.metadata.customizing import Customizer
from psaqb_desktop.practice.crm.web.message import ApiRequest, ApiResponse
from psaqb_desktop.practice.crm.web.record import method_not_allowed
from psaqb_desktop.practice.crm.web.segments import Segment
from psaqb_desktop.practice.crm.web.session import Session


def create_entities(session: Session, request: ApiRequest, _segments: list[Segment]) -> ApiResponse:
    """Add the tables of the call.

    Raises:
        ApiError: A definition is wrong or the caller may not customize.
    """
    if request.method != "POST":
        raise method_not_allowed(request.method)
    session.rights.demand_customization("Create")
    entities = request.json().get("Entities")
    if not isinstance(entities, list) or not entities:
        raise bad_payload("The parameter 'Entities' must be a collection of definitions.")
    solution = request.custom("SolutionUniqueName") or ""
    customizer = Customizer(session, solution)
    ids = []
    for body in entities:
        columns = [_plain(each) for each in body.get("Attributes") or []]
        table = customizer.create_table(body | {"Attributes": columns})
        ids.append(table.metadata_id)
        for column in columns:
            if not column.get("IsPrimaryName"):
                customizer.create_column(table, column)
    context = (
        f"{session.environment.api_root}$metadata#Microsoft.Dynamics.CRM.CreateEntitiesResponse"
    )
    return ApiResponse(200, {"@odata.context": context, "EntityIds": ids})


def _plain(body: Body) -> Body:
    # The action takes types of its own that differ from the usual ones in their names only.
    kind = str(body.get("@odata.type", "")).replace(".CRM.Complex", ".CRM.")
    return body | {"@odata.type": kind}
