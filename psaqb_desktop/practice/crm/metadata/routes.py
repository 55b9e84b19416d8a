"""Which part of the metadata API answers which path."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from psaqb_desktop.practice.crm.environment import Environment
from psaqb_desktop.practice.crm.errors import (
    CUSTOMIZATION_LOCK,
    UNKNOWN_IN_QUERY,
    ApiError,
    unknown_segment,
)
from psaqb_desktop.practice.crm.metadata import intersects, reading
from psaqb_desktop.practice.crm.metadata.create_entities import create_entities
from psaqb_desktop.practice.crm.metadata.csdl import csdl
from psaqb_desktop.practice.crm.metadata.customizing import Customizer
from psaqb_desktop.practice.crm.metadata.metadata_changes import retrieve_metadata_changes
from psaqb_desktop.practice.crm.metadata.table_documents import (
    intersect_document,
    key_document,
    relationship_document,
)
from psaqb_desktop.practice.crm.odata.options import QueryOptions, read_options
from psaqb_desktop.practice.crm.schema.model import ManyToMany, Table
from psaqb_desktop.practice.crm.web.message import ApiRequest, ApiResponse
from psaqb_desktop.practice.crm.web.record import method_not_allowed
from psaqb_desktop.practice.crm.web.segments import Segment
from psaqb_desktop.practice.crm.web.session import Session

Segments = list[Segment]


@contextmanager
def customization(environment: Environment) -> Iterator[None]:
    """Hold the environment-wide lock of schema changes for as long as one takes.

    Raises:
        ApiError: 429 without Retry-After, another change is running.
    """
    is_free = not environment.options.customization_locked
    if not (is_free and environment.schema_lock.acquire(blocking=False)):
        message = (
            "Cannot start another [EntityCustomization] because there is a previous "
            "[EntityCustomization] running at this moment. Use Solution History for more details."
        )
        raise ApiError(429, CUSTOMIZATION_LOCK, message)
    try:
        time.sleep(environment.options.customization_seconds)
        yield
    finally:
        environment.schema_lock.release()


def entity_definitions(session: Session, request: ApiRequest, segments: Segments) -> ApiResponse:
    """Answer ``EntityDefinitions`` and everything below.

    Raises:
        ApiError: The call is refused.
    """
    catalogue = session.environment.catalogue
    inside = segments[0].inside
    if inside is None:
        if request.method == "POST":
            table = _customizer(session, request, "Create").create_table(request.json())
            return _made(session, f"EntityDefinitions({table.metadata_id})")
        _only_get(request)
        return _listed(session, "EntityDefinitions", reading.tables(catalogue, _options(request)))
    table = reading.find_table(catalogue, inside)
    if len(segments) > 1:
        below = _BELOW_TABLE.get(segments[1].name)
        if below is None:
            raise unknown_segment(segments[1].name)
        return below(session, request, table, segments[1:])
    if request.method == "PUT":
        _customizer(session, request, "Write").change_table(table, request.json())
        return ApiResponse()
    if request.method == "DELETE":
        _customizer(session, request, "Delete").delete_table(table)
        return ApiResponse()
    _only_get(request)
    return _single(session, "EntityDefinitions", reading.table(catalogue, table, _options(request)))


def _attributes(
    session: Session, request: ApiRequest, table: Table, segments: Segments
) -> ApiResponse:
    inside = segments[0].inside
    cast = (segments[1].operation or "") if len(segments) > 1 else ""
    what = f"EntityDefinitions('{table.logical_name}')/Attributes"
    if inside is None:
        if request.method == "POST":
            column = _customizer(session, request, "Create").create_column(table, request.json())
            path = f"EntityDefinitions({table.metadata_id})/Attributes({column.metadata_id})"
            return _made(session, path)
        _only_get(request)
        return _listed(session, what, reading.columns(table, _options(request), cast))
    column = reading.find_column(table, inside)
    if request.method == "PUT":
        _customizer(session, request, "Write").change_column(table, column, request.json())
        return ApiResponse()
    if request.method == "DELETE":
        _customizer(session, request, "Delete").delete_column(table, column)
        return ApiResponse()
    _only_get(request)
    return _single(session, what, reading.column(table, column, _options(request), cast))


def _keys(session: Session, request: ApiRequest, table: Table, segments: Segments) -> ApiResponse:
    inside = segments[0].inside
    what = f"EntityDefinitions('{table.logical_name}')/Keys"
    if inside is None:
        if request.method == "POST":
            key = _customizer(session, request, "Create").create_key(table, request.json())
            return _made(session, f"EntityDefinitions({table.metadata_id})/Keys({key.metadata_id})")
        _only_get(request)
        return _listed(session, what, reading.keys(table, _options(request)))
    key = reading.find_key(table, inside)
    if request.method == "DELETE":
        _customizer(session, request, "Delete").delete_key(table, key)
        return ApiResponse()
    _only_get(request)
    return _single(session, what, key_document(table, key))


def _relationships_of_table(
    session: Session, request: ApiRequest, table: Table, segments: Segments
) -> ApiResponse:
    _only_get(request)
    catalogue, end = session.environment.catalogue, segments[0].name
    options = _options(request)
    if end == "ManyToManyRelationships":
        found = reading.many_to_many(catalogue, table, options)
    else:
        found = reading.relationships(catalogue, options, of=table, end=end)
    return _listed(session, f"EntityDefinitions('{table.logical_name}')/{end}", found)


def relationship_definitions(
    session: Session, request: ApiRequest, segments: Segments
) -> ApiResponse:
    """Answer ``RelationshipDefinitions``.

    Raises:
        ApiError: The call is refused.
    """
    catalogue = session.environment.catalogue
    inside = segments[0].inside
    if inside is None:
        if request.method == "POST":
            body = request.json()
            customizer = _customizer(session, request, "Create")
            made = (
                intersects.create(session, customizer, body)
                if intersects.is_meant(body)
                else customizer.create_relationship(body)
            )
            return _made(session, f"RelationshipDefinitions({made.metadata_id})")
        _only_get(request)
        cast = (segments[1].operation or "") if len(segments) > 1 else ""
        found = reading.relationships(catalogue, _options(request), cast=cast)
        return _listed(session, "RelationshipDefinitions", found)
    relationship = reading.find_relationship(catalogue, inside)
    if isinstance(relationship, ManyToMany):
        if request.method == "DELETE":
            session.rights.demand_customization("Delete")
            intersects.delete(session, relationship)
            return ApiResponse()
        _only_get(request)
        return _single(session, "RelationshipDefinitions", intersect_document(relationship))
    if request.method == "DELETE":
        _customizer(session, request, "Delete").delete_relationship(relationship)
        return ApiResponse()
    if request.method == "PUT":
        customizer = _customizer(session, request, "Write")
        customizer.change_relationship(relationship, request.json())
        return ApiResponse()
    _only_get(request)
    document = relationship_document(relationship, catalogue.tables[relationship.referenced])
    return _single(session, "RelationshipDefinitions", document)


def publish(session: Session, request: ApiRequest, _segments: Segments) -> ApiResponse:
    """Answer ``PublishXml`` and ``PublishAllXml``; created columns work without it.

    Raises:
        ApiError: The caller may not publish, or the parameter is missing.
    """
    if request.method != "POST":
        raise method_not_allowed(request.method)
    session.rights.demand_customization("Publish")
    if _segments[0].name == "PublishXml" and "ParameterXml" not in request.json():
        raise ApiError(400, "0x80048d19", "The parameter 'ParameterXml' is missing.")
    return ApiResponse()


def not_modelled(_session: Session, _request: ApiRequest, segments: Segments) -> ApiResponse:
    """Refuse what the platform has and this service does not, in words that say so.

    Raises:
        ApiError: 501, always.
    """
    message = f"The practice CRM does not model '{segments[0].name}'."
    raise ApiError(501, UNKNOWN_IN_QUERY, message)


def metadata_document(session: Session, request: ApiRequest, _segments: Segments) -> ApiResponse:
    """Answer ``$metadata``."""
    _only_get(request)
    text = csdl(session.environment.catalogue)
    return ApiResponse(200, text=text, content_type="application/xml")


def _customizer(session: Session, request: ApiRequest, action: str) -> Customizer:
    session.rights.demand_customization(action)
    return Customizer(session, request.headers.get("MSCRM.SolutionUniqueName") or "")


def _options(request: ApiRequest) -> QueryOptions:
    return read_options(request.query)


def _only_get(request: ApiRequest) -> None:
    if request.method != "GET":
        raise method_not_allowed(request.method)


def _made(session: Session, path: str) -> ApiResponse:
    address = session.environment.api_root + path
    return ApiResponse(headers={"OData-EntityId": address, "Location": address})


def _listed(session: Session, what: str, found: list[dict[str, Any]]) -> ApiResponse:
    context = f"{session.environment.api_root}$metadata#{what}"
    return ApiResponse(200, {"@odata.context": context, "value": found})


def _single(session: Session, what: str, found: dict[str, Any]) -> ApiResponse:
    context = f"{session.environment.api_root}$metadata#{what}/$entity"
    return ApiResponse(200, {"@odata.context": context} | found)


_BELOW_TABLE: dict[str, Callable[[Session, ApiRequest, Table, Segments], ApiResponse]] = {
    "Attributes": _attributes,
    "Keys": _keys,
    "OneToManyRelationships": _relationships_of_table,
    "ManyToOneRelationships": _relationships_of_table,
    "ManyToManyRelationships": _relationships_of_table,
}
METADATA_ROUTES: dict[str, Callable[[Session, ApiRequest, Segments], ApiResponse]] = {
    "EntityDefinitions": entity_definitions,
    "RelationshipDefinitions": relationship_definitions,
    "CreateEntities": create_entities,
    "RetrieveMetadataChanges": retrieve_metadata_changes,
    "PublishXml": publish,
    "PublishAllXml": publish,
    "$metadata": metadata_document,
    "GlobalOptionSetDefinitions": not_modelled,
}
