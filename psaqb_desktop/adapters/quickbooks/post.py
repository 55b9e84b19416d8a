"""Creating a document: sorting every answer into posted, refused, not sent and unknown.

Unknown is the careful answer: whatever is not plainly a document or plainly a refusal is looked up
before anything is sent again.

One document a request, not up to 30 in a batch. Published limits let 500 requests a minute through,
40 of them batches. Measured at the practice service with 0.3 s a call and 0.3 s an object written:
a single post 0.61 s; batches of 10, 387 documents a minute at 3.3 s a call; of 30, 1,161 a minute
at 9.4 s a call. So batches must be large to be quicker, and large ones are those that are known to
time out (https://github.com/ruckus/quickbooks-ruby/issues/343). A lost answer then leaves 30
outcomes unknown, and its request id stands for the batch: another desktop, which sees one invoice
in the CRM, could not repeat that invoice's request, only look and wait. A request id of its own
for each invoice is what makes taking over safe.
"""

from __future__ import annotations

from dataclasses import replace

from psaqb_desktop.adapters.http import exact_json
from psaqb_desktop.adapters.http.answer import HttpAnswer
from psaqb_desktop.adapters.quickbooks import json_reading as read
from psaqb_desktop.adapters.quickbooks.calls import CompanyCalls
from psaqb_desktop.adapters.quickbooks.documents import posted_document
from psaqb_desktop.adapters.quickbooks.faults import Fault, faults_in, read_faults
from psaqb_desktop.adapters.quickbooks.pacing import Turn
from psaqb_desktop.adapters.quickbooks.payloads import document_payload
from psaqb_desktop.adapters.quickbooks.refusals import Subject, refusal
from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.draft import Draft
from psaqb_desktop.domain.errors import (
    AppError,
    OutcomeUnknownError,
    RequestIdUsedError,
    UnreadableAnswerError,
    UntrustedHostError,
)
from psaqb_desktop.domain.identifiers import RequestId
from psaqb_desktop.domain.push import PostedDocument

_REFUSED_WITHOUT_WORDS = frozenset({401, 403, 404, 405, 406, 411, 413, 414, 415, 431})
"""A gateway turned the request away before any ledger saw it."""
_DUPLICATE_REQUEST_ID = "600"


def post_draft(
    calls: CompanyCalls, draft: Draft, request_id: RequestId, turn: Turn | None = None
) -> PostedDocument:
    """Create the document of a draft under a request id, at once where it has its turn.

    Raises:
        OutcomeUnknownError: it may or may not be there.
        RequestRejectedError: QuickBooks said no.
        ServiceUnavailableError, SignInNeededError: nothing was created.
    """
    body = exact_json.dumps(document_payload(draft))
    subject = _subject(calls, draft)
    calls.require_trusted_address()
    try:
        answer = calls.post(
            draft.document_type.value.lower(), {"requestid": request_id}, body, turn
        )
    except OutcomeUnknownError as error:
        raise _unknown(subject, error.details) from error
    except UntrustedHostError as error:
        # The address itself was looked at before: this is a redirect in answer to the write.
        raise _unknown(subject, error.details) from error
    if answer.is_success:
        return _created(answer, draft.document_type, calls, subject)
    raise _refused(read_faults(answer), answer, subject)


def _created(
    answer: HttpAnswer, document_type: DocumentType, calls: CompanyCalls, subject: Subject
) -> PostedDocument:
    try:
        data = read.as_object(answer.json(), "the answer")
        faults = faults_in(data)
        if not faults:
            document = read.as_object(data.get(document_type.value), document_type.value)
            posted = posted_document(document, document_type, calls.connection.home_currency)
            return replace(posted, trace_id=answer.trace_id, answered_on=answer.date)
    except UnreadableAnswerError as error:
        raise _unknown(subject, f"{error.details}\n{answer.excerpt()}") from error
    raise _refused(faults, answer, subject)


def _refused(faults: tuple[Fault, ...], answer: HttpAnswer, subject: Subject) -> AppError:
    is_unclear = (
        answer.status >= 500
        or answer.status in {408, 409, 425}
        or any(f.is_failure_inside or f.code == _DUPLICATE_REQUEST_ID for f in faults)
        or (not faults and answer.status not in _REFUSED_WITHOUT_WORDS)
    )
    if is_unclear:
        words = "\n".join([answer.excerpt(), *(str(fault) for fault in faults)])
        is_used = any(fault.code == _DUPLICATE_REQUEST_ID for fault in faults)
        return _unknown(subject, words, RequestIdUsedError if is_used else OutcomeUnknownError)
    return refusal(faults, answer, subject)


def _unknown(
    subject: Subject, details: str, kind: type[OutcomeUnknownError] = OutcomeUnknownError
) -> OutcomeUnknownError:
    return kind(
        f"No clear answer came from QuickBooks for {subject.record}. Whether it arrived at "
        f"{subject.company} is not known yet.",
        details=details,
    )


def _subject(calls: CompanyCalls, draft: Draft) -> Subject:
    kind = "Invoice" if draft.document_type is DocumentType.INVOICE else "Credit memo"
    number = f" {draft.number}" if draft.number else ""
    return Subject(
        company=calls.company,
        record=f"{kind}{number} for {draft.customer.name}",
        unchanged="Nothing was posted.",
        number=draft.number,
        currency=draft.currency,
        day=draft.txn_date,
    )
