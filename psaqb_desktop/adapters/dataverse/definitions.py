"""How the metadata API spells tables, columns, lookups and keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psaqb_desktop.adapters.dataverse.client import JsonObject
from psaqb_desktop.adapters.dataverse.columns import AlternateKey, Column, ColumnKind, Lookup, Table

_CRM = "Microsoft.Dynamics.CRM."
_REQUIRED = "ApplicationRequired"
_DECIMAL_LIMIT = 100_000_000_000


class Labels:
    """Makes labels in the CRM's base language: another would be refused."""

    def __init__(self, language: int) -> None:
        self._language = language

    def __call__(self, text: str) -> JsonObject:
        """Return one label."""
        localized = {
            "@odata.type": f"{_CRM}LocalizedLabel",
            "Label": text,
            "LanguageCode": self._language,
        }
        return {"@odata.type": f"{_CRM}Label", "LocalizedLabels": [localized]}


def table_body(table: Table, labels: Labels) -> JsonObject:
    """Return the definition of a table with its primary column; all others are added later."""
    primary = column_body(table.primary, labels) | {"IsPrimaryName": True}
    return {
        "@odata.type": f"{_CRM}EntityMetadata",
        "SchemaName": table.name,
        "DisplayName": labels(table.label),
        "DisplayCollectionName": labels(table.plural),
        "Description": labels(table.description),
        "OwnershipType": "OrganizationOwned",
        "IsActivity": False,
        "HasActivities": False,
        "HasNotes": False,
        "Attributes": [primary],
    }


def column_body(column: Column, labels: Labels) -> JsonObject:
    """Return the definition of a column."""
    kind = column.kind.value.partition(" ")[0]
    return {
        "@odata.type": f"{_CRM}{kind}AttributeMetadata",
        "SchemaName": column.name,
        "DisplayName": labels(column.label),
        "Description": labels(column.description or column.label),
        "RequiredLevel": _required(is_required=column.is_required),
        **({"IsAuditEnabled": {"Value": False}} if column.is_secret else {}),
        **_kind_facts(column, labels),
    }


def _kind_facts(column: Column, labels: Labels) -> Mapping[str, Any]:
    match column.kind:
        case ColumnKind.STRING:
            return {"MaxLength": column.size, "FormatName": {"Value": "Text"}}
        case ColumnKind.MEMO:
            return {"MaxLength": column.size, "Format": "TextArea"}
        case ColumnKind.WHOLE:
            return {"Format": "None", "MinValue": 0, "MaxValue": 2_147_483_647}
        case ColumnKind.DECIMAL:
            limits = {"MinValue": -_DECIMAL_LIMIT, "MaxValue": _DECIMAL_LIMIT}
            return {"Precision": column.size, **limits}
        case ColumnKind.BOOLEAN:
            return {"DefaultValue": False, "OptionSet": _yes_or_no(labels)}
        case ColumnKind.DAY:
            # The final choice: it cannot be changed later, and a plain date never shifts.
            return {"Format": "DateOnly", "DateTimeBehavior": {"Value": "DateOnly"}}
        case ColumnKind.MOMENT:
            return {"Format": "DateAndTime", "DateTimeBehavior": {"Value": "UserLocal"}}
        case ColumnKind.CHOICE:
            return {"OptionSet": _options(column, labels)}


def _yes_or_no(labels: Labels) -> JsonObject:
    return {
        "@odata.type": f"{_CRM}BooleanOptionSetMetadata",
        "OptionSetType": "Boolean",
        "TrueOption": {"Value": 1, "Label": labels("Yes")},
        "FalseOption": {"Value": 0, "Label": labels("No")},
    }


def _options(column: Column, labels: Labels) -> JsonObject:
    return {
        "@odata.type": f"{_CRM}OptionSetMetadata",
        "IsGlobal": False,
        "OptionSetType": "Picklist",
        "Options": [{"Value": value, "Label": labels(text)} for value, text in column.options],
    }


def lookup_body(table: Table, lookup: Lookup, target_id: str, labels: Labels) -> JsonObject:
    """Return the relationship behind a lookup; it makes the column with it."""
    cascade = dict.fromkeys(("Assign", "Merge", "Reparent", "Share", "Unshare"), "NoCascade")
    return {
        "@odata.type": f"{_CRM}OneToManyRelationshipMetadata",
        "SchemaName": lookup.relationship,
        "ReferencedEntity": lookup.target,
        "ReferencedAttribute": target_id,
        "ReferencingEntity": table.name,
        "CascadeConfiguration": cascade | {"Delete": lookup.on_delete},
        "Lookup": {
            "@odata.type": f"{_CRM}LookupAttributeMetadata",
            "SchemaName": lookup.name,
            "DisplayName": labels(lookup.label),
            "RequiredLevel": _required(is_required=False),
        },
    }


def key_body(key: AlternateKey, labels: Labels) -> JsonObject:
    """Return the definition of an alternate key."""
    return {
        "SchemaName": key.name,
        "DisplayName": labels(key.label),
        "KeyAttributes": list(key.columns),
    }


def column_type(column: Column) -> str:
    """Return the type name of a column's metadata."""
    return f"{_CRM}{column.kind.value.partition(' ')[0]}AttributeMetadata"


def _required(*, is_required: bool) -> JsonObject:
    return {
        "Value": _REQUIRED if is_required else "None",
        "CanBeChanged": True,
        "ManagedPropertyLogicalName": "canmodifyrequirementlevelsettings",
    }
