"""Refusals whose code or status nobody could confirm, as the switches say."""

from __future__ import annotations

from psaqb_desktop.practice.crm.errors import (
    CHOICE_OUT_OF_RANGE,
    DUPLICATE_DETECTED,
    PLUGIN_REFUSED,
    PRIVILEGE_MISSING,
    ApiError,
)
from psaqb_desktop.practice.crm.options import CrmOptions


def as_switched(error: ApiError, options: CrmOptions) -> ApiError:
    """The same refusal with the code and status that the switches give it."""
    if error.code == PLUGIN_REFUSED:
        error.code = options.locked_invoice_code
    elif error.code == PRIVILEGE_MISSING:
        error.code = options.missing_privilege_code
        error.status = options.missing_privilege_status
    elif error.code == CHOICE_OUT_OF_RANGE:
        error.code = options.choice_range_code
    elif error.code == DUPLICATE_DETECTED:
        error.status = options.duplicate_status
    return error
