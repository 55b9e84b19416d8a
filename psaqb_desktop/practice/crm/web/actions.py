"""Functions and actions: WhoAmI and the ones that an invoice understands."""

# ruff: noqa: S608 - names come from the catalogue, values go as parameters

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from psaqb_desktop.practice.crm.errors import INVALID_STATE, ApiError
from psaqb_desktop.practice.crm.schema.model import Table
from psaqb_desktop.practice.crm.storage.layout import next_version
from psaqb_desktop.practice.crm.web.bulk_delete import bulk_delete
from psaqb_desktop.practice.crm.web.message import ApiRequest, ApiResponse
from psaqb_desktop.practice.crm.web.segments import Segment
from psaqb_desktop.practice.crm.web.session import Session

_CONFIRMED = 192350002
_PAID = 192350003


def who_am_i(session: Session, _request: ApiRequest, _segments: list[Segment]) -> ApiResponse:
    """The caller's user, business unit and organization."""
    organization = session.connection.execute("SELECT organizationid FROM organization").fetchone()
    caller = session.rights.caller
    root = session.environment.api_root
    return ApiResponse(
        200,
        {
            "@odata.context": f"{root}$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse",
            "BusinessUnitId": caller.business_unit_id,
            "UserId": caller.user_id,
            "OrganizationId": organization[0],
        },
    )


def retrieve_version(
    session: Session, _request: ApiRequest, _segments: list[Segment]
) -> ApiResponse:
    """The platform's version."""
    root = session.environment.api_root
    context = f"{root}$metadata#Microsoft.Dynamics.CRM.RetrieveVersionResponse"
    return ApiResponse(200, {"@odata.context": context, "Version": "9.2.26111.00158"})


def lock_pricing(session: Session, _request: ApiRequest, _table: Table, row_id: str) -> ApiResponse:
    """Freeze the prices of an invoice."""
    _set(session, row_id, ispricelocked=1)
    return ApiResponse()


def confirm_invoice(
    session: Session, _request: ApiRequest, _table: Table, row_id: str
) -> ApiResponse:
    """What the Confirm button of a project invoice does.

    Raises:
        ApiError: The invoice is confirmed already.
    """
    if _project_status(session, row_id) in {_CONFIRMED, _PAID}:
        raise ApiError(400, INVALID_STATE, "The invoice has already been confirmed.")
    _set(session, row_id, msdyn_projectinvoicestatus=_CONFIRMED, ispricelocked=1)
    return ApiResponse()


def pay_invoice(session: Session, _request: ApiRequest, _table: Table, row_id: str) -> ApiResponse:
    """What "Mark Invoice as Paid" does.

    Raises:
        ApiError: The invoice is not confirmed.
    """
    if _project_status(session, row_id) != _CONFIRMED:
        raise ApiError(400, INVALID_STATE, "Only a confirmed invoice can be marked as paid.")
    closing = session.environment.options.paid_action_closes
    state = {"statecode": 2, "statuscode": 100001} if closing else {}
    _set(session, row_id, msdyn_projectinvoicestatus=_PAID, **state)
    return ApiResponse()


def _project_status(session: Session, row_id: str) -> Any:
    row = session.connection.execute(
        "SELECT msdyn_projectinvoicestatus FROM invoice WHERE invoiceid = ?", (row_id,)
    ).fetchone()
    return row[0]


def _set(session: Session, row_id: str, **values: int) -> None:
    session.rights.demand("Write", session.environment.catalogue.tables["invoice"])
    stamped: dict[str, Any] = {
        **values,
        "modifiedon": session.environment.clock.stamp(),
        "modifiedby": session.rights.caller.user_id,
        "versionnumber": next_version(session.connection),
    }
    assignments = ", ".join(f'"{name}" = ?' for name in stamped)
    session.connection.execute(
        f"UPDATE invoice SET {assignments} WHERE invoiceid = ?", [*stamped.values(), row_id]
    )


UNBOUND_OPERATIONS: dict[str, Callable[[Session, ApiRequest, list[Segment]], ApiResponse]] = {
    "WhoAmI": who_am_i,
    "RetrieveVersion": retrieve_version,
    "BulkDelete": bulk_delete,
}
BOUND_ACTIONS: dict[tuple[str, str], Callable[[Session, ApiRequest, Table, str], ApiResponse]] = {
    ("invoice", "LockInvoicePricing"): lock_pricing,
    ("invoice", "msdyn_PostInvoice"): confirm_invoice,
    ("invoice", "msdyn_InvoicePaid"): pay_invoice,
}
