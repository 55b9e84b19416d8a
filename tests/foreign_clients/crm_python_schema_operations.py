"""What Microsoft's Python client does to tables, columns, keys and relationships."""

from __future__ import annotations

import uuid
from enum import IntEnum

import pytest
from PowerPlatform.Dataverse.client import DataverseClient
from PowerPlatform.Dataverse.core.errors import MetadataError
from PowerPlatform.Dataverse.models.relationship import ManyToManyRelationshipMetadata

from tests.foreign_clients.crm_python_operations import an_account, one, operation, refused


class Stage(IntEnum):
    """Options of a choice column."""

    Open = 1
    Done = 2


def new_table(client: DataverseClient, **columns: object) -> str:
    """A table with a primary name column and the columns named."""
    name = f"new_T{uuid.uuid4().hex[:10]}"
    client.tables.create(name, {f"new_{key}": kind for key, kind in columns.items()})
    return name


@operation("create a table")
def create_table(client: DataverseClient) -> None:
    name = f"new_T{uuid.uuid4().hex[:10]}"
    made = client.tables.create(
        name,
        {
            "new_Text": "string",
            "new_Memo": "memo",
            "new_Whole": {"type": "int", "min_value": 1, "max_value": 5},
            "new_Exact": "decimal",
            "new_Float": "float",
            "new_Day": "datetime",
            "new_Flag": "bool",
            "new_Stage": Stage,
        },
        display_name="Made by the client",
    )
    assert made["entity_set_name"].startswith(name.lower())
    row = {
        "new_text": "text",
        "new_memo": "two\nlines",
        "new_whole": 4,
        "new_exact": 1.25,
        "new_float": 0.5,
        "new_day": "2026-11-20",
        "new_flag": True,
        "new_stage": "Done",
    }
    row_id = client.records.create(name, row)
    found = client.records.retrieve(name, row_id)
    assert found is not None
    # The client makes dates that are shown as days but kept as moments.
    kept = row | {"new_stage": 2, "new_day": "2026-11-20T00:00:00Z"}
    assert {key: found[key] for key in row} == kept


@operation("create a table in a solution")
def create_in_solution(client: DataverseClient) -> None:
    publisher = client.records.create(
        "publisher",
        {
            "uniquename": f"p{uuid.uuid4().hex[:8]}",
            "friendlyname": "P",
            "customizationprefix": "pfx",
            "customizationoptionvalueprefix": 12345,
        },
    )
    name = f"s{uuid.uuid4().hex[:8]}"
    solution = client.records.create(
        "solution",
        {
            "uniquename": name,
            "friendlyname": "S",
            "version": "1.0.0.0",
            "publisherid@odata.bind": f"/publishers({publisher})",
        },
    )
    made = client.tables.create(f"pfx_{name}", {"pfx_text": "string"}, solution=name)
    parts = client.records.list("solutioncomponent", filter=f"_solutionid_value eq {solution}")
    assert made["metadata_id"] in {row["objectid"] for row in parts}


@operation("create a table twice")
def create_table_twice(client: DataverseClient) -> None:
    name = new_table(client)
    with pytest.raises(MetadataError, match="already exists"):
        client.tables.create(name, {})


@operation("table information")
def table_information(client: DataverseClient) -> None:
    found = client.tables.get("invoice")
    assert found is not None
    assert (found["entity_set_name"], found["primary_id_attribute"]) == ("invoices", "invoiceid")
    assert client.tables.get("new_NoSuchTable") is None


@operation("list tables")
def list_tables(client: DataverseClient) -> None:
    names = {each["LogicalName"] for each in client.tables.list()}
    assert {"invoice", "account"} <= names


@operation("add columns")
def add_columns(client: DataverseClient) -> None:
    client.tables.add_columns("account", {"new_Ledger": "string", "new_Rank": "int"})
    row_id = an_account(client, new_ledger="L1", new_rank=7)
    row = one(client, "account", row_id, "new_ledger", "new_rank")
    assert (row["new_ledger"], row["new_rank"]) == ("L1", 7)


