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
from tests.ui_invoices.ui_examples import DE, UK, closed_period, invoice, listed, no_customer
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


def test_a_pull_that_failed_or_was_stopped_tells_what_it_has_written() -> None:
    quiet = PullSummary(DE.realm_id, "Contoso GmbH")
    half = PullSummary(UK.realm_id, "Contoso UK Ltd", 100, missing=100)
    failed = replace(half, error="Pull again.")
    changed = "100 documents changed · 100 missing in QuickBooks"
    not_in_full = "Not pulled in full: Contoso UK Ltd: Pull again."
    alone, beside = pull_summary([failed]), pull_summary([quiet, failed])
    assert alone.text == f"Pull not finished: {changed}. {not_in_full}"
    assert beside.text == f"Pulled from 1 company: {changed}. {not_in_full}"
    nothing = pull_summary([quiet, replace(quiet, company_name="Dead", error="Connect it.")])
    assert nothing.text == "Pulled from 1 company. Not pulled: Dead: Connect it."
    assert {each.kind for each in (alone, beside, nothing)} == {"caution"}
    stopped = pull_summary([quiet, replace(half, was_stopped=True)], was_stopped=True)
    assert (stopped.kind, stopped.has_problems) == ("caution", True)
    assert stopped.text == f"Pull stopped: {changed}."
    early = pull_summary([], was_stopped=True)
    assert (early.kind, early.text, early.has_problems) == ("caution", "Pull stopped.", False)


def test_payments_that_went_are_not_told_as_written() -> None:
    one = PullSummary(UK.realm_id, "Contoso UK Ltd", 3, 2, payments_removed=1)
    assert pull_summary([one]).text == (
        "Pulled from 1 company: 3 documents changed · 2 payments written · "
        "1 payment no longer applied."
    )
