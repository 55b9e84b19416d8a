"""How the metadata API prints tables, keys and relationships."""

from __future__ import annotations

import time
from typing import Any

from psaqb_desktop.practice.crm.metadata.column_documents import NAMESPACE
from psaqb_desktop.practice.crm.metadata.labels import label, managed
from psaqb_desktop.practice.crm.schema.model import Key, ManyToMany, OneToMany, Table

_CASCADE = {
    "Assign": "NoCascade",
    "Delete": "RemoveLink",
    "Archive": "RemoveLink",
    "Merge": "NoCascade",
    "Reparent": "NoCascade",
    "Share": "NoCascade",
    "Unshare": "NoCascade",
    "RollupView": "NoCascade",
}


def table_document(table: Table) -> dict[str, Any]:
    """All properties of a table."""
    return {
        "MetadataId": table.metadata_id,
        "LogicalName": table.logical_name,
        "SchemaName": table.schema_name,
        "EntitySetName": table.set_name,
        "LogicalCollectionName": table.set_name,
        "CollectionSchemaName": table.set_name,
        "PrimaryIdAttribute": table.primary_id,
        "PrimaryNameAttribute": table.primary_name,
        "DisplayName": label(table.display_name),
        "DisplayCollectionName": label(table.display_collection_name),
        "Description": label(table.description),
        "OwnershipType": table.ownership,
        "TableType": "Standard",
        "IsCustomEntity": table.is_custom,
        "IsManaged": False,
        "IsPrivate": False,
        "IsIntersect": False,
        "IsLogicalEntity": False,
        "IsActivity": False,
        "HasActivities": False,
        "HasNotes": False,
        "IsOptimisticConcurrencyEnabled": True,
        "ChangeTrackingEnabled": table.tracks_changes,
        "IsAuditEnabled": managed(table.is_audited, "canmodifyauditsettings"),
        "IsDuplicateDetectionEnabled": managed(False, "canmodifyduplicatedetectionsettings"),
        "IsCustomizable": managed(True, "iscustomizable"),
        "IsValidForAdvancedFind": True,
    } | table.extra


def key_document(table: Table, key: Key) -> dict[str, Any]:
    """All properties of an alternate key with the standing of its index."""
    return {
        "MetadataId": key.metadata_id,
        "LogicalName": key.logical_name,
        "SchemaName": key.schema_name,
        "EntityLogicalName": table.logical_name,
        "KeyAttributes": list(key.columns),
        "DisplayName": label(key.display_name),
        "EntityKeyIndexStatus": index_status(key),
        "IsManaged": False,
    }


def index_status(key: Key) -> str:
    """Pending, Active or Failed, by what the building found and how long it takes."""
    if key.active_from > time.time():
        return "Pending"
    return "Failed" if key.failed else "Active"


def relationship_document(relationship: OneToMany, referenced: Table) -> dict[str, Any]:
    """All properties of a one-to-many relationship."""
    return {
        "@odata.type": f"#{NAMESPACE}OneToManyRelationshipMetadata",
        "MetadataId": relationship.metadata_id,
        "SchemaName": relationship.schema_name,
        "RelationshipType": "OneToManyRelationship",
        "IsCustomRelationship": relationship.is_custom,
        "IsManaged": False,
        "ReferencedEntity": relationship.referenced,
        "ReferencedAttribute": referenced.primary_id,
        "ReferencingEntity": relationship.referencing,
        "ReferencingAttribute": relationship.lookup,
        "ReferencedEntityNavigationPropertyName": relationship.collection_name,
        "ReferencingEntityNavigationPropertyName": relationship.single_name,
        "CascadeConfiguration": _CASCADE | {"Delete": relationship.on_delete},
        "IsCustomizable": managed(True, "iscustomizable"),
        "IsValidForAdvancedFind": True,
    } | relationship.extra


def intersect_document(relationship: ManyToMany) -> dict[str, Any]:
    """All properties of a many-to-many relationship."""
    return {
        "@odata.type": f"#{NAMESPACE}ManyToManyRelationshipMetadata",
        "MetadataId": relationship.metadata_id,
        "SchemaName": relationship.schema_name,
        "RelationshipType": "ManyToManyRelationship",
        "IsCustomRelationship": relationship.is_custom,
        "IsManaged": False,
        "IntersectEntityName": relationship.schema_name.lower(),
        "Entity1LogicalName": relationship.first,
        "Entity2LogicalName": relationship.second,
        "Entity1NavigationPropertyName": relationship.name,
        "Entity2NavigationPropertyName": relationship.name,
        "IsCustomizable": managed(True, "iscustomizable"),
        "IsValidForAdvancedFind": True,
    }
