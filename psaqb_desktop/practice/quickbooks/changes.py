"""Change data capture: everything that changed since a moment, deletions last."""

from __future__ import annotations

from datetime import timedelta

from psaqb_desktop.practice.quickbooks import exact_json, fault_bodies
from psaqb_desktop.practice.quickbooks.books import Books
from psaqb_desktop.practice.quickbooks.clock import read_moment, stamp
from psaqb_desktop.practice.quickbooks.operations import KIND_BY_PATH

_MOST_OBJECTS = 1000
_LOOK_BACK = timedelta(days=30)
_NOT_CAPTURED = frozenset({"TaxCode", "TaxRate", "TaxAgency", "CompanyInfo", "Preferences"})


def answer_changes(books: Books, entities: str | None, since: str | None) -> str:
    """The CDCResponse member, as JSON text: at most 1000 objects over all entities.

    Raises:
        ApiFault: 2020, 2000 or 4001.
    """
    if not entities:
        raise fault_bodies.missing("entities")
    if not since:
        raise fault_bodies.missing("changedSince")
    try:
        # A plus sign that was not escaped in the address arrives as a blank.
        moment = read_moment(since.strip().replace(" ", "+"))
    except ValueError as error:
        raise fault_bodies.wrong_date_format("changedSince", since) from error
    if moment < books.clock.now() - _LOOK_BACK:
        raise fault_bodies.invalid_query("changedSince is more than 30 days ago")
    left = _MOST_OBJECTS
    answers = []
    for name in entities.split(","):
        kind = KIND_BY_PATH.get(name.strip().lower())
        if kind is None or kind in _NOT_CAPTURED:
            raise fault_bodies.unknown_entity(name.strip())
        bodies = _changed(books, kind, moment.timestamp(), left)
        left -= len(bodies)
        books.work.reads += len(bodies)
        answers.append(_query_response(kind, bodies))
    return f'[{{"QueryResponse":[{",".join(answers)}]}}]'


def _changed(books: Books, kind: str, since: float, most: int) -> list[str]:
    rows = books.rows.connection.execute(
        "SELECT id, deleted, updated, body FROM entity"
        " WHERE realm = ? AND kind = ? AND updated >= ?"
        " ORDER BY deleted, updated, position LIMIT ?",
        (books.rows.realm, kind, since, most),
    )
    return [
        _tombstone(row["id"], row["updated"]) if row["deleted"] else row["body"] for row in rows
    ]


def _tombstone(record_id: str, deleted: int) -> str:
    return exact_json.dumps(
        {
            "domain": "QBO",
            "Id": record_id,
            "status": "Deleted",
            "MetaData": {"LastUpdatedTime": stamp(deleted)},
        }
    )


def _query_response(kind: str, bodies: list[str]) -> str:
    if not bodies:
        return "{}"
    return (
        f'{{"{kind}":[{",".join(bodies)}],"startPosition":1,'
        f'"maxResults":{len(bodies)},"totalCount":{len(bodies)}}}'
    )
