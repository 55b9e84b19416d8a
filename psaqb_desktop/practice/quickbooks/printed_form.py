"""A sales form as a one-page PDF, written by hand: text in Helvetica, nothing more."""

from __future__ import annotations

from typing import Any

from psaqb_desktop.practice.quickbooks.books import Books
from psaqb_desktop.practice.quickbooks.entity_rows import EntityRow

_LINES_PER_PAGE = 46
_PAGE = (
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
    b" /Resources << /Font << /F1 5 0 R >> >> >>"
)


def print_form(books: Books, row: EntityRow) -> bytes:
    """The PDF of an invoice or credit memo."""
    return _pdf(_text(books, row)[:_LINES_PER_PAGE])


def _text(books: Books, row: EntityRow) -> list[str]:
    body = row.body
    currency = body.get("CurrencyRef", {}).get("value", books.company.home_currency)
    text = [
        "PRACTICE QUICKBOOKS - NOT REAL BOOKS",
        "",
        books.company.name,
        f"{row.kind} {body.get('DocNumber', '(no number)')}   {body['TxnDate']}",
        f"To: {body['CustomerRef']['name']}",
        "",
    ]
    text += [_line(line, currency) for line in body["Line"]]
    text += ["", f"Tax: {body['TxnTaxDetail']['TotalTax']} {currency}"]
    text += [f"Total: {body['TotalAmt']} {currency}", f"Open: {body['Balance']} {currency}"]
    return text


def _line(line: dict[str, Any], currency: str) -> str:
    what = line.get("Description") or line["DetailType"]
    return f"{what[:70]}   {line.get('Amount', '')} {currency}"


def _pdf(lines: list[str]) -> bytes:
    shown = b"\n".join(b"(" + _escaped(line) + b") Tj T*" for line in lines)
    content = b"BT /F1 10 Tf 14 TL 50 790 Td\n" + shown + b"\nET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        _PAGE,
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    document = b"%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(document))
        document += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    start = len(document)
    size = len(objects) + 1
    return document + (
        b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<< /Size %d /Root 1 0 R >>\n"
        b"startxref\n%d\n%%%%EOF\n" % (size, table, size, start)
    )


def _escaped(line: str) -> bytes:
    plain = line.encode("cp1252", errors="replace")
    return plain.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
