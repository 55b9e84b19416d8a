"""Turning a refusal of QuickBooks into a finding on the invoice's row."""

from __future__ import annotations

from psaqb_desktop.domain.errors import AppError, RequestRejectedError
from psaqb_desktop.domain.findings import Cause, Finding, blocker
from psaqb_desktop.domain.push import Push

_CAUSES = {
    "6140": Cause.NUMBER_TAKEN,
    "6200": Cause.PERIOD_CLOSED,
    "6210": Cause.PERIOD_CLOSED,
    "6190": Cause.COMPANY_READ_ONLY,
    "6100": Cause.TAX_CODE_MISSING,
    "6470": Cause.TAX_CODE_MISSING,
    "6250": Cause.CUSTOMER_INACTIVE,
    "2050": Cause.NUMBER_TOO_LONG,
}


def refusal(push: Push, error: AppError) -> Finding:
    """Say what QuickBooks refused, with its own words kept for support."""
    if not isinstance(error, RequestRejectedError):
        # QuickBooks never saw it: another try needs no new request id.
        return blocker(
            Cause.NOT_CONNECTED,
            f"Invoice {push.invoice_number} was not sent: {error}",
            error.remedy,
            details=error.details,
        )
    code = error.code
    cause = _CAUSES.get(code, Cause.REFUSED)
    if code == "2050" and error.element != "DocNumber":
        cause = Cause.REFUSED
    return blocker(
        cause,
        f"Invoice {push.invoice_number}: {error}",
        error.remedy or "Correct the cause, check again and push again.",
        details=error.details,
    )


def unknown_outcome(push: Push, details: str = "") -> Finding:
    """Say that nobody knows yet whether the invoice arrived."""
    return blocker(
        Cause.OUTCOME_UNKNOWN,
        f"Invoice {push.invoice_number} was sent, but no answer came: it may or may not be in "
        "QuickBooks.",
        "It is checked with QuickBooks again at the next start or by “Check outcome”; until then "
        "it cannot be pushed again. Please do not enter it by hand.",
        details=details,
    )
