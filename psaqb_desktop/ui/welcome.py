"""The first start: the practice company, or the address of a real CRM."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QFrame,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
)

from psaqb_desktop.domain.environment import Environment, EnvironmentKind, SignInMethod
from psaqb_desktop.domain.errors import Cancelled
from psaqb_desktop.ui.dialogs import run_dialog

KINDS = (
    ("Real books (production)", EnvironmentKind.PRODUCTION),
    ("A sandbox, for trying out", EnvironmentKind.SANDBOX),
)
METHODS = (
    ("In a window of this program", SignInMethod.EMBEDDED_BROWSER),
    ("In my own browser", SignInMethod.SYSTEM_BROWSER),
    ("With a code, on any device", SignInMethod.DEVICE_CODE),
)


@dataclass(frozen=True, slots=True)
class FirstChoice:
    """What a first start is to open; None is the practice company."""

    environment: Environment | None


class Welcome:
    """Asks at the first start what to work with."""

    async def run(self) -> FirstChoice:
        """Ask.

        Raises:
            Cancelled: the person closed the window.
        """
        dialog = WelcomeDialog()
        try:
            if await run_dialog(dialog) != QDialog.DialogCode.Accepted:
                raise Cancelled("Nothing was chosen.")
            return FirstChoice(dialog.environment)
        finally:
            dialog.deleteLater()


class WelcomeDialog(QDialog):
    """Two ways in: practise now, or name the CRM."""

    def __init__(self) -> None:
        super().__init__()
        self.environment: Environment | None = None
        self.setWindowTitle("Welcome to PSAQB Desktop")
        self.setMinimumWidth(560)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(28, 24, 28, 20)
        layout.setSpacing(12)
        layout.addWidget(_heading("Welcome to PSAQB Desktop"))
        layout.addWidget(
            _words(
                "It posts confirmed CRM invoices to QuickBooks Online and brings "
                "payments back. What would you like to work with?"
            )
        )
        self.practise = QPushButton("&Practise first")
        self.practise.setAccessibleDescription("Opens the practice company on this computer")
        self.practise.clicked.connect(self._on_practise)
        layout.addWidget(self.practise)
        layout.addWidget(
            _words(
                "A make-believe company group on this computer, with its own CRM "
                "and QuickBooks. Nothing real can be touched, no account is "
                "needed."
            )
        )
        line = QFrame()
        line.setFrameShape(QFrame.Shape.HLine)
        layout.addWidget(line)
        layout.addWidget(_heading("Your own CRM", scale=1.1))
        layout.addLayout(self._form())
        self.problem = _words("")
        self.problem.setProperty("look", "bad")
        layout.addWidget(self.problem)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.use = buttons.addButton("&Use this CRM", QDialogButtonBox.ButtonRole.AcceptRole)
        self.use.setAutoDefault(False)
        buttons.accepted.connect(self._on_use)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        self.practise.setDefault(True)
        self.practise.setFocus()

    def _form(self) -> QFormLayout:
        form = QFormLayout()
        self.name = _field(form, "&Name", "production")
        self.name.setText("production")
        self.kind = QComboBox()
        for text, kind in KINDS:
            self.kind.addItem(text, kind)
        _add(form, "&Books", self.kind)
        self.crm_url = _field(form, "&CRM address", "https://contoso.crm.dynamics.com")
        self.tenant = _field(form, "&Tenant", "contoso.onmicrosoft.com or its id")
        self.client_id = _field(form, "&Application (client) id", "of the Entra registration")
        self.sign_in = QComboBox()
        for text, method in METHODS:
            self.sign_in.addItem(text, method)
        _add(form, "&Sign in", self.sign_in)
        return form

    def _on_practise(self) -> None:
        self.environment = None
        self.accept()

    def _on_use(self) -> None:
        problem = self._problem()
        self.problem.setText(problem)
        if problem:
            return
        self.environment = Environment(
            name=self.name.text().strip(),
            kind=self.kind.currentData(),
            crm_url=self.crm_url.text().strip().rstrip("/"),
            tenant=self.tenant.text().strip(),
            client_id=self.client_id.text().strip(),
            sign_in=self.sign_in.currentData(),
        )
        self.accept()

    def _problem(self) -> str:
        address = urlsplit(self.crm_url.text().strip())
        if address.scheme != "https" or not address.hostname:
            self.crm_url.setFocus()
            return "The CRM address must begin with https:// and name a host."
        for field, what in (
            (self.name, "name"),
            (self.tenant, "tenant"),
            (self.client_id, "application id"),
        ):
            if not field.text().strip():
                field.setFocus()
                return f"The {what} is missing."
        return ""


def _heading(text: str, *, scale: float = 1.35) -> QLabel:
    label = _words(text)
    font = label.font()
    font.setBold(True)
    font.setPointSizeF(font.pointSizeF() * scale)
    label.setFont(font)
    return label


def _words(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    return label


def _field(form: QFormLayout, label: str, hint: str) -> QLineEdit:
    field = QLineEdit()
    field.setPlaceholderText(hint)
    _add(form, label, field)
    return field


def _add(form: QFormLayout, label: str, field: QLineEdit | QComboBox) -> None:
    caption = QLabel(label)
    caption.setBuddy(field)
    field.setAccessibleName(label.replace("&", ""))
    form.addRow(caption, field)
