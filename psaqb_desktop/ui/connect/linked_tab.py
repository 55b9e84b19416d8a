"""The links that were confirmed before, and a way to take one back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from psaqb_desktop.domain.links import Link
from psaqb_desktop.ui.connect.form_pieces import button, button_row, words
from psaqb_desktop.ui.formats import moment_text


class LinkedTab(QWidget):
    """Lists links; ``remove_wanted`` is told which ones to forget."""

    def __init__(
        self, links: Sequence[Link], remove_wanted: Callable[[Sequence[Link]], object]
    ) -> None:
        super().__init__()
        self.tree = QTreeWidget()
        self.tree.setAccessibleName("Confirmed links")
        self.tree.setRootIsDecorated(False)
        self.tree.setAlternatingRowColors(True)
        self.tree.setSelectionMode(QTreeWidget.SelectionMode.ExtendedSelection)
        self.tree.setHeaderLabels(["What", "In the CRM", "In QuickBooks", "Confirmed by", "On"])
        self.show_links(links)
        self.remove = button("&Remove link…", lambda: remove_wanted(self.selected))
        self.remove.setEnabled(False)
        self.remove.setToolTip("Select a link first.")
        self.tree.itemSelectionChanged.connect(
            lambda: self.remove.setEnabled(bool(self.tree.selectedItems()))
        )
        row = button_row(self.remove)
        row.insertWidget(0, words("Invoices that need a removed link are not ready again."), 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.addWidget(self.tree, 1)
        layout.addLayout(row)

    def show_links(self, links: Sequence[Link]) -> None:
        """Show these links, by kind and name."""
        self.tree.clear()
        for link in sorted(links, key=lambda each: (each.kind.value, each.crm_name.casefold())):
            item = QTreeWidgetItem(
                [
                    link.kind.value.capitalize(),
                    link.crm_name,
                    link.quickbooks_name,
                    link.confirmed_by,
                    moment_text(link.confirmed_on),
                ]
            )
            item.setData(0, Qt.ItemDataRole.UserRole, link)
            self.tree.addTopLevelItem(item)
        for column, width in enumerate((110, 250, 250, 150)):
            self.tree.setColumnWidth(column, width)

    @property
    def selected(self) -> list[Link]:
        """The links that are selected."""
        role = Qt.ItemDataRole.UserRole
        return [item.data(0, role) for item in self.tree.selectedItems()]
