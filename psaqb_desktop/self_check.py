"""The self-check: load every part that the program needs, say what works, and leave.

Run on a packaged program, it finds what the packager left out before a user does.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path


def run_self_check() -> int:
    """Check each part in turn; returns 0 when all are well, 1 otherwise."""
    checks: tuple[tuple[str, Callable[[], str]], ...] = (
        ("Python", lambda: sys.version.split()[0]),
        ("Qt", _qt),
        ("Resources", _resources),
        ("Embedded browser", _web_engine),
        ("Journal", _journal),
        ("Secret store", _secret_store),
        ("HTTP and TLS", _http),
        ("OAuth", _oauth),
        ("Practice services", _practice),
    )
    failed = 0
    for name, check in checks:
        try:
            sys.stdout.write(f"ok      {name}: {check()}\n")
        except Exception as error:  # noqa: BLE001 - each part is told, whatever is wrong with it
            failed += 1
            sys.stdout.write(f"FAILED  {name}: {type(error).__name__}: {error}\n")
        sys.stdout.flush()
    return 1 if failed else 0


def _qt() -> str:
    import PySide6  # noqa: PLC0415
    from PySide6.QtWidgets import QApplication, QLabel  # noqa: PLC0415

    app = QApplication.instance() or QApplication(sys.argv[:1])
    label = QLabel("self-check")
    label.show()
    app.processEvents()
    label.close()
    return PySide6.__version__


def _resources() -> str:
    from psaqb_desktop.ui.resources import resource  # noqa: PLC0415

    folder = resource("icons")
    icons = list(folder.glob("*.svg"))
    if not icons:
        msg = f"no icons in {folder}"
        raise FileNotFoundError(msg)
    return f"{len(icons)} icons"


def _web_engine() -> str:
    """Load a page in an off-the-record profile, as the sign-in window does."""
    from PySide6.QtCore import QEventLoop, QTimer  # noqa: PLC0415
    from PySide6.QtWebEngineCore import (  # noqa: PLC0415
        QWebEnginePage,
        QWebEngineProfile,
        qWebEngineChromiumSecurityPatchVersion,
    )

    profile = QWebEngineProfile()
    page = QWebEnginePage(profile)
    loop = QEventLoop()
    outcome: list[bool] = []
    page.loadFinished.connect(outcome.append)
    page.loadFinished.connect(loop.quit)
    QTimer.singleShot(30_000, loop.quit)
    page.setHtml("<p>self-check</p>")
    loop.exec()
    # The page must go before its profile.
    page.deleteLater()
    QTimer.singleShot(0, loop.quit)
    loop.exec()
    profile.deleteLater()
    if outcome != [True]:
        msg = "the page did not load"
        raise RuntimeError(msg)
    # The stubs say bytes, the call answers text.
    return f"Chromium with security patches to {qWebEngineChromiumSecurityPatchVersion()!s}"


def _journal() -> str:
    from psaqb_desktop.adapters.journal.store import open_journal  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder, open_journal(Path(folder) / "journal") as journal:
        return f"{len(journal.open_pushes())} open pushes in a new journal"


def _secret_store() -> str:
    """Tell which keyring was found; a machine without one is told, not failed."""
    from psaqb_desktop.adapters.secrets.system_keyring import SystemKeyring  # noqa: PLC0415
    from psaqb_desktop.domain.errors import SecretStoreError  # noqa: PLC0415

    try:
        SystemKeyring().get("self-check")
    except SecretStoreError as error:
        return f"none usable here ({error})"
    return "the system's keyring answers"


def _http() -> str:
    import certifi  # noqa: PLC0415
    import requests  # noqa: PLC0415
    import truststore  # noqa: PLC0415

    if not Path(certifi.where()).is_file():
        msg = "certifi's file is missing"
        raise FileNotFoundError(msg)
    return f"requests {requests.__version__}, truststore {truststore.__version__}"


def _oauth() -> str:
    import authlib  # noqa: PLC0415
    from authlib.oauth2.auth import ClientAuth  # noqa: PLC0415

    ClientAuth("id", "secret", "client_secret_basic")
    return f"authlib {authlib.__version__}"


def _practice() -> str:
    """Make both services on a throw-away folder; templates and data must be there."""
    from psaqb_desktop.practice.crm.app import create_app as create_crm  # noqa: PLC0415
    from psaqb_desktop.practice.quickbooks.app import create_app as create_quickbooks  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        create_crm(Path(folder), base_url="http://127.0.0.1:1")
        create_quickbooks(Path(folder), base_url="http://127.0.0.1:2")
    return "both can be made"
