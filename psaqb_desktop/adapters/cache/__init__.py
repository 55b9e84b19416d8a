"""The last list of invoices on disk: a quick first screen, and something to look at offline.

The cache is disposable: whatever is wrong with the file, it is as if there were none.
"""

from psaqb_desktop.adapters.cache.store import SqliteInvoiceCache

__all__ = ["SqliteInvoiceCache"]
