"""“Edited in the CRM after posting” is said of what the customer is asked for, and only of that."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from psaqb_desktop.domain.findings import Cause
from psaqb_desktop.domain.invoice import CrmStatus
from tests.fakes.office import Program, World


@pytest.mark.parametrize(
    ("changes", "causes"),
    [
        ({"status": CrmStatus.PAID, "description": "paid in full"}, []),
        ({"total": Decimal("121.00")}, [Cause.CHANGED_AFTER_POSTING]),
        ({"number": "PSA-1A"}, [Cause.CHANGED_AFTER_POSTING]),
    ],
)
def test_marking_an_invoice_as_paid_is_no_edit(
    world: World, program: Program, changes: dict[str, Any], causes: list[Cause]
) -> None:
    invoice = world.add_invoice(1)
    program.push_all()
    assert program.rows()[0].findings == ()
    later = invoice.modified_on + timedelta(days=9)
    world.invoices.stored[invoice.id] = replace(
        invoice, version='W/"99"', modified_on=later, **changes
    )
    assert [finding.cause for finding in program.rows()[0].findings] == causes
