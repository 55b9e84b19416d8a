"""Change data capture: what was changed, voided or deleted since a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from psaqb_desktop.adapters.quickbooks import json_reading as read
from psaqb_desktop.adapters.quickbooks.calls import CompanyCalls
from psaqb_desktop.adapters.quickbooks.documents import payment, posted_document
from psaqb_desktop.adapters.quickbooks.faults import faults_in
from psaqb_desktop.adapters.quickbooks.json_reading import Json
from psaqb_desktop.adapters.quickbooks.queries import answered
from psaqb_desktop.adapters.quickbooks.refusals import Subject, refusal
from psaqb_desktop.domain.draft import DocumentType
from psaqb_desktop.domain.identifiers import QuickBooksId
from psaqb_desktop.domain.pull import Changes, Payment
from psaqb_desktop.domain.push import PostedDocument

_ENTITIES = ("Invoice", "CreditMemo", "Payment")
_MOST_OBJECTS = 1000
"""In one answer; there are no pages, so an answer that long has probably been cut off."""


@dataclass(slots=True)
class _Found:
    """Objects of one answer, by entity."""

    objects: dict[str, list[Json]] = field(default_factory=dict)
    time: datetime | None = None

    @property
    def is_cut_off(self) -> bool:
        return sum(map(len, self.objects.values())) >= _MOST_OBJECTS


def read_changes(calls: CompanyCalls, since: datetime) -> Changes:
    """Read the changes of invoices, credit memos and payments.

    With one call as a rule. An answer that was cut off is asked for again, entity by entity, since
    the limit is for a whole answer; what is still cut off makes the changes incomplete.
    """
    found = _capture(calls, _ENTITIES, since)
    answers = [found]
    if found.is_cut_off:
        answers = [_capture(calls, [entity], since) for entity in _ENTITIES]
    home = calls.connection.home_currency
    documents: dict[tuple[DocumentType, QuickBooksId], PostedDocument] = {}
    payments: dict[QuickBooksId, Payment] = {}
    for answer in answers:
        for document_type in DocumentType:
            for data in answer.objects.get(document_type.value, ()):
                document = posted_document(data, document_type, home)
                documents[document_type, document.id] = document
        for data in answer.objects.get("Payment", ()):
            one = payment(data, home)
            payments[one.id] = one
    # The first answer's time: what came after it is asked for again next time.
    if found.time is None:
        raise read.unreadable("the answer of change data capture has no time")
    return Changes(
        documents=tuple(documents.values()),
        payments=tuple(payments.values()),
        read_at=found.time,
        is_complete=not any(answer.is_cut_off for answer in answers),
    )


def _capture(calls: CompanyCalls, entities: Sequence[str], since: datetime) -> _Found:
    # Always with an offset: without one it is unclear whose time it is.
    changed_since = since.astimezone(UTC).isoformat(timespec="seconds")
    params = {"entities": ",".join(entities), "changedSince": changed_since}
    what = "Reading the changes"
    answer = calls.get("cdc", params)
    data = answered(answer, calls, what=what)
    found = _Found(time=read.moment(data, "time"))
    for response in read.parts(data, "CDCResponse"):
        if faults := faults_in(response):
            raise refusal(faults, answer, Subject(calls.company, what))
        for entity_response in read.parts(response, "QueryResponse"):
            for entity in entities:
                found.objects.setdefault(entity, []).extend(read.parts(entity_response, entity))
    return found
