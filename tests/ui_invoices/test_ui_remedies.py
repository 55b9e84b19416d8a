from __future__ import annotations

from dataclasses import replace

import pytest

from psaqb_desktop.domain.findings import Cause, blocker, warning
from psaqb_desktop.domain.links import LinkKind, LinkWanted
from psaqb_desktop.domain.pull import PullSummary
from psaqb_desktop.ui.invoices.problems import problem_groups
from psaqb_desktop.ui.invoices.remedies import Remedy, offer_for, offer_for_all
from psaqb_desktop.ui.invoices.rows import InvoiceRow
from psaqb_desktop.ui.invoices.summary import pull_summary
from tests.ui_invoices.ui_examples import DE, closed_period, invoice, listed, no_customer
from tests.ui_invoices.ui_fakes import FakeCheck


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_has_something_to_do_about_it(cause: Cause) -> None:
    finding = blocker(cause, "What is the matter.", "What to do.")
    assert offer_for(finding).words
    offer = offer_for_all([finding])
    if offer is None:
        one_by_one = {Remedy.OPEN_CRM, Remedy.OPEN_QUICKBOOKS, Remedy.LINK_DOCUMENT}
        assert offer_for(finding).remedy in one_by_one


@pytest.mark.parametrize("kind", LinkKind)
def test_every_kind_of_link_has_its_words(kind: LinkKind) -> None:
    def finding(key: str) -> object:
        return blocker(Cause.ITEM_NOT_LINKED, "m", "r", link=LinkWanted(kind, key, key))

    one, other = finding("1"), finding("2")
    assert offer_for(one).words.startswith("Link ")  # type: ignore[arg-type]
    both = offer_for_all([one, other, one])  # type: ignore[list-item]
    assert both is not None
    assert both.words.startswith("Link 2 "), "the same record twice is one link"


def test_groups_are_by_cause_and_company_the_worst_first() -> None:
    def verdict(number: str) -> tuple[object, ...]:
        of = invoice(int(number[4:]))
        odd = (warning(Cause.TAX_DIFFERS, "a cent", ""),)
        return (closed_period(of), *odd) if number > "INV-00003" else (no_customer(of), *odd)

    rows = []
    for number in range(1, 7):
        row = InvoiceRow(listed(invoice(number), DE))
        check = FakeCheck(lambda of: verdict(of.number))  # type: ignore[arg-type, return-value]
        row.take_check(check.run([row.listed])[0])
        rows.append(row)
    groups = problem_groups(rows)
    assert [(g.cause, len(g.ids)) for g in groups] == [
        (Cause.CUSTOMER_NOT_LINKED, 3),
        (Cause.PERIOD_CLOSED, 3),
        (Cause.TAX_DIFFERS, 6),
    ]
    assert {g.company for g in groups} == {"Contoso GmbH"}


def test_a_pull_tells_what_was_changed_and_what_stands_twice() -> None:
    quiet = PullSummary(DE.realm_id, "Contoso GmbH")
    assert pull_summary([quiet]).kind == "good"
    told = pull_summary([quiet, replace(quiet, edited=2, duplicates=("a", "b", "c"))])
    assert "2 changed in QuickBooks after posting · 3 more than once in QuickBooks" in told.text
    assert (told.kind, told.has_problems) == ("caution", True)