@operation("remove columns")
def remove_columns(client: DataverseClient) -> None:
    name = new_table(client, Kept="string", Gone="string")
    client.tables.remove_columns(name, ["new_Gone"])
    refused(400, "0x80048d19", lambda: client.records.create(name, {"new_gone": "x"}))


@operation("list columns")
def list_columns(client: DataverseClient) -> None:
    columns = client.tables.list_columns("invoice", select=["LogicalName", "AttributeType"])
    kinds = {each["LogicalName"]: each["AttributeType"] for each in columns}
    assert (kinds["totalamount"], kinds["statecode"]) == ("Money", "State")


@operation("typed columns")
def typed_columns(client: DataverseClient) -> None:
    columns = client.tables.list_columns("invoice", typed=True)
    lengths = {each["LogicalName"]: each.get("MaxLength") for each in columns}
    assert lengths["name"] == 300


@operation("one column")
def one_column(client: DataverseClient) -> None:
    column = client.tables.get_column("invoice", "invoicenumber", typed=True)
    assert column is not None
    assert column["MaxLength"] == 100


@operation("update a column")
def update_column(client: DataverseClient) -> None:
    name = new_table(client, Short={"type": "string", "max_length": 3})
    refused(400, "0x80044331", lambda: client.records.create(name, {"new_short": "four"}))
    client.tables.update_column(name, "new_Short", {"max_length": 4})
    client.records.create(name, {"new_short": "four"})


@operation("lookup column")
def lookup_column(client: DataverseClient) -> None:
    name = new_table(client)
    made = client.tables.create_lookup_field(name.lower(), "new_AccountId", "account")
    account = an_account(client)
    row_id = client.records.create(name, {"new_AccountId@odata.bind": f"/accounts({account})"})
    row = one(client, name, row_id, "_new_accountid_value")
    assert row["_new_accountid_value"] == account
    found = client.tables.get_relationship(str(made.relationship_schema_name))
    assert found is not None
    assert found.referenced_entity == "account"


@operation("delete a relationship")
def delete_relationship(client: DataverseClient) -> None:
    name = new_table(client)
    made = client.tables.create_lookup_field(name.lower(), "new_AccountId", "account")
    client.tables.delete_relationship(str(made.relationship_id))
    assert client.tables.get_relationship(str(made.relationship_schema_name)) is None


@operation("many-to-many relationship")
def many_to_many(client: DataverseClient) -> None:
    left, right = new_table(client).lower(), new_table(client).lower()
    schema_name = f"{left}_{right}"[:60]
    client.tables.create_many_to_many_relationship(
        ManyToManyRelationshipMetadata(schema_name, left, right)
    )
    found = client.tables.get_relationship(schema_name)
    assert found is not None
    assert {found.entity1_logical_name, found.entity2_logical_name} == {left, right}


@operation("list relationships")
def list_relationships(client: DataverseClient) -> None:
    found = client.tables.list_table_relationships("invoice")
    assert "invoice_details" in {
        each.get("ReferencedEntityNavigationPropertyName") for each in found
    }
    assert client.tables.list_relationships(select=["SchemaName"])


@operation("alternate key")
def alternate_key(client: DataverseClient) -> None:
    name = new_table(client, Code="string")
    client.tables.create_alternate_key(name, f"{name}_key", ["new_code"])
    (key,) = client.tables.get_alternate_keys(name)
    assert (key.schema_name, key.key_attributes, key.status) == (
        f"{name}_key",
        ["new_code"],
        "Active",
    )
    client.records.create(name, {"new_code": "1"})
    refused(412, "0x80060892", lambda: client.records.create(name, {"new_code": "1"}))
    client.tables.delete_alternate_key(name, key.metadata_id)
    assert client.tables.get_alternate_keys(name) == []


@operation("delete a table")
def delete_table(client: DataverseClient) -> None:
    name = new_table(client)
    client.tables.delete(name)
    assert client.tables.get(name) is None


@operation("tables inside a batch")
def batch_tables(client: DataverseClient) -> None:
    name = f"new_T{uuid.uuid4().hex[:10]}"
    batch = client.batch.new()
    batch.tables.create(name, {"new_text": "string"})
    batch.tables.get("invoice")
    result = batch.execute()
    assert not result.has_errors, result.failed
    assert client.tables.get(name) is not None
