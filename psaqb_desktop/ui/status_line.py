"""The line at the bottom: who is signed in, when the list was read, what is going on."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QProgressBar, QStatusBar, QWidget

from psaqb_desktop.ui.formats import moment_text
from psaqb_desktop.ui.icons import icon
from psaqb_desktop.ui.invoices.surface import Activity
from psaqb_desktop.ui.look import current_colours

if TYPE_CHECKING:
    # Not before the first paint.
    from psaqb_desktop.domain.crm import CrmUser


class StatusLine(QStatusBar):
    """Shows states; it is told them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.activity = _label("Activity")
        self.progress = _Progress()
        self.progress.setAccessibleName("Progress")
        self.progress.setMaximumWidth(220)
        self.progress.setTextVisible(False)
        self.read = _label("Last read")
        self.offline = _label("Offline")
        self.offline.setProperty("look", "caution")
        self.offline_picture = QLabel()
        self.user = _label("Signed in")
        self.addWidget(self.activity)
        self.addWidget(self.progress)
        for widget in (self.offline_picture, self.offline, self.read, self.user):
            self.addPermanentWidget(widget)
        self.show_activity(None)

    def show_user(self, user: CrmUser | None) -> None:
        """Tell who is signed in to the CRM."""
        self.user.setText(f"Signed in as {user.name}" if user else "Not signed in to the CRM")
        self.user.setToolTip(user.email if user else "")

    def show_read(self, read_on: datetime | None, *, is_offline: bool) -> None:
        """Tell when the list was read, and whether the CRM can be reached."""
        self.read.setText(f"Last read {moment_text(read_on)}" if read_on else "Not read yet")
        self.offline.setText("Offline" if is_offline else "")
        self.offline.setVisible(is_offline)
        self.offline_picture.setVisible(is_offline)
        if is_offline:
            picture = icon("offline", current_colours().caution)
            self.offline_picture.setPixmap(picture.pixmap(16, 16))

    def show_activity(self, activity: Activity | None) -> None:
        """Tell what is going on and how far it is."""
        self.progress.setVisible(activity is not None)
        if activity is None:
            self.activity.setText("Ready")
            return
        words = activity.words
        if activity.total:
            words += f": {activity.done:,} of {activity.total:,}"
        if activity.is_stopping:
            words += " – stopping, finishing what is in flight"
        self.activity.setText(words)
        self.progress.show_value(activity.done, activity.total)


class _Progress(QProgressBar):
    """A bar whose new value is painted with everything else that is due.

    Qt's own paints at once within ``setValue``, and with it whatever of the window waits to be
    painted: the grid, a second time in a turn of a push.
    """

    def show_value(self, done: int, total: int) -> None:
        """Stand at ``done`` of ``total``; without a total only that something is going on."""
        if (done, total) == (self.value(), self.maximum()):
            return
        self.setUpdatesEnabled(False)
        try:
            self.setRange(0, total)
            self.setValue(done)
        finally:
            self.setUpdatesEnabled(True)


def _label(name: str) -> QLabel:
    label = QLabel()
    label.setAccessibleDescription(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setContentsMargins(6, 0, 6, 0)
    return label
