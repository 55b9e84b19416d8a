"""What listing needs of this machine; the cache implements it by structure."""

from __future__ import annotations

from typing import Protocol

from psaqb_desktop.domain.kept_rows import KeptHead, KeptRows
from psaqb_desktop.domain.refreshing import RowChanges


class InvoiceCache(Protocol):
    """The list kept on disk as rows, for a quick first screen, refreshes by change, and offline.

    Shared by all programs of one machine. No method raises: a list that cannot be read counts as
    none, one that cannot be written is kept in memory.
    """

    def head(self) -> KeptHead:
        """Return what is known of the kept rows as a whole."""
        ...

    def rows(self, known: KeptHead | None = None) -> KeptRows:
        """Return all rows, or those that changed since ``known``."""
        ...

    def first_rows(self, limit: int) -> KeptRows:
        """Return the newest rows that wait to be posted, at most ``limit``."""
        ...

    def write(self, base: KeptHead, changes: RowChanges, head: KeptHead | None = None) -> bool:
        """Keep changed rows (no secrets are in them), and a new head with them, all or nothing.

        ``base`` is the head from which the changes were worked out: rows and watermark that
        somebody else has written since stay. False where the rows of ``base`` are lost.
        """
        ...
