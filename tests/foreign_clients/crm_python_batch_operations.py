"""What Microsoft's Python client does in batches, with data frames, with files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from PowerPlatform.Dataverse.client import DataverseClient
from PowerPlatform.Dataverse.models import UpsertItem
from PowerPlatform.Dataverse.models.filters import col

from tests.foreign_clients.crm_python_operations import (
    an_account,
    fresh,
    keyed_table,
    one,
    operation,
    refused,
)
from tests.foreign_clients.crm_python_schema_operations import new_table


@operation("upserts inside a batch")
def batch_upserts(client: DataverseClient) -> None:
    table, key = keyed_table(client)
    items: list[UpsertItem | dict[str, Any]] = [
        UpsertItem(alternate_key={key: number}, record={f"{key}text": f"text {number}"})
        for number in ("1", "2")
    ]
    batch = client.batch.new()
    batch.records.upsert(table, items[:1])
    batch.records.upsert(table, items)
    result = batch.execute()
    assert not result.has_errors, result.failed
    assert len(client.records.list(table)) == 2


@operation("deletions inside a batch")
def batch_deletions(client: DataverseClient) -> None:
    mark = fresh()
    ids = [an_account(client, name=mark) for _ in range(3)]
    batch = client.batch.new()
    batch.records.delete("account", ids[0])
    batch.records.delete("account", ids[1:])
    result = batch.execute()
    assert not result.has_errors, result.failed
    assert len(client.records.list("account", filter=col("name") == mark)) == 0


@operation("SQL inside a batch")
def batch_sql(client: DataverseClient) -> None:
    batch = client.batch.new()
    batch.query.sql("SELECT name FROM account")
    result = batch.execute(continue_on_error=True)
    assert [each.status_code for each in result.failed] == [501]


@operation("relationships inside a batch")
def batch_relationships(client: DataverseClient) -> None:
    name = new_table(client).lower()
    batch = client.batch.new()
    batch.tables.create_lookup_field(name, "new_AccountId", "account")
    result = batch.execute()
    assert not result.has_errors, result.failed
    account = an_account(client)
    row_id = client.records.create(name, {"new_AccountId@odata.bind": f"/accounts({account})"})
    row = one(client, name, row_id, "_new_accountid_value")
    assert row["_new_accountid_value"] == account


@operation("columns inside a batch")
def batch_columns(client: DataverseClient) -> None:
    name = new_table(client, Gone="string")
    batch = client.batch.new()
    batch.tables.add_columns(name, {"new_Came": "string"})
    batch.tables.remove_columns(name, "new_Gone")
    result = batch.execute()
    assert not result.has_errors, result.failed
    found = {each["LogicalName"] for each in client.tables.list_columns(name)}
    assert "new_came" in found
    assert "new_gone" not in found


@operation("data frame written, changed and deleted")
def data_frame_written(client: DataverseClient) -> None:
    mark = fresh()
    ids = client.dataframe.create("account", pd.DataFrame({"name": [mark, mark]}))
    changes = pd.DataFrame({"accountid": ids, "telephone1": ["1", "2"]})
    client.dataframe.update("account", changes, "accountid")
    assert one(client, "account", ids[1], "telephone1")["telephone1"] == "2"
    client.dataframe.delete("account", ids)
    assert len(client.records.list("account", filter=col("name") == mark)) == 0


@operation("data frames inside a batch")
def batch_data_frames(client: DataverseClient) -> None:
    mark = fresh()
    batch = client.batch.new()
    batch.dataframe.create("account", pd.DataFrame({"name": [mark, mark]}))
    result = batch.execute()
    assert not result.has_errors, result.failed
    assert len(client.records.list("account", filter=col("name") == mark)) == 2


@operation("update several columns")
def update_columns(client: DataverseClient) -> None:
    name = new_table(client, One="string", Two="string")
    client.tables.update_columns(name, {"new_One": {"max_length": 4}, "new_Two": {"max_length": 5}})
    refused(400, "0x80044331", lambda: client.records.create(name, {"new_one": "fives"}))
    client.records.create(name, {"new_one": "four", "new_two": "fives"})


@operation("forget what is known of a table")
def flush_cache(client: DataverseClient) -> None:
    name = new_table(client, Kind="string")
    client.flush_cache("picklist")
    row_id = client.records.create(name, {"new_kind": "plain"})
    assert one(client, name, row_id, "new_kind")["new_kind"] == "plain"


@operation("upload a file")
def upload(client: DataverseClient) -> None:
    row_id = an_account(client)
    refused(
        400,
        "0x80048d19",
        lambda: client.files.upload("account", row_id, "new_Document", str(Path(__file__))),
    )
