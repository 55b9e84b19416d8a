"""Every operation of Microsoft's Python client that the practice CRM models, one function each.

The names are the rows of ``CRM_OPERATIONS.md``. Each function asserts what the caller of the
client would see; none looks behind the service.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from PowerPlatform.Dataverse.client import DataverseClient
from PowerPlatform.Dataverse.core.errors import HttpError
from PowerPlatform.Dataverse.models import UpsertItem
from PowerPlatform.Dataverse.models.filters import col
from PowerPlatform.Dataverse.models.query_builder import ExpandOption, QueryBuilder
from PowerPlatform.Dataverse.models.record import QueryResult, Record

Operation = Callable[[DataverseClient], None]
OPERATIONS: dict[str, Operation] = {}


def operation(name: str) -> Callable[[Operation], Operation]:
    """Enter a function under the name of its row."""

    def enter(function: Operation) -> Operation:
        assert name not in OPERATIONS, name
        OPERATIONS[name] = function
        return function

    return enter


def fresh(prefix: str = "Foreign") -> str:
    """A name that no other operation uses."""
    return f"{prefix} {uuid.uuid4().hex[:10]}"


def an_account(client: DataverseClient, **more: Any) -> str:
    """A new account of the operation's own."""
    return client.records.create("account", {"name": fresh()} | more)


def one(client: DataverseClient, table: str, row_id: str, *columns: str) -> Record:
    """A row that must be there."""
    row = client.records.retrieve(table, row_id, select=list(columns))
    assert row is not None
    return row


def rows_of(query: QueryBuilder) -> QueryResult:
    """All rows of a built query."""
    found = query.execute()
    assert isinstance(found, QueryResult)
    return found


def refused(status: int, code: str, function: Callable[[], object]) -> HttpError:
    """The refusal that a call must meet, with its status and code."""
    with pytest.raises(HttpError) as caught:
        function()
    assert caught.value.status_code == status, caught.value
    found = str(caught.value.details.get("service_error_code"))
    assert found.lower() == code.lower(), caught.value
    return caught.value


@operation("create a row")
def create(client: DataverseClient) -> None:
    name = fresh("O'Neill & Söhne")
    row_id = client.records.create("account", {"name": name})
    assert one(client, "account", row_id, "name")["name"] == name


@operation("retrieve a row")
def retrieve(client: DataverseClient) -> None:
    row_id = an_account(client)
    row = one(client, "account", row_id, "name")
    assert row["accountid"] == row_id


@operation("retrieve a missing row")
def retrieve_missing(client: DataverseClient) -> None:
    assert client.records.retrieve("account", str(uuid.uuid4())) is None


@operation("retrieve with expand")
def retrieve_expand(client: DataverseClient) -> None:
    invoice = client.records.list("invoice", top=1, select=["invoiceid"]).first()
    assert invoice is not None
    row = client.records.retrieve(
        "invoice", invoice["invoiceid"], select=["name"], expand=["transactioncurrencyid"]
    )
    assert row is not None
    assert len(row["transactioncurrencyid"]["isocurrencycode"]) == 3


@operation("formatted values")
def formatted_values(client: DataverseClient) -> None:
    rows = client.records.list(
        "invoice",
        top=1,
        select=["statecode"],
        include_annotations="OData.Community.Display.V1.FormattedValue",
    )
    first = rows.first()
    assert first is not None
    label = first["statecode@OData.Community.Display.V1.FormattedValue"]
    assert label in {"Active", "Closed", "Paid", "Canceled"}


@operation("update a row")
def update(client: DataverseClient) -> None:
    row_id = an_account(client)
    client.records.update("account", row_id, {"name": "Changed"})
    row = one(client, "account", row_id, "name")
    assert row["name"] == "Changed"


@operation("update a missing row")
def update_missing(client: DataverseClient) -> None:
    missing = str(uuid.uuid4())
    refused(
        404,
        "0x80040217",
        lambda: client.records.update("account", missing, {"name": "never"}),
    )


@operation("broadcast one change to many rows")
def broadcast(client: DataverseClient) -> None:
    ids = [an_account(client), an_account(client)]
    client.records.update("account", ids, {"description": "same"})
    for row_id in ids:
        row = one(client, "account", row_id, "description")
        assert row["description"] == "same"


@operation("delete a row")
def delete(client: DataverseClient) -> None:
    row_id = an_account(client)
    client.records.delete("account", row_id)
    assert client.records.retrieve("account", row_id) is None


@operation("choose the id of a row")
def chosen_id(client: DataverseClient) -> None:
    wanted = str(uuid.uuid4())
    assert an_account(client, accountid=wanted) == wanted


