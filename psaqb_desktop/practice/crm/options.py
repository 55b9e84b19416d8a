"""Switches of the practice CRM; they can be turned while it runs (``POST /_practice/options``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from psaqb_desktop.practice.crm.clock import PRACTICE_TODAY


@dataclass
class CrmOptions:
    """How strict, slow and large the practice CRM is."""

    seed: int = 20261120
    today: date = PRACTICE_TODAY
    invoice_count: int = 300
    data_set: str = "small"
    """small: the usual books; large: the same many times over; nasty: what real books hold too."""
    access_token_seconds: int = 3599
    limits_enabled: bool = True
    limit_factor: float = 1.0
    """Scales the service-protection limits of 6,000 requests per 300 s and 52 at once."""
    column_visible_seconds: float = 0.5
    """How long a new column stays unknown to the data API."""
    key_active_seconds: float = 0.5
    """How long the index of a new key stays Pending."""
    customization_seconds: float = 0.02
    """How long one schema change holds the environment-wide lock."""
    closed_invoices_writable: bool = False
    confirmed_invoices_writable: bool = False
    latency_seconds: float = 0.0
    """Waiting time added to each call of the data API."""
    write_seconds: float = 0.0
    """Waiting time added for each row that a call writes."""
    page_seconds: float = 0.0
    """Waiting time added for each page of rows that a call reads."""
    latency_factor: float = 1.0
    """Scales the three waiting times."""
    delta_token_days: float = 7.0
    """How long the link to the changes of a table is good for."""
    reads_whole_organization: bool = True
    """Whether roles below an administrator's read at organization level, as change tracking
    demands; if not, they read what belongs to their business unit and those below it."""
    clock_offset_seconds: float = 0.0
    """Moves the service's clock: row stamps, lives of codes and tokens, windows of limits."""
    customization_locked: bool = False
    """Somebody else changes the schema (an import, say): every change of ours is turned away."""

    # What nobody could confirm about the platform; each switch is one way it may be.
    locked_invoice_code: str = "0x80040265"
    """Code of the refusal to edit a closed or confirmed invoice."""
    missing_privilege_code: str = "0x80040220"
    missing_privilege_status: int = 403
    """A missing privilege: 0x80040220 or 0x80048306, which was seen with 403 and with 400."""
    duplicate_status: int = 412
    """Status when a duplicate detection rule hits: 412, or 500 as in a printed sample."""
    choice_range_code: str = "0x8004431A"
    """Code of a choice value that does not exist."""
    secured_at_creation: bool = True
    """Whether IsSecured is taken when a column is created, or only in a later change."""
    invoice_updates_in_bulk: bool = True
    """Whether invoice knows UpdateMultiple and UpsertMultiple."""
    paid_action_closes: bool = True
    """Whether marking a project invoice as paid closes it as well."""
    paid_invoices_reactivate: bool = True
    """Whether a paid project invoice can be made active again."""
    line_items_include_tax: bool = False
    """Whether an invoice's detail amount holds the tax of its lines; read when rows are planted."""
    retainer_usage_negative: bool = True
    """Whether a line that uses up a retainer shows what it takes off as a negative amount, or as
    a positive one; read when rows are planted."""
    posted_status: int = 0
    """Number of the newer project invoice status Posted, 0 without one; read at start and reset."""
    has_detail_tax: bool = True
    """Whether line details have tax and extended amount by these names; read at start and reset."""
    invoices_tracked: bool = True
    """Whether invoices and their lines are tracked; read at start and reset."""
    has_owning_company: bool = True
    """Whether contracts name a legal entity (beside an ERP); read at start and reset."""
    has_field_service: bool = True
    """Whether invoice has Field Service's invoice date; read at start and reset."""

    def change(self, values: Mapping[str, Any]) -> None:
        """Set switches by name.

        Raises:
            ValueError: There is no such switch or the value is of the wrong kind.
        """
        kinds = {each.name: type(getattr(self, each.name)) for each in fields(self)}
        for name, value in values.items():
            if name not in kinds:
                raise ValueError(f"There is no option named {name}.")
            wanted = kinds[name]
            if wanted is date:
                setattr(self, name, date.fromisoformat(str(value)))
            elif wanted is bool and not isinstance(value, bool):
                raise ValueError(f"{name} is true or false.")
            else:
                setattr(self, name, wanted(value))

    def as_json(self) -> dict[str, Any]:
        """All switches with their present values."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return values | {"today": self.today.isoformat()}
