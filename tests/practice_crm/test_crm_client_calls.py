"""Calls that ready-made clients of Dataverse send besides the everyday ones."""

from __future__ import annotations

from typing import Any


def _complex(kind: str, name: str, **more: Any) -> dict[str, Any]:
    return {
        "@odata.type": f"Microsoft.Dynamics.CRM.Complex{kind}AttributeMetadata",
        "SchemaName": name,
    } | more


def test_create_entities_makes_a_table_with_all_its_columns(own_crm: Any) -> None:
    api = own_crm.application()
    body = {
        "Entities": [
            {
                "@odata.type": "Microsoft.Dynamics.CRM.ComplexEntityMetadata",
                "SchemaName": "new_Probe",
                "OwnershipType": "UserOwned",
                "Attributes": [
                    _complex("String", "new_Title", MaxLength=50, IsPrimaryName=True),
                    _complex("Decimal", "new_Rate", Precision=2),
                ],
            }
        ]
    }
    answer = api.call("POST", "CreateEntities", json=body)
    assert answer.status_code == 200
    assert len(answer.json()["EntityIds"]) == 1
    row_id = api.create("new_probes", {"new_title": "x", "new_rate": 1.25})
    row = api.get(f"new_probes({row_id})")
    assert '"new_rate": 1.25' in row.text
    assert row.json()["_ownerid_value"]


def test_create_entities_is_for_administrators(crm: Any) -> None:
    assert crm.person("cleo").call("POST", "CreateEntities", json={}).status_code == 403


def test_bulk_delete_removes_the_listed_rows(api: Any) -> None:
    ids = [api.create("accounts", {"name": "Listed"}) for _ in range(2)]
    kept = api.create("accounts", {"name": "Not listed"})
    condition = {
        "AttributeName": "accountid",
        "Operator": "In",
        "Values": [{"Value": each, "Type": "System.Guid"} for each in ids],
    }
    query = {"EntityName": "account", "Criteria": {"Conditions": [condition]}}
    answer = api.call("POST", "BulkDelete", json={"QuerySet": [query], "JobName": "x"})
    assert answer.json()["JobId"]
    assert [api.get(f"accounts({each})").status_code for each in ids] == [404, 404]
    assert api.get(f"accounts({kept})").status_code == 200


def test_other_query_languages_are_refused_and_never_ignored(api: Any) -> None:
    for query in ("fetchXml=<fetch/>", "sql=SELECT name FROM account"):
        assert api.get(f"accounts?{query}").status_code == 501


def test_hundreds_of_alternatives_fit_in_one_filter(api: Any) -> None:
    ids = [row["invoiceid"] for row in api.rows("invoices?$select=name")]
    wanted = " or ".join(f"invoiceid eq {each}" for each in ids * 10)
    rows = api.rows(f"invoices?$select=name&$filter={wanted}")
    assert {row["invoiceid"] for row in rows} == set(ids)


def test_actions_take_an_empty_body(own_crm: Any) -> None:
    api = own_crm.application()
    invoice = api.rows("invoices?$select=name&$top=1&$filter=statuscode eq 4")[0]["invoiceid"]
    path = f"invoices({invoice})/Microsoft.Dynamics.CRM.LockInvoicePricing"
    assert api.call("POST", path).status_code == 204
    assert api.get(f"invoices({invoice})").json()["ispricelocked"] is True
