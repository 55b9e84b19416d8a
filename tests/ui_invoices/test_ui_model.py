from __future__ import annotations

from decimal import Decimal

import pytest
from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QMenu

from psaqb_desktop.domain.identifiers import InvoiceId
from psaqb_desktop.domain.listing import RowStatus
from psaqb_desktop.services.push_invoices import PushProgress
from psaqb_desktop.ui.invoices.columns import COLUMNS, PLACE_OF
from psaqb_desktop.ui.invoices.filters import ListFilter, View
from psaqb_desktop.ui.invoices.grid import InvoiceGrid
from psaqb_desktop.ui.invoices.table import InvoiceTable
from psaqb_desktop.ui.invoices.table_model import InvoiceTableModel
from tests.ui_invoices.ui_examples import invoice, listed, many_rows

Role = Qt.ItemDataRole
_Flag = QItemSelectionModel.SelectionFlag


@pytest.fixture
def model(qapp: QApplication) -> InvoiceTableModel:
    assert qapp is not None
    made = InvoiceTableModel()
    made.show_table(InvoiceTable(many_rows(300)))
    made.set_filter(ListFilter(View.ALL))
    return made


@pytest.fixture
def grid(model: InvoiceTableModel, qtbot: object) -> InvoiceGrid:
    made = InvoiceGrid(model)
    made.resize(1200, 500)
    qtbot.addWidget(made)  # type: ignore[attr-defined]
    made.show()
    return made


def test_qts_own_tester_finds_nothing_wrong_whatever_is_done(model: InvoiceTableModel) -> None:
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for column in range(len(COLUMNS)):
        model.sort(column, Qt.SortOrder.DescendingOrder)
    for view in View:
        model.set_filter(ListFilter(view))
    model.set_filter(ListFilter(View.ALL, search="fabrikam"))
    model.set_ticked([row.id for row in model.shown_rows()], is_ticked=True)
    row = model.row_at(0)
    row.take_push(RowStatus.POSTING, None, ())
    model.rows_changed([row.id])
    model.flush()
    model.rearrange()
    model.show_table(InvoiceTable(many_rows(20)))
    model.show_table(InvoiceTable())
    assert model.rowCount() == 0
    assert tester.failureReportingMode() is QAbstractItemModelTester.FailureReportingMode.Fatal


def test_persistent_indexes_move_with_their_invoice(model: InvoiceTableModel) -> None:
    kept = QPersistentModelIndex(model.index(17, 3))
    number = kept.data()
    model.sort(PLACE_OF["total"], Qt.SortOrder.DescendingOrder)
    assert kept.data() == number
    model.set_filter(ListFilter(View.ALL, search="no such thing"))
    assert not kept.isValid()


@pytest.mark.parametrize("is_chosen", [False, True])
def test_the_first_rows_give_way_to_the_whole_list(
    model: InvoiceTableModel, grid: InvoiceGrid, *, is_chosen: bool
) -> None:
    """Nobody loses the row that was chosen; without a choice the grid begins with its first row."""
    whole = model.table
    model.show_table(InvoiceTable(many_rows(300)[200:]))
    grid.setCurrentIndex(QModelIndex())
    # As when the focus comes: Qt makes the first row current and highlights nothing.
    grid.selectionModel().setCurrentIndex(model.index(0, 1), _Flag.NoUpdate)
    current = grid.current_id()
    if is_chosen:
        # Not by selectRow: that one listens to the keys of the test before.
        grid.highlight({InvoiceId(current)}, current)
    model.show_table(whole)
    place = model.place_of(InvoiceId(current))
    assert place is not None
    assert place > 50
    if is_chosen:
        assert grid.current_id() == current
        assert grid.highlighted_ids() == [current]
        assert grid.visualRect(grid.currentIndex()).top() >= 0
    else:
        assert grid.currentIndex().row() == 0
        assert grid.highlighted_ids() == []
        assert grid.verticalScrollBar().value() == 0


def test_money_stands_right_and_texts_left(model: InvoiceTableModel) -> None:
    for place, column in enumerate(COLUMNS):
        alignment = model.data(model.index(0, place), int(Role.TextAlignmentRole))
        assert isinstance(alignment, Qt.AlignmentFlag)
        is_right = bool(alignment & Qt.AlignmentFlag.AlignRight)
        assert is_right == column.is_right_aligned
        assert model.headerData(place, Qt.Orientation.Horizontal, int(Role.TextAlignmentRole)) == (
            alignment
        )


def test_every_status_has_a_word_an_icon_and_a_colour(model: InvoiceTableModel) -> None:
    place = PLACE_OF["status"]
    for at in range(model.rowCount()):
        index = model.index(at, place)
        assert index.data()
        assert not index.data(Role.DecorationRole).isNull()
        assert index.data(Role.ForegroundRole).isValid()


