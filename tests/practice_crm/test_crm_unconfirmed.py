"""What nobody could confirm about the platform is a switch; each is proved in both positions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import requests

CONFIRMED = "statecode eq 0 and msdyn_projectinvoicestatus eq 192350002"


@pytest.fixture(scope="module")
def switched(request: pytest.FixtureRequest) -> Any:
    """The shared CRM, put back to the usual positions afterwards."""
    shared = request.getfixturevalue("crm")
    before = shared.post("/_practice/options", json={}).json()
    yield shared
    shared.options(**{name: value for name, value in before.items() if name != "today"})


def _invoice(api: Any, condition: str) -> str:
    row = api.rows(f"invoices?$select=name&$top=1&$filter={condition}")[0]
    return f"invoices({row['invoiceid']})"


def _refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


@pytest.mark.parametrize("code", ["0x80040265", "0x80048408"])
def test_a_locked_invoice_is_refused_with_either_code(own_crm: Any, code: str) -> None:
    own_crm.options(locked_invoice_code=code)
    api = own_crm.application()
    answer = api.call("PATCH", _invoice(api, "statecode eq 2"), json={"description": "late"})
    assert _refusal(answer) == (400, code)


@pytest.mark.parametrize("writable", [False, True])
def test_closed_invoices_are_writable_or_not(own_crm: Any, writable: bool) -> None:  # noqa: FBT001
    own_crm.options(closed_invoices_writable=writable)
    api = own_crm.application()
    answer = api.call("PATCH", _invoice(api, "statecode eq 2"), json={"description": "late"})
    assert answer.status_code == (204 if writable else 400)


@pytest.mark.parametrize("writable", [False, True])
def test_confirmed_invoices_are_writable_or_not(own_crm: Any, writable: bool) -> None:  # noqa: FBT001
    own_crm.options(confirmed_invoices_writable=writable)
    api = own_crm.application()
    answer = api.call("PATCH", _invoice(api, CONFIRMED), json={"description": "late"})
    assert answer.status_code == (204 if writable else 400)


@pytest.mark.parametrize(
    ("code", "status"),
    [("0x80040220", 403), ("0x80048306", 403), ("0x80048306", 400), ("0x8004431A", 403)],
)
def test_a_missing_privilege_has_either_code_and_status(
    switched: Any, code: str, status: int
) -> None:
    switched.options(missing_privilege_code=code, missing_privilege_status=status)
    answer = switched.person("ben").call("POST", "accounts", json={"name": "never"})
    assert _refusal(answer) == (status, code)


@pytest.mark.parametrize("status", [412, 500])
def test_a_duplicate_is_refused_with_either_status_when_asked(switched: Any, status: int) -> None:
    switched.options(duplicate_status=status)
    api = switched.application()
    name = f"Twice {status}"
    row_id = api.create("accounts", {"name": name})
    asking = {"MSCRM.SuppressDuplicateDetection": "false"}
    answer = api.call("POST", "accounts", json={"name": name}, headers=asking)
    assert _refusal(answer) == (status, "0x80040333")
    again = {"name": name, "description": "the row itself is no duplicate"}
    path = f"accounts({row_id})"
    assert api.call("PATCH", path, json=again, headers=asking).status_code == 204
    other = api.create("accounts", {"name": "Once"})
    answer = api.call("PATCH", f"accounts({other})", json={"name": name}, headers=asking)
    assert _refusal(answer) == (status, "0x80040333")


def test_duplicates_are_taken_when_the_rules_are_not_asked_for(api: Any) -> None:
    for _ in range(2):
        api.create("accounts", {"name": "Again and again"})
    silent = {"MSCRM.SuppressDuplicateDetection": "true"}
    api.create("accounts", {"name": "Again and again"}, headers=silent)


@pytest.mark.parametrize("code", ["0x8004431A", "0x80040203"])
def test_a_choice_out_of_range_has_either_code(switched: Any, code: str) -> None:
    switched.options(choice_range_code=code)
    body = {"name": "x", "paymenttermscode": 99}
    assert _refusal(switched.application().call("POST", "accounts", json=body)) == (400, code)


@pytest.mark.parametrize("accepted", [True, False])
def test_a_column_is_secured_at_creation_or_only_later(own_crm: Any, accepted: bool) -> None:  # noqa: FBT001
    own_crm.options(secured_at_creation=accepted)
    api = own_crm.application()
    attributes = "EntityDefinitions(LogicalName='account')/Attributes"
    body = {
        "@odata.type": "Microsoft.Dynamics.CRM.StringAttributeMetadata",
        "SchemaName": "psaqb_Hidden",
        "MaxLength": 50,
    }
    answer = api.call("POST", attributes, json=body | {"IsSecured": True})
    assert answer.status_code == (204 if accepted else 400)
    if not accepted:
        assert api.call("POST", attributes, json=body).status_code == 204
        one = f"{attributes}(LogicalName='psaqb_hidden')"
        assert api.call("PUT", one, json=body | {"IsSecured": True}).status_code == 204
    secured = api.rows(f"{attributes}?$select=LogicalName&$filter=IsSecured eq true")
    assert [each["LogicalName"] for each in secured] == ["psaqb_hidden"]


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("action", ["UpdateMultiple", "UpsertMultiple"])
def test_invoice_knows_bulk_updates_or_not(switched: Any, action: str, known: bool) -> None:  # noqa: FBT001
    switched.options(invoice_updates_in_bulk=known)
    api = switched.application()
    row = api.rows("invoices?$select=name&$top=1&$filter=statuscode eq 4")[0]
    target = {
        "@odata.type": "Microsoft.Dynamics.CRM.invoice",
        "invoiceid": row["invoiceid"],
        "description": "in bulk",
    }
    path = f"invoices/Microsoft.Dynamics.CRM.{action}"
    answer = api.call("POST", path, json={"Targets": [target]})
    assert answer.status_code == (204 if known else 405)
    account = {
        "@odata.type": "Microsoft.Dynamics.CRM.account",
        "accountid": api.create("accounts", {"name": "x"}),
        "name": "y",
    }
    path = f"accounts/Microsoft.Dynamics.CRM.{action}"
    assert api.call("POST", path, json={"Targets": [account]}).status_code == 204


@pytest.mark.parametrize("closing", [True, False])
def test_marking_as_paid_closes_the_invoice_or_not(own_crm: Any, closing: bool) -> None:  # noqa: FBT001
    own_crm.options(paid_action_closes=closing)
    api = own_crm.application()
    invoice = _invoice(api, CONFIRMED)
    answer = api.call("POST", f"{invoice}/Microsoft.Dynamics.CRM.msdyn_InvoicePaid")
    assert answer.status_code == 204
    row = api.get(f"{invoice}?$select=statecode,msdyn_projectinvoicestatus").json()
    assert row["msdyn_projectinvoicestatus"] == 192350003
    assert row["statecode"] == (2 if closing else 0)


@pytest.mark.parametrize("present", [True, False])
def test_contracts_name_a_company_or_not(start_crm: Callable[..., Any], present: bool) -> None:  # noqa: FBT001
    api = start_crm(has_owning_company=present).application()
    answer = api.get("salesorders?$select=_msdyn_owningcompany_value")
    assert answer.status_code == (200 if present else 400)
    answer = api.get("salesorders?$expand=msdyn_OwningCompany($select=cdm_name)")
    assert answer.status_code == (200 if present else 400)
    names = api.rows("EntityDefinitions(LogicalName='salesorder')/Attributes?$select=LogicalName")
    assert ("msdyn_owningcompany" in {each["LogicalName"] for each in names}) is present


@pytest.mark.parametrize("present", [True, False])
def test_invoices_have_field_services_date_or_not(
    start_crm: Callable[..., Any],
    present: bool,  # noqa: FBT001
) -> None:
    crm = start_crm(has_field_service=present)
    answer = crm.application().get("invoices?$select=msdyn_invoicedate")
    assert answer.status_code == (200 if present else 400)
    assert requests.get(f"{crm.base_url}/page/invoices", timeout=30).status_code == 200


@pytest.mark.parametrize("possible", [True, False])
def test_a_paid_project_invoice_is_reactivated_or_not(own_crm: Any, possible: bool) -> None:  # noqa: FBT001
    own_crm.options(paid_invoices_reactivate=possible)
    api = own_crm.application()
    paid = _invoice(api, "statecode eq 2 and msdyn_projectinvoicestatus eq 192350003")
    answer = api.call("PATCH", paid, json={"statecode": 0, "statuscode": 4})
    assert answer.status_code == (204 if possible else 400)
    canceled = _invoice(api, "statecode eq 3")
    assert api.call("PATCH", canceled, json={"statecode": 0, "statuscode": 1}).status_code == 204


@pytest.mark.parametrize("included", [True, False])
def test_the_detail_amount_holds_tax_or_not(start_crm: Callable[..., Any], included: bool) -> None:  # noqa: FBT001
    crm = start_crm(invoice_count=60, line_items_include_tax=included)
    rows = crm.application().rows(
        "invoices?$expand=invoice_details($select=extendedamount,tax)&$filter=pricingerrorcode eq 0"
    )
    taxed = [row for row in rows if row["totaltax"] and row["msdyn_projectinvoicestatus"]]
    sums = Counter(
        row["totallineitemamount"]
        - sum(line["extendedamount"] - line["tax"] for line in row["invoice_details"])
        == (row["totaltax"] if included else 0)
        for row in taxed
    )
    # All but the two that do not add up on purpose.
    assert sums[True] > 10
    assert sums[False] <= 2


@pytest.mark.parametrize("negative", [True, False])
def test_used_retainers_are_shown_with_their_sign_or_without(
    start_crm: Callable[..., Any],
    negative: bool,  # noqa: FBT001
) -> None:
    api = start_crm(invoice_count=120, retainer_usage_negative=negative).application()
    used = api.rows("invoicedetails?$filter=msdyn_retainertype eq 192350001")
    assert len(used) > 2
    for row in used:
        assert (row["priceperunit"] < 0) is negative
        assert (row["extendedamount"] < 0) is negative
        assert row["extendedamount"] == row["baseamount"] + row["tax"]


@pytest.mark.parametrize("number", [0, 192350004])
def test_there_is_a_status_posted_or_not(start_crm: Callable[..., Any], number: int) -> None:
    api = start_crm(posted_status=number).application()
    body = {"msdyn_projectinvoicestatus": 192350004}
    draft = _invoice(api, "msdyn_projectinvoicestatus eq 192350000 and statecode eq 0")
    assert api.call("PATCH", draft, json=body).status_code == (204 if number else 400)


@pytest.mark.parametrize("present", [True, False])
def test_line_details_name_their_tax_or_not(start_crm: Callable[..., Any], present: bool) -> None:  # noqa: FBT001
    api = start_crm(has_detail_tax=present).application()
    answer = api.get("msdyn_invoicelinetransactions?$select=msdyn_tax,msdyn_extendedamount")
    assert answer.status_code == (200 if present else 400)


def test_a_reset_plants_by_the_switches_in_force(start_crm: Callable[..., Any]) -> None:
    crm = start_crm(line_items_include_tax=True)
    select = "invoices?$select=totallineitemamount"
    before = [row["totallineitemamount"] for row in crm.application().rows(select)]
    crm.options(line_items_include_tax=False)
    crm.post("/_practice/reset")
    assert [row["totallineitemamount"] for row in crm.application().rows(select)] != before
