"""Multiple-record actions and change tracking."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

ACCOUNT = "Microsoft.Dynamics.CRM.account"


def _targets(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"Targets": [{"@odata.type": ACCOUNT} | row for row in rows]}


def _many(api: Any, action: str, body: dict[str, Any]) -> Any:
    return api.call("POST", f"accounts/Microsoft.Dynamics.CRM.{action}", json=body)


def test_create_multiple_returns_ids_in_order(api: Any) -> None:
    answer = _many(api, "CreateMultiple", _targets({"name": "A1"}, {"name": "A2"}))
    names = [api.get(f"accounts({row_id})").json()["name"] for row_id in answer.json()["Ids"]]
    assert names == ["A1", "A2"]


def test_one_bad_row_undoes_all(api: Any) -> None:
    name = f"Undone {uuid4()}"
    answer = _many(api, "CreateMultiple", _targets({"name": name}, {"nosuch": 1}))
    assert answer.status_code == 400
    assert api.rows(f"accounts?$filter=name eq '{name}'") == []


def test_update_multiple_needs_existing_rows(api: Any) -> None:
    first, second = (api.create("accounts", {"name": "Before"}) for _ in range(2))
    rows = [{"accountid": each, "telephone1": "7"} for each in (first, second)]
    assert _many(api, "UpdateMultiple", _targets(*rows)).status_code == 204
    assert api.get(f"accounts({second})").json()["telephone1"] == "7"
    rows.append({"accountid": str(uuid4()), "telephone1": "8"})
    assert _many(api, "UpdateMultiple", _targets(*rows)).status_code == 404


def test_upsert_multiple_creates_what_is_missing(api: Any) -> None:
    known, new = api.create("accounts", {"name": "Known"}), str(uuid4())
    rows = [
        {"@odata.id": f"accounts({known})", "name": "Changed"},
        {"@odata.id": f"accounts({new})", "name": "Made"},
    ]
    assert _many(api, "UpsertMultiple", _targets(*rows)).status_code == 204
    assert api.get(f"accounts({known})").json()["name"] == "Changed"
    assert api.get(f"accounts({new})").json()["name"] == "Made"


def test_targets_must_name_their_type(api: Any) -> None:
    body = {"Targets": [{"name": "untyped"}]}
    assert _many(api, "CreateMultiple", body).status_code == 400


def test_a_delta_link_brings_changed_and_deleted_rows(api: Any) -> None:
    gone, kept = (api.create("accounts", {"name": "Tracked"}) for _ in range(2))
    headers = {"Prefer": "odata.track-changes"}
    link = api.get("accounts?$select=name", headers=headers).json()["@odata.deltaLink"]
    assert "$deltatoken=" in link
    api.call("PATCH", f"accounts({kept})", json={"name": "Tracked on"})
    api.call("DELETE", f"accounts({gone})")
    body = api.get(link).json()
    changed = {row["accountid"]: row["name"] for row in body["value"] if "accountid" in row}
    deleted = [row for row in body["value"] if row.get("reason") == "deleted"]
    assert changed == {kept: "Tracked on"}
    assert [row["id"] for row in deleted] == [gone]
    assert deleted[0]["@odata.context"].endswith("/$deletedEntity")
    assert api.get(body["@odata.deltaLink"]).json()["value"] == []
