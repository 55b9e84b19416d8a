"""Checking an invoice: to a draft that comes to the CRM's total, or to words that say why not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psaqb_desktop.domain.check import check_invoice
from psaqb_desktop.domain.check_context import CheckContext
from psaqb_desktop.domain.draft import DocumentType, Draft
from psaqb_desktop.domain.findings import Cause, Finding, Severity
from psaqb_desktop.domain.invoice import (
    BillTo,
    CrmReference,
    CrmStatus,
    Invoice,
    InvoiceLine,
    Routing,
)
from psaqb_desktop.domain.links import LinkKind
from psaqb_desktop.domain.mapping import Mapping
from psaqb_desktop.domain.money import ZERO, to_cents
from psaqb_desktop.domain.quickbooks_lists import (
    CompanyInfo,
    CompanyLists,
    ListEntry,
    QuickBooksCustomer,
)
from tests.fakes import examples
from tests.fakes.examples import company, context, crm_id, invoice, line, links, preferences, qid

LINE = line("100", "20")
MULTI = preferences()


def check(
    one: Invoice | None = None,
    *lines: InvoiceLine,
    lists: CompanyLists | None = None,
    mapping: Mapping | None = None,
    **changes: Any,
) -> tuple[Draft | None, tuple[Finding, ...]]:
    used = lines or (LINE,)
    return check_invoice(one or invoice(1, *used), used, context(lists, mapping, **changes))


def ready(*arguments: Any, **changes: Any) -> Draft:
    draft, findings = check(*arguments, **changes)
    assert draft is not None, findings
    return draft


def causes(*arguments: Any, **changes: Any) -> list[Cause]:
    draft, findings = check(*arguments, **changes)
    assert draft is None or not any(f.is_blocker for f in findings)
    for finding in findings:
        assert finding.message.endswith((".", ")")), finding.message
        assert finding.remedy.endswith("."), finding.remedy
    return [f.cause for f in findings]


def other(**changes: Any) -> Invoice:
    return replace(invoice(1, LINE), **changes)


BLOCKED: list[tuple[Cause, dict[str, Any]]] = [
    (Cause.NOT_CONFIRMED, {"one": other(status=CrmStatus.DRAFT)}),
    (Cause.NOT_CONFIRMED, {"one": other(status=CrmStatus.CANCELED)}),
    (Cause.PRICING_ERROR, {"one": other(pricing_error="Price missing")}),
    (
        Cause.COMPANY_READ_ONLY,
        {"lists": company(info=CompanyInfo(examples.REALM, "Old", "GB", "Expired"))},
    ),
    (
        Cause.NO_MULTICURRENCY,
        {
            "one": other(currency="EUR"),
            "lists": company(
                preferences=preferences(is_multicurrency=False),
                customers=(QuickBooksCustomer(qid(501), "Fabrikam", ""),),
            ),
        },
    ),
    (Cause.CURRENCY_MISMATCH, {"one": other(currency="EUR")}),
    (Cause.CUSTOMER_NOT_LINKED, {"links": links()[1:]}),
    (Cause.CUSTOMER_INACTIVE, {"lists": company(customers=())}),
    (
        Cause.CUSTOMER_INACTIVE,
        {"lists": company(customers=(QuickBooksCustomer(qid(501), "F", "GBP", "", False),))},
    ),
    (Cause.ITEM_NOT_LINKED, {"links": links()[:1]}),
    (Cause.ITEM_INACTIVE, {"lists": company(items=())}),
    (Cause.ITEM_INACTIVE, {"lists": company(items=(ListEntry(qid(601), "S", False),))}),
    (Cause.TAX_CODE_MISSING, {"lists": company(tax_codes=())}),
    (Cause.TOTALS_DIFFER, {"one": other(total=Decimal("120.01"))}),
    (Cause.DATE_MISSING, {"one": other(invoice_date=None)}),
    (
        Cause.PERIOD_CLOSED,
        {"lists": company(preferences=preferences(book_close_date=date(2026, 8, 31)))},
    ),
    (Cause.NUMBER_TOO_LONG, {"one": other(number="X" * 22)}),
    (
        Cause.LIST_ENTRY_MISSING,
        {
            "lists": company(preferences=preferences(has_departments=True), departments=()),
            "mapping": Mapping(location_by="contracting-unit"),
        },
    ),
    (
        Cause.LIST_ENTRY_MISSING,
        {
            "lists": company(preferences=preferences(has_class_per_transaction=True), classes=()),
            "mapping": Mapping(class_by="contracting-unit"),
        },
    ),
    (
        Cause.LIST_ENTRY_MISSING,
        {
            "lists": company(preferences=preferences(has_class_per_line=True), classes=()),
            "mapping": Mapping(class_by="contracting-unit"),
        },
    ),
]


@pytest.mark.parametrize(("cause", "case"), BLOCKED)
def test_each_cause_stops_the_push_alone(cause: Cause, case: dict[str, Any]) -> None:
    assert causes(**case) == [cause]


def test_every_finding_is_told_at_once() -> None:
    one = other(status=CrmStatus.DRAFT, invoice_date=None, number="X" * 30)
    found = causes(one, lists=company(customers=(), items=(), tax_codes=()))
    assert set(found) == {
        Cause.NOT_CONFIRMED,
        Cause.DATE_MISSING,
        Cause.NUMBER_TOO_LONG,
        Cause.CUSTOMER_INACTIVE,
        Cause.ITEM_INACTIVE,
        Cause.TAX_CODE_MISSING,
    }


def test_findings_name_the_record_to_link_once() -> None:
    draft, findings = check(invoice(1, LINE, LINE), LINE, LINE, links=())
    assert draft is None
    wanted = [(f.link_wanted.kind, f.link_wanted.crm_name) for f in findings if f.link_wanted]
    assert wanted == [(LinkKind.CUSTOMER, "Fabrikam Ltd"), (LinkKind.ROLE, "Consultant")]


@pytest.mark.parametrize("status", [CrmStatus.CONFIRMED, CrmStatus.BILLED])
def test_confirmed_and_billed_invoices_go(status: CrmStatus) -> None:
    assert ready(other(status=status))


def test_the_day_after_the_close_is_open() -> None:
    lists = company(preferences=preferences(book_close_date=date(2026, 8, 30)))
    assert ready(lists=lists).txn_date == date(2026, 8, 31)


def test_the_creation_day_stands_in_where_the_mapping_says_so() -> None:
    draft = ready(other(invoice_date=None), mapping=Mapping(date_missing="created"))
    assert draft.txn_date == examples.CREATED.date()


@pytest.mark.parametrize(
    ("rule", "number"),
    [("keep-start", "ABCDEFGHIJKLMNOPQRSTU"), ("keep-end", "FGHIJKLMNOPQRSTUVWXYZ")],
)
def test_long_numbers_are_cut_by_rule(rule: str, number: str) -> None:
    one = other(number="ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    assert ready(one, mapping=Mapping(number_too_long=rule)).number == number


def test_twenty_one_characters_are_not_too_long() -> None:
    assert ready(other(number="X" * 21)).number == "X" * 21


def test_a_company_that_numbers_by_itself_gets_no_number() -> None:
    lists = company(preferences=preferences(uses_custom_numbers=False))
    assert ready(other(number="X" * 50), lists=lists).number == ""


def test_a_total_that_is_off_by_less_than_a_cent_in_the_crm_goes() -> None:
    assert ready(other(total=Decimal("120.004"))).total == Decimal("120.00")


def test_lines_with_fractions_of_a_cent_that_do_not_add_up_are_told() -> None:
    lines = [line("0.125"), line("0.125")]
    draft, findings = check(invoice(1, *lines), *lines)
    assert draft is None
    assert [f.cause for f in findings] == [Cause.TOTALS_DIFFER]
    assert "0.26" in findings[0].message
    assert "0.25" in findings[0].message


def test_a_negative_invoice_becomes_a_credit_memo_with_positive_amounts() -> None:
    lines = [line("-100", "-20", quantity=Decimal(-2), unit_price=Decimal(50)), line("30", "6")]
    draft = ready(invoice(1, *lines), *lines)
    assert draft.document_type is DocumentType.CREDIT_MEMO
    assert (draft.total, draft.tax) == (Decimal(84), Decimal(14))
    assert [x.amount for x in draft.lines] == [Decimal(100), Decimal(-30)]
    assert (draft.lines[0].quantity, draft.lines[0].unit_price) == (Decimal(2), Decimal(50))
    assert [(x.net, x.amount) for x in draft.tax_lines] == [(Decimal(70), Decimal(14))]
    assert (draft.due_date, draft.term) == (None, None)


@pytest.mark.parametrize("country", ["GB", "US"])
def test_a_discount_on_a_credit_is_never_negative(country: str) -> None:
    """QuickBooks takes positive discounts only; on a credit it goes as a line."""
    lists = company(info=CompanyInfo(examples.REALM, "Co", country))
    one = invoice(1, line("-100"), discount=Decimal(10))
    draft = ready(one, line("-100"), lists=lists)
    assert draft.total == Decimal(110)
    assert draft.discount == 0
    assert [x.amount for x in draft.lines] == [Decimal(100), Decimal(10)]


def test_freight_and_discount_are_lines_outside_the_us() -> None:
    one = invoice(1, LINE, freight=Decimal(15), discount=Decimal(7))
    draft = ready(one, LINE)
    assert [(x.item.name, x.amount) for x in draft.lines] == [
        ("Services", Decimal(100)),
        ("Shipping", Decimal(15)),
        ("Services", Decimal(-7)),
    ]
    assert [x.tax_code.name for x in draft.lines if x.tax_code] == ["20.0% S", "0.0% Z", "0.0% Z"]
    assert draft.discount == 0
    assert draft.total == one.total == Decimal(128)


def test_a_discount_is_a_discount_in_the_us() -> None:
    lists = company(info=CompanyInfo(examples.REALM, "Inc", "US"))
    one = invoice(1, line("100"), discount=Decimal(7))
    draft = ready(one, line("100"), lists=lists)
    assert (len(draft.lines), draft.discount, draft.total) == (1, Decimal(7), Decimal(93))


@pytest.mark.parametrize("extra", ["freight", "discount"])
def test_freight_and_discount_want_a_linked_item(extra: str) -> None:
    one = invoice(1, LINE, **{extra: Decimal(5)})
    draft, findings = check(one, links=links()[:2])
    assert draft is None
    assert [f.link_wanted.crm_key for f in findings if f.link_wanted] == [extra]


def test_zero_lines_are_left_out_unless_the_mapping_keeps_them() -> None:
    lines = [LINE, line("0")]
    assert len(ready(invoice(1, *lines), *lines).lines) == 1
    kept = ready(invoice(1, *lines), *lines, mapping=Mapping(skip_zero_lines=False))
    assert len(kept.lines) == 2
    assert kept.total == Decimal(120)


def test_an_invoice_of_zero_lines_only_has_nothing_to_post() -> None:
    assert causes(invoice(1, line("0")), line("0")) == [Cause.NOTHING_TO_POST]
    assert check_invoice(invoice(1), (), context())[1][0].cause is Cause.NOTHING_TO_POST


@pytest.mark.parametrize(
    ("quantity", "price", "net", "is_sent"),
    [
        ("128.350", "14.50", "1861.08", True),  # 1861.075, half up
        ("128.350", "14.50", "1861.07", False),
        ("3", "33.333333", "100.00", True),
        ("2", "50", "90.00", False),  # the line's own discount
        ("0", "0", "50.00", False),
        ("-2", "50", "-100.00", True),
    ],
)
def test_quantity_and_price_go_only_if_they_multiply(
    quantity: str, price: str, net: str, *, is_sent: bool
) -> None:
    one = line(net, quantity=Decimal(quantity), unit_price=Decimal(price))
    rest = line("5000")
    draft = ready(invoice(1, one, rest), one, rest)
    assert draft.lines[0].amount == Decimal(net)
    assert (draft.lines[0].quantity is not None) is is_sent
    assert (draft.lines[0].unit_price is not None) is is_sent


def test_the_mapping_may_keep_quantities_back() -> None:
    (only,) = ready(mapping=Mapping(send_quantities=False)).lines
    assert (only.quantity, only.unit_price, only.amount) == (None, None, Decimal(100))


def test_texts_are_filled_and_ours_is_known_by_its_note() -> None:
    one = other(contract=CrmReference(crm_id("c"), "C-{x} 7"), description="Autumn")
    mapping = Mapping(
        customer_memo="{number}/{contract}/{customer}/{period}/{description}",
        private_note="{name} " * 2000,
        custom_fields={"Contract": "{contract} and a text that is far too long for it"},
    )
    lists = company(preferences=preferences(custom_fields=(("1", "Contract"), ("2", "Other"))))
    draft = ready(one, mapping=mapping, lists=lists)
    assert draft.customer_memo == "PSA-00001/C-{x} 7/Fabrikam Ltd/2026-08/Autumn"
    assert draft.private_note.endswith(f"psaqb:{one.id}")
    assert len(draft.private_note) == 4000
    assert draft.custom_fields == (("1", "Contract", "C-{x} 7 and a text that is far "),)


def test_terms_are_found_by_link_mapping_or_name_and_else_warned_of() -> None:
    def with_terms(name: str) -> Invoice:
        return other(payment_terms=CrmReference(crm_id("30"), name))

    linked = (*links(), examples.link(LinkKind.TERM, "30", 701))
    assert ready(with_terms("net 30")).term is not None
    assert ready(with_terms("30 days"), mapping=Mapping(terms={"30 days": "Net 30"})).term
    assert ready(with_terms("whatever"), links=linked).term is not None
    assert ready(with_terms("Net 30"), mapping=Mapping(send_terms=False)).term is None
    draft, findings = check(with_terms("Net 45"))
    assert draft is not None
    assert draft.term is None
    assert [(f.cause, f.severity) for f in findings] == [(Cause.TERM_NOT_LINKED, Severity.WARNING)]


def test_due_dates_are_the_crms_or_quickbooks() -> None:
    assert ready().due_date == date(2026, 9, 30)
    assert ready(mapping=Mapping(due_date="terms")).due_date is None


def test_address_and_email_go_if_the_mapping_sends_them() -> None:
    one = other(bill_to=BillTo(city="Leeds"), email="")
    draft = ready(one)
    assert (draft.bill_to.city, draft.email) == ("Leeds", "ap@fabrikam.test")
    assert ready(other(email="own@fabrikam.test")).email == "own@fabrikam.test"
    silent = ready(one, mapping=Mapping(send_address=False, send_email=False))
    assert (silent.bill_to, silent.email) == (BillTo(), "")


def test_locations_and_classes_come_from_where_the_mapping_says() -> None:
    lists = company(
        preferences=preferences(
            has_departments=True, has_class_per_transaction=True, has_class_per_line=True
        ),
        classes=(ListEntry(qid(801), "London"), ListEntry(qid(802), "Apollo")),
    )
    by_unit = ready(lists=lists, mapping=Mapping(location_by="contracting-unit"))
    assert by_unit.location is not None
    assert by_unit.location.name == "London"
    mapped = ready(lists=lists, mapping=Mapping(location_by="fixed", locations={"*": "LONDON"}))
    assert mapped.location == by_unit.location
    project = CrmReference(crm_id("p"), "Apollo")
    lines = [replace(LINE, project=project), replace(LINE, project=None)]
    by_project = ready(invoice(1, *lines), *lines, lists=lists, mapping=Mapping(class_by="project"))
    assert by_project.document_class is None, "the lines are of different projects"
    assert [x.location_class.name if x.location_class else "" for x in by_project.lines] == [
        "Apollo",
        "",
    ]
    one_project = ready(
        invoice(1, lines[0]), lines[0], lists=lists, mapping=Mapping(class_by="project")
    )
    assert one_project.document_class is not None


def test_a_unit_without_a_name_has_no_location() -> None:
    lists = company(preferences=preferences(has_departments=True))
    draft = ready(
        other(routing=Routing()), lists=lists, mapping=Mapping(location_by="business-unit")
    )
    assert draft.location is None


def test_foreign_invoices_carry_a_rate_and_those_at_home_none() -> None:
    lists = company(customers=(QuickBooksCustomer(qid(501), "F", "EUR"),))
    asked: list[tuple[str, date]] = []

    def rate_of(currency: str, day: date) -> Decimal | None:
        asked.append((currency, day))
        return Decimal("0.86")

    abroad = other(currency="EUR")
    base = context(lists)
    with_rates = CheckContext(base.company, base.links, base.mapping, rate_of)
    draft, _ = check_invoice(abroad, (LINE,), with_rates)
    assert draft is not None
    assert (draft.exchange_rate, draft.is_currency_sent) == (Decimal("0.86"), True)
    assert asked == [("EUR", date(2026, 8, 31))]
    without = CheckContext(base.company, base.links, base.mapping, lambda _, __: None)
    draft, findings = check_invoice(abroad, (LINE,), without)
    assert draft is None
    assert [f.cause for f in findings] == [Cause.NO_EXCHANGE_RATE]
    fixed = ready(abroad, lists=lists, mapping=Mapping(exchange_rates={"EUR": Decimal("0.9")}))
    assert fixed.exchange_rate == Decimal("0.9")
    assert ready(mapping=Mapping(exchange_rates={"GBP": Decimal(2)})).exchange_rate is None


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
