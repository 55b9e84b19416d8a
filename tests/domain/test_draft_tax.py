"""Deciding the tax of a draft: by link, by mapping, because only one code fits; never a guess."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from psaqb_desktop.domain.check import check_invoice
from psaqb_desktop.domain.draft import Draft
from psaqb_desktop.domain.findings import Cause, Finding, Severity
from psaqb_desktop.domain.invoice_line import InvoiceLine
from psaqb_desktop.domain.links import LinkKind
from psaqb_desktop.domain.mapping import Mapping
from psaqb_desktop.domain.quickbooks_lists import CompanyInfo, CompanyLists
from tests.fakes import examples
from tests.fakes.examples import GB_20, code, company, context, line, preferences, rate

QUEBEC = code(4, "GST/QST QC", rate(21, "5"), rate(22, "9.975"))
ONTARIO, BC = code(5, "HST ON", rate(23, "13")), code(6, "GST/PST BC", rate(24, "12"))
EXEMPT = code(7, "Exempt", rate(25, "0"))
LOS_ANGELES = code(9, "Los Angeles", rate(41, "6"), rate(43, "3.5"))


def check(
    lines: list[InvoiceLine], lists: CompanyLists, mapping: Mapping | None = None, **changes: Any
) -> tuple[Draft | None, tuple[Finding, ...]]:
    links = changes.pop("links", examples.links())
    invoice = examples.invoice(1, *lines, **changes)
    return check_invoice(invoice, lines, context(lists, mapping, links=links))


def ready(lines: list[InvoiceLine], lists: CompanyLists, **changes: Any) -> Draft:
    draft, findings = check(lines, lists, **changes)
    assert draft is not None, findings
    return draft


def codes(draft: Draft) -> list[str]:
    return [x.tax_code.name if x.tax_code else "" for x in draft.lines]


def canada(*tax_codes: Any) -> CompanyLists:
    return company(info=CompanyInfo(examples.REALM, "Maple", "CA"), tax_codes=tax_codes)


def usa(**changes: Any) -> CompanyLists:
    return company(
        info=CompanyInfo(examples.REALM, "Inc", "US"),
        tax_codes=(LOS_ANGELES,),
        preferences=preferences(**changes),
    )


def test_each_line_has_the_code_of_its_rate() -> None:
    draft = ready([line("100", "20"), line("100", "5"), line("100")], company())
    assert codes(draft) == ["20.0% S", "5.0% R", "0.0% Z"]
    assert draft.tax == Decimal(25)
    assert not draft.is_tax_overridden
    assert draft.sales_tax_code is None


def test_a_cent_of_rounding_is_sent_as_the_crm_has_it() -> None:
    """Three lines of 0.33 are taxed 0.07 each in the CRM; QuickBooks makes 0.20 of 0.99."""
    draft = ready([line("0.33", "0.07")] * 3, company())
    assert draft.is_tax_overridden
    assert draft.tax == Decimal("0.21")
    assert [x.amount for x in draft.tax_lines] == [Decimal("0.21")]
    assert draft.total == Decimal("1.20")


def test_more_than_the_tolerance_is_a_finding() -> None:
    lines = [line("0.33", "0.07")] * 20  # 1.40 against 1.32
    draft, findings = check(lines, company())
    assert draft is None
    assert [f.cause for f in findings] == [Cause.TAX_DIFFERS]
    assert ready(lines, company(), mapping=Mapping(tax_tolerance=Decimal("0.08")))


def test_the_tolerance_of_zero_allows_nothing() -> None:
    draft, _ = check([line("0.33", "0.07")] * 3, company(), Mapping(tax_tolerance=Decimal(0)))
    assert draft is None


def test_quebec_taxes_twice_on_the_same_net() -> None:
    draft = ready([line("4495.16", "673.15")], canada(QUEBEC, EXEMPT))
    assert [(x.rate_name, x.amount) for x in draft.tax_lines] == [
        ("rate 21", Decimal("224.76")),
        ("rate 22", Decimal("448.39")),
    ]
    assert draft.total == Decimal("5168.31")


def test_no_code_for_a_rate_is_a_finding_that_names_the_rate() -> None:
    draft, findings = check([line("100", "19")], company())
    assert draft is None
    (finding,) = findings
    assert finding.cause is Cause.TAX_CODE_MISSING
    assert "19.00 %" in finding.message


def test_two_codes_of_one_rate_ask_a_person_once() -> None:
    twins = company(tax_codes=(GB_20, code(8, "20% RC", rate(26, "20"))))
    draft, findings = check([line("100", "20"), line("200", "40")], twins)
    assert draft is None
    wanted = {f.link_wanted for f in findings}
    assert {(w.kind, w.crm_key) for w in wanted if w} == {(LinkKind.TAX, "20")}
    assert "(20% RC, 20.0% S)" in findings[0].message


def test_an_ambiguous_rate_is_not_dodged_by_one_a_cent_away() -> None:
    """20 % has two codes; 20.5 % has one, and its tax on so little is within a cent."""
    odd = company(
        tax_codes=(GB_20, code(8, "20% RC", rate(26, "20")), code(9, "20.5%", rate(27, "20.5")))
    )
    draft, findings = check([line("1.00", "0.20")], odd)
    assert draft is None
    assert "20 % or 20.5 %" in findings[0].message
    draft, findings = check(
        [line("1.00", "0.20")], odd, Mapping(default_tax_percents=("20", "20.5"))
    )
    assert draft is None
    assert findings[0].link_wanted
    assert findings[0].link_wanted.crm_key == "20"
    assert "20.5%" not in findings[0].message


def test_a_link_decides() -> None:
    twins = company(tax_codes=(GB_20, code(8, "20% RC", rate(26, "20"))))
    links = (*examples.links(), examples.link(LinkKind.TAX, "20", 8))
    assert codes(ready([line("100", "20")], twins, links=links)) == ["20% RC"]


@pytest.mark.parametrize("name", ["20% rc", "8"])
def test_the_mapping_decides_where_no_link_does(name: str) -> None:
    twins = company(tax_codes=(GB_20, code(8, "20% RC", rate(26, "20"))))
    draft = ready([line("100", "20")], twins, mapping=Mapping(tax_codes={"20": name}))
    assert codes(draft) == ["20% RC"]


def test_small_lines_follow_the_large_ones() -> None:
    """0.04 on 0.33 may be 12 % or 13 %; the invoice leaves no doubt."""
    for big, small in ((ONTARIO, "130"), (BC, "120")):
        draft = ready([line("0.33", "0.04"), line("1000", small)], canada(ONTARIO, BC, EXEMPT))
        assert codes(draft) == [big.name, big.name]


def test_every_desktop_chooses_alike_whatever_the_order_of_codes() -> None:
    tied = [code(n, f"c{n}", rate(n, str(n))) for n in (19, 21, 20)]
    found = {
        check([line("0.10", "0.02")], canada(*order, EXEMPT))[1][0].message
        for order in (tied, tied[::-1])
    }
    assert len(found) == 1
    assert "20 % or 19 % or 21 %" in found.pop()


NOVA_SCOTIA = code(10, "HST NS", rate(28, "15"))
PROVINCES = canada(QUEBEC, ONTARIO, NOVA_SCOTIA, EXEMPT)


@pytest.mark.parametrize(
    ("net", "tax", "names"),
    [("10.00", "1.50", "15 % or 14.975 %"), ("0.30", "0.04", "13 % or 14.975 %")],
)
def test_so_little_tax_that_several_rates_give_it_is_not_guessed(
    net: str, tax: str, names: str
) -> None:
    draft, findings = check([line(net, tax)], PROVINCES)
    assert draft is None
    (finding,) = findings
    assert (finding.cause, finding.is_blocker) == (Cause.TAX_CODE_MISSING, True)
    assert names in finding.message
    assert "default_tax_percents" in finding.remedy


def test_the_mappings_order_of_percentages_decides() -> None:
    for order, name in ((("12", "14.975", "15"), "GST/QST QC"), (("15", "14.975"), "HST NS")):
        mapping = Mapping(default_tax_percents=order)
        draft = ready([line("10.00", "1.50")], PROVINCES, mapping=mapping)
        assert codes(draft) == [name]


def test_other_lines_decide_before_the_mappings_order() -> None:
    lines = [line("10.00", "1.50"), line("4495.16", "673.15")]
    mapping = Mapping(default_tax_percents=("15",))
    draft = ready(lines, PROVINCES, mapping=mapping)
    assert codes(draft) == ["GST/QST QC", "GST/QST QC"]


def test_tax_that_is_overridden_by_more_than_a_cent_is_told() -> None:
    draft, findings = check([line("0.33", "0.07")] * 3, company())
    assert draft is not None
    assert findings == (), "a cent is rounding"
    draft, findings = check([line("0.33", "0.07")] * 8, company())  # 0.56 against 0.53
    assert draft is not None
    assert draft.is_tax_overridden
    assert [(f.cause, f.severity) for f in findings] == [(Cause.TAX_DIFFERS, Severity.WARNING)]
    assert "0.53" in findings[0].message
    assert "0.56" in findings[0].message


def test_a_company_without_sales_tax_takes_untaxed_invoices_only() -> None:
    lists = company(preferences=preferences(uses_sales_tax=False))
    assert codes(ready([line("100")], lists)) == [""]
    draft, findings = check([line("100", "20")], lists)
    assert draft is None
    assert [f.cause for f in findings] == [Cause.TAX_CODE_MISSING]


def test_the_us_has_one_code_for_the_whole_invoice() -> None:
    draft = ready([line("100", "9.50"), line("50")], usa())
    assert codes(draft) == ["TAX", "NON"]
    assert draft.sales_tax_code is not None
    assert draft.sales_tax_code.name == "Los Angeles"
    assert [(x.net, x.amount) for x in draft.tax_lines] == [
        (Decimal(100), Decimal("6.00")),
        (Decimal(100), Decimal("3.50")),
    ]
    assert not draft.is_tax_overridden


def test_an_untaxed_us_invoice_has_no_code() -> None:
    draft = ready([line("100")], usa())
    assert draft.sales_tax_code is None
    assert draft.tax == 0
    assert codes(draft) == ["NON"]


def test_rounding_over_many_us_lines_is_overridden() -> None:
    draft = ready([line("1.05", "0.10")] * 4, usa())  # 0.40 of 4.20: QuickBooks makes 0.25 + 0.15
    assert draft.tax == Decimal("0.40")
    assert draft.total == Decimal("4.60")


def test_automated_sales_tax_is_left_to_quickbooks_with_a_notice() -> None:
    draft, findings = check([line("100", "9.50")], usa(has_automated_sales_tax=True))
    assert draft is not None
    assert draft.tax == Decimal("9.50")
    assert not draft.tax_lines
    assert not draft.is_tax_overridden
    assert [(f.cause, f.severity) for f in findings] == [(Cause.TAX_DIFFERS, Severity.WARNING)]


def test_a_us_tax_that_no_code_gives_is_a_finding() -> None:
    draft, findings = check([line("100", "7")], usa())
    assert draft is None
    assert [f.cause for f in findings] == [Cause.TAX_CODE_MISSING]


def test_several_rates_in_one_us_invoice_are_a_finding() -> None:
    draft, findings = check([line("100", "9.50"), line("100", "6.00")], usa())
    assert draft is None
    assert findings[0].cause is Cause.TAX_CODE_MISSING
