"""Attachments: notes and files that are linked to invoices, payments, customers."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from psaqb_desktop.practice.quickbooks import fault_bodies
from psaqb_desktop.practice.quickbooks.books import Books
from psaqb_desktop.practice.quickbooks.entity_rows import Body, EntityRow

KIND = "Attachable"

ALLOWED_TYPES = frozenset(
    (
        *("ai", "csv", "doc", "docx", "eps", "gif", "jpeg", "jpg", "ods"),
        *("pdf", "png", "rtf", "tif", "txt", "xls", "xlsx", "xml"),
    )
)
"""Extensions of files that QuickBooks takes."""

_LINKABLE = frozenset({"Invoice", "CreditMemo", "Payment", "Customer", "Vendor", "Item"})
_TOLD = ("Size", "FileAccessUri")


def create_attachable(books: Books, wanted: dict[str, Any]) -> EntityRow:
    """Adds a note without a file.

    Raises:
        ApiFault: 2020 without note and name, or what is wrong with a link.
    """
    if not wanted.get("Note") and not wanted.get("FileName"):
        raise fault_bodies.missing("Note")
    return books.rows.insert(KIND, _linked(books, wanted))


def change_attachable(books: Books, row: EntityRow, wanted: dict[str, Any]) -> EntityRow:
    """Changes note, name or links; the file stays as it was uploaded.

    Raises:
        ApiFault: What is wrong with a link.
    """
    told = {name: row.body[name] for name in _TOLD if name in row.body}
    return books.rows.replace(row, _linked(books, wanted) | told)


def delete_attachable(books: Books, row: EntityRow) -> None:
    """Removes the attachment with its file."""
    books.rows.connection.execute(
        "DELETE FROM attachment WHERE realm = ? AND id = ?", (books.rows.realm, row.id)
    )
    books.rows.delete(row)


def keep_file(books: Books, metadata: dict[str, Any], content: bytes) -> EntityRow:
    """Adds a file.

    Args:
        books: The company's, open for writing.
        metadata: The attributes as read, with FileName.
        content: The file.

    Raises:
        ApiFault: 6190, 2020 without a name, 6000 for a type that is not taken, or what is wrong
            with a link.
    """
    books.must_be_writable()
    name = metadata.get("FileName")
    if not name:
        raise fault_bodies.missing("FileName")
    if PurePath(name).suffix.lower().removeprefix(".") not in ALLOWED_TYPES:
        raise fault_bodies.business_rule(f"The type of the file {name} is not supported.")
    books.work.writes += 1
    row = books.rows.insert(KIND, _linked(books, metadata) | {"Size": len(content)})
    books.rows.connection.execute(
        "INSERT INTO attachment VALUES (?, ?, ?)", (books.rows.realm, row.id, content)
    )
    address = f"/v3/company/{books.rows.realm}/download/{row.id}"
    return books.rows.complete(row, row.body | {"FileAccessUri": address})


def file_of(books: Books, attachable_id: str) -> tuple[EntityRow, bytes]:
    """An attachment and its file.

    Raises:
        ApiFault: 610 when there is none.
    """
    row = books.existing(KIND, attachable_id)
    found = books.rows.connection.execute(
        "SELECT content FROM attachment WHERE realm = ? AND id = ?",
        (books.rows.realm, attachable_id),
    ).fetchone()
    if found is None:
        raise fault_bodies.not_found(f"Attachable {attachable_id} has no file.")
    return row, bytes(found["content"])


def _linked(books: Books, wanted: dict[str, Any]) -> Body:
    for link in wanted.get("AttachableRef", []):
        reference = link.get("EntityRef", {})
        kind, value = reference.get("type", ""), reference.get("value", "")
        by_lower = {name.lower(): name for name in _LINKABLE}
        known = by_lower.get(kind.lower())
        if known is None:
            raise fault_bodies.invalid_choice("type", kind)
        target = books.rows.get(known, value)
        if target is None or target.deleted:
            raise fault_bodies.invalid_reference("EntityRef", f"{kind} {value} not found")
        reference["type"] = known
    return wanted
