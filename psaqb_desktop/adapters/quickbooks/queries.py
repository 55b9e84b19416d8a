"""QuickBooks' query language: texts, pages, and chunks of ids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from psaqb_desktop.adapters.http.answer import HttpAnswer
from psaqb_desktop.adapters.quickbooks import json_reading as read
from psaqb_desktop.adapters.quickbooks.calls import CompanyCalls
from psaqb_desktop.adapters.quickbooks.faults import faults_in, read_faults
from psaqb_desktop.adapters.quickbooks.json_reading import Json
from psaqb_desktop.adapters.quickbooks.refusals import Subject, refusal
from psaqb_desktop.domain.errors import RequestRejectedError
from psaqb_desktop.domain.identifiers import QuickBooksId

PAGE = 1000
_MANY_IDS = PAGE
"""As many as an answer may hold. How long a query may be is not documented: see ``query_ids``."""
_FEW_IDS = 50
_SHIFT = 100
"""How many objects may leave their places while the next page is asked for."""
_CANNOT_BE_READ = frozenset({"4000", "4001"})
_TOO_LARGE = frozenset({413, 414})


def quoted(value: str) -> str:
    """Return a text as the query language writes it."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def with_offset(moment: datetime) -> str:
    """Return a moment, cut to its second; without an offset it is unclear whose time it is."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def query_all(calls: CompanyCalls, entity: str, where: str = "") -> Iterator[Json]:
    """Read all objects that match, page by page, each once even if the pages shift.

    Pages overlap: of what is deleted meanwhile, all behind move up.
    """
    seen: set[str] = set()
    start = 1
    while True:
        page = _page(calls, entity, _where(where), start)
        yield from _unseen(page, seen)
        if len(page) < PAGE:
            return
        start += PAGE - _SHIFT


def query_changed(calls: CompanyCalls, entity: str, since: datetime) -> Iterator[Json]:
    """Read all objects that were changed since and still exist, each once.

    What changes meanwhile moves to the end, and pages by number would leave out what takes its
    place. So each page begins at the time with which the last one ended.
    """
    seen: set[str] = set()
    begin, start = since.replace(microsecond=0), 1
    while True:
        condition = f"MetaData.LastUpdatedTime >= {quoted(with_offset(begin))}"
        page = _page(calls, entity, _where(condition, "MetaData.LastUpdatedTime"), start)
        yield from _unseen(page, seen)
        if len(page) < PAGE:
            return
        last = read.moment(read.part(page[-1], "MetaData"), "LastUpdatedTime")
        if last is None:
            raise read.unreadable(f"{entity} has no LastUpdatedTime")
        last = last.replace(microsecond=0)
        if last > begin:
            begin, start = last, 1
        else:
            start += PAGE - _SHIFT


def query_ids(
    calls: CompanyCalls, entity: str, ids: Sequence[QuickBooksId], columns: str = "*"
) -> Iterator[Json]:
    """Read the objects with these ids, many with one call; missing ones are absent.

    A query that QuickBooks finds too long is asked in halves.
    """
    wanted = list(dict.fromkeys(ids))
    for first in range(0, len(wanted), _MANY_IDS):
        yield from _with_ids(calls, entity, wanted[first : first + _MANY_IDS], columns)


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


def _with_ids(
    calls: CompanyCalls, entity: str, ids: Sequence[QuickBooksId], columns: str
) -> list[Json]:
    condition = f"Id in ({','.join(quoted(one) for one in ids)})"
    try:
        return _page(calls, entity, _where(condition), 1, columns)
    except RequestRejectedError as error:
        is_long = error.code in _CANNOT_BE_READ or error.status in _TOO_LARGE
        if not is_long or len(ids) <= _FEW_IDS:
            raise
    half = len(ids) // 2
    return [
        *_with_ids(calls, entity, ids[:half], columns),
        *_with_ids(calls, entity, ids[half:], columns),
    ]


def _unseen(page: Sequence[Json], seen: set[str]) -> Iterator[Json]:
    for found in page:
        if (key := read.text(found, "Id")) not in seen:
            seen.add(key)
            yield found


def _where(condition: str, order: str = "") -> str:
    where = f" where {condition}" if condition else ""
    return f"{where} orderby {order}" if order else where


def _page(
    calls: CompanyCalls, entity: str, where: str, start: int, columns: str = "*"
) -> list[Json]:
    statement = f"select {columns} from {entity}{where} startposition {start} maxresults {PAGE}"  # noqa: S608 - see quoted()
    data = answered(calls.query(statement), calls, what=f"Reading {entity}")
    response = read.as_object(data.get("QueryResponse"), "QueryResponse")
    return list(read.parts(response, entity))