def test_a_tick_is_told_and_read_out(model: InvoiceTableModel) -> None:
    spy = QSignalSpy(model.ticks_changed)
    index = model.index(4, 0)
    assert model.setData(index, Qt.CheckState.Checked, int(Role.CheckStateRole))
    assert model.ticked == {model.row_at(4).id}
    assert spy.count() == 1
    number = model.row_at(4).listed.invoice.number
    assert index.data(Role.AccessibleTextRole) == f"Invoice {number}, selected"
    assert not model.setData(model.index(4, 1), Qt.CheckState.Checked, int(Role.CheckStateRole))


def test_exactly_the_changed_rows_are_told_and_rows_stay_where_they_are(
    model: InvoiceTableModel,
) -> None:
    model.sort(PLACE_OF["status"])
    order = [row.id for row in model.shown_rows()]
    told: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last: told.append((first.row(), last.row())))
    for place in (3, 90, 41, 42):
        model.row_at(place).take_push(RowStatus.POSTED, None, ())
    model.rows_changed(order[place] for place in (3, 90, 41, 42))
    assert told == []
    model.flush()
    assert told == [(3, 3), (41, 42), (90, 90)]
    assert [row.id for row in model.shown_rows()] == order


def test_very_many_changed_rows_are_told_at_once(model: InvoiceTableModel) -> None:
    told: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last: told.append((first.row(), last.row())))
    order = [row.id for row in model.shown_rows()]
    model.rows_changed([order[place] for place in range(len(order)) if place % 5])
    model.flush()
    assert told == [(1, 299)]


def test_a_place_is_told_alike_from_the_map_and_without_it(model: InvoiceTableModel) -> None:
    model.set_filter(ListFilter(View.POSTED))
    shown = model.shown_ids()
    ids = model.table.ids
    plainly = [shown.index(one) if one in shown else None for one in ids]
    assert None in plainly
    assert [model.place_of(one) for one in ids] == plainly
    model.places_at([0, 1])  # makes the map
    assert [model.place_of(one) for one in ids] == plainly
    assert not model.places_at([])


def test_ticks_survive_a_new_list_as_far_as_their_invoices_do(model: InvoiceTableModel) -> None:
    rows = many_rows(300)
    model.set_ticked([rows[0].invoice.id, rows[200].invoice.id], is_ticked=True)
    model.show_table(InvoiceTable(rows[:100]))
    assert model.ticked == {rows[0].invoice.id}


@pytest.mark.parametrize("how_many", [1, 7, 300])
def test_highlighted_rows_are_kept_by_invoice(
    grid: InvoiceGrid, model: InvoiceTableModel, how_many: int
) -> None:
    wanted = {row.id for row in model.shown_rows()[:how_many]}
    current = model.row_at(how_many - 1).id
    grid.highlight(wanted, current)
    model.sort(PLACE_OF["customer"], Qt.SortOrder.DescendingOrder)
    assert set(grid.highlighted_ids()) == wanted
    assert grid.current_id() == current
    model.set_filter(ListFilter(View.ALL, search="a"))
    assert set(grid.highlighted_ids()) == wanted & {row.id for row in model.shown_rows()}
    model.show_table(InvoiceTable(many_rows(300)))
    assert set(grid.highlighted_ids()) <= wanted


def test_space_ticks_what_is_highlighted_and_unticks_it_again(
    grid: InvoiceGrid, model: InvoiceTableModel
) -> None:
    ids = {model.row_at(place).id for place in (2, 3, 4)}
    grid.highlight(ids, model.row_at(2).id)
    QTest.keyClick(grid, Qt.Key.Key_Space)
    assert model.ticked == ids
    QTest.keyClick(grid, Qt.Key.Key_Space)
    assert model.ticked == set()


def test_control_a_ticks_what_is_shown_and_nothing_else(
    grid: InvoiceGrid, model: InvoiceTableModel
) -> None:
    model.set_filter(ListFilter(View.TO_POST))
    QTest.keyClick(grid, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert model.ticked == {row.id for row in model.shown_rows()}
    assert 0 < len(model.ticked) < 300


def test_a_click_on_the_tick_ticks_and_a_double_click_opens_nothing(
    grid: InvoiceGrid, model: InvoiceTableModel
) -> None:
    spy = QSignalSpy(grid.details_requested)
    where = grid.visualRect(model.index(1, 0)).center()
    QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert model.ticked == {model.row_at(1).id}
    grid.viewport().repaint()
    beside = grid.visualRect(model.index(1, 4)).center()
    QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=beside)
    QTest.mouseDClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=beside)
    QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=where)
    QTest.mouseDClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert spy.count() == 1, "a double click beside the tick opens the details, on it nothing"


