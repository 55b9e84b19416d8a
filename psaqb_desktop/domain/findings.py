"""Findings: one problem of one invoice, with its remedy, in plain words.

Pattern of every text: what is the matter, with which record; the remedy says what to do next.
``cause`` groups findings that are fixed together.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from psaqb_desktop.domain.links import LinkWanted


class Severity(Enum):
    """BLOCKER stops the push before anything is sent; WARNING lets it go with a notice."""

    BLOCKER = "blocker"
    WARNING = "warning"


class Cause(Enum):
    """Why an invoice cannot go, or needs a look; the value is the heading of the group."""

    NO_ROUTE = "No legal entity"
    NOT_CONNECTED = "Company not connected"
    COMPANY_READ_ONLY = "Company accepts no entries"
    NOT_CONFIRMED = "Not confirmed in the CRM"
    CUSTOMER_NOT_LINKED = "Customer not linked"
    CUSTOMER_INACTIVE = "Customer inactive in QuickBooks"
    CURRENCY_MISMATCH = "Currency differs from the customer's"
    NO_MULTICURRENCY = "Company keeps one currency only"
    NO_EXCHANGE_RATE = "No exchange rate"
    ITEM_NOT_LINKED = "Product or service not linked"
    ITEM_INACTIVE = "Product or service inactive"
    TAX_CODE_MISSING = "No tax code"
    TAX_DIFFERS = "Tax differs"
    TERM_NOT_LINKED = "Payment terms not linked"
    LIST_ENTRY_MISSING = "Class or location not found"
    TOTALS_DIFFER = "CRM totals do not add up"
    NUMBER_TOO_LONG = "Invoice number too long"
    NUMBER_TAKEN = "Number already used"
    ALREADY_ENTERED = "Perhaps entered by hand"
    PERIOD_CLOSED = "Period closed"
    DATE_MISSING = "No invoice date"
    PRICING_ERROR = "Pricing error in the CRM"
    NOTHING_TO_POST = "Nothing to post"
    MAPPING_INVALID = "Mapping cannot be used"
    CHANGED_AFTER_POSTING = "Changed in the CRM after posting"
    DELETED_IN_CRM = "Deleted in the CRM after posting"
    GONE_IN_QUICKBOOKS = "Voided or deleted in QuickBooks"
    POSTED_DIFFERENTLY = "QuickBooks' total differs"
    CHANGED_IN_QUICKBOOKS = "Changed in QuickBooks"
    DUPLICATE_IN_QUICKBOOKS = "More than once in QuickBooks"
    REFUSED = "Refused by QuickBooks"
    OUTCOME_UNKNOWN = "Checking outcome"


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem of one invoice.

    ``details`` holds the raw fault and trace id where a service said no.
    """

    cause: Cause
    severity: Severity
    message: str
    remedy: str
    details: str = ""
    link_wanted: LinkWanted | None = None

    @property
    def is_blocker(self) -> bool:
        """True when the invoice must not be sent."""
        return self.severity is Severity.BLOCKER


def blocker(
    cause: Cause, message: str, remedy: str, *, details: str = "", link: LinkWanted | None = None
) -> Finding:
    """Make a finding that stops the push."""
    return Finding(cause, Severity.BLOCKER, message, remedy, details, link)


def warning(cause: Cause, message: str, remedy: str, *, details: str = "") -> Finding:
    """Make a finding that is shown but does not stop."""
    return Finding(cause, Severity.WARNING, message, remedy, details)
