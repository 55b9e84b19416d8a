"""Routing rules: which invoices belong to a connection, in words and as rows to edit."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from psaqb_desktop.domain.connection import RouteBy, RoutingRule
from psaqb_desktop.ui.connect.form_pieces import button, words

FACTS = {
    RouteBy.OWNING_COMPANY: "Owning company of the contract",
    RouteBy.CONTRACTING_UNIT: "Contracting unit of the contract",
    RouteBy.LINE_UNIT: "Contracting unit of the lines",
    RouteBy.BUSINESS_UNIT: "Business unit that owns the invoice",
    RouteBy.DEFAULT: "Everything that no rule claims",
}
_SHORT = {
    RouteBy.OWNING_COMPANY: "owning company",
    RouteBy.CONTRACTING_UNIT: "contracting unit",
    RouteBy.LINE_UNIT: "unit of the lines",
    RouteBy.BUSINESS_UNIT: "business unit",
}


def rules_in_words(rules: Sequence[RoutingRule]) -> str:
    """Say which invoices go to a connection."""
    if not rules:
        return "No rule: no invoice comes here"
    said = []
    for by in RouteBy:
        values = [rule.value for rule in rules if rule.by is by]
        if by is RouteBy.DEFAULT:
            said += ["everything else"] if values else []
        elif values:
            said.append(f"{_SHORT[by]} {' or '.join(values)}")
    text = "; ".join(said)
    return text[:1].upper() + text[1:]


class RulesEditor(QWidget):
    """Rows of a fact and its value; the facts are tried in the order in which they are offered."""

    def __init__(self, rules: Sequence[RoutingRule], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[tuple[QComboBox, QLineEdit, QWidget]] = []
        self._grid = QGridLayout()
        self._grid.setColumnStretch(1, 1)
        self._grid.addWidget(QLabel("Invoices whose"), 0, 0)
        self._grid.addWidget(QLabel("is"), 0, 1)
        self.add = button("&Add a rule", lambda: self.add_row(RoutingRule(RouteBy.OWNING_COMPANY)))
        layout = QVBoxLayout(self)
        layout.addWidget(
            words(
                "An invoice belongs here when one of these facts names this legal entity. The "
                "owning company is looked at first, then the contracting units, then the business "
                "unit. Codes and names both work."
            )
        )
        layout.addLayout(self._grid)
        layout.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addStretch()
        for rule in rules:
            self.add_row(rule)

    def add_row(self, rule: RoutingRule) -> None:
        """Add a row."""
        number = len(self._rows) + 1
        fact = QComboBox()
        for by, text in FACTS.items():
            fact.addItem(text, by)
        fact.setCurrentIndex(fact.findData(rule.by))
        fact.setAccessibleName(f"Rule {number}: fact")
        value = QLineEdit(rule.value)
        value.setAccessibleName(f"Rule {number}: value")
        value.setPlaceholderText("Code or name, as in the CRM")
        remove = button("Remove", lambda: self._remove(remove), name=f"Remove rule {number}")
        fact.currentIndexChanged.connect(
            lambda: value.setEnabled(fact.currentData() is not RouteBy.DEFAULT)
        )
        value.setEnabled(rule.by is not RouteBy.DEFAULT)
        row = self._grid.rowCount()
        for column, widget in enumerate((fact, value, remove)):
            self._grid.addWidget(widget, row, column)
        self._rows.append((fact, value, remove))

    def _remove(self, remove: QWidget) -> None:
        for row in self._rows:
            if row[2] is remove:
                self._rows.remove(row)
                for widget in row:
                    self._grid.removeWidget(widget)
                    widget.hide()
                    widget.deleteLater()
                self.add.setFocus()
                return

    def rules(self) -> tuple[RoutingRule, ...]:
        """Return the rules as edited; rows without a value are left out."""
        made = []
        for fact, value, _ in self._rows:
            by: RouteBy = fact.currentData()
            text = "" if by is RouteBy.DEFAULT else value.text().strip()
            if text or by is RouteBy.DEFAULT:
                made.append(RoutingRule(by, text))
        return tuple(dict.fromkeys(made))
