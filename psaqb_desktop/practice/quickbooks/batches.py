"""A batch: up to thirty operations and queries in one call, each of which can fail alone."""

from __future__ import annotations

import random
from typing import Any

from psaqb_desktop.practice.quickbooks import exact_json, fault_bodies
from psaqb_desktop.practice.quickbooks.books import Books
from psaqb_desktop.practice.quickbooks.fault_bodies import ApiFault
from psaqb_desktop.practice.quickbooks.operations import RECORDS, perform
from psaqb_desktop.practice.quickbooks.query_execution import answer_query
from psaqb_desktop.practice.quickbooks.query_language import read_query
from psaqb_desktop.practice.quickbooks.store import savepoint

_MOST_ITEMS = 30
_BID_NEXT_TO_REQUEST_ID = 10
_KNOWN = frozenset({"bId", "operation", "optionsData", "Query"})


def answer_batch(books: Books, sent: Any, request_id: str | None, *, shuffled: bool) -> str:
    """The BatchItemResponse member, as JSON text.

    Raises:
        ApiFault: 1040, 2130 or a malformed body; faults of items are in the answer.
    """
    items = sent.get("BatchItemRequest") if isinstance(sent, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise fault_bodies.malformed("BatchItemRequest is not a list of objects")
    if len(items) > _MOST_ITEMS:
        raise fault_bodies.batch_too_large(len(items))
    if request_id is not None:
        for item in items:
            if len(str(item.get("bId", ""))) > _BID_NEXT_TO_REQUEST_ID:
                raise fault_bodies.invalid_request_id(
                    "The bId of a batch item can have 10 characters at most next to a requestid."
                )
    spoilt = items[-1:] if books.work.spoils_item else []
    books.work.spoils_item = False
    answers = [_answer_item(books, item, is_spoilt=item in spoilt) for item in items]
    if shuffled:
        random.shuffle(answers)
    return f"[{','.join(answers)}]"


def _answer_item(books: Books, item: dict[str, Any], *, is_spoilt: bool) -> str:
    bid = exact_json.dumps(str(item.get("bId", "")))
    try:
        with savepoint(books.rows.connection):
            if is_spoilt:
                raise _throttled()
            member = _carry_out(books, item)
    except ApiFault as fault:
        member = f'"Fault":{exact_json.dumps(fault.as_json())}'
    return f'{{{member},"bId":{bid}}}'


def _throttled() -> ApiFault:
    return ApiFault(
        3001,
        "message=ThrottleExceeded; errorCode=003001; statusCode=429",
        "The request limit was reached.  Try again later",
        kind="SERVICE",
    )


def _carry_out(books: Books, item: dict[str, Any]) -> str:
    if "Query" in item:
        return f'"QueryResponse":{answer_query(books, read_query(str(item["Query"])))}'
    kind = _kind(item)
    options = {part.strip().lower() for part in str(item.get("optionsData") or "").split(",")}
    operation = str(item.get("operation", "")).lower()
    if operation not in {"create", "update", "delete"}:
        # Also "void": in a batch that is an update with optionsData void.
        raise fault_bodies.unsupported_operation(operation)
    body = perform(books, kind, operation, item[kind], options)
    return f'"{kind}":{exact_json.dumps(body)}'


def _kind(item: dict[str, Any]) -> str:
    names = [name for name in item if name not in _KNOWN]
    if len(names) != 1:
        raise fault_bodies.malformed("A batch item has exactly one entity or one Query")
    if names[0] not in RECORDS:
        raise fault_bodies.unknown_property(names[0], "BatchItemRequest")
    return names[0]
