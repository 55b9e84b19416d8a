"""The table of clients and operations: ``python -m tests.foreign_clients.quickbooks_table``.

Its rows are the very data that the tests are made from, so no row is without its test.
"""

from __future__ import annotations

from pathlib import Path

from tests.foreign_clients import quickbooks_python_list_operations
from tests.foreign_clients.quickbooks_node_operations import NODE_OPERATIONS
from tests.foreign_clients.quickbooks_python_oauth_operations import OAUTH_OPERATIONS
from tests.foreign_clients.quickbooks_python_operations import OPERATIONS

assert quickbooks_python_list_operations.__doc__  # imported for the operations it enters

DOCUMENT = Path(__file__).with_name("QUICKBOOKS_OPERATIONS.md")

CLIENTS: dict[str, tuple[str, ...]] = {
    "python-quickbooks (PyPI)": tuple(OPERATIONS),
    "intuit-oauth (PyPI)": tuple(OAUTH_OPERATIONS),
    **{f"{client} (npm)": names for client, names in NODE_OPERATIONS.items()},
}


def table() -> str:
    """The document as it must stand."""
    lines = [
        "# What clients of others do against practice QuickBooks",
        "",
        "Each row is a test; all of them pass. The clients are as their packages bring them.",
        "This file is written by `python -m tests.foreign_clients.quickbooks_table`.",
        "",
        "| client | operations |",
        "|---|---|",
        *(f"| {client} | {len(names)} |" for client, names in CLIENTS.items()),
        f"| together | {sum(map(len, CLIENTS.values()))} |",
    ]
    for client, names in CLIENTS.items():
        lines += ["", f"## {client}", "", *(f"- {name}" for name in names)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    DOCUMENT.write_text(table(), encoding="utf-8")
