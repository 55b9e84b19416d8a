"""The page for a sign-in with one's own browser: open the address, paste back where it ended."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from psaqb_desktop.domain.errors import AppError, Cancelled
from psaqb_desktop.domain.sign_in import AuthorizationRequest, read_redirect
from psaqb_desktop.ui.connect.form_pieces import (
    button,
    button_row,
    copy_button,
    heading,
    words,
)
from psaqb_desktop.ui.look import GAP


class PastePage(QWidget):
    """For the person's own browser: open the address there, paste back where it ended."""

    def __init__(
        self,
        request: AuthorizationRequest,
        *,
        open_url: Callable[[str], bool],
        on_address: Callable[[], object],
        buttons: tuple[QPushButton, ...],
    ) -> None:
        super().__init__()
        self._request = request
        self._open_url = open_url
        self.address = QLineEdit()
        self.address.setAccessibleName("Address from the browser")
        self.address.setPlaceholderText(f"{request.redirect_uri}?code=…")
        self.go_on = button("&Continue", on_address, look="primary")
        self.go_on.setEnabled(False)
        self.go_on.setDefault(True)
        self.verdict = words("")
        self.opened = words("", look="muted")
        self.address.textChanged.connect(self._judge)
        opening = QHBoxLayout()
        opening.addWidget(button("&Open the sign-in page", self.open, name="Open the sign-in page"))
        opening.addWidget(copy_button(lambda: request.url, name="Copy the sign-in address"))
        opening.addWidget(self.opened, 1)
        label = words("3. Copy the whole address from the browser's address line, paste it here.")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP + 2)
        for content in (
            heading("Sign in with your own browser"),
            words("1. Open the sign-in page, sign in to QuickBooks and choose the company."),
            opening,
            words(
                f"2. The browser then goes to an address that begins with {request.redirect_uri}. "
                "It does not matter whether a page appears there or an error is shown."
            ),
            label,
            self.address,
            self.verdict,
        ):
            if isinstance(content, QWidget):
                layout.addWidget(content)
            else:
                layout.addLayout(content)
        layout.addStretch()
        layout.addLayout(button_row(*buttons, self.go_on))
        self.setProperty("first", self.address)

    def open(self) -> None:
        """Open the sign-in page in the person's browser."""
        if self._open_url(self._request.url):
            self.opened.setText("Opened in your browser.")
        else:
            self.opened.setText("No browser could be opened: copy the address instead.")

    def _judge(self, text: str) -> None:
        complaint, good = self._complaint(text.strip())
        self.go_on.setEnabled(good)
        self.verdict.setText(complaint)
        self.verdict.setProperty("look", "good" if good else "bad")
        self.verdict.style().unpolish(self.verdict)
        self.verdict.style().polish(self.verdict)

    def _complaint(self, text: str) -> tuple[str, bool]:
        if not text:
            return "", False
        try:
            read_redirect(self._request, text)
        except Cancelled:
            return "QuickBooks reports that access was refused. Continue to end here.", True
        except AppError as error:
            return f"{error} {error.remedy}", False
        return "This is the right address.", True
