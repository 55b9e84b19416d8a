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
