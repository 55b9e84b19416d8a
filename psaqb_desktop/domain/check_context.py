"""What a check needs to know of the company besides the invoice itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from psaqb_desktop.domain.mapping import Mapping
from psaqb_desktop.domain.quickbooks_lists import CompanyLists
from psaqb_desktop.domain.resolve import LinkBook

RateOf = Callable[[str, date], Decimal | None]
"""Home currency for one unit of a currency on a day; None where the company has no rate."""


@dataclass(frozen=True, slots=True)
class CheckContext:
    """What a check needs to know of the company besides the invoice itself."""

    company: CompanyLists
    links: LinkBook
    mapping: Mapping
    rate_of: RateOf | None = None
    """QuickBooks' own rates; None leaves the rate to QuickBooks."""
