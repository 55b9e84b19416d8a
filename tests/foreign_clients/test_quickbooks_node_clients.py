"""Clients for Node, as npm installs them, against practice QuickBooks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests

from psaqb_desktop.practice.group import GB
from tests.foreign_clients.quickbooks_node_clients import installed_packages, run_client
from tests.foreign_clients.quickbooks_node_operations import NODE_OPERATIONS
from tests.foreign_clients.quickbooks_running import (
    RunningQuickBooks,
    quickbooks_for_foreign_clients,
)
from tests.practice_quickbooks.qbo_company import CompanyClient

INVOICES = 5


def _post_some(service: RunningQuickBooks) -> None:
    """What a client that only reads is to find."""
    with requests.Session() as http:
        company = CompanyClient(service.url, GB, http)
        invoices = [company.invoice(DueDate="2026-09-30") for _ in range(INVOICES)]
        company.pay("120", (invoices[0], "120"))
        company.post("creditmemo", company.draft())


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What each client said of each operation; a client runs once."""
    installed_packages()
    folder: Path = tmp_path_factory.mktemp("node-clients")
    found: dict[str, dict[str, Any]] = {}
    for client in NODE_OPERATIONS:
        with quickbooks_for_foreign_clients(folder / client) as service:
            _post_some(service)
            with requests.Session() as http:
                tokens = CompanyClient(service.url, GB, http).tokens
            script = f"{client.replace('-', '_')}.cjs"
            found[client] = run_client(script, service, tokens=tokens, invoices=INVOICES)
    return found


@pytest.mark.parametrize(
    ("client", "name"),
    [(client, name) for client, names in NODE_OPERATIONS.items() for name in names],
)
def test_a_node_client_can(rows: dict[str, dict[str, Any]], client: str, name: str) -> None:
    assert name in rows[client], f"{client} did not come to it"
    assert rows[client][name] is None, rows[client][name]


@pytest.mark.parametrize("client", NODE_OPERATIONS)
def test_no_operation_is_missing_from_the_table(
    rows: dict[str, dict[str, Any]], client: str
) -> None:
    assert set(rows[client]) == set(NODE_OPERATIONS[client])
