"""Answers to GET on the metadata API."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from psaqb_desktop.practice.crm.errors import ApiError, bad_query, unknown_segment
from psaqb_desktop.practice.crm.metadata.column_documents import (
    EXPANDABLE,
    NAMESPACE,
    TYPE_NAMES,
    base_document,
    full_document,
    option_set,
)
from psaqb_desktop.practice.crm.metadata.document_query import chosen, matching
from psaqb_desktop.practice.crm.metadata.table_documents import (
    intersect_document,
    key_document,
    relationship_document,
    table_document,
)
from psaqb_desktop.practice.crm.odata.options import Expansion, QueryOptions
from psaqb_desktop.practice.crm.odata.text import unquoted
from psaqb_desktop.practice.crm.schema.catalogue import Catalogue
from psaqb_desktop.practice.crm.schema.model import Column, Key, ManyToMany, OneToMany, Table
from psaqb_desktop.practice.crm.storage.values import guid

Document = dict[str, Any]
_RELATIONSHIPS = frozenset({"OneToManyRelationships", "ManyToOneRelationships"})
_NOT_THERE = "0x80060888"


def find_table(catalogue: Catalogue, inside: str) -> Table:
    """The table that ``LogicalName='x'`` or a MetadataId means.

    Raises:
        ApiError: 404, there is none.
    """
    for table in list(catalogue.tables.values()):
        if _is_meant(inside, table.logical_name, table.metadata_id):
            return table
    raise _missing("Entity", inside)


def find_column(table: Table, inside: str) -> Column:
    """The column that is meant.

    Raises:
        ApiError: 404, there is none.
    """
    for column in table.columns.values():
        if _is_meant(inside, column.logical_name, column.metadata_id):
            return column
    raise _missing("Attribute", inside)


def find_key(table: Table, inside: str) -> Key:
    """The alternate key that is meant.

    Raises:
        ApiError: 404, there is none.
    """
    for key in table.keys.values():
        if _is_meant(inside, key.logical_name, key.metadata_id):
            return key
    raise _missing("EntityKey", inside)


def find_relationship(catalogue: Catalogue, inside: str) -> OneToMany | ManyToMany:
    """The relationship that ``SchemaName='x'`` or a MetadataId means.

    Raises:
        ApiError: 404, there is none.
    """
    found: list[OneToMany | ManyToMany] = list(catalogue.one_to_many.values())
    found.extend(catalogue.many_to_many.values())
    for relationship in found:
        if _is_meant(inside, relationship.schema_name, relationship.metadata_id):
            return relationship
    raise _missing("Relationship", inside)


def tables(catalogue: Catalogue, options: QueryOptions) -> list[Document]:
    """All tables that the options ask for."""
    pairs = [(table_document(table), table) for table in list(catalogue.tables.values())]
    wanted = {id(each) for each in matching([document for document, _ in pairs], options.filter)}
    return [
        _with_expansions(catalogue, table, document, options)
        for document, table in pairs
        if id(document) in wanted
    ]


def table(catalogue: Catalogue, found: Table, options: QueryOptions) -> Document:
    """One table with its expansions."""
    return _with_expansions(catalogue, found, table_document(found), options)


def columns(found: Table, options: QueryOptions, cast: str = "") -> list[Document]:
    """Columns of a table; a cast narrows to one kind and opens that kind's own properties."""
    typed = [each for each in found.columns.values() if not cast or TYPE_NAMES[each.kind] == cast]
    documents = []
    for each in typed:
        base = full_document(found, each) if cast else base_document(found, each)
        for document in matching([base], options.filter):
            shown = chosen(document, options.select, cast or "AttributeMetadata")
            if not cast and not options.select:
                shown = full_document(found, each)
            documents.append(shown | _option_sets(each, options.expand))
    return documents


