"""What somebody changed of a document in QuickBooks after it was posted.

A record holds what QuickBooks said when the document was posted or last pulled. Payments only
move the balance; another total, tax, currency, customer or date is the work of a person.
"""

from __future__ import annotations

from dataclasses import replace

from psaqb_desktop.domain.findings import Cause
from psaqb_desktop.domain.money import Money, to_cents
from psaqb_desktop.domain.push import PostedDocument
from psaqb_desktop.domain.sync_record import PostingState, QuickBooksStatus, SyncRecord


def with_review(record: SyncRecord, document: PostedDocument) -> SyncRecord:
    """Return the record with what QuickBooks holds now, to be reviewed where it was changed there.

    The news are told once: the record knows the new figures from then on. A look that is older
    than what the record knows is no news.
    """
    if is_older(document, record):
        return record
    fresh = record.posted(document)
    changes = changes_since(record, document)
    if not changes:
        return fresh
    was_open = record.state is PostingState.POSTED_REVIEW
    earlier = record.finding if was_open else ""
    return replace(
        fresh,
        state=PostingState.POSTED_REVIEW,
        finding=f"{changes} {earlier}".strip(),
        finding_cause=Cause.CHANGED_IN_QUICKBOOKS.value,
        accepted_by="",
        accepted_on=None,
    )


def changes_since(record: SyncRecord, document: PostedDocument) -> str:
    """Name old and new figures in a sentence; empty where nothing was changed by hand.

    A void or a deletion is told by its own finding.
    """
    if record.quickbooks_status is QuickBooksStatus.VOIDED or record.total is None:
        return ""
    if document.is_voided or document.is_deleted:
        return ""
    currency = record.currency or document.currency
    old, new = Money(record.total, currency), Money(document.total, document.currency)
    changed = [] if _is_same(old, new) else [f"total {old} → {new}"]
    if record.tax is not None and to_cents(record.tax) != to_cents(document.tax):
        changed.append(f"tax {record.tax:,.2f} → {document.tax:,.2f}")
    if record.customer_id and document.customer_id != record.customer_id:
        changed.append(f"customer {record.customer_id} → {document.customer_id or 'none'}")
    if record.txn_date and document.txn_date and document.txn_date != record.txn_date:
        changed.append(f"date {record.txn_date} → {document.txn_date}")
    if not changed:
        return ""
    name = record.number or f"with id {record.quickbooks_id}"
    return f"Document {name} was changed in QuickBooks after it was posted: {', '.join(changed)}."


def _is_same(old: Money, new: Money) -> bool:
    return old.currency == new.currency and to_cents(old.amount) == to_cents(new.amount)


def is_older(document: PostedDocument, record: SyncRecord) -> bool:
    """Tell whether a look is older than what the record knows of the same document.

    By the SyncToken, which counts the changes of a document.
    """
    known, seen = record.sync_token, document.sync_token
    is_same = document.id == record.quickbooks_id and document.type is record.document_type
    return is_same and known.isdecimal() and seen.isdecimal() and int(seen) < int(known)
