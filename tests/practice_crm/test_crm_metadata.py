"""The metadata API: provisioning as the program does it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree as ET

import pytest

NAMESPACE = "Microsoft.Dynamics.CRM."
SYNC = "EntityDefinitions(LogicalName='psaqb_sync')"


def _label(text: str) -> dict[str, Any]:
    return {"LocalizedLabels": [{"Label": text, "LanguageCode": 1033}]}


def _table(schema_name: str = "psaqb_Sync") -> dict[str, Any]:
    return {
        "@odata.type": f"{NAMESPACE}EntityMetadata",
        "SchemaName": schema_name,
        "DisplayName": _label("Sync"),
        "DisplayCollectionName": _label("Syncs"),
        "OwnershipType": "OrganizationOwned",
        "HasActivities": False,
        "HasNotes": False,
        "Attributes": [_column("String", "psaqb_Name", MaxLength=100, IsPrimaryName=True)],
    }


def _column(kind: str, schema_name: str, **more: Any) -> dict[str, Any]:
    return {
        "@odata.type": f"{NAMESPACE}{kind}AttributeMetadata",
        "SchemaName": schema_name,
        "DisplayName": _label(schema_name),
        "RequiredLevel": {"Value": "None"},
    } | more


def _relationship() -> dict[str, Any]:
    return {
        "@odata.type": f"{NAMESPACE}OneToManyRelationshipMetadata",
        "SchemaName": "psaqb_invoice_psaqb_sync",
        "ReferencedEntity": "invoice",
        "ReferencedAttribute": "invoiceid",
        "ReferencingEntity": "psaqb_sync",
        "CascadeConfiguration": {"Delete": "RemoveLink", "Assign": "NoCascade"},
        "Lookup": _column("Lookup", "psaqb_Invoice"),
    }


def _post(api: Any, path: str, body: dict[str, Any], **headers: str) -> Any:
    return api.call("POST", path, json=body, headers=headers)


@pytest.fixture
def api(own_crm: Any) -> Any:
    found = own_crm.application()
    assert _post(found, "EntityDefinitions", _table()).status_code == 204
    return found


def test_the_server_chooses_the_entity_set_name(api: Any) -> None:
    assert _post(api, "EntityDefinitions", _table("psaqb_Category")).status_code == 204
    row = api.rows(
        "EntityDefinitions?$select=LogicalName,EntitySetName,PrimaryIdAttribute"
        "&$filter=LogicalName eq 'psaqb_category'"
    )[0]
    assert row["EntitySetName"] == "psaqb_categories"
    assert row["PrimaryIdAttribute"] == "psaqb_categoryid"
    assert row["MetadataId"]
    found = api.get(f"EntityDefinitions({row['MetadataId']})").json()
    assert found["SchemaName"] == "psaqb_Category"
    assert found["IsOptimisticConcurrencyEnabled"] is True
    assert found["ChangeTrackingEnabled"] is False


def test_a_table_needs_exactly_one_primary_name_and_a_prefix(api: Any) -> None:
    assert (
        _post(api, "EntityDefinitions", _table("psaqb_B") | {"Attributes": []}).status_code == 400
    )
    assert _post(api, "EntityDefinitions", _table("NoPrefix")).status_code == 400
    assert _post(api, "EntityDefinitions", _table()).status_code == 400


@pytest.mark.parametrize(
    ("column", "value"),
    [
        (_column("String", "psaqb_Text", MaxLength=40, FormatName={"Value": "Text"}), "Zażółć"),
        (_column("Memo", "psaqb_Long", MaxLength=4000, Format="TextArea"), "a\nb"),
        (_column("Integer", "psaqb_Whole"), 7),
        (_column("BigInt", "psaqb_Big"), 2**40),
        (_column("Boolean", "psaqb_Flag"), True),
        (
            _column(
                "DateTime",
                "psaqb_Day",
                Format="DateOnly",
                DateTimeBehavior={"Value": "DateOnly"},
            ),
            "2026-02-28",
        ),
        (_column("DateTime", "psaqb_Moment", Format="DateAndTime"), "2026-02-28T23:59:59Z"),
        (
            _column(
                "Picklist",
                "psaqb_State",
                OptionSet={
                    "@odata.type": f"{NAMESPACE}OptionSetMetadata",
                    "IsGlobal": False,
                    "OptionSetType": "Picklist",
                    "Options": [{"Value": 700000000, "Label": _label("Posted")}],
                },
            ),
            700000000,
        ),
    ],
)
def test_each_kind_of_column_keeps_its_values(api: Any, column: dict[str, Any], value: Any) -> None:
    assert _post(api, f"{SYNC}/Attributes", column).status_code == 204
    name = column["SchemaName"].lower()
    row_id = api.create("psaqb_syncs", {"psaqb_name": "x", name: value})
    assert api.get(f"psaqb_syncs({row_id})?$select={name}").json()[name] == value


def test_decimals_keep_their_precision(api: Any) -> None:
    column = _column("Decimal", "psaqb_Rate", Precision=6, MinValue=0, MaxValue=1000)
    assert _post(api, f"{SYNC}/Attributes", column).status_code == 204
    row_id = api.create("psaqb_syncs", {"psaqb_name": "x", "psaqb_rate": 1.234567})
    assert '"psaqb_rate": 1.234567' in api.get(f"psaqb_syncs({row_id})").text
    answer = _post(api, "psaqb_syncs", {"psaqb_name": "x", "psaqb_rate": 1001})
    assert answer.status_code == 400


def test_a_money_column_brings_currency_and_base(api: Any) -> None:
    body = _column("Money", "psaqb_Balance", PrecisionSource=2)
    assert _post(api, f"{SYNC}/Attributes", body).status_code == 204
    names = {row["LogicalName"] for row in api.rows(f"{SYNC}/Attributes?$select=LogicalName")}
    assert {"psaqb_balance", "psaqb_balance_base", "transactioncurrencyid", "exchangerate"} <= names
    row_id = api.create("psaqb_syncs", {"psaqb_name": "x", "psaqb_balance": 12.5})
    row = api.get(f"psaqb_syncs({row_id})?$select=psaqb_balance")
    assert '"psaqb_balance": 12.5000' in row.text
    assert row.json()["_transactioncurrencyid_value"]


def test_a_relationship_makes_the_lookup_and_both_navigations(api: Any) -> None:
    assert _post(api, "RelationshipDefinitions", _relationship()).status_code == 204
    invoice = api.rows("invoices?$select=name&$top=1")[0]["invoiceid"]
    body = {"psaqb_name": "x", "psaqb_Invoice@odata.bind": f"/invoices({invoice})"}
    row_id = api.create("psaqb_syncs", body)
    assert api.get(f"psaqb_syncs({row_id})").json()["_psaqb_invoice_value"] == invoice
    path = f"invoices({invoice})?$select=name&$expand=psaqb_invoice_psaqb_sync($select=psaqb_name)"
    assert len(api.get(path).json()["psaqb_invoice_psaqb_sync"]) == 1
    ends = api.rows(f"{SYNC}/ManyToOneRelationships?$select=ReferencingAttribute,ReferencedEntity")
    assert {"psaqb_invoice"} == {
        end["ReferencingAttribute"] for end in ends if end["ReferencedEntity"] == "invoice"
    }


def test_a_relationship_can_be_changed_and_the_platforms_own_cannot(api: Any) -> None:
    made = _post(api, "RelationshipDefinitions", _relationship()).headers["OData-EntityId"]
    invoice = api.rows("invoices?$select=name&$top=1&$filter=statuscode eq 4")[0]["invoiceid"]
    row = api.create(
        "psaqb_syncs", {"psaqb_name": "x", "psaqb_Invoice@odata.bind": f"/invoices({invoice})"}
    )
    known = api.get(made).json()
    known["CascadeConfiguration"]["Delete"] = "Restrict"
    assert api.call("PUT", made, json=known).status_code == 204
    assert api.get(made).json()["CascadeConfiguration"]["Delete"] == "Restrict"
    assert api.call("DELETE", f"invoices({invoice})").status_code == 405
    assert api.get(f"psaqb_syncs({row})").status_code == 200
    own = api.rows("EntityDefinitions(LogicalName='invoice')/OneToManyRelationships")[0]
    path = f"RelationshipDefinitions({own['MetadataId']})"
    assert api.call("PUT", path, json=own).status_code == 400


def test_rows_are_addressed_by_alternate_key_once_it_is_active(api: Any) -> None:
    _post(api, "RelationshipDefinitions", _relationship())
    _post(api, f"{SYNC}/Attributes", _column("String", "psaqb_Realm", MaxLength=40))
    key = {"SchemaName": "psaqb_Once", "KeyAttributes": ["psaqb_invoice", "psaqb_realm"]}
    assert _post(api, f"{SYNC}/Keys", key | {"DisplayName": _label("Once")}).status_code == 204
    assert api.rows(f"{SYNC}/Keys")[0]["EntityKeyIndexStatus"] == "Active"
    invoice = api.rows("invoices?$select=name&$top=1")[0]["invoiceid"]
    row = f"psaqb_syncs(psaqb_realm='a''b',_psaqb_invoice_value={invoice})"
    missing = api.get(row)
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "0x80060891")
    assert api.call("PATCH", row, json={"psaqb_name": "made"}).status_code == 204
    assert api.call("PATCH", row, json={"psaqb_name": "changed"}).status_code == 204
    found = api.rows("psaqb_syncs")
    assert [(each["psaqb_name"], each["psaqb_realm"]) for each in found] == [("changed", "a'b")]
    double = {
        "psaqb_name": "again",
        "psaqb_realm": "a'b",
        "psaqb_Invoice@odata.bind": f"/invoices({invoice})",
    }
    answer = _post(api, "psaqb_syncs", double)
    assert (answer.status_code, answer.json()["error"]["code"]) == (412, "0x80060892")


def test_a_secured_column_cannot_join_a_key(api: Any) -> None:
    column = _column("String", "psaqb_Hidden", MaxLength=40, IsSecured=True)
    _post(api, f"{SYNC}/Attributes", column)
    key = {"SchemaName": "psaqb_Key", "KeyAttributes": ["psaqb_hidden"]}
    assert _post(api, f"{SYNC}/Keys", key).status_code == 400


def test_a_key_over_equal_rows_fails(api: Any) -> None:
    for _ in range(2):
        api.create("psaqb_syncs", {"psaqb_name": "same"})
    key = {"SchemaName": "psaqb_Names", "KeyAttributes": ["psaqb_name"]}
    assert _post(api, f"{SYNC}/Keys", key).status_code == 204
    assert api.rows(f"{SYNC}/Keys")[0]["EntityKeyIndexStatus"] == "Failed"


def test_a_key_is_pending_before_it_is_active(start_crm: Callable[..., Any]) -> None:
    api = start_crm(key_active_seconds=60.0).application()
    _post(api, "EntityDefinitions", _table())
    _post(api, f"{SYNC}/Keys", {"SchemaName": "psaqb_Names", "KeyAttributes": ["psaqb_name"]})
    assert api.rows(f"{SYNC}/Keys")[0]["EntityKeyIndexStatus"] == "Pending"
    assert api.call("PATCH", "psaqb_syncs(psaqb_name='x')", json={}).status_code == 400


def test_a_new_column_is_invisible_at_first(start_crm: Callable[..., Any]) -> None:
    api = start_crm(column_visible_seconds=60.0).application()
    path = "EntityDefinitions(LogicalName='invoice')/Attributes"
    assert _post(api, path, _column("String", "psaqb_Late", MaxLength=9)).status_code == 204
    probe = api.get("invoices?$top=1&$select=psaqb_late")
    assert (probe.status_code, probe.json()["error"]["code"]) == (400, "0x80060888")
    body = _post(api, "invoices", {"psaqb_late": "x"}).json()
    assert body["error"]["code"] == "0x80048d19"
    assert "psaqb_late" not in api.get("invoices?$top=1").text


def test_a_new_column_appears_after_its_moment(start_crm: Callable[..., Any]) -> None:
    api = start_crm(column_visible_seconds=0.2).application()
    path = "EntityDefinitions(LogicalName='invoice')/Attributes"
    assert _post(api, path, _column("String", "psaqb_Late", MaxLength=9)).status_code == 204
    while api.get("invoices?$top=1&$select=psaqb_late").status_code != 200:
        time.sleep(0.05)


def test_a_column_is_secured_by_get_change_put(api: Any) -> None:
    _post(api, f"{SYNC}/Attributes", _column("String", "psaqb_Secret", MaxLength=99))
    column = f"{SYNC}/Attributes(LogicalName='psaqb_secret')"
    document = api.get(f"{column}/{NAMESPACE}StringAttributeMetadata").json()
    assert "@odata.type" not in document
    assert document["MaxLength"] == 99
    document["IsSecured"] = True
    headers = {"MSCRM.MergeLabels": "true"}
    assert api.call("PUT", column, json=document, headers=headers).status_code == 400
    del document["@odata.context"]
    document["@odata.type"] = f"{NAMESPACE}StringAttributeMetadata"
    assert api.call("PUT", column, json=document, headers=headers).status_code == 204
    secured = api.rows(f"{SYNC}/Attributes?$select=LogicalName&$filter=IsSecured eq true")
    assert [row["LogicalName"] for row in secured] == ["psaqb_secret"]
    assert secured[0]["@odata.type"] == f"#{NAMESPACE}StringAttributeMetadata"


def test_properties_of_one_kind_need_the_cast(api: Any) -> None:
    assert api.get(f"{SYNC}/Attributes?$select=MaxLength").status_code == 400
    cast = api.rows(f"{SYNC}/Attributes/{NAMESPACE}StringAttributeMetadata?$select=MaxLength")
    assert cast[0]["MaxLength"] == 100


def test_options_of_choices_are_expanded_through_the_cast(api: Any) -> None:
    rows = api.rows(
        "EntityDefinitions(LogicalName='invoice')/Attributes/"
        f"{NAMESPACE}PicklistAttributeMetadata?$select=LogicalName&$expand=OptionSet($select=Options)"
    )
    terms = next(row for row in rows if row["LogicalName"] == "paymenttermscode")
    labels = {
        option["Value"]: option["Label"]["UserLocalizedLabel"]["Label"]
        for option in terms["OptionSet"]["Options"]
    }
    assert labels[1] == "Net 30"


def test_tables_expand_their_columns(api: Any) -> None:
    document = api.get(
        f"{SYNC}?$select=LogicalName&$expand=Attributes($select=LogicalName),Keys"
    ).json()
    assert "psaqb_name" in {each["LogicalName"] for each in document["Attributes"]}
    assert document["Keys"] == []


def test_what_is_made_in_a_solution_is_collected_there(api: Any) -> None:
    publisher = api.create(
        "publishers",
        {
            "uniquename": "psaqb",
            "friendlyname": "PSAQB",
            "customizationprefix": "psaqb",
            "customizationoptionvalueprefix": 70000,
        },
    )
    solution = api.create(
        "solutions",
        {
            "uniquename": "psaqbsync",
            "friendlyname": "PSAQB",
            "version": "1.0.0.0",
            "publisherid@odata.bind": f"/publishers({publisher})",
        },
    )
    column = _column("String", "psaqb_In", MaxLength=9)
    headers = {"MSCRM.SolutionUniqueName": "psaqbsync"}
    assert _post(api, f"{SYNC}/Attributes", column, **headers).status_code == 204
    components = api.rows(f"solutioncomponents?$filter=_solutionid_value eq {solution}")
    assert [each["componenttype"] for each in components] == [2]
    unknown = {"MSCRM.SolutionUniqueName": "nosuch"}
    other = _column("String", "psaqb_Out", MaxLength=9)
    assert _post(api, f"{SYNC}/Attributes", other, **unknown).status_code == 400
    again = {"uniquename": "psaqbsync", "friendlyname": "x", "version": "1.0"}
    again["publisherid@odata.bind"] = f"/publishers({publisher})"
    assert _post(api, "solutions", again).status_code == 412


def test_a_second_schema_change_at_once_is_429_0x80071151(start_crm: Callable[..., Any]) -> None:
    api = start_crm(customization_seconds=1.5).application()
    answers = []

    def make(number: int) -> None:
        answers.append(_post(api, "EntityDefinitions", _table(f"psaqb_T{number}")))

    threads = [threading.Thread(target=make, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [204, 429]
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.json()["error"]["code"] == "0x80071151"
    assert "Retry-After" not in refused.headers


def test_publishing_needs_its_parameter(api: Any) -> None:
    assert _post(api, "PublishXml", {"ParameterXml": "<importexportxml/>"}).status_code == 204
    assert _post(api, "PublishXml", {}).status_code == 400
    assert _post(api, "PublishAllXml", {}).status_code == 204


def test_definitions_can_be_deleted(api: Any) -> None:
    _post(api, "RelationshipDefinitions", _relationship())
    path = "RelationshipDefinitions(SchemaName='psaqb_invoice_psaqb_sync')"
    assert api.call("DELETE", path).status_code == 204
    assert api.call("DELETE", SYNC).status_code == 204
    assert api.get(SYNC).status_code == 404
    assert api.get("psaqb_syncs").status_code == 404
    assert api.call("DELETE", "EntityDefinitions(LogicalName='invoice')").status_code == 400


def test_unknown_definitions_are_404(api: Any) -> None:
    assert api.get(f"EntityDefinitions({uuid4()})").status_code == 404
    assert api.get(f"{SYNC}/Attributes(LogicalName='nosuch')").status_code == 404


def test_the_schema_survives_a_restart(own_crm: Any, tmp_path: Any) -> None:
    from psaqb_desktop.practice.crm.environment import Environment  # noqa: PLC0415
    from psaqb_desktop.practice.crm.options import CrmOptions  # noqa: PLC0415

    api = own_crm.application()
    _post(api, "EntityDefinitions", _table())
    _post(api, f"{SYNC}/Attributes", _column("Decimal", "psaqb_Rate", Precision=6, MinValue=0))
    _post(api, "RelationshipDefinitions", _relationship())
    again = Environment(tmp_path / "crm0", own_crm.base_url, CrmOptions(invoice_count=10))
    try:
        table = again.catalogue.tables["psaqb_sync"]
        assert table.columns["psaqb_rate"].precision == 6
        assert again.catalogue.navigation(table, "psaqb_Invoice") is not None
    finally:
        again.close()


def test_the_csdl_document_names_types_and_constraints(api: Any) -> None:
    answer = api.get("$metadata", headers={"Accept": "application/xml"})
    assert answer.headers["Content-Type"] == "application/xml"
    root = ET.fromstring(answer.content)  # noqa: S314 - our own service wrote it
    names = {
        each.get("Name")
        for each in root.iter("{http://docs.oasis-open.org/odata/ns/edm}EntityType")
    }
    assert {"invoice", "psaqb_sync"} <= names
