"""Creating, changing and deleting single rows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest


def _account(api: Any, **more: Any) -> str:
    found: str = api.create("accounts", {"name": "Tailor & Sons"} | more)
    return found


def test_post_is_204_with_both_address_headers(api: Any) -> None:
    answer = api.call("POST", "accounts", json={"name": "Both"})
    assert answer.status_code == 204
    assert answer.headers["OData-EntityId"] == answer.headers["Location"]
    assert answer.headers["OData-EntityId"].startswith(f"{api.root}accounts(")
    assert answer.text == ""


def test_post_with_representation_is_201(api: Any) -> None:
    answer = api.call(
        "POST",
        "accounts?$select=name",
        json={"name": "Whole"},
        headers={"Prefer": "return=representation"},
    )
    assert answer.status_code == 201
    assert answer.headers["Preference-Applied"] == "return=representation"
    assert answer.json()["name"] == "Whole"


def test_the_client_may_choose_the_id_and_never_twice(api: Any) -> None:
    chosen = str(uuid4())
    assert _account(api, accountid=chosen) == chosen
    again = api.call("POST", "accounts", json={"name": "Twice", "accountid": chosen})
    assert again.status_code == 412
    assert again.json()["error"]["code"] == "0x80040237"


def test_patch_without_if_match_is_an_upsert(api: Any) -> None:
    row = f"accounts({uuid4()})"
    assert api.call("PATCH", row, json={"name": "New"}).status_code == 204
    assert api.get(row).json()["name"] == "New"


def test_patch_with_if_match_star_on_a_missing_row_is_404(api: Any) -> None:
    answer = api.call(
        "PATCH", f"accounts({uuid4()})", json={"name": "No"}, headers={"If-Match": "*"}
    )
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "0x80040217"


def test_if_none_match_star_prevents_changing_an_existing_row(api: Any) -> None:
    row = f"accounts({_account(api)})"
    answer = api.call("PATCH", row, json={"name": "No"}, headers={"If-None-Match": "*"})
    assert answer.status_code == 412


def test_if_none_match_null_means_nothing(api: Any) -> None:
    row = f"accounts({_account(api)})"
    headers = {"If-None-Match": "null"}
    assert api.get(row, headers=headers).status_code == 200
    assert api.call("PATCH", row, json={"name": "Yes"}, headers=headers).status_code == 204


def test_a_stale_etag_is_412_with_the_platforms_words(api: Any) -> None:
    row = f"accounts({_account(api)})"
    stale = api.get(row).json()["@odata.etag"]
    assert stale.startswith('W/"')
    current = {"If-Match": stale}
    assert api.call("PATCH", row, json={"name": "First"}, headers=current).status_code == 204
    answer = api.call("PATCH", row, json={"name": "Second"}, headers=current)
    assert answer.status_code == 412
    assert answer.json()["error"] == {
        "code": "0x80060882",
        "message": "The version of the existing record doesn't match the RowVersion property "
        "provided.",
    }
    assert api.call("DELETE", row, headers=current).status_code == 412
    assert api.get(row).json()["name"] == "First"


def test_a_conditional_get_is_304_but_never_with_annotations(api: Any) -> None:
    row = f"accounts({_account(api)})"
    headers = {"If-None-Match": api.get(row).json()["@odata.etag"]}
    assert api.get(row, headers=headers).status_code == 304
    headers["Prefer"] = 'odata.include-annotations="*"'
    assert api.get(row, headers=headers).status_code == 200


def test_patch_with_representation_is_200_and_honours_select(api: Any) -> None:
    row = f"accounts({_account(api)})"
    answer = api.call(
        "PATCH",
        f"{row}?$select=telephone1",
        json={"telephone1": "1"},
        headers={"Prefer": "return=representation"},
    )
    assert answer.status_code == 200
    assert answer.json()["telephone1"] == "1"
    assert "name" not in answer.json()


def test_an_unknown_property_in_a_payload_is_0x80048d19(api: Any) -> None:
    answer = api.call("POST", "accounts", json={"name": "x", "nosuchcolumn": 1})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "0x80048d19"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"name": "x" * 161}, "0x80044331"),
        ({"name": "x", "paymenttermscode": 99}, "0x8004431A"),
        ({"name": 5}, "0x80048d19"),
        ({"name": "x", "creditlimit": "5.00"}, "0x80048d19"),
        ({"name": "x", "_transactioncurrencyid_value": str(uuid4())}, "0x80048d19"),
    ],
)
def test_values_that_do_not_fit_are_refused(api: Any, body: dict[str, Any], code: str) -> None:
    answer = api.call("POST", "accounts", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == code


def test_a_missing_row_is_404(api: Any) -> None:
    answer = api.get(f"accounts({uuid4()})")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "0x80040217"


def test_an_unknown_entity_set_is_404(api: Any) -> None:
    answer = api.get("nosuchthings")
    assert answer.status_code == 404
    assert "Resource not found for the segment 'nosuchthings'" in answer.json()["error"]["message"]


def test_money_keeps_four_decimals_and_brings_its_currency(api: Any) -> None:
    row_id = _account(api, creditlimit=1500.5)
    answer = api.get(f"accounts({row_id})?$select=creditlimit")
    assert '"creditlimit": 1500.5000' in answer.text
    assert answer.json(parse_float=Decimal)["_transactioncurrencyid_value"]


def test_base_amounts_follow_the_exchange_rate(api: Any) -> None:
    pound = api.rows("transactioncurrencies?$filter=isocurrencycode eq 'GBP'")[0]
    address = f"/transactioncurrencies({pound['transactioncurrencyid']})"
    row_id = _account(
        api,
        creditlimit=79,
        **{"transactioncurrencyid@odata.bind": address},
    )
    row = api.get(f"accounts({row_id})").json(parse_float=Decimal)
    assert row["creditlimit_base"] == Decimal("100.0000")


@pytest.mark.parametrize(
    ("given", "kept"), [("0.00005", "0.0001"), ("0.00004", "0.0000"), ("2.00025", "2.0003")]
)
def test_money_is_rounded_half_up_at_the_fourth_place(api: Any, given: str, kept: str) -> None:
    text = f'{{"name": "x", "creditlimit": {given}}}'
    heads = {"Content-Type": "application/json"}
    answer = api.call("POST", "accounts", data=text, headers=heads)
    row_id = answer.headers["OData-EntityId"].rpartition("(")[2].rstrip(")")
    row = api.get(f"accounts({row_id})").json(parse_float=Decimal)
    assert row["creditlimit"] == Decimal(kept)


def test_system_columns_are_kept_by_the_platform(api: Any) -> None:
    row_id = _account(api, createdon="2001-01-01T00:00:00Z")
    before = api.get(f"accounts({row_id})").json()
    assert before["createdon"] > "2026-11-20"
    api.call("PATCH", f"accounts({row_id})", json={"telephone1": "2"})
    after = api.get(f"accounts({row_id})").json()
    assert after["versionnumber"] > before["versionnumber"]
    assert after["modifiedon"] >= before["modifiedon"]
    assert after["createdon"] == before["createdon"]


def test_a_single_property_can_be_read_written_and_cleared(api: Any) -> None:
    row = f"accounts({_account(api, telephone1='1')})"
    assert api.get(f"{row}/telephone1").json()["value"] == "1"
    assert api.get(f"{row}/telephone1/$value").text == "1"
    assert api.call("PUT", f"{row}/telephone1", json={"value": "2"}).status_code == 204
    assert api.get(f"{row}/telephone1").json()["value"] == "2"
    assert api.call("DELETE", f"{row}/telephone1").status_code == 204
    assert api.get(f"{row}/telephone1").status_code == 204


def test_lookups_are_bound_read_and_cleared(api: Any) -> None:
    parent, child = _account(api), _account(api)
    row = f"accounts({child})"
    bind = {"parentaccountid@odata.bind": f"/accounts({parent})"}
    assert api.call("PATCH", row, json=bind).status_code == 204
    assert api.get(row).json()["_parentaccountid_value"] == parent
    assert api.get(f"{row}/parentaccountid").json()["accountid"] == parent
    assert api.call("DELETE", f"{row}/parentaccountid/$ref").status_code == 204
    assert api.get(row).json()["_parentaccountid_value"] is None
    reference = {"@odata.id": f"{api.root}accounts({parent})"}
    assert api.call("PUT", f"{row}/parentaccountid/$ref", json=reference).status_code == 204
    assert api.get(row).json()["_parentaccountid_value"] == parent


def test_binding_to_a_missing_row_is_404(api: Any) -> None:
    body = {"name": "x", "parentaccountid@odata.bind": f"/accounts({uuid4()})"}
    assert api.call("POST", "accounts", json=body).status_code == 404


def test_navigation_names_are_case_sensitive(api: Any) -> None:
    unit = api.rows("msdyn_organizationalunits?$top=1")[0]["msdyn_organizationalunitid"]
    body = {
        "msdyn_subject": "Case",
        "msdyn_contractorganizationalunitid@odata.bind": f"/msdyn_organizationalunits({unit})",
    }
    assert api.call("POST", "msdyn_projects", json=body).json()["error"]["code"] == "0x80048d19"


def test_many_to_many_rows_are_associated_and_taken_apart(api: Any) -> None:
    profile = api.create("fieldsecurityprofiles", {"name": "Associated"})
    user = api.get("WhoAmI").json()["UserId"]
    links = f"systemusers({user})/systemuserprofiles_association"
    body = {"@odata.id": f"{api.root}fieldsecurityprofiles({profile})"}
    assert api.call("POST", f"{links}/$ref", json=body).status_code == 204
    assert profile in {row["fieldsecurityprofileid"] for row in api.rows(links)}
    assert api.call("DELETE", f"{links}({profile})/$ref").status_code == 204
    assert profile not in {row["fieldsecurityprofileid"] for row in api.rows(links)}


def test_a_deleted_row_is_gone(api: Any) -> None:
    row = f"accounts({_account(api)})"
    assert api.call("DELETE", row).status_code == 204
    assert api.get(row).status_code == 404
    assert api.call("DELETE", row).status_code == 404


def test_a_method_that_an_address_does_not_take_is_405(api: Any) -> None:
    assert api.call("PUT", f"accounts({_account(api)})", json={}).status_code == 405


def test_older_versions_are_served_and_unknown_ones_not(api: Any) -> None:
    assert api.get(api.root.replace("v9.2", "v9.0") + "WhoAmI()").status_code == 200
    assert api.get(api.root.replace("v9.2", "v8.0") + "WhoAmI").status_code == 501


def test_who_am_i_names_user_unit_and_organization(api: Any) -> None:
    body = api.get("WhoAmI").json()
    assert {"UserId", "BusinessUnitId", "OrganizationId"} <= set(body)
    assert body["@odata.context"].endswith("#Microsoft.Dynamics.CRM.WhoAmIResponse")
