"""The pages of connecting a QuickBooks company, from the keys to "it is connected"."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from psaqb_desktop.domain.connection import Connection
from psaqb_desktop.domain.environment import Environment, EnvironmentKind
from psaqb_desktop.domain.errors import AppError
from psaqb_desktop.domain.links import normalised
from psaqb_desktop.domain.sign_in import CompanyFound
from psaqb_desktop.ui.connect.connection_form import KEYS_WORDS, ConnectionForm
from psaqb_desktop.ui.connect.flow_dialog import make_page
from psaqb_desktop.ui.connect.form_pieces import (
    button_row,
    card,
    heading,
    notice,
    words,
)
from psaqb_desktop.ui.look import GAP, WIDE_GAP

KIND_WORDS = {
    EnvironmentKind.PRODUCTION: "Production: real books",
    EnvironmentKind.SANDBOX: "Sandbox: no real books",
    EnvironmentKind.PRACTICE: "Practice: no real books",
}
_LAPSED = frozenset({"EXPIRED", "SUSPENDED", "CANCELLED"})


def country_name(code: str) -> str:
    """Return a country's name in words with its code; the code alone where it is not known."""
    territory = QLocale.codeToTerritory(code)
    if not code or territory == QLocale.Country.AnyTerritory:
        return code
    return f"{QLocale.territoryToString(territory)} ({code})"


class CredentialsPage(QWidget):
    """The keys and addresses, with help beside them on where to find what."""

    def __init__(
        self,
        environment: Environment,
        connection: Connection,
        *buttons: QPushButton,
        are_keys_known: bool = False,
    ) -> None:
        super().__init__()
        self.form = ConnectionForm(environment, connection)
        self.in_window = QRadioButton("In a &window of this program")
        self.in_window.setAccessibleName("Sign in in a window of this program")
        self.in_own_browser = QRadioButton("In my own &browser")
        self.in_own_browser.setAccessibleName("Sign in in my own browser")
        self.in_window.setChecked(True)
        self._ways = QButtonGroup(self)
        self._ways.addButton(self.in_window)
        self._ways.addButton(self.in_own_browser)
        way = QHBoxLayout()
        way.addWidget(QLabel("Sign in to QuickBooks"))
        way.addWidget(self.in_window)
        way.addWidget(self.in_own_browser)
        way.addStretch()
        left = QVBoxLayout()
        left.addWidget(self.form, 1)
        left.addLayout(way)
        columns = QHBoxLayout()
        columns.setSpacing(WIDE_GAP)
        columns.addLayout(left, 3)
        columns.addWidget(_help(environment, are_keys_known=are_keys_known), 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        title = connection.name or "a legal entity"
        layout.addWidget(heading(f"Connect the QuickBooks company of {title}"))
        layout.addLayout(columns, 1)
        layout.addLayout(button_row(*buttons))
        self.setProperty("first", self.form)


def _help(environment: Environment, *, are_keys_known: bool) -> QFrame:
    """Say what to type where in Intuit's developer pages, in the order of doing."""
    if are_keys_known:
        steps = [
            words("The keys and addresses of this environment are known and filled in already."),
            words("In production they come from your own app at developer.intuit.com, and this "
                  "place says where to find each."),
            words("On the next page choose the company of this legal entity. You confirm it here "
                  "before it is bound."),
        ]  # fmt: skip
        return card("What to enter", *steps)
    kind = KEYS_WORDS[environment.kind]
    steps = [
        words("1. Sign in at developer.intuit.com and open your app. A company makes its app "
              "once, for all its legal entities."),
        words(f"2. Under “Keys and credentials”, choose {kind}. Copy Client ID and Client "
              "Secret into the fields here."),
        words("3. Under “Redirect URIs” of the same keys, add the redirect address shown here, "
              "letter by letter, and save."),
        words("4. The addresses are Intuit's own and need no change. Secrets are sent nowhere "
              "else."),
        words("5. On the next page choose the company of this legal entity. You confirm it here "
              "before it is bound."),
    ]  # fmt: skip
    return card("Where to find it at Intuit", *steps)


def make_confirm_page(
    environment: Environment, found: CompanyFound, *buttons: QPushButton
) -> QWidget:
    """Ask whether the company is the right one: both sides beside each other."""
    connection, company = found.connection, found.company
    ours = _facts(
        ("Name", connection.name),
        ("Legal entity", connection.legal_entity),
        ("Bound so far to", connection.company_name or "no company"),
    )
    theirs = _facts(
        ("Company", company.name),
        ("Country", country_name(company.country)),
        ("Home currency", found.home_currency),
        ("Company id", company.realm_id),
        ("Environment", KIND_WORDS[environment.kind]),
    )
    sides = QHBoxLayout()
    sides.setSpacing(WIDE_GAP)
    sides.addWidget(card("Legal entity in the CRM", ours), 1)
    sides.addWidget(card("QuickBooks company you signed in to", theirs), 1)
    warnings: list[QWidget] = [notice("caution", words(text)) for text in _doubts(found)]
    return make_page(
        heading(f"Is this the company of {connection.name}?"),
        sides,
        *warnings,
        words(
            "Invoices of this legal entity will be posted to this company only. Once it is "
            "stored, another company is refused.",
            look="muted",
        ),
        buttons=button_row(*buttons),
        first=buttons[0],
    )


def _doubts(found: CompanyFound) -> list[str]:
    doubts = []
    if normalised(found.connection.name) != normalised(found.company.name):
        doubts.append(
            f"The names differ: “{found.connection.name}” in the CRM, “{found.company.name}” in "
            "QuickBooks. Make sure that this is the same legal entity."
        )
    if found.company.subscription_status.upper() in _LAPSED:
        doubts.append(
            f"The QuickBooks subscription of {found.company.name} has lapsed: it can be read, but "
            "accepts no new entries. Contact the owner of its account."
        )
    return doubts


def _facts(*pairs: tuple[str, str]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(WIDE_GAP)
    grid.setColumnStretch(1, 1)
    for row, (name, value) in enumerate(pairs):
        said = words(value or "not stated")
        font = said.font()
        font.setBold(True)
        said.setFont(font)
        said.setAccessibleName(f"{name}: {value or 'not stated'}")
        caption = words(name, look="muted")
        caption.setWordWrap(False)
        grid.addWidget(caption, row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(said, row, 1)
    return grid


def make_success_page(connection: Connection, *buttons: QPushButton) -> QWidget:
    """Say that it worked, and what comes next."""
    return make_page(
        heading(f"{connection.company_name} is connected"),
        notice(
            "good",
            words(
                f"Invoices of {connection.name} ({connection.legal_entity}) can now be checked "
                f"against {connection.company_name}."
            ),
        ),
        words(
            "Next: match the customers and items of the waiting invoices with those in "
            "QuickBooks. That is done once; nothing is created or posted by it."
        ),
        buttons=button_row(*buttons),
        first=buttons[-1],
    )


def make_wrong_company_page(
    connection: Connection, error: AppError, *buttons: QPushButton
) -> QWidget:
    """Say that the sign-in reached another company than the connection is bound to."""
    bound = _facts(
        ("Connection", connection.name),
        ("Legal entity", connection.legal_entity),
        ("Bound to", connection.company_name or "no company yet"),
    )
    return make_page(
        heading("This is another company"),
        notice("bad", words(str(error))),
        card("The connection", bound),
        words(error.remedy),
        buttons=button_row(*buttons),
        first=buttons[-1],
    )
