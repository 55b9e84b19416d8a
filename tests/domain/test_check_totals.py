"""Whatever becomes a draft comes to the CRM's total, to the cent."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.invoice import Invoice
from psaqb_desktop.domain.invoice_line import InvoiceLine
from psaqb_desktop.domain.mapping import Mapping
from psaqb_desktop.domain.money import ZERO, to_cents
from psaqb_desktop.domain.quickbooks_lists import (
    CompanyInfo,
)
from tests.fakes import examples
from tests.fakes.checking import check
from tests.fakes.examples import company, invoice, line, preferences

amounts = st.decimals(min_value=-5000, max_value=5000, places=2)
rates = st.sampled_from([Decimal("0.20"), Decimal("0.05"), Decimal(0)])


@st.composite
def invoices(draw: st.DrawFn) -> tuple[Invoice, tuple[InvoiceLine, ...]]:
    lines = []
    for _ in range(draw(st.integers(1, 8))):
        net, share = draw(amounts), draw(rates)
        fraction = draw(st.sampled_from([ZERO, ZERO, Decimal("0.004"), Decimal("0.005")]))
        quantity = draw(st.sampled_from([Decimal(1), Decimal("1.5"), Decimal(0)]))
        lines.append(
            line(
                str(net + fraction),
                str(to_cents(net * share)),
                quantity=quantity,
                unit_price=draw(st.sampled_from([net, ZERO])),
            )
        )
    extras = st.sampled_from([ZERO, Decimal("12.50")])
    made = invoice(1, *lines, freight=draw(extras), discount=draw(extras))
    return made, tuple(lines)


@given(
    case=invoices(),
    country=st.sampled_from(["GB", "US"]),
    is_automated=st.booleans(),
    skips=st.booleans(),
)
def test_whatever_becomes_a_draft_comes_to_the_crms_total(
    case: tuple[Invoice, tuple[InvoiceLine, ...]],
    country: str,
    *,
    is_automated: bool,
    skips: bool,
) -> None:
    made, lines = case
    lists = company(
        info=CompanyInfo(examples.REALM, "Co", country),
        preferences=preferences(has_automated_sales_tax=is_automated),
    )
    draft, findings = check(made, *lines, lists=lists, mapping=Mapping(skip_zero_lines=skips))
    if draft is None:
        assert any(f.is_blocker for f in findings)
        return
    sign = -1 if draft.document_type is DocumentType.CREDIT_MEMO else 1
    assert draft.total * sign == to_cents(made.total)
    assert draft.total == draft.net + draft.tax >= 0
    assert draft.discount >= 0
    if draft.tax_lines:
        assert sum((x.amount for x in draft.tax_lines), ZERO) == draft.tax
    for each in draft.lines:
        assert each.amount == to_cents(each.amount)
        if each.quantity is not None and each.unit_price is not None:
            assert to_cents(each.quantity * each.unit_price) == each.amount
