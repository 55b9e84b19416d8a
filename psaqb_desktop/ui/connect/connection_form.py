"""The fields of a connection: who it is for, what is needed to reach QuickBooks, which invoices."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.environment import Environment, EnvironmentKind
from psaqb_desktop.domain.quickbooks_addresses import is_api_address, is_token_address
from psaqb_desktop.ui.connect.form_pieces import copy_button, words
from psaqb_desktop.ui.connect.rules_editor import RulesEditor
from psaqb_desktop.ui.look import GAP

KEYS_WORDS = {
    EnvironmentKind.PRODUCTION: "Production",
    EnvironmentKind.SANDBOX: "Development",
    EnvironmentKind.PRACTICE: "Practice",
}


@dataclass(frozen=True, slots=True)
class Entered:
    """What was entered; an empty secret means: keep the stored one."""

    connection: Connection
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AppKeys:
    """Keys of an Intuit app that are known beforehand, as those of the practice company are."""

    client_id: str
    client_secret: str = field(repr=False)


class ConnectionForm(QWidget):
    """Edits a connection; checks in words before anything is sent."""

    def __init__(
        self, environment: Environment, connection: Connection, *, with_secret: bool = True
    ) -> None:
        super().__init__()
        self._environment = environment
        self._connection = connection
        self.name = _field(connection.name, "Name", "As people call it, for example Contoso UK")
        self.legal_entity = _field(
            connection.legal_entity, "Legal entity", "Its code in the CRM, for example GBSI"
        )
        self.client_id = _field(connection.client_id, "Client ID", "Copied from Intuit")
        self.secret = _field("", "Security Key (client secret)", "Copied from Intuit")
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        if connection.has_client_secret:
            self.secret.setPlaceholderText("Stored in the CRM. Leave empty to keep it.")
        self.token_url = _field(connection.access_token_url, "Access Token URL", "https://…")
        self.api_url = _field(connection.access_api_url, "Access API URL", "https://…")
        self.redirect = _field(environment.quickbooks_redirect_uri, "Redirect address", "")
        self.redirect.setReadOnly(True)
        self.problem = words(look="bad")
        self.problem.hide()
        self.rules = RulesEditor(connection.rules)
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName("Parts of the connection")
        self.tabs.addTab(self._access_tab(with_secret=with_secret), "&QuickBooks access")
        self.tabs.addTab(self.rules, "&Which invoices")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.tabs, 1)
        layout.addWidget(self.problem)
        self.setFocusProxy(self._first_empty())

    def _access_tab(self, *, with_secret: bool) -> QWidget:
        tab = QWidget()
        form = QFormLayout(tab)
        form.setContentsMargins(4, 14, 4, 4)
        form.setVerticalSpacing(9)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignRight)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("&Name", self.name)
        form.addRow("&Legal entity", self.legal_entity)
        kind = KEYS_WORDS[self._environment.kind]
        form.addRow("Keys", QLabel(f"{kind} keys of your Intuit app"))
        form.addRow("Client &ID", self.client_id)
        if with_secret:
            form.addRow("&Security Key", self.secret)
        form.addRow("Access &Token URL", self.token_url)
        form.addRow("Access &API URL", self.api_url)
        row = QHBoxLayout()
        row.setSpacing(GAP)
        row.addWidget(self.redirect, 1)
        row.addWidget(copy_button(self.redirect.text, name="Copy the redirect address"))
        label = QLabel("Redirect add&ress")
        label.setBuddy(self.redirect)
        form.addRow(label, row)
        return tab

    def _first_empty(self) -> QLineEdit:
        fields = (self.name, self.legal_entity, self.client_id)
        return next((f for f in fields if not f.text()), self.secret)

    def entered(self, *, for_sign_in: bool) -> Entered | None:
        """Return what was entered, or say what is missing and go there."""
        complaint = self._complaint(for_sign_in=for_sign_in)
        if complaint is not None:
            where, text = complaint
            self.show_problem(text)
            self.tabs.setCurrentIndex(0)
            where.setFocus()
            return None
        self.problem.hide()
        changed = replace(
            self._connection,
            name=self.name.text().strip(),
            legal_entity=self.legal_entity.text().strip(),
            client_id=self.client_id.text().strip(),
            access_token_url=self.token_url.text().strip(),
            access_api_url=self.api_url.text().strip(),
            rules=self.rules.rules(),
        )
        if changed.rules != self._connection.rules:
            # Who has written the rules anew has seen to the mistyped ones.
            changed = replace(changed, unreadable_rules=())
        return Entered(changed, self.secret.text().strip())

    def show_problem(self, text: str) -> None:
        """Say what is to be corrected."""
        self.problem.setText(text)
        self.problem.setAccessibleName(text)
        self.problem.show()

    def _complaint(self, *, for_sign_in: bool) -> tuple[QLineEdit, str] | None:
        if not self.name.text().strip():
            return self.name, "Enter a name for the connection."
        if not self.legal_entity.text().strip():
            return self.legal_entity, "Enter the code of the legal entity, as the CRM has it."
        if not for_sign_in:
            return None
        if not self.client_id.text().strip():
            return self.client_id, "Enter the Client ID of your Intuit app."
        if not self.secret.text().strip() and not self._connection.has_client_secret:
            return self.secret, "Enter the Security Key (client secret) of your Intuit app."
        return self._address_complaint()

    def _address_complaint(self) -> tuple[QLineEdit, str] | None:
        for where, what, is_usable in (
            (self.token_url, "Access Token URL", is_token_address),
            (self.api_url, "Access API URL", is_api_address),
        ):
            if not is_usable(where.text().strip(), self._environment):
                return where, (
                    f"The {what} is not one of Intuit's addresses, so no secret may be sent "
                    "there. Compare it with Intuit's developer page."
                )
        return None


def _field(text: str, name: str, placeholder: str) -> QLineEdit:
    field = QLineEdit(text)
    field.setAccessibleName(name)
    field.setPlaceholderText(placeholder)
    field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    field.setMinimumWidth(240)
    field.setCursorPosition(0)
    return field
