"""The line at the bottom tells how far a run is, and paints nothing by itself."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

from psaqb_desktop.ui.invoices.surface import Activity
from psaqb_desktop.ui.overriding import override
from psaqb_desktop.ui.status_line import StatusLine


class Paints(QObject):
    """Counts how often a widget is painted."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False


def test_progress_is_painted_with_what_else_is_due_not_at_once(qtbot: object) -> None:
    line = StatusLine()
    qtbot.addWidget(line)  # type: ignore[attr-defined]
    line.resize(900, 30)
    line.show()
    line.show_activity(Activity("Pushing", 0, 100))
    QApplication.processEvents()
    paints = Paints()
    line.progress.installEventFilter(paints)
    for done in (20, 50, 90):
        line.show_activity(Activity("Pushing", done, 100))
    assert paints.count == 0
    assert (line.progress.value(), line.progress.maximum()) == (90, 100)
    assert line.activity.text() == "Pushing: 90 of 100"
    QApplication.processEvents()
    assert paints.count >= 1


def test_a_bar_goes_from_a_share_to_something_is_going_on_and_back(qtbot: object) -> None:
    line = StatusLine()
    qtbot.addWidget(line)  # type: ignore[attr-defined]
    line.show_activity(Activity("Pushing", 90, 100))
    line.show_activity(Activity("Reading"))
    assert (line.progress.minimum(), line.progress.maximum()) == (0, 0)
    line.show_activity(Activity("Pushing", 3, 10))
    assert (line.progress.value(), line.progress.maximum()) == (3, 10)
