"""What only some environments have: columns, and change tracking of invoices."""

from __future__ import annotations

from psaqb_desktop.practice.crm.options import CrmOptions
from psaqb_desktop.practice.crm.schema.catalogue import Catalogue

_OWNING_COMPANY = (("salesorder", "msdyn_owningcompany"), ("msdyn_project", "msdyn_owningcompany"))
_FIELD_SERVICE = (("invoice", "msdyn_invoicedate"),)
_TRACKED = ("invoice", "invoicedetail", "msdyn_invoicelinetransaction")


def untrack(catalogue: Catalogue, options: CrmOptions) -> None:
    """Switch change tracking of invoices off where an environment comes without it."""
    if not options.invoices_tracked:
        for name in _TRACKED:
            catalogue.tables[name].tracks_changes = False


def hide_absent(catalogue: Catalogue, options: CrmOptions) -> None:
    """Take columns out of the schema that an environment of this kind lacks; rows stay."""
    hidden: tuple[tuple[str, str], ...] = () if options.has_owning_company else _OWNING_COMPANY
    hidden += () if options.has_field_service else _FIELD_SERVICE
    for table_name, name in hidden:
        table = catalogue.tables[table_name]
        table.columns.pop(name, None)
        for relationship in list(catalogue.one_to_many.values()):
            if relationship.referencing == table_name and relationship.lookup == name:
                catalogue.remove_one_to_many(relationship.schema_name)
