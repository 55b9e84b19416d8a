"""Links: which QuickBooks list entry a CRM record means, per company, confirmed by a person."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from enum import Enum

from psaqb_desktop.domain.identifiers import CrmId, QuickBooksId, RealmId


class LinkKind(Enum):
    """What is linked; stored as text in ``psaqb_link``."""

    CUSTOMER = "customer"
    ROLE = "role"
    CATEGORY = "category"
    PRODUCT = "product"
    CLASSIFICATION = "classification"
    WRITE_IN = "write-in"
    TERM = "term"
    TAX = "tax"
    LOCATION = "location"
    CLASS = "class"

    @property
    def is_item(self) -> bool:
        """True where the QuickBooks side is a product or service."""
        return self in _ITEM_KINDS


_ITEM_KINDS = frozenset(
    {
        LinkKind.ROLE,
        LinkKind.CATEGORY,
        LinkKind.PRODUCT,
        LinkKind.CLASSIFICATION,
        LinkKind.WRITE_IN,
    }
)


@dataclass(frozen=True, slots=True)
class Link:
    """A ``psaqb_link`` record.

    ``crm_key`` is the CRM record's key, or its code or words where it has no record of its own
    (a payment term's number, a line classification).
    """

    realm_id: RealmId
    kind: LinkKind
    crm_key: str
    crm_name: str
    quickbooks_id: QuickBooksId
    quickbooks_name: str
    confirmed_by: str
    confirmed_on: datetime | None = None
    id: CrmId = CrmId("")


@dataclass(frozen=True, slots=True)
class LinkWanted:
    """The CRM record that a finding asks to be linked."""

    kind: LinkKind
    crm_key: str
    crm_name: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A QuickBooks list entry that a CRM record may mean.

    ``email`` and ``currency`` are empty for anything but customers.
    """

    id: QuickBooksId
    name: str
    email: str = ""
    currency: str = ""
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A candidate with how well it fits: 100 is the same name or e-mail and currency."""

    candidate: Candidate
    score: int
    reason: str


@dataclass(frozen=True, slots=True)
class LinkWish:
    """A CRM record that wants a link, with the best candidates first."""

    realm_id: RealmId
    kind: LinkKind
    crm_key: str
    crm_name: str
    invoices_waiting: int
    suggestions: tuple[Suggestion, ...]
    crm_currency: str = ""
    crm_email: str = ""

    @property
    def is_certain(self) -> bool:
        """One candidate fits exactly and no other does: safe to confirm with one click."""
        exact = [s for s in self.suggestions if s.score == 100]
        return len(exact) == 1


def normalised(name: str) -> str:
    """Fold case, accents, punctuation and legal forms, so that names can be compared."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    words = "".join(c if c.isalnum() else " " for c in letters).split()
    kept = [w for w in words if w not in _LEGAL_FORMS]
    return " ".join(kept or words)


_LEGAL_FORMS = frozenset(
    {"inc", "incorporated", "ltd", "limited", "llc", "plc", "gmbh", "ag", "kg", "co", "corp"}
)


def suggest(
    name: str, candidates: Iterable[Candidate], *, email: str = "", currency: str = ""
) -> tuple[Suggestion, ...]:
    """Rank the active candidates for a name, best first, at most five, none below 55.

    A customer in another currency can never be the one (QuickBooks keeps one for life), so it is
    capped below certainty and says why.
    """
    wanted = normalised(name)
    ranked = []
    for candidate in candidates:
        if not candidate.is_active:
            continue
        score, reason = _score(name, wanted, email, candidate)
        if currency and candidate.currency and candidate.currency != currency:
            score, reason = min(score, 60), f"kept in {candidate.currency}, not {currency}"
        if score >= 55:
            ranked.append(Suggestion(candidate, score, reason))
    ranked.sort(key=lambda s: (-s.score, s.candidate.name.casefold(), s.candidate.id))
    return tuple(ranked[:5])


def _score(name: str, wanted: str, email: str, candidate: Candidate) -> tuple[int, str]:
    if candidate.name.casefold() == name.casefold():
        return 100, "same name"
    if email and candidate.email and email.casefold() == candidate.email.casefold():
        return 95, "same e-mail"
    offered = normalised(candidate.name)
    if not wanted or not offered:
        # Nothing but punctuation: there is nothing to compare.
        return 0, ""
    if offered == wanted:
        return 90, "same name but for spelling"
    ratio = SequenceMatcher(None, wanted, offered, autojunk=False).ratio()
    if offered.startswith(wanted):
        ratio = max(ratio, 0.85)
    elif set(wanted.split()) <= set(offered.split()):
        ratio = max(ratio, 0.75)
    return int(ratio * 89), "similar name"
