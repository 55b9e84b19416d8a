"""Cutting OData text where commas, semicolons and slashes stand outside quotes and brackets."""

from __future__ import annotations

from psaqb_desktop.practice.crm.errors import bad_query


def split_outside(text: str, separator: str) -> list[str]:
    """Split at a separator that is not inside quotes or brackets; empty text gives no parts.

    Raises:
        ApiError: Quotes or brackets do not close.
    """
    parts: list[str] = []
    depth = start = 0
    quoted = False
    for position, character in enumerate(text):
        if character == "'":
            quoted = not quoted
        elif not quoted and character in "([":
            depth += 1
        elif not quoted and character in ")]":
            depth -= 1
        elif not quoted and depth == 0 and character == separator:
            parts.append(text[start:position].strip())
            start = position + 1
    if quoted or depth:
        raise bad_query(f"Syntax error: quotes or brackets do not close in '{text}'.")
    parts.append(text[start:].strip())
    return [part for part in parts if part]


def name_and_brackets(text: str) -> tuple[str, str | None]:
    """Take ``name(inside)`` apart; the second is None when there are no brackets."""
    opening = text.find("(")
    if opening < 0 or not text.endswith(")"):
        return text, None
    return text[:opening], text[opening + 1 : -1]


def unquoted(text: str) -> str | None:
    """The string that a quoted literal stands for; None when it is not one."""
    if len(text) >= 2 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    return None