def column(found: Table, each: Column, options: QueryOptions, cast: str = "") -> Document:
    """One column.

    Raises:
        ApiError: The cast names another kind, or the options unknown properties.
    """
    if cast and TYPE_NAMES[each.kind] != cast:
        raise _missing(cast, each.logical_name)
    document = full_document(found, each) if cast else base_document(found, each)
    shown = chosen(document, options.select, cast or "AttributeMetadata")
    if not cast and not options.select:
        shown = full_document(found, each)
    shown = shown | _option_sets(each, options.expand)
    if cast:
        # The address says the type already, so the platform leaves it out.
        shown.pop("@odata.type", None)
    return shown


def keys(found: Table, options: QueryOptions) -> list[Document]:
    """Alternate keys of a table."""
    documents = [key_document(found, key) for key in found.keys.values()]
    return _queried(documents, options, "EntityKeyMetadata")


def relationships(
    catalogue: Catalogue,
    options: QueryOptions,
    *,
    of: Table | None = None,
    end: str = "",
    cast: str = "",
) -> list[Document]:
    """Relationships of the environment, of one kind of them, or of one table from one end."""
    found: Iterable[OneToMany] = list(catalogue.one_to_many.values())
    if of is not None:
        many = end == "OneToManyRelationships"
        found = [
            each
            for each in found
            if (each.referenced if many else each.referencing) == of.logical_name
        ]
    documents = [relationship_document(each, catalogue.tables[each.referenced]) for each in found]
    if of is None:
        # Properties that only one of the two kinds has are unknown to the base type.
        documents += [intersect_document(each) for each in catalogue.many_to_many.values()]
    if cast:
        documents = [each for each in documents if each["@odata.type"] == f"#{NAMESPACE}{cast}"]
    return _queried(documents, options, cast or "OneToManyRelationshipMetadata")


def many_to_many(catalogue: Catalogue, found: Table, options: QueryOptions) -> list[Document]:
    """Intersect relationships of a table."""
    documents = [intersect_document(each) for each in catalogue.intersects_of(found.logical_name)]
    return _queried(documents, options, "ManyToManyRelationshipMetadata")


def _queried(documents: list[Document], options: QueryOptions, type_name: str) -> list[Document]:
    return [
        chosen(document, options.select, type_name)
        for document in matching(documents, options.filter)
    ]


def _with_expansions(
    catalogue: Catalogue, found: Table, document: Document, options: QueryOptions
) -> Document:
    shown = dict(chosen(document, options.select, "EntityMetadata"))
    for expansion in options.expand:
        shown[expansion.name] = _expanded(catalogue, found, expansion)
    return shown


def _expanded(catalogue: Catalogue, found: Table, expansion: Expansion) -> list[Document]:
    if expansion.name == "Attributes":
        return columns(found, expansion.options)
    if expansion.name == "Keys":
        return keys(found, expansion.options)
    if expansion.name in _RELATIONSHIPS:
        return relationships(catalogue, expansion.options, of=found, end=expansion.name)
    if expansion.name == "ManyToManyRelationships":
        return many_to_many(catalogue, found, expansion.options)
    raise bad_query(
        f"Could not find a property named '{expansion.name}' on type "
        "'Microsoft.Dynamics.CRM.EntityMetadata'."
    )


def _option_sets(each: Column, expansions: list[Expansion]) -> Document:
    shown: Document = {}
    for expansion in expansions:
        if expansion.name not in EXPANDABLE:
            raise unknown_segment(expansion.name)
        has_own = expansion.name == "OptionSet" and bool(each.options)
        shown[expansion.name] = option_set(each) if has_own else None
    return shown


def _is_meant(inside: str, name: str, metadata_id: str) -> bool:
    _, separator, literal = inside.partition("=")
    if separator:
        return (unquoted(literal) or "").lower() == name.lower()
    return guid(inside) == metadata_id


def _missing(kind: str, inside: str) -> ApiError:
    return ApiError(404, _NOT_THERE, f"{kind} '{inside}' does not exist.")
