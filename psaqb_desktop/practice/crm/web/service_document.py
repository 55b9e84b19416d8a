"""The list of entity sets at the root of the Web API."""

from __future__ import annotations

from psaqb_desktop.practice.crm.environment import Environment
from psaqb_desktop.practice.crm.web.message import ApiResponse


def service_document(environment: Environment) -> ApiResponse:
    """All entity sets with their addresses."""
    names = sorted(table.set_name for table in list(environment.catalogue.tables.values()))
    sets = [{"name": name, "kind": "EntitySet", "url": name} for name in names]
    context = f"{environment.api_root}$metadata"
    return ApiResponse(200, {"@odata.context": context, "value": sets})
