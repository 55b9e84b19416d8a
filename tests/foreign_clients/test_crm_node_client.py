"""dynamics-web-api, a client of the JavaScript world, against the practice CRM."""

from __future__ import annotations

import pytest

from psaqb_desktop.practice.crm.options import CrmOptions
from tests.foreign_clients import crm_node
from tests.foreign_clients.crm_running import crm_in_the_open
from tests.foreign_clients.crm_table import NODE_CLIENT, operations_of


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str | None]:
    """What became of each operation; all run in one process of node."""
    packages = crm_node.installed()
    options = CrmOptions(invoice_count=30, column_visible_seconds=0.0, key_active_seconds=0.0)
    with crm_in_the_open(tmp_path_factory.mktemp("node-client"), options) as crm:
        return crm_node.run(packages, crm.url, crm.token(f"{crm.url}/.default"))


@pytest.mark.parametrize("name", operations_of(NODE_CLIENT))
def test_dynamics_web_api_can(outcome: dict[str, str | None], name: str) -> None:
    assert outcome[name] is None, outcome[name]


def test_the_table_names_every_operation_that_ran(outcome: dict[str, str | None]) -> None:
    assert set(outcome) == set(operations_of(NODE_CLIENT))
