"""The journal of one invoice: what this computer did about it, newest first."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from psaqb_desktop.domain.money import Money
from psaqb_desktop.domain.push import JournalEntry, PushStep
from psaqb_desktop.ui.desk import Facts
from psaqb_desktop.ui.formats import moment_text
from psaqb_desktop.ui.invoices.details.sheet import Sheet

_WORDS = {
    PushStep.PREPARED: "Prepared: written to the journal, nothing sent",
    PushStep.CLAIMED: "Announced in the CRM",
    PushStep.SENT: "Sent to QuickBooks",
    PushStep.CONFIRMED: "Confirmed by QuickBooks",
    PushStep.REJECTED: "Refused by QuickBooks",
    PushStep.RECORDED: "Result stored in the CRM",
    PushStep.ABANDONED: "Given up before anything was sent",
}


class HistoryTab(Sheet):
    """Shows journal entries."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("History", parent)

    def show_facts(self, facts: Facts | None) -> None:
        """Show the entries; None while they are being read."""
        self.clear()
        if facts is None:
            self.add_text("Reading…", "muted")
            return
        if not facts.history:
            self.add_text("This computer has not pushed the invoice.", "muted")
            return
        for entry in sorted(facts.history, key=lambda entry: entry.at, reverse=True):
            self.add_heading(_WORDS[entry.step])
            self.add_facts(_facts(entry))


def _facts(entry: JournalEntry) -> list[tuple[str, str]]:
    return [
        ("When", moment_text(entry.at)),
        ("By", " on ".join(part for part in (entry.by, entry.machine) if part)),
        ("Outcome", entry.outcome),
        ("Document", _document(entry)),
        ("Request id", entry.request_id),
        ("Trace id", entry.trace_id),
    ]


def _document(entry: JournalEntry) -> str:
    if entry.total is None:
        return ""
    return f"{entry.number or 'without number'}, {Money(entry.total, entry.currency)}"
