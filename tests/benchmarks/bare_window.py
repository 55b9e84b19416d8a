"""A bare PySide6 window with a table: the floor that the start is measured against."""

from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QApplication, QMainWindow, QTableView

ROWS, COLUMNS = 40, 8

app = QApplication([])
window = QMainWindow()
model = QStandardItemModel(ROWS, COLUMNS)
for row in range(ROWS):
    for column in range(COLUMNS):
        model.setItem(row, column, QStandardItem(f"Cell {row} {column}"))
view = QTableView()
view.setShowGrid(False)
view.setModel(model)
window.setCentralWidget(view)
window.resize(1300, 850)
window.show()
app.exec()
