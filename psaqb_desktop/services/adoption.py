"""Adopting a QuickBooks document that the CRM has no record of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from psaqb_desktop.domain.checked import Checked
from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.content_digest import content_digest
from psaqb_desktop.domain.findings import Finding
from psaqb_desktop.domain.identifiers import (
    InvoiceId,
    QuickBooksId,
    RealmId,
    request_id,
    sync_record_id,
)
from psaqb_desktop.domain.push import JournalEntry, PostedDocument, PushStep
from psaqb_desktop.domain.sync_record import PostingState, SyncRecord
from psaqb_desktop.services.ports import PushJournal


def blank_record(invoice_id: InvoiceId, connection: Connection) -> SyncRecord:
    """Return the record of an invoice that the CRM has none of."""
    return SyncRecord(
        id=sync_record_id(invoice_id, connection.realm_id),
        invoice_id=invoice_id,
        connection_id=connection.id,
        realm_id=connection.realm_id,
    )


def record_at(records: Sequence[SyncRecord], realm_id: RealmId) -> SyncRecord | None:
    """Return an invoice's record at one company: what was tried elsewhere is no part of it."""
    return next((record for record in records if record.realm_id == realm_id), None)


def adopted(
    record: SyncRecord,
    checked: Checked,
    document: PostedDocument,
    findings: Sequence[Finding],
    *,
    by: str,
    at: datetime,
) -> SyncRecord:
    """Return the record of a document that was found; its generation stays."""
    return replace(
        record.posted(document),
        state=PostingState.POSTED_REVIEW if findings else PostingState.POSTED,
        digest=checked.draft.digest if checked.draft else "",
        finding=" ".join(finding.message for finding in findings),
        finding_cause=findings[0].cause.value if findings else "",
        reason_left_out="",
        pushed_on=document.created or at,
        pushed_by=by,
        last_checked=at,
        invoice_version=checked.invoice.version,
        content_digest=content_digest(checked.invoice),
    )


def with_generation(record: SyncRecord, least: int) -> SyncRecord:
    """Return the record with at least this generation: the next push must have another id."""
    if record.generation >= least:
        return record
    identifier = request_id(record.invoice_id, record.realm_id, least)
    return replace(record, generation=least, request_id=identifier)


def documents_known_to(
    journal: PushJournal, invoice_id: InvoiceId, realm_id: RealmId
) -> tuple[QuickBooksId, ...]:
    """Return the documents that this machine made for an invoice at a company, newest first."""
    confirmed = _confirmed(journal, invoice_id, realm_id)
    return tuple(dict.fromkeys(QuickBooksId(e.outcome) for e in reversed(confirmed) if e.outcome))


def generation_known_to(journal: PushJournal, invoice_id: InvoiceId, realm_id: RealmId) -> int:
    """Return the highest generation under which this machine made a document; 0 if none."""
    confirmed = _confirmed(journal, invoice_id, realm_id)
    return max((int(e.request_id.rpartition("-g")[2]) for e in confirmed), default=0)


def _confirmed(
    journal: PushJournal, invoice_id: InvoiceId, realm_id: RealmId
) -> list[JournalEntry]:
    own = request_id(invoice_id, realm_id, 1).removesuffix("1")
    return [
        entry
        for entry in journal.history(invoice_id)
        if entry.step is PushStep.CONFIRMED and entry.request_id.startswith(own)
    ]
