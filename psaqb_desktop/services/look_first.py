"""Looking into QuickBooks before anything is announced or sent.

The CRM may not know of a document: its record was lost with a restored database, or a person typed
the invoice before this program came. So each group is looked up once, by date and by number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from psaqb_desktop.domain.checked import Checked
from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.draft import Draft
from psaqb_desktop.domain.errors import AppError, StaleRecordError
from psaqb_desktop.domain.findings import Cause, Finding, blocker, warning
from psaqb_desktop.domain.identifiers import InvoiceId, QuickBooksId
from psaqb_desktop.domain.mapping import read_mapping
from psaqb_desktop.domain.push import PostedDocument, PushResult
from psaqb_desktop.domain.sync_record import PostingState, SyncRecord
from psaqb_desktop.domain.texts import has_any_key, has_key_of
from psaqb_desktop.services.adoption import (
    adopted,
    blank_record,
    documents_known_to,
    generation_known_to,
    record_at,
    with_generation,
)
from psaqb_desktop.services.document_differences import differences
from psaqb_desktop.services.document_names import description_of, name_of
from psaqb_desktop.services.newly_known import NewlyKnown
from psaqb_desktop.services.ports import Clock, PushJournal, SyncRecordStore
from psaqb_desktop.services.quickbooks_ports import QuickBooksCompany


@dataclass(frozen=True, slots=True)
class Looked:
    """What may be pushed, and what became of the others."""

    to_push: tuple[Checked, ...]
    results: tuple[PushResult, ...]


class LookFirst:
    """Looks for documents of one company that stand for invoices about to be pushed."""

    def __init__(  # noqa: PLR0913 - all it needs
        self,
        *,
        company: QuickBooksCompany,
        connection: Connection,
        records: SyncRecordStore,
        journal: PushJournal,
        clock: Clock,
        pushed_by: str,
        accept_similar: frozenset[InvoiceId] = frozenset(),
    ) -> None:
        self._company = company
        self._connection = connection
        self._records = records
        self._journal = journal
        self._clock = clock
        self._pushed_by = pushed_by
        self._accept_similar = accept_similar

    def run(self, group: Sequence[Checked]) -> Looked:
        """Adopt what is there, stop what seems to be there, let the rest go.

        Raises:
            AppError: QuickBooks or the CRM cannot be asked; nothing was sent.
        """
        known = self._records.every_record_of([one.invoice.id for one in group])
        open_here = {push.invoice_id for push in self._journal.open_pushes()}
        candidates = [
            one
            for one in group
            if one.invoice.id not in open_here and _may_be_pushed(known.get(one.invoice.id, ()))
        ]
        drafts = [one.draft for one in candidates if one.draft is not None]
        documents = self._company.around(drafts) if drafts else ()
        standing = [d for d in documents if not d.is_voided and not d.is_deleted]
        found: dict[InvoiceId, list[PostedDocument]] = {}
        similar: dict[InvoiceId, list[PostedDocument]] = {}
        for one in candidates:
            record = record_at(known.get(one.invoice.id, ()), self._connection.realm_id)
            own = self._own(one, record, standing)
            if own:
                found[one.invoice.id] = own
            elif one.invoice.id not in self._accept_similar and one.draft is not None:
                similar[one.invoice.id] = _similar(one.draft, standing)
        results = self._adopt([one for one in candidates if one.invoice.id in found], known, found)
        results += self._stopped(candidates, known, self._without_owner(similar))
        settled = {result.invoice_id for result in results}
        return Looked(tuple(c for c in group if c.invoice.id not in settled), tuple(results))

    def _own(
        self, one: Checked, record: SyncRecord | None, standing: Sequence[PostedDocument]
    ) -> list[PostedDocument]:
        """Return documents with the invoice's key, or that this machine knows to have made."""
        earlier = record.quickbooks_id if record else ""
        own = [d for d in standing if has_key_of(d.private_note, one.invoice.id)]
        own = [d for d in own if d.id != earlier]
        if own or one.draft is None:
            return own
        realm = self._connection.realm_id
        for identifier in documents_known_to(self._journal, one.invoice.id, realm):
            document = None if identifier == earlier else self._read(one.draft, identifier)
            if document is not None and not document.is_voided:
                return [document]
        return []

    def _read(self, draft: Draft, identifier: QuickBooksId) -> PostedDocument | None:
        """Read a document of the journal, which does not say of which type it is."""
        types = sorted(DocumentType, key=lambda each: each is not draft.document_type)
        for document_type in types:
            document = self._company.read(document_type, identifier)
            if document is None:
                continue
            is_ours = has_key_of(document.private_note, draft.invoice_id)
            if is_ours or not has_any_key(document.private_note):
                return document
        return None

    def _adopt(
        self,
        wanted: Sequence[Checked],
        known: Mapping[InvoiceId, Sequence[SyncRecord]],
        found: Mapping[InvoiceId, Sequence[PostedDocument]],
    ) -> list[PushResult]:
        tolerance = read_mapping(self._connection.mapping_text).total_tolerance
        adoptions, news = [], {}
        for one in wanted:
            if one.draft is None:
                continue
            first, *others = found[one.invoice.id]
            findings = differences(one.draft, one.invoice.number, first, tolerance)
            if others:
                findings = (_twice(one.invoice.number, [first, *others]), *findings)
            record = record_at(known.get(one.invoice.id, ()), self._connection.realm_id)
            seen = generation_known_to(self._journal, one.invoice.id, self._connection.realm_id)
            base = record or blank_record(one.invoice.id, self._connection)
            record = adopted(
                with_generation(base, max(1, seen)),
                one,
                first,
                findings,
                by=self._pushed_by,
                at=self._clock.now(),
            )
            adoptions.append((record, first))
            news[one.invoice.id] = findings
        answers = NewlyKnown(
            self._company, self._connection.realm_id, self._records, self._journal, self._clock
        ).write(adoptions)
        return [_adoption(answers[r.invoice_id], r, news[r.invoice_id]) for r, _ in adoptions]

    def _without_owner(
        self, similar: Mapping[InvoiceId, Sequence[PostedDocument]]
    ) -> dict[InvoiceId, list[PostedDocument]]:
        """Leave out documents that another invoice has been linked to."""
        if not any(similar.values()):
            return {}
        taken = {
            (record.document_type, record.quickbooks_id)
            for record in self._records.records()
            if record.realm_id == self._connection.realm_id and record.quickbooks_id
        }
        return {
            invoice_id: [d for d in documents if (d.type, d.id) not in taken]
            for invoice_id, documents in similar.items()
        }

    def _stopped(
        self,
        candidates: Sequence[Checked],
        known: Mapping[InvoiceId, Sequence[SyncRecord]],
        similar: Mapping[InvoiceId, Sequence[PostedDocument]],
    ) -> list[PushResult]:
        results = []
        for one in candidates:
            documents = similar.get(one.invoice.id)
            if documents:
                record = next(iter(known.get(one.invoice.id, ())), None)
                state = record.state if record else PostingState.NOT_POSTED
                state = PostingState.NOT_POSTED if state.is_posted else state
                finding = _entered_by_hand(one.invoice.number, documents)
                results.append(PushResult(one.invoice.id, state, record, (finding,)))
        return results


