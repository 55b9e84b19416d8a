"""What a draft is made of: credits, lines, quantities, texts, terms, tracking and rates."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from psaqb_desktop.domain.check import check_invoice
from psaqb_desktop.domain.check_context import CheckContext
from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.findings import Cause, Severity
from psaqb_desktop.domain.invoice import (
    BillTo,
    CrmReference,
    Invoice,
    Routing,
)
from psaqb_desktop.domain.links import LinkKind
from psaqb_desktop.domain.mapping import Mapping
from psaqb_desktop.domain.quickbooks_lists import (
    CompanyInfo,
    ListEntry,
    QuickBooksCustomer,
)
from tests.fakes import examples
from tests.fakes.checking import LINE, check, other, ready
from tests.fakes.examples import company, context, crm_id, invoice, line, links, preferences, qid


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
    _, findings = check(invoice(1, line("0")), line("0"))
    assert [f.cause for f in findings] == [Cause.NOTHING_TO_POST]
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
