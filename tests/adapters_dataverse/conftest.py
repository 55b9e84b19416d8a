"""A running practice CRM, people signed in to it, and the stores over it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from psaqb_desktop.practice.crm.app import create_app
from psaqb_desktop.practice.crm.options import CrmOptions
from psaqb_desktop.practice.faults import FaultMiddleware
from psaqb_desktop.practice.http_server import serve
from tests.adapters_dataverse.practice_crm_driver import Desk, PracticeCrm


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


SETTINGS: dict[str, dict[str, Any]] = {
    "as-documented": {},
    "as-rumoured": {
        "closed_invoices_writable": True,
        "locked_invoice_code": "0x80048408",
        "missing_privilege_code": "0x80048306",
        "missing_privilege_status": 400,
        "duplicate_status": 500,
        "choice_range_code": "0x80040203",
        "secured_at_creation": False,
        "invoice_updates_in_bulk": False,
        "paid_action_closes": False,
        "paid_invoices_reactivate": False,
        "confirmed_invoices_writable": True,
        "line_items_include_tax": True,
        "retainer_usage_negative": False,
        "posted_status": 192350004,
        "has_detail_tax": False,
        "invoices_tracked": False,
        "reads_whole_organization": False,
        # Durations come from third parties and memory.
        "column_visible_seconds": 0.6,
        "key_active_seconds": 0.6,
        "customization_seconds": 0.04,
    },
}
"""What nobody could confirm of the platform, in both positions; the program must do with either."""


def run_crm(folder: Path, invoice_count: int, **unconfirmed: Any) -> Iterator[PracticeCrm]:
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    waiting = {"column_visible_seconds": 0.2, "key_active_seconds": 0.2}
    options = CrmOptions(invoice_count=invoice_count, **(waiting | unconfirmed))
    app = create_app(folder, base_url=url, options=options)
    with serve(FaultMiddleware(app), port=port):
        crm = PracticeCrm(url)
        yield crm
        crm.send_everybody_home()
    app.extensions["practice_crm"].close()


@pytest.fixture(scope="session", params=SETTINGS)
def reading_crm(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[PracticeCrm]:
    """One CRM for all tests that only read invoices."""
    yield from run_crm(tmp_path_factory.mktemp("crm"), 300, **SETTINGS[request.param])


@pytest.fixture(scope="session")
def plain_crm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeCrm]:
    """A CRM without an ERP beside it and without Field Service: fewer columns to read."""
    folder = tmp_path_factory.mktemp("crm")
    yield from run_crm(folder, 60, has_owning_company=False, has_field_service=False)


@pytest.fixture(params=SETTINGS)
def bare_crm(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[PracticeCrm]:
    """A CRM of its own in which nobody has set anything up."""
    yield from run_crm(tmp_path / "crm", 30, **SETTINGS[request.param])


@pytest.fixture(scope="session", params=SETTINGS)
def provisioned_crm(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[PracticeCrm]:
    """One CRM with our tables; each test uses records of its own."""
    for crm in run_crm(tmp_path_factory.mktemp("crm"), 60, **SETTINGS[request.param]):
        crm.desk("ada").provision()
        yield crm


@pytest.fixture
def crm(provisioned_crm: PracticeCrm) -> Iterator[PracticeCrm]:
    """The CRM with our tables, without faults left over."""
    provisioned_crm.clear_faults()
    yield provisioned_crm
    provisioned_crm.clear_faults()


@pytest.fixture
def ada(crm: PracticeCrm) -> Desk:
    """The administrator's desk."""
    return crm.desk("ada")
