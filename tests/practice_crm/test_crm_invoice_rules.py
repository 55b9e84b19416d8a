"""What Sales and Project Operations forbid and record on invoices."""

from __future__ import annotations

from typing import Any

import pytest

CONFIRMED = "statecode eq 0 and msdyn_projectinvoicestatus eq 192350002"


def _first(api: Any, condition: str) -> str:
    row = api.rows(f"invoices?$select=name&$top=1&$filter={condition}")[0]
    return f"invoices({row['invoiceid']})"


@pytest.fixture
def api(own_crm: Any) -> Any:
    return own_crm.application()


def _customer(api: Any) -> str:
    row = api.rows("accounts?$select=name&$top=1")[0]
    return f"/accounts({row['accountid']})"


def test_statecode_cannot_be_set_on_create(api: Any) -> None:
    body = {"name": "x", "customerid_account@odata.bind": _customer(api), "statecode": 2}
    assert api.call("POST", "invoices", json=body).status_code == 400


def test_a_new_invoice_gets_number_state_currency_and_mirrors(api: Any) -> None:
    body = {"name": "x", "customerid_account@odata.bind": _customer(api)}
    row = api.get(f"invoices({api.create('invoices', body)})").json()
    assert row["invoicenumber"].startswith("INV-")
    assert (row["statecode"], row["statuscode"]) == (0, 1)
    assert row["_accountid_value"] == row["_customerid_value"]
    assert row["_transactioncurrencyid_value"]


def test_number_and_currency_are_refused_on_update(api: Any) -> None:
    invoice = _first(api, "statuscode eq 4")
    currency = api.rows("transactioncurrencies?$top=1")[0]["transactioncurrencyid"]
    for body in (
        {"invoicenumber": "MINE"},
        {"transactioncurrencyid@odata.bind": f"/transactioncurrencies({currency})"},
    ):
        assert api.call("PATCH", invoice, json=body).status_code == 400


@pytest.mark.parametrize(
    ("state", "status", "wanted"),
    [
        (2, 100001, 204),
        (2, 100002, 204),
        (3, 100003, 204),
        (0, 4, 204),
        (2, 4, 400),
        (0, 100001, 400),
    ],
)
def test_state_and_status_go_in_pairs(api: Any, state: int, status: int, wanted: int) -> None:
    body = {"statecode": state, "statuscode": status}
    answer = api.call("PATCH", _first(api, "statuscode eq 4"), json=body)
    assert answer.status_code == wanted


def test_a_state_alone_brings_its_default_status(api: Any) -> None:
    invoice = _first(api, "statuscode eq 4")
    api.call("PATCH", invoice, json={"statecode": 2})
    assert api.get(invoice).json()["statuscode"] == 100001


def test_a_closed_invoice_is_read_only_until_reactivated(api: Any) -> None:
    invoice = _first(api, "statecode eq 2")
    refused = api.call("PATCH", invoice, json={"description": "x"})
    assert refused.status_code == 400
    assert api.call("PATCH", invoice, json={"statecode": 0, "statuscode": 4}).status_code == 204


def test_a_switch_opens_closed_invoices(own_crm: Any, api: Any) -> None:
    own_crm.options(closed_invoices_writable=True)
    invoice = _first(api, "statecode eq 2")
    assert api.call("PATCH", invoice, json={"description": "x"}).status_code == 204


def test_business_columns_of_a_confirmed_invoice_are_locked(api: Any) -> None:
    invoice = _first(api, CONFIRMED)
    answer = api.call("PATCH", invoice, json={"description": "x"})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "0x80040265"
    body = {"msdyn_projectinvoicestatus": 192350001}
    assert api.call("PATCH", invoice, json=body).status_code == 400


def test_own_columns_of_a_confirmed_invoice_stay_writable(api: Any) -> None:
    column = {
        "@odata.type": "Microsoft.Dynamics.CRM.StringAttributeMetadata",
        "SchemaName": "psaqb_Mirror",
        "MaxLength": 20,
    }
    path = "EntityDefinitions(LogicalName='invoice')/Attributes"
    assert api.call("POST", path, json=column).status_code == 204
    invoice = _first(api, CONFIRMED)
    assert api.call("PATCH", invoice, json={"psaqb_mirror": "1042"}).status_code == 204


def test_confirming_and_paying_move_the_project_status(api: Any) -> None:
    invoice = _first(api, "msdyn_projectinvoicestatus eq 192350000 and statecode eq 0")
    namespace = f"{invoice}/Microsoft.Dynamics.CRM."
    assert api.call("POST", f"{namespace}msdyn_InvoicePaid").status_code == 400
    assert api.call("POST", f"{namespace}msdyn_PostInvoice").status_code == 204
    assert api.call("POST", f"{namespace}msdyn_PostInvoice").status_code == 400
    assert api.call("POST", f"{namespace}msdyn_InvoicePaid").status_code == 204
    row = api.get(invoice).json()
    assert (row["statecode"], row["msdyn_projectinvoicestatus"]) == (2, 192350003)


def test_every_write_to_a_business_row_is_in_the_log(own_crm: Any, api: Any) -> None:
    assert own_crm.audit() == []
    invoice = _first(api, "statuscode eq 4")
    api.call("PATCH", invoice, json={"description": "seen"})
    entry = own_crm.audit()[-1]
    assert entry["table"] == "invoice"
    assert entry["operation"] == "update"
    assert entry["who"] == "PSAQB connector (application)"
    assert entry["changes"] == [
        {"logicalName": "description", "oldValue": None, "newValue": "seen"}
    ]
    assert len(api.rows("audits?$filter=objecttypecode eq 'invoice'")) == 1


def test_own_tables_leave_no_trace_in_the_log(own_crm: Any, api: Any) -> None:
    api.create("publishers", {
        "uniquename": "quiet", "friendlyname": "Quiet", "customizationprefix": "quiet",
        "customizationoptionvalueprefix": 20000,
    })  # fmt: skip
    assert own_crm.audit() == []


def test_deleting_an_invoice_takes_its_lines_along(api: Any) -> None:
    invoice = _first(api, "statuscode eq 4")
    api.call("DELETE", invoice)
    row_id = invoice.removeprefix("invoices(").removesuffix(")")
    assert api.rows(f"invoicedetails?$filter=_invoiceid_value eq {row_id}") == []
