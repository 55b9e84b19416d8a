"""How the metadata API prints a column."""

from __future__ import annotations

from typing import Any

from psaqb_desktop.practice.crm.metadata.labels import label, managed
from psaqb_desktop.practice.crm.schema.model import Choice, Column, Kind, Table

NAMESPACE = "Microsoft.Dynamics.CRM."
TYPE_NAMES = {
    Kind.UNIQUEIDENTIFIER: "UniqueIdentifierAttributeMetadata",
    Kind.STRING: "StringAttributeMetadata",
    Kind.MEMO: "MemoAttributeMetadata",
    Kind.INTEGER: "IntegerAttributeMetadata",
    Kind.BIGINT: "BigIntAttributeMetadata",
    Kind.DECIMAL: "DecimalAttributeMetadata",
    Kind.DOUBLE: "DoubleAttributeMetadata",
    Kind.MONEY: "MoneyAttributeMetadata",
    Kind.BOOLEAN: "BooleanAttributeMetadata",
    Kind.DATETIME: "DateTimeAttributeMetadata",
    Kind.PICKLIST: "PicklistAttributeMetadata",
    Kind.STATE: "StateAttributeMetadata",
    Kind.STATUS: "StatusAttributeMetadata",
    Kind.LOOKUP: "LookupAttributeMetadata",
    Kind.CUSTOMER: "LookupAttributeMetadata",
    Kind.OWNER: "LookupAttributeMetadata",
}
EXPANDABLE = frozenset({"OptionSet", "GlobalOptionSet"})


def base_document(table: Table, column: Column) -> dict[str, Any]:
    """The properties that every kind of column has."""
    is_writable = not column.is_system
    return {
        "@odata.type": f"#{NAMESPACE}{TYPE_NAMES[column.kind]}",
        "MetadataId": column.metadata_id,
        "LogicalName": column.logical_name,
        "SchemaName": column.schema_name,
        "EntityLogicalName": table.logical_name,
        "AttributeType": column.kind.value,
        "AttributeTypeName": {"Value": f"{column.kind.value}Type"},
        "AttributeOf": None,
        "ColumnNumber": list(table.columns).index(column.logical_name) + 1,
        "DisplayName": label(column.display_name or column.logical_name),
        "Description": label(column.description),
        "RequiredLevel": managed(column.required, "canmodifyrequirementlevelsettings"),
        "IsPrimaryId": column.logical_name == table.primary_id,
        "IsPrimaryName": column.logical_name == table.primary_name,
        "IsCustomAttribute": column.is_custom,
        "IsManaged": False,
        "IsLogical": False,
        "IsSecured": column.is_secured,
        "CanBeSecuredForRead": is_writable,
        "CanBeSecuredForCreate": is_writable,
        "CanBeSecuredForUpdate": is_writable,
        "IsValidForCreate": column.on_create,
        "IsValidForRead": True,
        "IsValidForUpdate": column.on_update,
        "IsAuditEnabled": managed(column.is_audited, "canmodifyauditsettings"),
    }


def full_document(table: Table, column: Column) -> dict[str, Any]:
    """All properties of a column, those of its kind included."""
    return base_document(table, column) | _of_kind(column) | column.extra


def option_set(column: Column) -> dict[str, Any]:
    """The options of a choice or yes/no column."""
    name = f"{column.logical_name}_options"
    if column.kind is Kind.BOOLEAN:
        options = {choice.value: choice for choice in column.options}
        return {
            "@odata.type": f"#{NAMESPACE}BooleanOptionSetMetadata",
            "Name": name,
            "IsGlobal": False,
            "OptionSetType": "Boolean",
            "TrueOption": _option(options.get(1, Choice(1, "Yes"))),
            "FalseOption": _option(options.get(0, Choice(0, "No"))),
        }
    return {
        "@odata.type": f"#{NAMESPACE}OptionSetMetadata",
        "Name": name,
        "IsGlobal": False,
        "OptionSetType": column.kind.value,
        "Options": [_option(choice) for choice in column.options],
    }


def _option(choice: Choice) -> dict[str, Any]:
    document: dict[str, Any] = {"Value": choice.value, "Label": label(choice.label)}
    if choice.state is not None:
        document["State"] = choice.state
    return document


def _of_kind(column: Column) -> dict[str, Any]:
    if column.kind in {Kind.STRING, Kind.MEMO}:
        return {
            "MaxLength": column.max_length,
            "Format": column.format,
            "FormatName": {"Value": column.format},
        }
    if column.kind in {Kind.MONEY, Kind.DECIMAL}:
        document: dict[str, Any] = {
            "Precision": column.precision,
            "MinValue": column.minimum,
            "MaxValue": column.maximum,
        }
        if column.kind is Kind.MONEY:
            document |= {
                "PrecisionSource": column.precision_source,
                "CalculationOf": column.base_of or None,
                "IsBaseCurrency": bool(column.base_of),
            }
        return document
    if column.kind is Kind.DATETIME:
        return {"Format": column.format, "DateTimeBehavior": {"Value": column.behavior}}
    if column.kind.is_lookup:
        return {"Targets": list(column.targets)}
    if column.kind is Kind.INTEGER:
        return {
            "MinValue": int(column.minimum) if column.minimum is not None else -(2**31),
            "MaxValue": int(column.maximum) if column.maximum is not None else 2**31 - 1,
        }
    return {}
