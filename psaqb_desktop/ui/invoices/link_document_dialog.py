"""Links an invoice to a document that was entered by hand: both side by side, then a decision."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from psaqb_desktop.domain.draft import Draft
from psaqb_desktop.domain.push import PostedDocument
from psaqb_desktop.services.document_names import name_of
from psaqb_desktop.services.link_document import LinkChoice
from psaqb_desktop.ui.dialogs import run_dialog
from psaqb_desktop.ui.formats import amount_text, button_text, date_text
from psaqb_desktop.ui.look import GAP, WIDE_GAP

_FACTS = ("Number", "Date", "Customer", "Total", "Tax", "Currency")


class LinkDocumentDialog(QDialog):
    """Shows the draft beside one document at a time. The safe answer has the focus."""

    def __init__(self, parent: QWidget | None, choice: LinkChoice) -> None:
        super().__init__(parent)
        self._choice = choice
        self.setWindowTitle("Link to a QuickBooks document")
        self.setMinimumWidth(560)
        body = QVBoxLayout(self)
        body.setContentsMargins(20, 16, 20, 16)
        body.setSpacing(WIDE_GAP)
        body.addWidget(_words(f"Is this invoice {choice.number}, entered by hand?", "heading"))
        body.addWidget(
            _words(
                "Linking writes nothing to QuickBooks: the CRM records the document as that of the "
                "invoice, and its payments come back with the next pull. “Unlink” undoes it.",
                "muted",
            )
        )
        self.documents = QComboBox()
        self.documents.setAccessibleName("Document in QuickBooks")
        for document in choice.documents:
            self.documents.addItem(name_of(document))
        self.documents.setVisible(len(choice.documents) > 1)
        body.addWidget(self.documents)
        self._values: list[tuple[QLabel, QLabel, QLabel]] = []
        body.addWidget(self._table())
        self.verdict = _words("", "caution")
        body.addWidget(self.verdict)
        buttons = QDialogButtonBox()
        self.link = QPushButton()
        self.link.setProperty("look", "primary")
        self.link.setAutoDefault(False)
        buttons.addButton(self.link, QDialogButtonBox.ButtonRole.AcceptRole)
        cancel = buttons.addButton("Cancel", QDialogButtonBox.ButtonRole.RejectRole)
        cancel.setAccessibleName("Cancel, link nothing")
        cancel.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        body.addWidget(buttons)
        self.documents.currentIndexChanged.connect(self._show)
        self._show(0)
        cancel.setFocus()

    @property
    def document(self) -> PostedDocument:
        """The document that is shown."""
        return self._choice.documents[max(0, self.documents.currentIndex())]

    def _table(self) -> QWidget:
        frame = QFrame()
        frame.setProperty("look", "card")
        grid = QGridLayout(frame)
        grid.setContentsMargins(12, 10, 12, 10)
        grid.setHorizontalSpacing(WIDE_GAP)
        grid.setVerticalSpacing(GAP)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(2, 1)
        for column, words in enumerate(("In the CRM", "In QuickBooks"), start=1):
            grid.addWidget(_words(words, "heading"), 0, column)
        for row, fact in enumerate(_FACTS, start=1):
            mark, ours, theirs = _words("", "caution"), _words("", ""), _words("", "")
            grid.addWidget(_words(fact, "muted"), row, 0)
            grid.addWidget(ours, row, 1)
            grid.addWidget(theirs, row, 2)
            grid.addWidget(mark, row, 3)
            self._values.append((ours, theirs, mark))
        return frame

    def _show(self, _place: int) -> None:
        document, draft = self.document, self._choice.draft
        ours, theirs = _of_draft(draft), _of_document(document, draft)
        differing = []
        for fact, one, other, labels in zip(_FACTS, ours, theirs, self._values, strict=True):
            is_same = one == other
            for label, text, side in zip(labels, (one, other), ("CRM", "QuickBooks"), strict=False):
                label.setText(text)
                label.setAccessibleName(f"{fact} in {side}: {text}")
            labels[2].setText("" if is_same else "≠ differs")
            if not is_same:
                differing.append(fact.lower())
        self.verdict.setText(
            f"Different: {', '.join(differing)}. The invoice will be shown as “Posted, review” "
            "where the total differs."
            if differing
            else "Everything agrees."
        )
        self.verdict.setProperty("look", "caution" if differing else "good")
        self.verdict.style().polish(self.verdict)
        words = f"Link to {document.number or document.id}"
        self.link.setText(button_text(words))
        self.link.setAccessibleName(words)


async def ask_link(parent: QWidget | None, choice: LinkChoice) -> PostedDocument | None:
    """Let the person compare; the document to link to, or None."""
    dialog = LinkDocumentDialog(parent, choice)
    try:
        accepted = await run_dialog(dialog) == QDialog.DialogCode.Accepted
        return dialog.document if accepted else None
    finally:
        dialog.deleteLater()


def _of_draft(draft: Draft) -> tuple[str, ...]:
    return (
        draft.number or "given by QuickBooks",
        date_text(draft.txn_date),
        draft.customer.name,
        amount_text(draft.total),
        amount_text(draft.tax),
        draft.currency,
    )


def _of_document(document: PostedDocument, draft: Draft) -> tuple[str, ...]:
    is_same_customer = document.customer_id == draft.customer.id
    return (
        document.number or "without number",
        date_text(document.txn_date) if document.txn_date else "",
        draft.customer.name if is_same_customer else f"customer {document.customer_id}",
        amount_text(document.total),
        amount_text(document.tax),
        document.currency or draft.currency,
    )


def _words(text: str, look: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    if look:
        label.setProperty("look", look)
    return label
