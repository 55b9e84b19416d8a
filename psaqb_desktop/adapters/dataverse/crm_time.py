"""The CRM's own time, by which it dates changes of its records."""

from __future__ import annotations

from datetime import UTC, datetime

from psaqb_desktop.adapters.dataverse.batch import Operation
from psaqb_desktop.adapters.dataverse.client import DataverseClient
from psaqb_desktop.adapters.dataverse.odata import query
from psaqb_desktop.adapters.dataverse.values import moment

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def crm_time(client: DataverseClient, path: str, id_column: str, *, doing: str) -> datetime:
    """Return the CRM's time, asked of one of its tables.

    Its answers are dated; where a proxy took the date away, the newest change is the latest
    moment that is certain.
    """
    options = {
        "$select": f"{id_column},modifiedon",
        "$orderby": f"modifiedon desc,{id_column}",
        "$top": "1",
    }
    operation = Operation("GET", f"{path}?{query(options)}")
    answer = client.write(operation, doing=doing, is_safe=True)
    newest = [moment(row, "modifiedon") for row in answer.json().get("value", ())]
    return max(m for m in (answer.date, *newest, _LONG_AGO) if m)
