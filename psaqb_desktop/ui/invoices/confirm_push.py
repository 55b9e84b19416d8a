"""Confirms a push, company by company, by name, environment, count and control totals."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from psaqb_desktop.domain.document_type import DocumentType
from psaqb_desktop.domain.environment import Environment
from psaqb_desktop.ui.dialogs import run_dialog
from psaqb_desktop.ui.environment_band import environment_band
from psaqb_desktop.ui.formats import button_text, date_text, money_text, plural
from psaqb_desktop.ui.invoices.batches import MANY, Batch
from psaqb_desktop.ui.look import GAP, WIDE_GAP


class Answer(Enum):
    """What the person decided about one company."""

    PUSH = "push"
    SKIP = "skip"
    CANCEL = "cancel"


_SKIPPED = 2


class ConfirmPushDialog(QDialog):
    """Shows one batch. Its yes-button names the act; the safe answer has the focus."""

    def __init__(
        self,
        parent: QWidget | None,
        batch: Batch,
        environment: Environment,
        *,
        place: int = 1,
        companies: int = 1,
    ) -> None:
        super().__init__(parent)
        self._batch = batch
        self.setWindowTitle("Push to QuickBooks")
        self.setMinimumWidth(520)
        self._needs_count = environment.is_live and len(batch.checked) > MANY
        self.count_field = QLineEdit()
        body = QVBoxLayout()
        body.setContentsMargins(20, 16, 20, 16)
        body.setSpacing(GAP)
        if companies > 1:
            body.addWidget(_label(f"Company {place} of {companies}", "muted"))
        title = QLabel(batch.company)
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 1.5)
        font.setBold(True)
        title.setFont(font)
        title.setTextFormat(Qt.TextFormat.PlainText)
        body.addWidget(title)
        body.addWidget(self._facts())
        for text, look in self._remarks():
            label = _label(text, look)
            label.setWordWrap(True)
            body.addWidget(label)
        if self._needs_count:
            self._add_count_field(body)
        body.addSpacing(GAP)
        body.addWidget(self._buttons(has_more=companies > 1))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(environment_band(environment))
        layout.addLayout(body)
        self.setAccessibleName(f"{self.push.accessibleName()}?")
        (self.count_field if self._needs_count else self.cancel).setFocus()

    def _facts(self) -> QWidget:
        batch = self._batch
        box = QFrame()
        box.setProperty("look", "card")
        grid = QGridLayout(box)
        grid.setContentsMargins(14, 10, 14, 10)
        grid.setHorizontalSpacing(WIDE_GAP)
        grid.setColumnStretch(1, 1)
        self.facts: list[tuple[str, str]] = []
        for kind, words in (
            (DocumentType.INVOICE, "Invoices"),
            (DocumentType.CREDIT_MEMO, "Credit memos"),
        ):
            count = len(batch.drafts_of(kind))
            if count:
                self.facts.append((words, str(count)))
                self.facts += [
                    (f"Total in {total.currency}", money_text(total))
                    for total in batch.totals(kind)
                ]
        first, last = batch.days
        span = date_text(first) if first == last else f"{date_text(first)} – {date_text(last)}"
        self.facts.append(("Dated", span))
        for place, (name, value) in enumerate(self.facts):
            grid.addWidget(_label(name, "muted"), place, 0)
            shown = _label(value, "heading" if name.startswith("Total") else "")
            shown.setAlignment(Qt.AlignmentFlag.AlignRight)
            shown.setAccessibleName(f"{name}: {value}")
            grid.addWidget(shown, place, 1)
        return box

    def _remarks(self) -> list[tuple[str, str]]:
        batch = self._batch
        remarks = []
        if batch.is_first_ever:
            remarks.append(
                (
                    (
                        "This is the first push ever to this company. Consider pushing one "
                        "invoice and looking at it in QuickBooks before the rest."
                    ),
                    "caution",
                )
            )
        if batch.left_behind:
            words = plural(batch.left_behind, "chosen invoice")
            remarks.append((f"Not included: {words} with problems.", "muted"))
        for cause, count in batch.warnings:
            remarks.append((f"⚠ {plural(count, 'invoice')} with a warning: {cause}", "caution"))
        return remarks

    def _add_count_field(self, body: QVBoxLayout) -> None:
        count = len(self._batch.checked)
        words = f"These are live books. Type how many documents you are pushing ({count}):"
        caption = _label(words, "")
        caption.setWordWrap(True)
        caption.setBuddy(self.count_field)
        self.count_field.setAccessibleName("Number of documents to push")
        self.count_field.setMaximumWidth(120)
        self.count_field.textChanged.connect(
            lambda text: self.push.setEnabled(text.strip() == str(count))
        )
        body.addWidget(caption)
        body.addWidget(self.count_field)

    def _buttons(self, *, has_more: bool) -> QDialogButtonBox:
        box = QDialogButtonBox()
        role = QDialogButtonBox.ButtonRole
        words = f"Push {self._batch.documents} to {self._batch.company}"
        self.push = QPushButton(button_text(words))
        self.push.setProperty("look", "primary")
        self.push.setAccessibleName(words)
        self.push.setAutoDefault(False)
        self.push.setEnabled(not self._needs_count)
        box.addButton(self.push, role.AcceptRole)
        if has_more:
            skip = box.addButton("Skip this company", role.ActionRole)
            skip.setAccessibleName("Skip this company")
            skip.setAutoDefault(False)
            skip.clicked.connect(lambda: self.done(_SKIPPED))
        self.cancel = box.addButton("Cancel", role.RejectRole)
        self.cancel.setAccessibleName("Cancel, push nothing")
        self.cancel.setDefault(True)
        box.accepted.connect(self.accept)
        box.rejected.connect(self.reject)
        return box


async def confirm_batch(
    parent: QWidget | None, batch: Batch, environment: Environment, *, place: int, companies: int
) -> Answer:
    """Show the batch and wait for the person's decision."""
    dialog = ConfirmPushDialog(parent, batch, environment, place=place, companies=companies)
    try:
        result = await run_dialog(dialog)
    finally:
        dialog.deleteLater()
    if result == QDialog.DialogCode.Accepted:
        return Answer.PUSH
    return Answer.SKIP if result == _SKIPPED else Answer.CANCEL


def _label(text: str, look: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    if look:
        label.setProperty("look", look)
    return label
