"""Reads ``CRM_OPERATIONS.md``: which operations of which foreign client pass."""

from __future__ import annotations

from pathlib import Path

TABLE = Path(__file__).with_name("CRM_OPERATIONS.md")
PYTHON_CLIENT = "PowerPlatform-Dataverse-Client"
NODE_CLIENT = "dynamics-web-api"
_OUTCOMES = {"passes", "is refused", "–"}


def operations_of(client: str) -> tuple[str, ...]:
    """The operations that a client is run through, in the order of the table."""
    return tuple(name for name, outcome in _column(client) if outcome != "–")


def _column(client: str) -> list[tuple[str, str]]:
    lines = [line for line in TABLE.read_text("utf-8").splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    heading, _, *entries = rows
    place = heading.index(client)
    found = [(row[0], row[place]) for row in entries]
    strange = {outcome for _, outcome in found} - _OUTCOMES
    if strange:
        raise ValueError(f"{TABLE.name} holds {strange}.")
    return found
