"""QuickBooks' query language: texts, pages, and chunks of ids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from psaqb_desktop.adapters.http.answer import HttpAnswer
from psaqb_desktop.adapters.quickbooks import json_reading as read
from psaqb_desktop.adapters.quickbooks.calls import CompanyCalls
from psaqb_desktop.adapters.quickbooks.faults import faults_in, read_faults
from psaqb_desktop.adapters.quickbooks.json_reading import Json
from psaqb_desktop.adapters.quickbooks.refusals import Subject, refusal
from psaqb_desktop.domain.identifiers import QuickBooksId

PAGE = 1000
_IDS_AT_ONCE = 200


def quoted(value: str) -> str:
    """Return a text as the query language writes it."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def query_all(calls: CompanyCalls, entity: str, where: str = "") -> Iterator[Json]:
    """Read all objects that match, page by page, each once even if the pages shift."""
    seen: set[str] = set()
    start = 1
    while True:
        page = _page(calls, entity, where, start)
        for found in page:
            if (key := read.text(found, "Id")) not in seen:
                seen.add(key)
                yield found
        if len(page) < PAGE:
            return
        start += PAGE


def query_ids(calls: CompanyCalls, entity: str, ids: Sequence[QuickBooksId]) -> Iterator[Json]:
    """Read the objects with these ids, many with one call; missing ones are absent."""
    wanted = list(dict.fromkeys(ids))
    for first in range(0, len(wanted), _IDS_AT_ONCE):
        chunk = ",".join(quoted(one) for one in wanted[first : first + _IDS_AT_ONCE])
        yield from _page(calls, entity, f"Id in ({chunk})", 1)


def answered(answer: HttpAnswer, calls: CompanyCalls, *, what: str) -> Json:
    """Return the JSON of a reading call.

    Raises:
        RequestRejectedError, SignInNeededError: the answer is a fault.
        UnreadableAnswerError: it is nothing that QuickBooks documents.
    """
    faults = read_faults(answer) if not answer.is_success else ()
    data = answer.json() if answer.is_success else {}
    faults = faults or faults_in(data)
    if faults or not answer.is_success:
        raise refusal(faults, answer, Subject(calls.company, what))
    return read.as_object(data, what)


def _page(calls: CompanyCalls, entity: str, where: str, start: int) -> list[Json]:
    condition = f" where {where}" if where else ""
    statement = f"select * from {entity}{condition} startposition {start} maxresults {PAGE}"  # noqa: S608 - see quoted()
    data = answered(calls.query(statement), calls, what=f"Reading {entity}")
    response = read.as_object(data.get("QueryResponse"), "QueryResponse")
    return list(read.parts(response, entity))
