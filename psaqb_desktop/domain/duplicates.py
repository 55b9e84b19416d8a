"""Duplicates: one CRM invoice that stands in QuickBooks more than once.

Every document of this program carries its invoice's key in the private note, so repeated keys
tell what no list of ours knows of: a document made by a copy of the CRM, or a copied one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from psaqb_desktop.domain.findings import Cause
from psaqb_desktop.domain.identifiers import InvoiceId
from psaqb_desktop.domain.push import PostedDocument
from psaqb_desktop.domain.sync_record import PostingState, SyncRecord
from psaqb_desktop.domain.texts import invoices_named_in

_FINDING = re.compile(r"Posted more than once: .*? Void all but one\.", re.DOTALL)


def duplicates(documents: Iterable[PostedDocument]) -> Mapping[InvoiceId, str]:
    """Return, for each invoice that stands more than once, a sentence that names its documents."""
    by_invoice: dict[InvoiceId, list[str]] = {}
    for document in documents:
        if document.is_voided or document.is_deleted:
            continue
        for invoice_id in invoices_named_in(document.private_note):
            # Only its name is kept: in a large company these are many.
            by_invoice.setdefault(invoice_id, []).append(_name(document))
    return {
        invoice_id: f"Posted more than once: {' and '.join(sorted(names))}. Void all but one."
        for invoice_id, names in by_invoice.items()
        if len(names) > 1
    }


def with_duplicates(record: SyncRecord, sentence: str) -> SyncRecord:
    """Return a posted record that says so, or, without a sentence, no longer says so."""
    rest = _FINDING.sub("", record.finding).strip()
    if sentence:
        return replace(
            record,
            state=PostingState.POSTED_REVIEW,
            finding=f"{sentence} {rest}".strip(),
            finding_cause=Cause.DUPLICATE_IN_QUICKBOOKS.value,
            accepted_by="",
            accepted_on=None,
        )
    if not names_duplicates(record):
        return record
    if not rest:
        return replace(record, state=PostingState.POSTED, finding="", finding_cause="")
    cause = record.finding_cause
    if cause == Cause.DUPLICATE_IN_QUICKBOOKS.value:
        cause = Cause.POSTED_DIFFERENTLY.value
    return replace(record, finding=rest, finding_cause=cause)


def names_duplicates(record: SyncRecord) -> bool:
    """Tell whether the record's finding is of documents that stand beside each other."""
    return _FINDING.search(record.finding) is not None


def _name(document: PostedDocument) -> str:
    return f"{document.number or 'no number'} ({document.type.value} id {document.id})"
