"""What only some environments have: columns, and change tracking of invoices."""

from __future__ import annotations

from psaqb_desktop.practice.crm.options import CrmOptions
from psaqb_desktop.practice.crm.schema.catalogue import Catalogue
from psaqb_desktop.practice.crm.schema.model import Choice

_OWNING_COMPANY = (("salesorder", "msdyn_owningcompany"), ("msdyn_project", "msdyn_owningcompany"))
_FIELD_SERVICE = (("invoice", "msdyn_invoicedate"),)
_DETAIL_TAX = tuple(
    ("msdyn_invoicelinetransaction", name)
    for column in ("msdyn_tax", "msdyn_extendedamount")
    for name in (column, f"{column}_base")
)
_TRACKED = ("invoice", "invoicedetail", "msdyn_invoicelinetransaction")


def untrack(catalogue: Catalogue, options: CrmOptions) -> None:
    """Switch change tracking of invoices off where an environment comes without it."""
    if not options.invoices_tracked:
        for name in _TRACKED:
            catalogue.tables[name].tracks_changes = False


def add_posted(catalogue: Catalogue, options: CrmOptions) -> None:
    """Let invoices be Posted, where Finance beside the CRM has that status."""
    column = catalogue.tables["invoice"].columns["msdyn_projectinvoicestatus"]
    if options.posted_status and column.label_of(options.posted_status) is None:
        column.options = (*column.options, Choice(options.posted_status, "Posted"))


def hide_absent(catalogue: Catalogue, options: CrmOptions) -> None:
    """Take columns out of the schema that an environment of this kind lacks; rows stay."""
    hidden: tuple[tuple[str, str], ...] = () if options.has_owning_company else _OWNING_COMPANY
    hidden += () if options.has_field_service else _FIELD_SERVICE
    hidden += () if options.has_detail_tax else _DETAIL_TAX
    for table_name, name in hidden:
        table = catalogue.tables[table_name]
        table.columns.pop(name, None)
        for relationship in list(catalogue.one_to_many.values()):
            if relationship.referencing == table_name and relationship.lookup == name:
                catalogue.remove_one_to_many(relationship.schema_name)
