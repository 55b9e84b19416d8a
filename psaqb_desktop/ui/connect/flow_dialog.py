"""A dialog that a coroutine leads from page to page."""

from __future__ import annotations

from collections.abc import Coroutine
from enum import Enum, auto
from typing import Any, TypeVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from psaqb_desktop.domain.errors import AppError, Cancelled
from psaqb_desktop.ui.connect.decisions import Decided, Decisions
from psaqb_desktop.ui.connect.form_pieces import (
    button,
    button_row,
    endless_progress,
    heading,
    notice,
    words,
)
from psaqb_desktop.ui.dialogs import FoldedDetails
from psaqb_desktop.ui.look import GAP, WIDE_GAP

T = TypeVar("T")


class Step(Enum):
    """What a person can decide on any page."""

    CANCEL = auto()
    BACK = auto()
    NEXT = auto()
    TRY_AGAIN = auto()
    OTHER_WAY = auto()


class FlowDialog(QDialog):
    """Shows one page at a time; ``decisions`` is where the leading coroutine hears of buttons.

    Escape and the window's close button mean Cancel, and the coroutine decides what that means:
    the dialog itself never closes under a running step.
    """

    def __init__(self, parent: QWidget | None, title: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.decisions: Decisions[Step] = Decisions()
        self._least_height = 0
        # Pages scroll where a screen is small or its scale is large; nothing gets out of reach.
        self._area = QScrollArea()
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.viewport().setAutoFillBackground(False)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._area)

    def set_size(self, width: int, height: int = 0) -> None:
        """Set the width, and the least height where there is room for it."""
        self._least_height = height
        self.resize(width, max(height, 120))

    def show_page(self, page: QWidget) -> None:
        """Put a page in the place of the one before, which is deleted, and focus its start."""
        page.setAutoFillBackground(False)
        layout = page.layout()
        if layout is not None:
            layout.setContentsMargins(20, 20, 20, 16)
        before = self._area.takeWidget()
        self._area.setWidget(page)
        if before is not None:
            before.deleteLater()  # not at once: the press of one of its buttons may still go on
        for each in page.findChildren(QPushButton):
            if each.isDefault():  # the dialog learns of it only now that the button is in it
                each.setDefault(False)
                each.setDefault(True)
        self._fit()
        # Once more when fonts and margins of the style sheet are known.
        QTimer.singleShot(0, self, self._fit)
        first = page.property("first")
        (first if isinstance(first, QWidget) else page).setFocus()

    def _fit(self) -> None:
        """Give the page the height that its wrapped text needs, as far as the screen has it."""
        page = self._area.widget()
        layout = page.layout() if page is not None else None
        if layout is None:
            return
        layout.activate()
        has_wrapping = layout.hasHeightForWidth()
        needed = (
            layout.totalHeightForWidth(self.width())
            if has_wrapping
            else layout.totalSizeHint().height()
        )
        room = self.screen().availableGeometry()
        height = min(max(needed, self._least_height), room.height() - 60)
        self.resize(min(self.width(), room.width() - 20), height)
        self._allow_scrolling()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Let the page scroll when the person makes the dialog too small for it."""
        super().resizeEvent(event)
        self._allow_scrolling()

    def _allow_scrolling(self) -> None:
        """Show a bar only if it must be: one that appeared makes text longer, and would stay."""
        page = self._area.widget()
        layout = page.layout() if page is not None else None
        needed = layout.totalHeightForWidth(self.width()) if layout is not None else 0
        self._area.setVerticalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAsNeeded
            if needed > self.height()
            else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )

    def choose(self, step: Step) -> QPushButton:
        """Return the usual button of a step."""
        text = {
            Step.CANCEL: "Cancel",
            Step.BACK: "&Back",
            Step.TRY_AGAIN: "&Try again",
        }.get(step, "&Continue")
        return self.act(text, step)

    def act(
        self, text: str, step: Step, *, is_primary: bool = False, has_enter: bool = True
    ) -> QPushButton:
        """Return a button that decides ``step``; a primary one has Enter unless told not to."""
        made = button(text, lambda: self.decisions.take(step), look="primary" if is_primary else "")
        if is_primary and has_enter:
            made.setDefault(True)
        return made

    async def show_error(
        self, error: AppError, *buttons: QPushButton, above: QWidget | None = None
    ) -> Step:
        """Tell what happened and what to do, and wait for the person's choice.

        ``above`` is shown over it: what had been done before it happened.
        """
        what = heading(str(error), scale=1.05)
        contents: list[QWidget] = [what]
        if error.remedy:
            contents.append(words(error.remedy))
        parts: list[QWidget] = [above] if above is not None else []
        parts.append(notice("bad", *contents))
        if error.details:
            parts.append(FoldedDetails(error.details))
        self.show_page(make_page(*parts, buttons=button_row(*buttons), first=buttons[-1]))
        return await self.decisions.next()

    async def busy(
        self,
        title: str,
        text: str,
        work: Coroutine[Any, Any, T],
        *buttons: QPushButton,
        can_cancel: bool = True,
    ) -> T | Decided[Step]:
        """Show that something is going on until it is done, or the person decides otherwise."""
        row = [self.choose(Step.CANCEL), *buttons] if can_cancel else list(buttons)
        parts = (heading(title), words(text), endless_progress(title))
        self.show_page(make_page(*parts, buttons=button_row(*row), first=row[0] if row else None))
        return await self.decisions.during(work)

    async def wait_for(
        self, title: str, text: str, work: Coroutine[Any, Any, T], *, can_cancel: bool = True
    ) -> T:
        """Like :meth:`busy`, but a Cancel is raised as Cancelled."""
        if not can_cancel:
            self.show_page(make_page(heading(title), words(text), endless_progress(title)))
            return await work
        outcome = await self.busy(title, text, work)
        if isinstance(outcome, Decided):
            raise Cancelled(f"{title}: cancelled.")
        return outcome

    def reject(self) -> None:
        """Escape and the close button: a decision, not an end."""
        self.decisions.take(Step.CANCEL)

    def finish(self) -> None:
        """Close; called by the leading coroutine when it is done."""
        self.done(QDialog.DialogCode.Accepted)
        self.deleteLater()


def make_page(
    *contents: QWidget | QLayout, buttons: QLayout | None = None, first: QWidget | None = None
) -> QWidget:
    """Stack contents above a row of buttons; ``first`` gets the focus."""
    page = QWidget()
    layout = QVBoxLayout(page)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(WIDE_GAP - GAP // 2)
    for content in contents:
        if isinstance(content, QWidget):
            layout.addWidget(content)
        else:
            layout.addLayout(content)
    layout.addStretch(1)  # more than nothing: what is left over is below, not between
    if buttons is not None:
        layout.addSpacing(GAP)
        layout.addLayout(buttons)
    page.setProperty("first", first)
    return page
