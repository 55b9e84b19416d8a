"""The table of operations says what the code does, no more and no less."""

from __future__ import annotations

import re

from tests.foreign_clients import (
    crm_node,
    crm_python_batch_operations,
    crm_python_schema_operations,
)
from tests.foreign_clients.crm_python_operations import OPERATIONS
from tests.foreign_clients.crm_table import NODE_CLIENT, PYTHON_CLIENT, TABLE, operations_of

assert crm_python_schema_operations.__doc__  # imported for the operations they enter
assert crm_python_batch_operations.__doc__


def test_the_table_names_every_operation_of_the_python_client() -> None:
    assert set(operations_of(PYTHON_CLIENT)) == set(OPERATIONS)


def test_the_numbers_above_the_table_are_its_own() -> None:
    counted = dict(re.findall(r"(\S+) [\d.]+: (\d+) operations", TABLE.read_text("utf-8")))
    assert {name: int(number) for name, number in counted.items()} == {
        PYTHON_CLIENT: len(operations_of(PYTHON_CLIENT)),
        NODE_CLIENT: len(operations_of(NODE_CLIENT)),
    }


def test_the_table_names_the_version_that_is_installed() -> None:
    name, _, version = crm_node.PACKAGE.rpartition("@")
    assert f"{name} {version}:" in TABLE.read_text("utf-8")
