"""What support wants to know: versions, platform, counts. No names, no tokens, no addresses."""

from __future__ import annotations

import locale
import platform
import sys

import PySide6
from PySide6.QtCore import QLocale, qVersion
from PySide6.QtGui import QGuiApplication

from psaqb_desktop import __version__
from psaqb_desktop.domain.environment import Environment
from psaqb_desktop.ui.invoices.filters import View
from psaqb_desktop.ui.invoices.table import InvoiceTable


def diagnostics(environment: Environment, table: InvoiceTable) -> str:
    """Return the text that Help › Copy diagnostics puts on the clipboard."""
    views = {view: sum(1 for r in table.rows if r.views & view.bit) for view in View}
    scale = QGuiApplication.primaryScreen().devicePixelRatio()
    lines = [
        f"PSAQB Desktop {__version__}{' (packaged)' if getattr(sys, 'frozen', False) else ''}",
        f"Python {platform.python_version()}, PySide6 {PySide6.__version__}, Qt {qVersion()}",
        f"{platform.platform()}, {platform.machine()}",
        f"Display {QGuiApplication.platformName()}, scale {scale:g}",
        f"Locale {QLocale().name()}, encoding {locale.getpreferredencoding(False)}",
        f"Environment kind {environment.kind.value}, sign-in {environment.sign_in.value}",
        f"Companies {len(table.companies)}",
        *(f"{view.value}: {count}" for view, count in views.items()),
    ]
    return "\n".join(lines)
