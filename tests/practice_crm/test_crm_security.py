"""Roles and column security."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

TEXT = "Microsoft.Dynamics.CRM.StringAttributeMetadata"
MEMO = "Microsoft.Dynamics.CRM.MemoAttributeMetadata"


@pytest.fixture
def vault(start_crm: Callable[..., Any]) -> Any:
    """A CRM with a table that has one secured column and one row."""
    crm = start_crm()
    api = crm.application()
    table = {
        "SchemaName": "psaqb_Vault",
        "OwnershipType": "OrganizationOwned",
        "Attributes": [
            {
                "@odata.type": TEXT,
                "SchemaName": "psaqb_Name",
                "MaxLength": 50,
                "IsPrimaryName": True,
            }
        ],
    }
    assert api.call("POST", "EntityDefinitions", json=table).status_code == 204
    column = {
        "@odata.type": MEMO,
        "SchemaName": "psaqb_Token",
        "MaxLength": 4000,
        "IsSecured": True,
    }
    path = "EntityDefinitions(LogicalName='psaqb_vault')/Attributes"
    assert api.call("POST", path, json=column).status_code == 204
    crm.row = api.create("psaqb_vaults", {"psaqb_name": "first", "psaqb_token": "secret"})
    return crm


def _permit(api: Any, user: str, **allowed: int) -> None:
    profile = api.create("fieldsecurityprofiles", {"name": "Secrets"})
    permission = {
        "fieldsecurityprofileid@odata.bind": f"/fieldsecurityprofiles({profile})",
        "entityname": "psaqb_vault",
        "attributelogicalname": "psaqb_token",
        "canread": 0,
        "cancreate": 0,
        "canupdate": 0,
    }
    api.create("fieldpermissions", permission | allowed)
    links = f"systemusers({user})/systemuserprofiles_association/$ref"
    body = {"@odata.id": f"{api.root}fieldsecurityprofiles({profile})"}
    assert api.call("POST", links, json=body).status_code == 204


@pytest.mark.parametrize("key", ["ben", "cleo"])
def test_a_secured_column_reads_as_null_without_permission(vault: Any, key: str) -> None:
    row = vault.person(key).get(f"psaqb_vaults({vault.row})?$select=psaqb_name,psaqb_token").json()
    assert row["psaqb_name"] == "first"
    assert row["psaqb_token"] is None


def test_a_secured_column_cannot_be_guessed_by_filter(vault: Any) -> None:
    path = "psaqb_vaults?$filter=psaqb_token eq 'secret'"
    assert vault.person("cleo").rows(path) == []
    assert len(vault.application().rows(path)) == 1


@pytest.mark.parametrize("key", ["ada", None])
def test_administrators_and_the_application_read_it(vault: Any, key: str | None) -> None:
    caller = vault.person(key) if key else vault.application()
    assert caller.get(f"psaqb_vaults({vault.row})").json()["psaqb_token"] == "secret"


def test_writing_it_without_permission_is_403_0x8004f507(vault: Any) -> None:
    cleo = vault.person("cleo")
    answer = cleo.call("PATCH", f"psaqb_vaults({vault.row})", json={"psaqb_token": "mine"})
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "0x8004f507"
    fine = cleo.call("PATCH", f"psaqb_vaults({vault.row})", json={"psaqb_name": "renamed"})
    assert fine.status_code == 204
    row = vault.application().get(f"psaqb_vaults({vault.row})").json()
    assert (row["psaqb_name"], row["psaqb_token"]) == ("renamed", "secret")


def test_a_profile_opens_reading_and_writing_separately(vault: Any) -> None:
    cleo = vault.person("cleo")
    _permit(vault.application(), cleo.get("WhoAmI").json()["UserId"], canread=4)
    row = f"psaqb_vaults({vault.row})"
    assert cleo.get(row).json()["psaqb_token"] == "secret"
    assert cleo.call("PATCH", row, json={"psaqb_token": "mine"}).status_code == 403


def test_a_permission_needs_a_secured_column(vault: Any) -> None:
    api = vault.application()
    profile = api.create("fieldsecurityprofiles", {"name": "Names"})
    permission = {
        "fieldsecurityprofileid@odata.bind": f"/fieldsecurityprofiles({profile})",
        "entityname": "psaqb_vault",
        "attributelogicalname": "psaqb_name",
        "canread": 4,
    }
    assert api.call("POST", "fieldpermissions", json=permission).status_code == 400


def test_a_reader_cannot_write_anything(crm: Any) -> None:
    ben = crm.person("ben")
    assert ben.get("invoices?$select=name&$top=1").status_code == 200
    answer = ben.call("POST", "accounts", json={"name": "No"})
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "0x80040220"


def test_only_administrators_change_the_schema(crm: Any) -> None:
    body = {"@odata.type": TEXT, "SchemaName": "psaqb_No", "MaxLength": 5}
    path = "EntityDefinitions(LogicalName='invoice')/Attributes"
    for key in ("ben", "cleo"):
        answer = crm.person(key).call("POST", path, json=body)
        assert answer.status_code == 403
        assert answer.json()["error"]["code"] == "0x80040220"


def test_the_log_never_holds_a_secured_value(vault: Any) -> None:
    api = vault.application()
    secured = api.get(
        "EntityDefinitions(LogicalName='account')/Attributes(LogicalName='description')"
    ).json()
    secured |= {"@odata.type": f"#{MEMO}", "IsSecured": True}
    del secured["@odata.context"]
    path = "EntityDefinitions(LogicalName='account')/Attributes(LogicalName='description')"
    assert api.call("PUT", path, json=secured).status_code == 204
    row_id = api.create("accounts", {"name": "Quiet"})
    api.call("PATCH", f"accounts({row_id})", json={"description": "hush"})
    entries = [entry for entry in vault.audit() if entry["id"] == row_id]
    assert "hush" not in str(entries)
    assert "description" in str(entries)
