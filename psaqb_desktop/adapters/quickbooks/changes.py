"""Change data capture: what was changed, voided or deleted since a moment.

One call as a rule. An answer holds 1,000 objects at most, over all kinds, and has no pages; one
that is full has probably been cut off, deletions first, since these stand last. Then:

1. invoices are asked for alone, credit memos and payments together, and apart if that is full too;
2. a kind that fills an answer by itself is read by queries, which have pages. They tell of all
   that was made, edited or voided, and never of a deletion; such kinds are named in
   ``unlisted_deletions``, and whoever knows which documents there were asks for these by id.

Moving ``changedSince`` forward until an answer is not full would find the newest deletions only.
The others would still have to be looked for among all documents, which finds the newest as well:
such a call would be one too many. Nor would counting help: that a count of the company's documents
is lower by as many as were seen to go needs a count at the beginning of the window, so one more
call with every pull, to save ⌈N/1000⌉ in the rare one.

With M changes, of which kind k has Mₖ, and Lₖ of them not deleted, the calls are

* M < 1000: 1 (nobody can do with less)
* each Mₖ < 1000: 3, or 5 where credit memos and payments together fill an answer
  (the first answer, which only told that it is full, and ⌈M/1000⌉ where M is up to 2,000)
* for each k with Mₖ ≥ 1000, besides: ⌈Lₖ/1000⌉ pages, and ⌈Nₖ/1000⌉ for the Nₖ posted documents
  whose deletion is asked for by id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from psaqb_desktop.adapters.quickbooks import json_reading as read
from psaqb_desktop.adapters.quickbooks.calls import CompanyCalls
from psaqb_desktop.adapters.quickbooks.documents import payment, posted_document
from psaqb_desktop.adapters.quickbooks.faults import faults_in
from psaqb_desktop.adapters.quickbooks.json_reading import Json
from psaqb_desktop.adapters.quickbooks.queries import answered, query_changed, with_offset
from psaqb_desktop.adapters.quickbooks.refusals import Subject, refusal
from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.identifiers import QuickBooksId
from psaqb_desktop.domain.pull import Changes, Payment
from psaqb_desktop.domain.push import PostedDocument

_ALL = ("Invoice", "CreditMemo", "Payment")
_GROUPS = (("Invoice",), ("CreditMemo", "Payment"))
_MOST_OBJECTS = 1000


@dataclass(frozen=True, slots=True)
class _Captured:
    """One answer: its objects by entity, and the server's time of it."""

    objects: dict[str, list[Json]]
    time: datetime | None

    @property
    def is_full(self) -> bool:
        return sum(map(len, self.objects.values())) >= _MOST_OBJECTS

    def fills_alone(self, entities: Sequence[str]) -> bool:
        return len(entities) == 1 and len(self.objects[entities[0]]) >= _MOST_OBJECTS


@dataclass(slots=True)
class _Gathered:
    """Objects of several answers, each in its latest form."""

    home_currency: str
    documents: dict[tuple[DocumentType, QuickBooksId], PostedDocument] = field(default_factory=dict)
    payments: dict[QuickBooksId, Payment] = field(default_factory=dict)
    unlisted: Counter[str] = field(default_factory=Counter)

    def add(self, entity: str, objects: Iterable[Json]) -> None:
        for data in objects:
            if entity == "Payment":
                one = payment(data, self.home_currency)
                known = self.payments.get(one.id)
                # What is deleted stays so; a page that was read a moment too early says nothing.
                if known is None or not known.is_deleted:
                    self.payments[one.id] = one
                continue
            document = posted_document(data, DocumentType(entity), self.home_currency)
            key = document.type, document.id
            if key not in self.documents or not self.documents[key].is_deleted:
                self.documents[key] = document

    def add_all(self, captured: _Captured) -> None:
        for entity, objects in captured.objects.items():
            self.add(entity, objects)


def read_changes(calls: CompanyCalls, since: datetime) -> Changes:
    """Read the changes of invoices, credit memos and payments; see the head of this file."""
    first = _capture(calls, _ALL, since)
    # The first answer's time: what came after it is asked for again next time.
    if first.time is None:
        raise read.unreadable("the answer of change data capture has no time")
    gathered = _Gathered(calls.connection.home_currency)
    gathered.add_all(first)
    if first.is_full:
        for entities in _GROUPS:
            _read_apart(calls, entities, since, first, gathered)
    return Changes(
        documents=tuple(gathered.documents.values()),
        payments=tuple(gathered.payments.values()),
        read_at=first.time,
        unlisted_deletions=frozenset(gathered.unlisted),
    )


def _read_apart(
    calls: CompanyCalls,
    entities: Sequence[str],
    since: datetime,
    earlier: _Captured,
    gathered: _Gathered,
) -> None:
    if not earlier.fills_alone(entities):
        earlier = _capture(calls, entities, since)
        gathered.add_all(earlier)
        if not earlier.is_full:
            return
    if len(entities) > 1:
        for entity in entities:
            _read_apart(calls, [entity], since, earlier, gathered)
        return
    (entity,) = entities
    gathered.add(entity, query_changed(calls, entity, since))
    gathered.unlisted[entity] += 1


def _capture(calls: CompanyCalls, entities: Sequence[str], since: datetime) -> _Captured:
    params = {"entities": ",".join(entities), "changedSince": with_offset(since)}
    what = "Reading the changes"
    answer = calls.get("cdc", params)
    data = answered(answer, calls, what=what)
    found: dict[str, list[Json]] = {entity: [] for entity in entities}
    for response in read.parts(data, "CDCResponse"):
        if faults := faults_in(response):
            raise refusal(faults, answer, Subject(calls.company, what))
        for entity_response in read.parts(response, "QueryResponse"):
            for entity in entities:
                found[entity].extend(read.parts(entity_response, entity))
    return _Captured(found, read.moment(data, "time"))
