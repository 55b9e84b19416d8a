from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from psaqb_desktop.domain.content_digest import content_digest
from psaqb_desktop.domain.identifiers import CrmId
from psaqb_desktop.domain.invoice import CrmStatus
from tests.fakes import examples

INVOICE = examples.invoice(1, examples.line("100.00", "20.00"))


@pytest.mark.parametrize(
    "changes",
    [
        {"customer": replace(examples.CUSTOMER, id=CrmId("another"))},
        {"currency": "EUR"},
        {"invoice_date": date(2026, 9, 1)},
        {"invoice_date": None},
        {"due_date": date(2026, 10, 1)},
        {"number": "PSA-2"},
        {"net": Decimal("100.01")},
        {"discount": Decimal(1)},
        {"freight": Decimal(1)},
        {"tax": Decimal(1)},
        {"total": Decimal(1)},
    ],
)
def test_what_is_asked_of_the_customer_counts(changes: dict[str, Any]) -> None:
    assert content_digest(replace(INVOICE, **changes)) != content_digest(INVOICE)


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 'W/"2"'},
        {"status": CrmStatus.PAID},
        {"modified_on": INVOICE.modified_on + timedelta(days=1)},
        {"description": "Thank you"},
        {"customer": replace(examples.CUSTOMER, name="Fabrikam plc")},
        {"net": Decimal("100.0000")},
    ],
)
def test_nothing_else_does(changes: dict[str, Any]) -> None:
    assert content_digest(replace(INVOICE, **changes)) == content_digest(INVOICE)
