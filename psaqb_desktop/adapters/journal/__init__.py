"""The push journal on disk (SQLite): :func:`open_journal` is the way in.

The file is the program's memory of what it was about to write to QuickBooks. Every write is in
the file and flushed to the disk before the call returns, because a lost line could become a
second invoice.
"""

from psaqb_desktop.adapters.journal.store import SqliteJournal, open_journal

__all__ = ["SqliteJournal", "open_journal"]
