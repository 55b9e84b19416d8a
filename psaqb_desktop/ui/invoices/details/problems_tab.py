"""The problems of one invoice: cause, message, remedy, a button, and the raw fault folded away."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from psaqb_desktop.domain.findings import Finding
from psaqb_desktop.domain.listing import RowStatus
from psaqb_desktop.ui.dialogs import FoldedDetails
from psaqb_desktop.ui.invoices.details.sheet import Sheet, fact_label
from psaqb_desktop.ui.invoices.remedies import Offer, offers_for
from psaqb_desktop.ui.invoices.rows import InvoiceRow
from psaqb_desktop.ui.look import GAP, current_colours, severity_icon


class ProblemsTab(Sheet):
    """Shows the findings of a row.

    Signals:
        remedy_requested: a finding's button was pressed; carries the :class:`Offer`.
    """

    remedy_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Problems", parent)

    def show_row(self, row: InvoiceRow) -> None:
        """Show what is the matter with an invoice."""
        self.clear()
        record = row.listed.record
        if row.status is RowStatus.LEFT_OUT and record is not None:
            self.add_heading("Left out on purpose")
            self.add_text(record.reason_left_out or "No reason was given.")
            return
        if not row.findings:
            self._say_none(row)
        for finding in row.findings:
            self.add(self._card(finding))
            self.texts += [finding.cause.value, finding.message, finding.remedy]

    def _say_none(self, row: InvoiceRow) -> None:
        if row.status is RowStatus.NOT_CHECKED and row.is_in_scope:
            self.add_text("Not checked yet: problems are not known.", "muted")
        else:
            self.add_text("✓ No problem is known.", "good")

    def _card(self, finding: Finding) -> QWidget:
        card = QFrame()
        card.setProperty("look", "card")
        card.setAccessibleName(f"{finding.cause.value}. {finding.message}")
        picture = QLabel()
        picture.setPixmap(severity_icon(finding.severity, current_colours()).pixmap(20, 20))
        cause = fact_label(finding.cause.value, "heading")
        top = QHBoxLayout()
        top.addWidget(picture)
        top.addWidget(cause, 1)
        layout = QVBoxLayout(card)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.setSpacing(GAP)
        layout.addLayout(top)
        layout.addWidget(fact_label(finding.message))
        if finding.remedy:
            layout.addWidget(fact_label(finding.remedy, "muted"))
        buttons = QHBoxLayout()
        for offer in offers_for(finding):
            button = QPushButton(offer.words)
            button.setAccessibleName(f"{offer.words} {finding.message}")
            button.clicked.connect(self._slot(offer))
            buttons.addWidget(button)
        buttons.addStretch(1)
        layout.addLayout(buttons)
        if finding.details:
            layout.addWidget(FoldedDetails(finding.details))
        return card

    def _slot(self, offer: Offer) -> Callable[[], None]:
        return lambda: self.remedy_requested.emit(offer)
