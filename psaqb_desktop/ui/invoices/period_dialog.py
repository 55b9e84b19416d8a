"""Asks for the first and the last day of a period."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QDate
from PySide6.QtWidgets import QDateEdit, QDialogButtonBox, QFormLayout, QStyle, QWidget

from psaqb_desktop.ui.dialogs import MessageDialog


class PeriodDialog(MessageDialog):
    """Two dates with calendars; the last day cannot lie before the first."""

    def __init__(self, parent: QWidget | None, first_day: date, last_day: date) -> None:
        super().__init__(
            parent,
            "Invoice dates",
            "Show invoices dated from the first to the last day, both included.",
            icon=QStyle.StandardPixmap.SP_MessageBoxQuestion,
        )
        self.first = _date_edit("From", first_day)
        self.last = _date_edit("To", last_day)
        self.first.dateChanged.connect(self.last.setMinimumDate)
        self.last.setMinimumDate(self.first.date())
        form = QFormLayout()
        form.addRow("From", self.first)
        form.addRow("To", self.last)
        self.body.addLayout(form)
        self.add_button("Show", QDialogButtonBox.ButtonRole.AcceptRole).setDefault(True)
        self.add_button("Cancel", QDialogButtonBox.ButtonRole.RejectRole)

    @property
    def range(self) -> tuple[date, date]:
        """First and last day."""
        first, last = self.first.date(), self.last.date()
        return (
            date(first.year(), first.month(), first.day()),
            date(last.year(), last.month(), last.day()),
        )


def _date_edit(name: str, day: date) -> QDateEdit:
    edit = QDateEdit(QDate(day.year, day.month, day.day))
    edit.setCalendarPopup(True)
    edit.setAccessibleName(name)
    return edit
