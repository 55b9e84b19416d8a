"""Practice QuickBooks as one WSGI application."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from flask import Flask

from psaqb_desktop.practice.faults import OwnFaults
from psaqb_desktop.practice.quickbooks.api import create_api
from psaqb_desktop.practice.quickbooks.attachment_api import create_file_downloads
from psaqb_desktop.practice.quickbooks.control import create_control
from psaqb_desktop.practice.quickbooks.oauth_api import create_oauth_api
from psaqb_desktop.practice.quickbooks.oauth_server import IntuitTokenServer
from psaqb_desktop.practice.quickbooks.options import QuickBooksOptions
from psaqb_desktop.practice.quickbooks.pages.bad_day import create_bad_day_page
from psaqb_desktop.practice.quickbooks.pages.consent import create_consent_pages
from psaqb_desktop.practice.quickbooks.pages.credit_memo_pages import (
    create_credit_memo_pages,
)
from psaqb_desktop.practice.quickbooks.pages.invoice_actions import create_invoice_actions
from psaqb_desktop.practice.quickbooks.pages.invoice_pages import create_invoice_pages
from psaqb_desktop.practice.quickbooks.pages.payment_pages import create_payment_pages
from psaqb_desktop.practice.quickbooks.pages.settings_pages import create_settings_pages
from psaqb_desktop.practice.quickbooks.same_origin import guard_origin
from psaqb_desktop.practice.quickbooks.service import PracticeQuickBooks
from psaqb_desktop.practice.quickbooks.troubles import own_faults

EXTENSION = "practice_quickbooks"
"""Where the application keeps its ``PracticeQuickBooks``, whose ``close`` ends it."""

_LARGEST_BODY = 100 * 1024 * 1024


def create_app(
    data_folder: Path,
    *,
    base_url: str,
    options: QuickBooksOptions | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Flask:
    """Makes the application over the books in ``data_folder``.

    Args:
        data_folder: Made when it is not there; the books are seeded then.
        base_url: Where the service is reached, for the addresses in its discovery document;
            empty takes it from each request.
        options: How strictly and how fast it behaves.
        sleep: How its service times pass.
    """
    service = PracticeQuickBooks(data_folder, base_url, options or QuickBooksOptions(), sleep)
    app = Flask(__name__)
    app.secret_key = _session_key(data_folder)
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST_BODY
    app.config["SESSION_COOKIE_NAME"] = "practice_quickbooks"
    app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
    app.extensions[EXTENSION] = service
    app.extensions[OwnFaults.EXTENSION] = own_faults(service)
    app.register_blueprint(create_api(service))
    app.register_blueprint(create_file_downloads(service))
    app.register_blueprint(create_oauth_api(service, IntuitTokenServer(app)))
    app.register_blueprint(create_control(service))
    app.register_blueprint(create_consent_pages(service))
    app.register_blueprint(create_bad_day_page())
    app.register_blueprint(create_invoice_pages(service))
    app.register_blueprint(create_invoice_actions(service))
    app.register_blueprint(create_payment_pages(service))
    app.register_blueprint(create_credit_memo_pages(service))
    app.register_blueprint(create_settings_pages(service))
    app.add_template_filter(_money, "money")
    app.add_template_filter(_moment, "moment")
    guard_origin(app)
    return app


def _money(amount: Decimal | int | str) -> str:
    exact = Decimal(str(amount))
    exponent = exact.as_tuple().exponent
    decimals = max(2, -exponent) if isinstance(exponent, int) else 2
    return f"{exact:,.{decimals}f}"


def _moment(stamp: str) -> str:
    return f"{stamp[:10]} {stamp[11:16]} (UTC{stamp[-6:]})"


def _session_key(data_folder: Path) -> bytes:
    """Signs who is signed in; kept, so that a restart does not sign people out."""
    path = data_folder / "session.key"
    if not path.exists():
        path.write_bytes(secrets.token_bytes(32))
    return path.read_bytes()