def test_copied_rows_are_tab_separated_with_raw_numbers(
    grid: InvoiceGrid, model: InvoiceTableModel
) -> None:
    row = listed(invoice(5, total=Decimal("1234567.50"), name="a\tb"))
    model.show_table(InvoiceTable([row]))
    grid.selectRow(0)
    QTest.keyClick(grid, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    cells = QGuiApplication.clipboard().text().split("\t")
    assert cells[:3] == ["Not checked", "Contoso UK Ltd", "INV-00005"]
    assert "1234567.50" in cells
    assert "2026-11-02" in cells
    with_headers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(grid, Qt.Key.Key_C, with_headers)
    header, line = QGuiApplication.clipboard().text().split("\n")
    assert header.split("\t")[:3] == ["Status", "Company", "Invoice"]
    assert line.split("\t") == cells


def test_columns_come_back_as_they_were_left(grid: InvoiceGrid, model: InvoiceTableModel) -> None:
    header = grid.horizontalHeader()
    header.moveSection(header.visualIndex(PLACE_OF["total"]), 1)
    header.resizeSection(PLACE_OF["customer"], 333)
    header.setSectionHidden(PLACE_OF["due"], True)
    header.setSectionHidden(PLACE_OF["contract"], False)
    grid.sortByColumn(PLACE_OF["total"], Qt.SortOrder.DescendingOrder)
    left = grid.columns_state()
    grid.reset_columns()
    assert grid.columns_state() != left
    again = InvoiceGrid(model)
    again.restore_columns(left)
    assert again.columns_state() == left
    assert model.table.sorted_by == ("total", True)


def _order(grid: InvoiceGrid) -> list[str]:
    header = grid.horizontalHeader()
    return [COLUMNS[header.logicalIndex(place)].name for place in range(len(COLUMNS))]


def test_posted_invoices_have_an_arrangement_of_their_own(
    grid: InvoiceGrid, model: InvoiceTableModel
) -> None:
    header, due = grid.horizontalHeader(), PLACE_OF["due"]
    header.setSectionHidden(due, True)
    before = _order(grid)
    grid.column_order.show_for(is_posted=True)
    assert _order(grid)[7:11] == ["total", "balance", "paid", "quickbooks-status"]
    assert not header.isSectionHidden(due)
    header.resizeSection(PLACE_OF["balance"], 222)
    left = grid.columns_state()
    grid.column_order.show_for(is_posted=False)
    assert _order(grid) == before
    assert header.isSectionHidden(due)
    assert grid.columns_state() == left, "both are kept, whichever shows"
    again = InvoiceGrid(model)
    again.restore_columns(left)
    again.column_order.show_for(is_posted=True)
    assert again.columns_state() == left
    assert again.columnWidth(PLACE_OF["balance"]) == 222
    again.reset_columns()
    assert again.columnWidth(PLACE_OF["balance"]) == COLUMNS[PLACE_OF["balance"]].width
    assert _order(again)[8] == "balance"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        '{"columns": [{"name": "gone", "width": 9}], "sorted_by": "gone"}',
        '{"columns": 3}',
        '{"columns": [], "posted_columns": 3, "sorted_by": "net", "is_descending": false}',
    ],
)
def test_a_broken_column_state_changes_nothing(grid: InvoiceGrid, text: str) -> None:
    before = grid.columns_state()
    grid.restore_columns(text)
    assert grid.columns_state() == before


def test_the_column_menu_hides_and_shows(grid: InvoiceGrid) -> None:
    menu = QMenu()
    grid.fill_column_menu(menu)
    actions = {action.text(): action for action in menu.actions()}
    assert "✓" not in actions, "ticks cannot be hidden"
    actions["Net"].setChecked(False)
    assert grid.isColumnHidden(PLACE_OF["net"])
    actions["Reset columns"].trigger()
    assert not grid.isColumnHidden(PLACE_OF["net"])


def test_nothing_is_below_a_row(model: InvoiceTableModel) -> None:
    assert model.rowCount(model.index(0, 0)) == 0
    assert model.columnCount(model.index(0, 0)) == 0
    assert model.data(QModelIndex()) is None


def test_news_for_unknown_invoices_are_passed_over(model: InvoiceTableModel) -> None:
    told = QSignalSpy(model.dataChanged)
    model.rows_changed([PushProgress(invoice(9_999).id, RowStatus.POSTED).invoice_id])
    model.flush()
    assert told.count() == 0
