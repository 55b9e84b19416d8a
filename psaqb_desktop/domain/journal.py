"""The journal as evidence: what could be saved of a damaged one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class JournalRecovery:
    """What became of a damaged journal. Nothing of it was deleted."""

    set_aside: str
    """Path of the copy of the damaged file."""
    pushes: int
    """Pushes that were saved, with their histories."""
    entries: int
    open_pushes: int
    """Of the saved pushes those whose outcome has still to be settled."""

    @property
    def words(self) -> str:
        """Say what was done, in a sentence or two."""
        saved = (
            f"{self.pushes:,} pushes with {self.entries:,} entries were saved"
            if self.pushes
            else "Nothing in it could be read"
        )
        return (
            f"The damaged journal was set aside ({self.set_aside}). {saved}. The CRM and "
            "QuickBooks are asked what became of open pushes. Invoices that this computer had "
            "announced and knows nothing of any more stay “Checking outcome” until ten minutes "
            "after they were announced; then they are settled."
        )
