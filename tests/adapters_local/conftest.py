"""Drafts and pushes to keep."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.draft import Chosen, Draft, DraftLine
from psaqb_desktop.domain.identifiers import (
    ConnectionId,
    InvoiceId,
    QuickBooksId,
    RealmId,
    RequestId,
)
from psaqb_desktop.domain.push import Push, PushStep

MakePush = Callable[..., Push]


@pytest.fixture
def make_draft() -> Callable[[str], Draft]:
    return _draft


@pytest.fixture
def make_push() -> MakePush:
    return _push


def _draft(total: str = "120.00") -> Draft:
    return Draft(
        document_type=DocumentType.INVOICE,
        invoice_id=InvoiceId("00000000-0000-0000-0000-000000000001"),
        customer=Chosen(QuickBooksId("7"), "Müller & Söhne GmbH"),
        currency="EUR",
        is_currency_sent=True,
        txn_date=date(2026, 2, 28),
        due_date=None,
        number="INV-001",
        lines=(
            DraftLine(
                item=Chosen(QuickBooksId("3"), "Consulting"),
                description="Analysis of “phase 1”",
                amount=Decimal(total),
                quantity=Decimal("1.5"),
                unit_price=None,
                tax_code=None,
                service_date=date(2026, 2, 1),
            ),
        ),
        tax_lines=(),
        is_us=False,
        sales_tax_code=None,
        is_tax_overridden=False,
        discount=Decimal("0.00"),
        tax=Decimal("0.00"),
        total=Decimal(total),
    )


def _push(
    request_id: str = "first-g1",
    *,
    total: str = "120.00",
    invoice_id: str = "00000000-0000-0000-0000-000000000001",
    step: PushStep = PushStep.PREPARED,
    digest: str = "",
) -> Push:
    draft = _draft(total)
    return Push(
        request_id=RequestId(request_id),
        generation=1,
        invoice_id=InvoiceId(invoice_id),
        invoice_number="INV-001",
        invoice_version='W/"17"',
        connection_id=ConnectionId("c-1"),
        realm_id=RealmId("9130"),
        draft=draft,
        digest=digest or draft.digest,
        step=step,
        prepared_on=datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
        pushed_by="Ada",
        machine="desk-3",
    )
