"""What can be done to an entity, the same for a single call, an item of a batch and the pages."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from psaqb_desktop.practice.quickbooks import fault_bodies
from psaqb_desktop.practice.quickbooks.attachments import (
    change_attachable,
    create_attachable,
    delete_attachable,
)
from psaqb_desktop.practice.quickbooks.books import Books
from psaqb_desktop.practice.quickbooks.entities.attachable import ATTACHABLE
from psaqb_desktop.practice.quickbooks.entities.attribute_types import Record
from psaqb_desktop.practice.quickbooks.entities.name_lists import NAME_LISTS
from psaqb_desktop.practice.quickbooks.entities.transactions import (
    CREDIT_MEMO,
    INVOICE,
    PAYMENT,
    WRITABLE,
)
from psaqb_desktop.practice.quickbooks.entity_rows import Body, EntityRow
from psaqb_desktop.practice.quickbooks.name_lists import change_listed, create_listed
from psaqb_desktop.practice.quickbooks.payments import (
    change_payment,
    delete_payment,
    receive_payment,
    void_payment,
)
from psaqb_desktop.practice.quickbooks.sales_form_posting import (
    change_sales_form,
    create_sales_form,
    delete_sales_form,
    void_sales_form,
)

RECORDS: dict[str, Record] = {
    **{name: listed.record for name, listed in NAME_LISTS.items()},
    "Invoice": INVOICE,
    "CreditMemo": CREDIT_MEMO,
    "Payment": PAYMENT,
    "Attachable": ATTACHABLE,
}
"""All entities of the service by name."""

KIND_BY_PATH = {name.lower(): name for name in RECORDS}
"""Entity names as they stand in addresses."""

SALES_FORMS = ("Invoice", "CreditMemo")
"""Transactions with lines of their own; lines of a payment are all or none."""

_UNKEPT = frozenset({"Id", "SyncToken", "sparse"})


def perform(
    books: Books, kind: str, operation: str, sent: Any, include: Collection[str] = ()
) -> Body:
    """Carries out one operation and returns the member that answers it.

    Args:
        books: The company's, open for writing.
        kind: The entity.
        operation: create, update, void or delete.
        sent: The JSON as it came.
        include: ``void``, ``allowduplicatedocnum`` and the like.

    Raises:
        ApiFault: Anything wrong; nothing may be kept of the change then.
    """
    if not isinstance(sent, dict):
        raise fault_bodies.malformed("The request body is not a JSON object")
    record = RECORDS[kind]
    read = record.read(sent, kind) or {}
    books.must_be_writable()
    if operation == "update" and "void" in include:
        operation = "void"
    may_repeat = "allowduplicatedocnum" in include
    books.work.writes += 1  # a refused one takes its time as well
    if operation == "create":
        return _create(books, kind, read, may_repeat=may_repeat).body
    if "Id" not in read:
        raise fault_bodies.missing("Id")
    row = books.current(kind, read["Id"], read.get("SyncToken"))
    if operation == "update":
        return _update(books, row, read, sent, may_repeat=may_repeat).body
    if operation == "void":
        return _void(books, row).body
    if operation == "delete":
        return _delete(books, row)
    raise fault_bodies.unsupported_operation(operation)


def operation_of(sent: Any, asked: str | None) -> str:
    """The operation of a call: as asked, otherwise told by the Id in its body."""
    if asked:
        return asked.lower()
    has_id = isinstance(sent, dict) and sent.get("Id") not in {None, "", "0"}
    return "update" if has_id else "create"


def _create(books: Books, kind: str, read: dict[str, Any], *, may_repeat: bool) -> EntityRow:
    wanted = {name: value for name, value in read.items() if name not in _UNKEPT}
    if kind == "Payment":
        return receive_payment(books, wanted)
    if kind == "Attachable":
        return create_attachable(books, wanted)
    if kind in WRITABLE:
        return create_sales_form(books, kind, wanted, may_repeat_number=may_repeat)
    return create_listed(books, kind, wanted)


def _update(
    books: Books, row: EntityRow, read: dict[str, Any], sent: Body, *, may_repeat: bool
) -> EntityRow:
    if read.get("sparse"):
        read = _over_kept(books, row, read, sent)
    wanted = {name: value for name, value in read.items() if name not in _UNKEPT}
    if row.kind == "Payment":
        return change_payment(books, row, wanted)
    if row.kind == "Attachable":
        return change_attachable(books, row, wanted)
    if row.kind in WRITABLE:
        return change_sales_form(books, row, wanted, may_repeat_number=may_repeat)
    return change_listed(books, row, wanted)


def _over_kept(books: Books, row: EntityRow, read: dict[str, Any], sent: Body) -> dict[str, Any]:
    """What a sparse update leaves: the attributes as kept, with the sent ones over them."""
    record = RECORDS[row.kind]
    kept = record.read(row.body, row.kind) or {}
    for name in record.emptied(sent):
        kept.pop(name, None)
    if row.kind in WRITABLE and "TxnTaxDetail" in kept and "TxnTaxDetail" not in read:
        recompute = {"Line", "GlobalTaxCalculation", "ApplyTaxAfterDiscount"} & read.keys()
        if recompute or not kept["TxnTaxDetail"].get("TaxLine"):
            kept["TxnTaxDetail"] = {
                name: value
                for name, value in kept["TxnTaxDetail"].items()
                if name == "TxnTaxCodeRef"
            }
    if books.options.sparse_update_keeps_unsent_lines and row.kind in SALES_FORMS:
        read = _with_unsent_lines(kept, read)
    if {"TxnDate", "SalesTermRef"} & read.keys() and "SalesTermRef" in (kept | read):
        kept.pop("DueDate", None)
    return kept | read


def _with_unsent_lines(kept: dict[str, Any], read: dict[str, Any]) -> dict[str, Any]:
    if "Line" not in read:
        return read
    sent = {line["Id"]: line for line in read["Line"] if "Id" in line}
    merged = [sent.pop(line.get("Id", ""), line) for line in kept.get("Line", [])]
    new = [line for line in read["Line"] if "Id" not in line or line["Id"] in sent]
    return read | {"Line": [*merged, *new]}


def _void(books: Books, row: EntityRow) -> EntityRow:
    if row.kind == "Payment":
        return void_payment(books, row)
    if row.kind in WRITABLE:
        return void_sales_form(books, row)
    raise fault_bodies.unsupported_operation(f"void of {row.kind}")


def _delete(books: Books, row: EntityRow) -> Body:
    if row.kind == "Payment":
        delete_payment(books, row)
    elif row.kind == "Attachable":
        delete_attachable(books, row)
    elif row.kind in WRITABLE:
        delete_sales_form(books, row)
    else:
        raise fault_bodies.unsupported_operation(f"delete of {row.kind}")
    return {"status": "Deleted", "domain": "QBO", "Id": row.id}
