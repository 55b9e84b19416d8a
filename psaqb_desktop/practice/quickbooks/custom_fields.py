"""The three classic custom fields of sales forms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psaqb_desktop.practice.quickbooks.entity_rows import Body
from psaqb_desktop.practice.quickbooks.fault_bodies import ApiFault, wrong_length

ENABLED = {"1": "PSA invoice", "2": "Project"}
"""Definition ids and names of the fields that are switched on; there is a third, which is off."""


def shown_custom_fields(sent: Sequence[dict[str, Any]], longest: int) -> list[Body]:
    """All enabled fields; those without a value are told without StringValue.

    Raises:
        ApiFault: 3000 for a field that is not enabled, 2050 for too long a value.
    """
    values: dict[str, str] = {}
    for field in sent:
        definition = field.get("DefinitionId", "")
        if definition not in ENABLED:
            raise ApiFault(
                3000,
                "Invalid Custom Field",
                f"Custom field with DefinitionId {definition} is not enabled",
                "CustomField",
            )
        if "StringValue" in field:
            if len(field["StringValue"]) > longest:
                raise wrong_length("StringValue", len(field["StringValue"]), longest)
            values[definition] = field["StringValue"]
    shown = []
    for definition, name in ENABLED.items():
        body: Body = {"DefinitionId": definition, "Name": name, "Type": "StringType"}
        if definition in values:
            body["StringValue"] = values[definition]
        shown.append(body)
    return shown
