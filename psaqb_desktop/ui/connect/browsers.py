"""The two browsers a person can sign in with: the program's own window, or their own."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from psaqb_desktop.domain.environment import Environment
from psaqb_desktop.domain.sign_in import AuthorizationRequest
from psaqb_desktop.ui.connect.browser_client import browse
from psaqb_desktop.ui.connect.browser_messages import BrowseOutcome

Browse = Callable[[AuthorizationRequest, QWidget], Coroutine[Any, Any, BrowseOutcome]]


def open_in_own_browser(url: str) -> bool:
    """Open an address in the person's browser; False where there is none."""
    return QDesktopServices.openUrl(QUrl(url))


@dataclass(frozen=True, slots=True)
class Browsers:
    """How the sign-in window is shown, and how an address is opened in the person's own browser."""

    window: Browse
    open_url: Callable[[str], bool] = open_in_own_browser

    @classmethod
    def of(cls, environment: Environment) -> Browsers:
        """Return the real ones."""

        async def shown(request: AuthorizationRequest, parent: QWidget) -> BrowseOutcome:
            return await browse(request, environment_kind=environment.kind.value, parent=parent)

        return cls(shown)
