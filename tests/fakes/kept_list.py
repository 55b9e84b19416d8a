"""A data directory with one environment and a list that was kept there by an earlier start."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from psaqb_desktop.adapters.cache import SqliteInvoiceCache
from psaqb_desktop.adapters.settings.paths import find_paths
from psaqb_desktop.domain.kept_rows import Watermark
from psaqb_desktop.domain.refreshing import RowChanges
from tests.ui_invoices.ui_examples import CONNECTIONS, NOW, many_rows

_NAME = "bench"
_ENVIRONMENT = f"""\
default_environment = "{_NAME}"
[{_NAME}]
kind = "production"
crm_url = "https://crm.invalid"
authority = "https://login.invalid"
tenant = "contoso"
client_id = "app"
sign_in = "system-browser"
"""


def keep_list(data_dir: Path, rows: int) -> None:
    """Declare the environment, and keep so many invoices as a start finds them."""
    paths = find_paths(data_dir, {})
    paths.environments_file.parent.mkdir(parents=True)
    paths.environments_file.write_text(_ENVIRONMENT, encoding="utf-8")
    cache, listed = SqliteInvoiceCache(paths.cache_file(_NAME)), many_rows(rows)
    records = tuple(row.record for row in listed if row.record)
    head = cache.head()
    known = replace(head, watermark=Watermark(NOW), read_on=NOW, connections=CONNECTIONS)
    cache.write(head, RowChanges(tuple(row.invoice for row in listed), records), known)