def _may_be_pushed(records: Sequence[SyncRecord]) -> bool:
    """Leave to the claims what is under way, posted or left out, at whichever company."""
    if not records:
        return True
    record = records[0]
    is_standing = record.state.is_posted and not record.is_gone
    return not (record.state.is_open or is_standing or record.state is PostingState.LEFT_OUT)


def _similar(draft: Draft, standing: Sequence[PostedDocument]) -> list[PostedDocument]:
    """Return documents that nobody's key is on and that look like the draft."""
    return [
        document
        for document in standing
        if document.type is draft.document_type
        and not has_any_key(document.private_note)
        and document.customer_id == draft.customer.id
        and (document.currency or draft.currency) == draft.currency
        and (
            (document.txn_date == draft.txn_date and document.total == draft.total)
            or (draft.number != "" and document.number == draft.number)
        )
    ]


def _adoption(
    answer: SyncRecord | AppError, wanted: SyncRecord, findings: tuple[Finding, ...]
) -> PushResult:
    if isinstance(answer, SyncRecord):
        return PushResult(answer.invoice_id, answer.state, answer, findings)
    if isinstance(answer, StaleRecordError):
        text = "It is in QuickBooks already, and another desktop changed its state just now."
    else:
        text = f"It is in QuickBooks already, but the CRM could not be told: {answer}"
    finding = blocker(Cause.OUTCOME_UNKNOWN, text, "Nothing was sent. Refresh, then push it again.")
    return PushResult(wanted.invoice_id, PostingState.NOT_POSTED, None, (finding,))


def _entered_by_hand(number: str, documents: Sequence[PostedDocument]) -> Finding:
    document = documents[0]
    return blocker(
        Cause.ALREADY_ENTERED,
        f"QuickBooks has {description_of(document)} for the same customer; it may be invoice "
        f"{number}, entered by hand.",
        "If it is, choose “Link to it…”; if it is not, choose “Push anyway…”. (Without a window: "
        f"“psaqb link-document {number} {document.id}” or “psaqb push {number} "
        "--even-if-similar”.)",
        details=", ".join(f"{d.type.value} id {d.id}" for d in documents),
    )


def _twice(number: str, documents: Sequence[PostedDocument]) -> Finding:
    names = " and ".join(name_of(document) for document in documents)
    return warning(
        Cause.POSTED_DIFFERENTLY,
        f"Invoice {number} is in QuickBooks {len(documents)} times: {names}.",
        "Void the ones that are too many in QuickBooks, then pull.",
    )
