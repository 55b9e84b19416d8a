"""Making and removing many-to-many relationships."""

from __future__ import annotations

from uuid import uuid4

from psaqb_desktop.practice.crm.errors import ApiError
from psaqb_desktop.practice.crm.metadata.building import Body, refused, schema_name
from psaqb_desktop.practice.crm.metadata.column_documents import NAMESPACE
from psaqb_desktop.practice.crm.metadata.customizing import RELATIONSHIP, Customizer
from psaqb_desktop.practice.crm.schema.model import ManyToMany
from psaqb_desktop.practice.crm.storage import definitions, layout
from psaqb_desktop.practice.crm.web.session import Session

_DUPLICATE = "0x80044153"


def is_meant(body: Body) -> bool:
    """Whether a posted relationship is many-to-many."""
    kind = str(body.get("@odata.type", "")).lstrip("#").removeprefix(NAMESPACE)
    return kind == "ManyToManyRelationshipMetadata"


def create(session: Session, customizer: Customizer, body: Body) -> ManyToMany:
    """Add a relationship with its intersect table.

    Raises:
        ApiError: The definition is wrong, or the name is taken.
    """
    catalogue = session.environment.catalogue
    name = schema_name(body)
    ends = [str(body.get(f"Entity{place}LogicalName", "")).lower() for place in (1, 2)]
    for end in ends:
        if end not in catalogue.tables:
            raise refused(f"The entity '{end}' does not exist.")
    if name in catalogue.many_to_many or name in catalogue.one_to_many:
        raise ApiError(400, _DUPLICATE, f"The relationship {name} already exists.")
    made = ManyToMany(name, ends[0], ends[1], name, is_custom=True, metadata_id=str(uuid4()))
    layout.create_intersect(session.connection, made)
    definitions.save_intersect(session.connection, made)
    catalogue.add_many_to_many(made)
    customizer.collect(RELATIONSHIP, made.metadata_id)
    return made


def delete(session: Session, relationship: ManyToMany) -> None:
    """Remove a custom relationship with all its pairs.

    Raises:
        ApiError: The relationship is part of the platform.
    """
    if not relationship.is_custom:
        raise refused(f"The relationship '{relationship.schema_name}' cannot be deleted.")
    layout.drop_intersect(session.connection, relationship)
    definitions.forget(session.connection, "intersect", relationship.schema_name)
    session.environment.catalogue.remove_many_to_many(relationship.schema_name)