@operation("choice label to number")
def picklist_label(client: DataverseClient) -> None:
    row_id = an_account(client, paymenttermscode="Net 45")
    row = one(client, "account", row_id, "paymenttermscode")
    assert row["paymenttermscode"] == 3


@operation("bind a lookup")
def bind_lookup(client: DataverseClient) -> None:
    account = an_account(client)
    with pytest.warns(DeprecationWarning, match="odata_bind"):
        binding = client.query.odata_bind("contact", "account", account)
    contact = client.records.create("contact", {"lastname": fresh()} | binding)
    row = one(client, "contact", contact, "_parentcustomerid_value")
    assert row["_parentcustomerid_value"] == account


@operation("CreateMultiple")
def create_multiple(client: DataverseClient) -> None:
    ids = client.records.create("account", [{"name": fresh()} for _ in range(25)])
    assert len(set(ids)) == 25


@operation("UpdateMultiple")
def update_multiple(client: DataverseClient) -> None:
    ids = client.records.create("account", [{"name": fresh()} for _ in range(3)])
    client.records.update("account", ids, [{"description": f"no {place}"} for place in range(3)])
    row = one(client, "account", ids[2], "description")
    assert row["description"] == "no 2"


@operation("BulkDelete")
def bulk_delete(client: DataverseClient) -> None:
    ids = client.records.create("account", [{"name": fresh()} for _ in range(3)])
    job = client.records.delete("account", ids)
    assert job is not None
    uuid.UUID(job)
    assert client.records.retrieve("account", ids[0]) is None


@operation("list with filter and order")
def list_filter(client: DataverseClient) -> None:
    mark = fresh()
    client.records.create("account", [{"name": f"{mark} {letter}"} for letter in "bac"])
    rows = client.records.list(
        "account",
        filter=col("name").startswith(mark),
        select=["name"],
        orderby=["name asc"],
    )
    assert [row["name"][-1] for row in rows] == ["a", "b", "c"]


@operation("list with count")
def list_count(client: DataverseClient) -> None:
    rows = client.records.list("invoice", select=["name"], top=5, count=True)
    assert len(rows) == 5


@operation("filter operators")
def filter_operators(client: DataverseClient) -> None:
    mark = fresh()
    client.records.create(
        "account", [{"name": f"{mark} {letter}", "accountnumber": letter} for letter in "abcd"]
    )
    mine = col("name").startswith(mark)

    def found(condition: Any) -> str:
        rows = client.records.list("account", filter=mine & condition, select=["accountnumber"])
        return "".join(sorted(row["accountnumber"] for row in rows))

    assert found(col("accountnumber") != "a") == "bcd"
    assert found(col("accountnumber").in_(["a", "d"])) == "ad"
    assert found(col("accountnumber").not_in(["a", "d"])) == "bc"
    assert found(col("accountnumber").between("b", "c")) == "bc"
    assert found(~(col("accountnumber") == "b")) == "acd"
    assert found((col("accountnumber") == "a") | (col("accountnumber") == "c")) == "ac"
    assert found(col("name").like("%d")) == "d"
    assert found(col("description").is_null()) == "abcd"
    assert found(col("description").is_not_null()) == ""


@operation("pages")
def pages(client: DataverseClient) -> None:
    sizes = []
    seen: set[str] = set()
    for page in client.records.list_pages("invoice", select=["name"], page_size=7):
        sizes.append(len(page))
        seen |= {row["invoiceid"] for row in page}
    assert max(sizes) == 7
    assert len(sizes) > 2
    assert len(seen) == sum(sizes)


@operation("query builder")
def query_builder(client: DataverseClient) -> None:
    query = (
        client.query.builder("invoice")
        .select("name", "totalamount")
        .where(col("statecode") == 0)
        .order_by("totalamount", descending=True)
        .top(4)
    )
    amounts = [row["totalamount"] for row in rows_of(query)]
    assert len(amounts) == 4
    assert amounts == sorted(amounts, reverse=True)


@operation("query builder with nested expand")
def query_expand(client: DataverseClient) -> None:
    lines = ExpandOption("invoice_details").select("invoicedetailname").top(1)
    query = client.query.builder("invoice").select("name").expand(lines).top(3)
    assert [len(row["invoice_details"]) <= 1 for row in rows_of(query)] == [True] * 3


@operation("data frame")
def data_frame(client: DataverseClient) -> None:
    frame = rows_of(client.query.builder("account").select("name").top(5)).to_dataframe()
    assert len(frame) == 5


@operation("columns for a query")
def query_columns(client: DataverseClient) -> None:
    assert "totalamount" in {each["name"] for each in client.query.sql_columns("invoice")}
    found = client.query.odata_expands("invoice")
    assert "transactioncurrencyid" in {each["nav_property"] for each in found}


