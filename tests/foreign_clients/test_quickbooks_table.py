"""The written table of clients and operations is the one that is tested."""

from __future__ import annotations

from tests.foreign_clients.quickbooks_table import CLIENTS, DOCUMENT, table


def test_the_table_is_up_to_date() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == table()


def test_no_client_names_an_operation_twice() -> None:
    for client, names in CLIENTS.items():
        assert len(set(names)) == len(names), client
