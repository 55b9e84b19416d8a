"""What can be done about a finding: cause by cause, the flow that mends it and its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from psaqb_desktop.domain.findings import Cause, Finding
from psaqb_desktop.domain.links import LinkKind
from psaqb_desktop.ui.formats import plural


class Remedy(Enum):
    """Flows that a button can start."""

    LINK = "link"
    CONNECT = "connect"
    MAP = "map"
    CONNECTIONS = "connections"
    SETTLE = "settle"
    OPEN_QUICKBOOKS = "open-quickbooks"
    OPEN_CRM = "open-crm"
    TRY_AGAIN = "try-again"
    PUSH_AGAIN = "push-again"
    ACCEPT = "accept"
    LINK_DOCUMENT = "link-document"
    PUSH_ANYWAY = "push-anyway"


_REMEDY_OF_CAUSE = {
    Cause.NO_ROUTE: Remedy.CONNECTIONS,
    Cause.NOT_CONNECTED: Remedy.CONNECT,
    Cause.COMPANY_READ_ONLY: Remedy.TRY_AGAIN,
    Cause.NOT_CONFIRMED: Remedy.OPEN_CRM,
    Cause.CUSTOMER_NOT_LINKED: Remedy.LINK,
    Cause.CUSTOMER_INACTIVE: Remedy.LINK,
    Cause.CURRENCY_MISMATCH: Remedy.LINK,
    Cause.NO_MULTICURRENCY: Remedy.OPEN_CRM,
    Cause.NO_EXCHANGE_RATE: Remedy.OPEN_CRM,
    Cause.ITEM_NOT_LINKED: Remedy.LINK,
    Cause.ITEM_INACTIVE: Remedy.LINK,
    Cause.TAX_CODE_MISSING: Remedy.MAP,
    Cause.TAX_DIFFERS: Remedy.MAP,
    Cause.TERM_NOT_LINKED: Remedy.LINK,
    Cause.LIST_ENTRY_MISSING: Remedy.MAP,
    Cause.TOTALS_DIFFER: Remedy.OPEN_CRM,
    Cause.NUMBER_TOO_LONG: Remedy.MAP,
    Cause.NUMBER_TAKEN: Remedy.OPEN_CRM,
    Cause.ALREADY_ENTERED: Remedy.LINK_DOCUMENT,
    Cause.PERIOD_CLOSED: Remedy.OPEN_CRM,
    Cause.DATE_MISSING: Remedy.OPEN_CRM,
    Cause.PRICING_ERROR: Remedy.OPEN_CRM,
    Cause.NOTHING_TO_POST: Remedy.OPEN_CRM,
    Cause.MAPPING_INVALID: Remedy.MAP,
    Cause.CHANGED_AFTER_POSTING: Remedy.OPEN_CRM,
    Cause.DELETED_IN_CRM: Remedy.OPEN_QUICKBOOKS,
    Cause.GONE_IN_QUICKBOOKS: Remedy.PUSH_AGAIN,
    Cause.POSTED_DIFFERENTLY: Remedy.ACCEPT,
    Cause.CHANGED_IN_QUICKBOOKS: Remedy.ACCEPT,
    Cause.DUPLICATE_IN_QUICKBOOKS: Remedy.OPEN_QUICKBOOKS,
    Cause.REFUSED: Remedy.TRY_AGAIN,
    Cause.OUTCOME_UNKNOWN: Remedy.SETTLE,
}
_OTHER_REMEDY_OF_CAUSE = {
    Cause.NUMBER_TAKEN: Remedy.LINK_DOCUMENT,
    Cause.ALREADY_ENTERED: Remedy.PUSH_ANYWAY,
}
"""Where a person decides between two."""
_ONE_BY_ONE = frozenset({Remedy.OPEN_QUICKBOOKS, Remedy.OPEN_CRM, Remedy.LINK_DOCUMENT})
"""Opening fifty browser tabs mends nothing: no button for a whole group."""
_LINK_NOUNS = {
    LinkKind.CUSTOMER: "customer",
    LinkKind.TERM: "payment term",
    LinkKind.TAX: "tax code",
    LinkKind.LOCATION: "location",
    LinkKind.CLASS: "class",
}
_PLAIN_WORDS = {
    Remedy.CONNECT: "Connect company…",
    Remedy.MAP: "Edit mapping…",
    Remedy.CONNECTIONS: "Open connections",
    Remedy.SETTLE: "Check outcome",
    Remedy.OPEN_QUICKBOOKS: "Open in QuickBooks",
    Remedy.OPEN_CRM: "Open in the CRM",
    Remedy.TRY_AGAIN: "Try again",
    Remedy.PUSH_AGAIN: "Push again…",
    Remedy.ACCEPT: "Accept…",
    Remedy.LINK_DOCUMENT: "Link to it…",
    Remedy.PUSH_ANYWAY: "Push anyway…",
}


@dataclass(frozen=True, slots=True)
class Offer:
    """A button: what it does and what it says."""

    remedy: Remedy
    words: str


def offer_for(finding: Finding) -> Offer:
    """Return the button beside one finding of one invoice."""
    remedy = _remedy(finding)
    if remedy is not Remedy.LINK:
        return Offer(remedy, _PLAIN_WORDS[remedy])
    wanted = finding.link_wanted
    noun = _LINK_NOUNS.get(wanted.kind, "product") if wanted else "records"
    return Offer(remedy, f"Link {noun}…")


def offers_for(finding: Finding) -> tuple[Offer, ...]:
    """Return all buttons beside one finding, the usual one first."""
    other = None if finding.link_wanted else _OTHER_REMEDY_OF_CAUSE.get(finding.cause)
    first = offer_for(finding)
    return (first, Offer(other, _PLAIN_WORDS[other])) if other else (first,)


def offer_for_all(findings: Sequence[Finding]) -> Offer | None:
    """Return the button that mends a whole group; None where each needs its own look."""
    remedy = _remedy(findings[0])
    if remedy in _ONE_BY_ONE:
        return None
    if remedy is not Remedy.LINK:
        return Offer(remedy, _PLAIN_WORDS[remedy])
    records = {(f.link_wanted.kind, f.link_wanted.crm_key) for f in findings if f.link_wanted}
    if not records:
        return Offer(remedy, "Link records…")
    kinds = {kind for kind, _key in records}
    noun = _LINK_NOUNS.get(next(iter(kinds)), "product") if len(kinds) == 1 else "record"
    if not kinds & set(_LINK_NOUNS):
        noun = "product"
    many = "classes" if noun == "class" else ""
    return Offer(remedy, f"Link {plural(len(records), noun, many)}…")


def _remedy(finding: Finding) -> Remedy:
    return Remedy.LINK if finding.link_wanted else _REMEDY_OF_CAUSE[finding.cause]
