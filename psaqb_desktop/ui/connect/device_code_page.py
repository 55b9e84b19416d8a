"""The page that shows a device code: big enough to be read across a desk."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from psaqb_desktop.domain.sign_in import DeviceCode
from psaqb_desktop.ui.connect.form_pieces import (
    button,
    button_row,
    card,
    copy_button,
    endless_progress,
    heading,
    words,
)
from psaqb_desktop.ui.formats import moment_text
from psaqb_desktop.ui.look import GAP


class DeviceCodePage(QWidget):
    """Shows code and address, and waits; whoever shows it polls meanwhile."""

    def __init__(
        self,
        code: DeviceCode,
        *,
        open_url: Callable[[str], bool],
        buttons: Sequence[QPushButton],
    ) -> None:
        super().__init__()
        self.code = QLabel(code.user_code)
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPointSizeF(26)
        font.setBold(True)
        self.code.setFont(font)
        self.code.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        # Spoken letter by letter; a screen reader would try to pronounce it.
        self.code.setAccessibleName("Code: " + " ".join(code.user_code))
        row = QHBoxLayout()
        row.addWidget(self.code, 1)
        row.addWidget(copy_button(lambda: code.user_code, name="Copy the code"))
        open_page = button(
            "&Open the page",
            lambda: open_url(code.verification_uri),
            look="primary",
            name=f"Open {code.verification_uri} in my browser",
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP + 4)
        layout.addWidget(heading("Sign in with a code"))
        layout.addWidget(
            words(
                f"Open {code.verification_uri} on this or any other device, enter this code, and "
                "sign in with your work account. This window notices by itself."
            )
        )
        layout.addWidget(card("Code", row))
        layout.addWidget(
            words(f"The code is good until {moment_text(code.expires)}.", look="muted")
        )
        layout.addWidget(endless_progress("Waiting for the sign-in"))
        layout.addStretch()
        layout.addLayout(button_row(*buttons, open_page))
        self.setProperty("first", open_page)
