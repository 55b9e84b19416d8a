"""Upkeep of the journal: proving that it is whole, handing it to an auditor, recovering it."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Protocol

from psaqb_desktop.domain.journal import JournalRecovery
from psaqb_desktop.services.claims import Alone


class EvidenceJournal(Protocol):
    """The journal of pushes as evidence. Raises JournalError."""

    def verify(self) -> int:
        """Walk the chain of all entries; return their number.

        Raises:
            JournalDamagedError: an entry, a push or a draft differs from what was written.
        """
        ...

    def export(self, file: Path) -> int:
        """Write all entries to a file after verifying them; return their number."""
        ...

    def verify_export(self, file: Path) -> int:
        """Prove that exported JSON lines are as they were written; return how many they are."""
        ...

    def recover(self) -> JournalRecovery:
        """Set the damaged file aside and go on with what can be read of it."""
        ...


class JournalUpkeep:
    """Looks after the journal of one environment on this machine."""

    def __init__(self, journal: EvidenceJournal, *, alone: Alone = nullcontext) -> None:
        self._journal = journal
        self._alone = alone

    def verify(self) -> int:
        """Prove that nobody changed the journal by hand; return the number of its entries.

        Raises:
            JournalDamagedError: somebody or something did.
        """
        return self._journal.verify()

    def verify_export(self, file: Path) -> int:
        """Prove that exported JSON lines are as they were written; return how many they are.

        Raises:
            JournalDamagedError: a line was changed, removed or put in.
            JournalError: the file cannot be read.
        """
        return self._journal.verify_export(file)

    def export(self, file: Path) -> int:
        """Write all entries to a file (``.jsonl``, else CSV); return how many.

        Raises:
            JournalDamagedError: the journal is not whole; nothing was written.
            JournalError: the file cannot be written.
        """
        return self._journal.export(file)

    def recover(self) -> JournalRecovery:
        """Set a damaged journal aside and go on with what can be read of it.

        What it has lost is found out by settling (claims in the CRM, documents in QuickBooks) and
        by a full comparison at the next pull, which has no watermark any more.

        Raises:
            LeaseTakenError: another program of this machine is pushing or settling.
            JournalError: the disk refuses; the damaged file is where it was.
        """
        with self._alone():
            return self._journal.recover()
