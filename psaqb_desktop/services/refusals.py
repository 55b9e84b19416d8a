"""Turning a refusal of QuickBooks into a finding on the invoice's row."""

from __future__ import annotations

from psaqb_desktop.domain.errors import AppError, RequestRejectedError
from psaqb_desktop.domain.findings import Cause, Finding, blocker
from psaqb_desktop.domain.push import PostedDocument, Push
from psaqb_desktop.domain.texts import has_any_key, has_key_of
from psaqb_desktop.services.document_names import description_of, name_of

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


def number_taken(push: Push, holder: PostedDocument, error: AppError) -> Finding:
    """Name the document that has an invoice's number, and what can be done about it."""
    number, draft = push.invoice_number, push.draft
    is_fit = holder.type is draft.document_type and holder.customer_id == draft.customer.id
    is_fit = is_fit and (holder.currency or draft.currency) == draft.currency
    remedy = "Give it another number in the CRM or in the mapping, then push it again."
    if has_key_of(holder.private_note, push.invoice_id):
        whose = "it is the invoice's own earlier document, which was voided and keeps the number"
        remedy = (
            "Give the voided document another number in QuickBooks, or the invoice another one in "
            "the CRM or in the mapping, then push it again."
        )
    elif has_any_key(holder.private_note):
        whose = "it was made for another invoice of the CRM"
    elif is_fit:
        whose = f"it is of the same customer and may be invoice {number}, entered by hand"
        remedy = (
            "If it is, choose “Link to it…” (without a window: “psaqb link-document "
            f"{number} {holder.id}”); if it is not, give it another number in the CRM or in the "
            "mapping, then push it again."
        )
    else:
        whose = "it is of another kind, customer or currency"
    return blocker(
        Cause.NUMBER_TAKEN,
        f"Invoice {number} was not posted: its number is taken in QuickBooks by "
        f"{description_of(holder)}; {whose}.",
        remedy,
        details=error.details,
    )


def request_id_used(push: Push, document: PostedDocument | None, details: str = "") -> Finding:
    """Say that QuickBooks answers for an older document, or not at all, under a request id."""
    of_what = (
        f"for an older document, {name_of(document)}, which does not stand as this invoice"
        if document
        else "that it is used up, and shows no document of it"
    )
    return blocker(
        Cause.REFUSED,
        f"Invoice {push.invoice_number} was not posted: to its request id QuickBooks answers "
        f"{of_what}.",
        "Push it again: it gets another request id. Nothing has to be corrected.",
        details=details,
    )


def announced_only(push: Push, error: AppError | None = None) -> Finding:
    """Say that an invoice was announced in the journal, perhaps in the CRM too, and never sent."""
    why = f" {error}" if error else ""
    return blocker(
        Cause.OUTCOME_UNKNOWN,
        f"Invoice {push.invoice_number} was announced, but not sent.{why}",
        "Choose “Check outcome”: it sets the invoice free; then push it again.",
        details=error.details if error else "",
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