@operation("FetchXML")
def fetch_xml(client: DataverseClient) -> None:
    query = client.query.fetchxml('<fetch><entity name="account"/></fetch>')
    refused(501, "0x80060888", query.execute)


@operation("SQL")
def sql(client: DataverseClient) -> None:
    refused(501, "0x80060888", lambda: client.query.sql("SELECT name FROM account"))


@operation("upsert one row by key")
def upsert_one(client: DataverseClient) -> None:
    table, set_key = keyed_table(client)
    item = UpsertItem(alternate_key={set_key: "it's 1"}, record={f"{set_key}text": "first"})
    client.records.upsert(table, [item])
    changed = UpsertItem(alternate_key={set_key: "it's 1"}, record={f"{set_key}text": "second"})
    client.records.upsert(table, [changed])
    rows = client.records.list(table, filter=col(set_key) == "it's 1")
    assert [row[f"{set_key}text"] for row in rows] == ["second"]


@operation("UpsertMultiple")
def upsert_multiple(client: DataverseClient) -> None:
    table, set_key = keyed_table(client)
    for text in ("first", "second"):
        items: list[UpsertItem | dict[str, Any]] = [
            UpsertItem(alternate_key={set_key: str(n)}, record={f"{set_key}text": text})
            for n in range(3)
        ]
        client.records.upsert(table, items)
    assert [row[f"{set_key}text"] for row in client.records.list(table)] == ["second"] * 3


def keyed_table(client: DataverseClient) -> tuple[str, str]:
    name = f"new_Keyed{uuid.uuid4().hex[:8]}"
    column = f"{name}Code"
    client.tables.create(name, {column: "string", f"{column}Text": "string"})
    client.tables.create_alternate_key(name, f"{name}_key", [column.lower()])
    return name, column.lower()


@operation("batch of reads and writes")
def batch_mixed(client: DataverseClient) -> None:
    row_id = an_account(client)
    batch = client.batch.new()
    batch.records.create("account", {"name": fresh()})
    batch.records.create("account", [{"name": fresh()}, {"name": fresh()}])
    batch.records.update("account", row_id, {"name": "From a batch"})
    batch.records.retrieve("account", row_id, select=["name"])
    batch.records.list("account", select=["name"], top=2)
    result = batch.execute()
    assert not result.has_errors
    assert len(result.responses) == 5
    found, listed = (each.data or {} for each in result.responses[3:])
    assert found["name"] == "From a batch"
    assert len(listed["value"]) == 2


@operation("change set")
def change_set(client: DataverseClient) -> None:
    batch = client.batch.new()
    with batch.changeset() as changes:
        account = changes.records.create("account", {"name": fresh()})
        changes.records.create(
            "contact", {"lastname": fresh(), "parentcustomerid_account@odata.bind": account}
        )
    result = batch.execute()
    assert not result.has_errors, result.failed
    contact = client.records.retrieve(
        "contact", result.entity_ids[1], select=["_parentcustomerid_value"]
    )
    assert contact is not None
    assert contact["_parentcustomerid_value"] == result.entity_ids[0]


@operation("change set undone")
def change_set_undone(client: DataverseClient) -> None:
    mark = fresh()
    batch = client.batch.new()
    with batch.changeset() as changes:
        changes.records.create("account", {"name": mark})
        changes.records.update("account", str(uuid.uuid4()), {"name": mark})
    result = batch.execute()
    assert [each.status_code for each in result.failed] == [404]
    assert len(client.records.list("account", filter=col("name") == mark)) == 0


@operation("batch that goes on after an error")
def batch_continues(client: DataverseClient) -> None:
    batch = client.batch.new()
    batch.records.retrieve("account", str(uuid.uuid4()))
    batch.records.create("account", {"name": fresh()})
    result = batch.execute(continue_on_error=True)
    assert [each.status_code for each in result.responses] == [404, 204]
    assert result.failed[0].error_code == "0x80040217"


@operation("batch that ends at an error")
def batch_stops(client: DataverseClient) -> None:
    batch = client.batch.new()
    batch.records.retrieve("account", str(uuid.uuid4()))
    batch.records.create("account", {"name": fresh()})
    result = batch.execute()
    assert [each.status_code for each in result.responses] == [404]


@operation("error with code and request id")
def error_details(client: DataverseClient) -> None:
    error = refused(
        400,
        "0x80048d19",
        lambda: client.records.create("account", {"name": "x", "nosuchcolumn": 1}),
    )
    assert "nosuchcolumn" in str(error)
    assert error.details.get("service_request_id")
