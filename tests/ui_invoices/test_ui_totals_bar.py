"""A bar that was told many totals says what a new bar says that is told the last ones."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication, QGridLayout, QLabel, QPushButton, QScrollArea
from pytestqt.qtbot import QtBot

from psaqb_desktop.ui.invoices.totals import Total, Totals
from psaqb_desktop.ui.invoices.totals_bar import TotalsBar

AMOUNTS = st.decimals(Decimal(-999), Decimal(99999), places=2)
KEYS = st.sampled_from([("Contoso GmbH", "EUR"), ("Contoso GmbH", "USD"), ("Contoso Ltd", "GBP")])
LINES = st.dictionaries(
    KEYS,
    st.tuples(AMOUNTS, AMOUNTS, st.one_of(st.just(Decimal(0)), AMOUNTS)),
    max_size=3,
)


def totals(lines: dict[tuple[str, str], tuple[Decimal, Decimal, Decimal]], ready: int) -> Totals:
    made = tuple(
        Total(*key, count=2, net=net, tax=tax, total=net + tax, balance=balance)
        for key, (net, tax, balance) in sorted(lines.items())
    )
    return Totals(count=2 * len(made), lines=made, ready=ready, blocked=0)


TOTALS = st.builds(totals, LINES, st.integers(0, 3))


def what_is_seen(bar: TotalsBar) -> tuple[object, ...]:
    scroll = bar.findChild(QScrollArea)
    assert isinstance(scroll, QScrollArea)
    page = scroll.widget()
    assert page is not None
    layout = page.layout()
    assert isinstance(layout, QGridLayout)
    cells = []
    for at in range(layout.count()):
        item = layout.itemAt(at)
        assert item is not None
        label = item.widget()
        assert isinstance(label, QLabel)
        where = layout.getItemPosition(at)
        cells.append((where, label.text(), label.property("look"), int(label.alignment())))
    return bar.text, scroll.isHidden(), scroll.height(), cells


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(told=st.lists(st.tuples(TOTALS, TOTALS, st.integers(0, 1)), min_size=2, max_size=4))
def test_the_last_totals_are_shown_whatever_was_shown_before(
    qapp: QApplication, told: list[tuple[Totals, Totals, int]]
) -> None:
    assert qapp is not None
    bar, new = TotalsBar(), TotalsBar()
    for selected, shown, hidden in told:
        bar.show_totals(selected, shown, hidden)
    new.show_totals(*told[-1])
    assert what_is_seen(bar) == what_is_seen(new)


def test_labels_stay_while_only_figures_change(qapp: QApplication) -> None:
    assert qapp is not None
    bar = TotalsBar()
    key = ("Contoso Ltd", "GBP")
    first, second = ({key: (Decimal(n), Decimal(1), Decimal(0))} for n in (100, 200))
    bar.show_totals(Totals(), totals(first, 0), 0)
    before = bar.findChildren(QLabel)
    bar.show_totals(Totals(), totals(second, 1), 0)
    assert bar.findChildren(QLabel) == before
    assert "200.00" in [label.text() for label in before]


def test_folded_amounts_come_back_as_they_are_then(qapp: QApplication, qtbot: QtBot) -> None:
    assert qapp is not None
    bar = TotalsBar()
    qtbot.addWidget(bar)
    bar.show()
    lines = {("Contoso Ltd", "GBP"): (Decimal(100), Decimal(1), Decimal(0))}
    bar.show_totals(Totals(), totals(lines, 0), 0)
    (button,) = [b for b in bar.findChildren(QPushButton) if b.text() == "Hide amounts"]
    scroll = bar.findChild(QScrollArea)
    assert isinstance(scroll, QScrollArea)
    open_height = bar.sizeHint().height()

    button.click()
    assert bar.is_folded
    assert not scroll.isVisible()
    assert bar.sizeHint().height() < open_height
    assert "Shown: 2 invoices" in [label.text() for label in bar.findChildren(QLabel)]
    lines = {("Contoso Ltd", "GBP"): (Decimal(200), Decimal(1), Decimal(0))}
    bar.show_totals(Totals(), totals(lines, 0), 0)
    assert not scroll.isVisible()
    assert button.text() == button.accessibleName() == "Show amounts"

    button.click()
    assert scroll.isVisible()
    assert "200.00" in [label.text() for label in scroll.findChildren(QLabel)]
    bar.show_totals(Totals(), Totals(), 0)
    assert not button.isVisible(), "there is nothing to fold"
