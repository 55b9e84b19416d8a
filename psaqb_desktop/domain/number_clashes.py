"""Two invoices must not get one DocNumber: shortened numbers may have become the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from psaqb_desktop.domain.checked import Checked
from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.draft import Draft
from psaqb_desktop.domain.findings import Cause, Finding, blocker
from psaqb_desktop.domain.identifiers import InvoiceId, RealmId
from psaqb_desktop.domain.sync_record import SyncRecord

_Place = tuple[RealmId, DocumentType, str]
"""QuickBooks looks for a number within a company and a kind of document."""


def has_shortened_number(checked: Checked) -> bool:
    """Tell whether the number that is sent is not the CRM's, which the CRM keeps unique."""
    return bool(checked.draft and checked.draft.number not in {"", checked.invoice.number})


def with_number_clashes(checked: Sequence[Checked], records: Iterable[SyncRecord]) -> list[Checked]:
    """Return the outcomes, with a finding for each draft whose number another invoice has.

    ``records`` are those of invoices that are in QuickBooks, or may be.
    """
    holders: dict[_Place, dict[InvoiceId, str]] = {}
    for record in records:
        if (
            record.number
            and not record.is_gone
            and (record.state.is_posted or record.state.is_open)
        ):
            place = (record.realm_id, record.document_type, record.number.casefold())
            words = f"invoice {record.number}, which is in QuickBooks already"
            holders.setdefault(place, {})[record.invoice_id] = words
    for one in checked:
        if one.draft and one.draft.number and one.connection:
            place = _place(one.draft, one.connection)
            known = holders.setdefault(place, {})
            known.setdefault(one.invoice.id, f"invoice {one.invoice.number}")
    return [_with_clash(one, holders) for one in checked]


def _place(draft: Draft, connection: Connection) -> _Place:
    return connection.realm_id, draft.document_type, draft.number.casefold()


def _with_clash(one: Checked, holders: dict[_Place, dict[InvoiceId, str]]) -> Checked:
    if not (one.draft and one.draft.number and one.connection):
        return one
    known = holders.get(_place(one.draft, one.connection), {})
    others = [words for key, words in known.items() if key != one.invoice.id]
    if not others:
        return one
    return replace(one, findings=(*one.findings, _taken(one, one.draft.number, others)))


def _taken(one: Checked, number: str, others: Sequence[str]) -> Finding:
    more = f" and {len(others) - 1} more" if len(others) > 1 else ""
    return blocker(
        Cause.NUMBER_TAKEN,
        f"Invoice {one.invoice.number} would get the number {number} in QuickBooks, and so would "
        f"or does {others[0]}{more}.",
        "Give the invoices different numbers in the CRM, or choose another rule for "
        "“number_too_long” in the mapping.",
    )
