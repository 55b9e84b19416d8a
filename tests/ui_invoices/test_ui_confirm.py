from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from psaqb_desktop.domain.checked import Checked
from psaqb_desktop.domain.environment import Environment
from psaqb_desktop.ui.environment_band import EnvironmentBand
from psaqb_desktop.ui.invoices.batches import MANY, Batch, batches_of
from psaqb_desktop.ui.invoices.confirm_push import ConfirmPushDialog
from psaqb_desktop.ui.invoices.table import InvoiceTable
from tests.ui_invoices.ui_examples import (
    DE,
    LIVE,
    PRACTICE,
    SANDBOX,
    UK,
    a_cent_off,
    closed_period,
    draft_of,
    invoice,
    listed,
    posted,
)

pytestmark = pytest.mark.usefixtures("qapp")


def checked(*numbers: int, **changes: object) -> tuple[Checked, ...]:
    invoices = [invoice(number, **changes) for number in numbers]
    return tuple(Checked(of, UK, draft_of(of), ()) for of in invoices)


def batch(*ones: Checked, is_first_ever: bool = False, left_behind: int = 0) -> Batch:
    return Batch(UK, ones, is_first_ever, left_behind)


def words(dialog: ConfirmPushDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel))


def test_the_yes_button_names_count_and_company() -> None:
    assert ConfirmPushDialog(None, batch(*checked(1)), PRACTICE).push.text() == (
        "Push 1 invoice to Contoso UK Ltd"
    )
    credit = checked(3, net=Decimal(-10), tax=Decimal(-2), total=Decimal(-12))
    dialog = ConfirmPushDialog(None, batch(*checked(1, 2), *credit), PRACTICE)
    assert dialog.push.text() == "Push 2 invoices and 1 credit memo to Contoso UK Ltd"


def test_an_ampersand_in_a_name_is_no_shortcut() -> None:
    named = replace(batch(*checked(1)), connection=replace(UK, company_name="Alder & Finch"))
    dialog = ConfirmPushDialog(None, named, PRACTICE)
    assert dialog.push.text() == "Push 1 invoice to Alder && Finch"
    assert dialog.push.accessibleName() == "Push 1 invoice to Alder & Finch"


def test_totals_stand_per_currency_and_credit_memos_apart() -> None:
    credit = checked(3, net=Decimal(-10), tax=Decimal(-2), total=Decimal(-12))
    euros = checked(4, currency="EUR", total=Decimal("1200.00"))
    dialog = ConfirmPushDialog(None, batch(*checked(1, 2), *credit, *euros), PRACTICE)
    assert dialog.facts[:-1] == [
        ("Invoices", "3"),
        ("Total in EUR", "1,200.00 EUR"),
        ("Total in GBP", "2,400.00 GBP"),
        ("Credit memos", "1"),
        ("Total in GBP", "12.00 GBP"),
    ]


def test_the_safe_answer_is_the_default() -> None:
    dialog = ConfirmPushDialog(None, batch(*checked(1)), LIVE)
    assert dialog.cancel.isDefault()
    assert not dialog.push.isDefault()
    assert not dialog.push.autoDefault()


@pytest.mark.parametrize(
    ("environment", "count", "is_typed"),
    [
        (LIVE, MANY + 1, True),
        (LIVE, MANY, False),
        (SANDBOX, MANY + 1, False),
        (PRACTICE, MANY + 1, False),
    ],
)
def test_many_documents_for_live_books_are_typed(
    environment: Environment, count: int, *, is_typed: bool
) -> None:
    dialog = ConfirmPushDialog(None, batch(*checked(*range(1, count + 1))), environment)
    assert dialog.push.isEnabled() is not is_typed
    if is_typed:
        for text, is_right in (("5", False), (f" {count} ", True), (f"{count}0", False)):
            dialog.count_field.setText(text)
            assert dialog.push.isEnabled() is is_right, text


def test_first_push_warnings_and_what_stays_behind_are_said() -> None:
    of = invoice(1)
    warned = Checked(of, UK, draft_of(of), (a_cent_off(of),))
    text = words(ConfirmPushDialog(None, batch(warned, is_first_ever=True, left_behind=3), LIVE))
    assert "This is the first push ever to this company." in text
    assert "1 invoice with a warning: Tax differs" in text
    assert "Not included: 3 chosen invoices with problems." in text


def test_skipping_is_offered_only_among_several_companies() -> None:
    def skips(companies: int) -> list[str]:
        dialog = ConfirmPushDialog(None, batch(*checked(1)), LIVE, companies=companies)
        return [b.text() for b in dialog.findChildren(QPushButton) if "Skip" in b.text()]

    assert skips(1) == []
    assert skips(2) == ["Skip this company"]


def test_batches_hold_what_is_ready_by_company() -> None:
    of = [invoice(number) for number in range(1, 5)]
    ones = (
        Checked(of[0], UK, draft_of(of[0]), ()),
        Checked(of[1], DE, draft_of(of[1]), ()),
        Checked(of[2], UK, None, (closed_period(of[2]),)),
        Checked(of[3], None, None, ()),
    )
    rows = InvoiceTable([listed(invoice(9), record=posted(invoice(9), UK))]).rows
    german, british = batches_of(ones, rows)
    assert (german.company, german.is_first_ever, german.left_behind) == ("Contoso GmbH", True, 0)
    assert (british.company, british.is_first_ever, british.left_behind) == (
        "Contoso UK Ltd",
        False,
        1,
    )
    assert [one.invoice.id for one in british.checked] == [of[0].id]
    unsure = batches_of(ones, (), is_partial=True)
    assert [one.is_first_ever for one in unsure] == [False, False], "the rest may tell otherwise"


def test_the_environment_is_read_out() -> None:
    dialog = ConfirmPushDialog(None, batch(*checked(1)), PRACTICE)
    (band,) = dialog.findChildren(EnvironmentBand)
    assert band.accessibleName() == "PRACTICE – not real books, environment Practice company"
