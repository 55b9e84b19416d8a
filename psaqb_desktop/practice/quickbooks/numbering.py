"""Document numbers: who gives them, and what happens when one is taken."""

from __future__ import annotations

from psaqb_desktop.practice.quickbooks import fault_bodies
from psaqb_desktop.practice.quickbooks.books import Books

NUMBERED = ("Invoice", "CreditMemo")
"""Transaction types that share one space of numbers."""

_FIRST = 1000


def number_of_new(
    books: Books, kind: str, sent: str | None, *, forced: bool, may_repeat: bool
) -> str | None:
    """The DocNumber of a new sales form.

    With custom numbers a form without a number stays without. Otherwise the company's own counter
    numbers it, which knows nothing of the numbers that clients have sent.

    Raises:
        ApiFault: 6140.
    """
    if sent == "AUTO_GENERATE" and books.options.knows_auto_generate:
        sent, forced = None, True
    if sent is None:
        if books.company.uses_custom_numbers and not forced:
            return None
        return str(_FIRST + books.rows.next_number(f"{kind} number"))
    if not may_repeat:
        must_be_free(books, sent)
    return sent


def must_be_free(books: Books, number: str, own_id: str | None = None) -> None:
    """Refuses a number that another document has, if the company wants to be warned.

    Raises:
        ApiFault: 6140, naming the other document.
    """
    if not books.company.warns_of_duplicate_numbers:
        return
    for other in books.rows.with_number(number, NUMBERED):
        if other.id != own_id:
            raise fault_bodies.duplicate_number(number, other.kind, other.id)
