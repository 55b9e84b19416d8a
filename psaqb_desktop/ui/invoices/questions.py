"""The questions of the invoices page: each says what will happen, and names it on its button."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from psaqb_desktop.ui.dialogs import ask, get_text
from psaqb_desktop.ui.formats import plural


async def ask_reason(parent: QWidget, count: int) -> str | None:
    """Ask why invoices are left out."""
    return await get_text(
        parent,
        f"Leave out {plural(count, 'invoice')}",
        "They are not pushed until someone takes them back. The reason is kept in the CRM.",
        label="Reason",
        yes_text="Leave out",
    )


async def ask_push_again(parent: QWidget, count: int) -> bool:
    """Ask whether invoices whose document is gone are to get another one."""
    invoices = plural(count, "invoice")
    return await ask(
        parent,
        f"Push {invoices} again?",
        "The QuickBooks document was voided or deleted. A new one is made under a new request "
        "id; it is checked and confirmed before, as any other.",
        f"Push {invoices} again…",
    )


async def ask_accept(parent: QWidget, count: int) -> bool:
    """Ask whether posted invoices are right as they stand in QuickBooks."""
    invoices = plural(count, "invoice")
    return await ask(
        parent,
        f"Accept {invoices} as posted?",
        "What differs is taken as it stands in QuickBooks; the CRM keeps your name with it.",
        f"Accept {invoices}",
    )


async def ask_push_anyway(parent: QWidget, number: str) -> bool:
    """Ask whether an invoice is to be pushed beside a similar document."""
    return await ask(
        parent,
        f"Push invoice {number} beside the similar one?",
        "QuickBooks already has a document of the same customer that looks like it. If both are "
        "the same sale, the customer will owe it twice. The push is checked and confirmed before, "
        "as any other. To undo it, void the new document in QuickBooks.",
        f"Push {number} anyway…",
    )
