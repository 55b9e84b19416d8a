"""The page of the sign-in window, and everything that it is not allowed to do.

Imported only in the window's own process: this is where QtWebEngine is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtWebEngineCore import (
    QWebEngineCertificateError,
    QWebEngineDownloadRequest,
    QWebEnginePage,
    QWebEnginePermission,
    QWebEngineProfile,
    QWebEngineSettings,
    QWebEngineUrlRequestInfo,
    QWebEngineUrlRequestInterceptor,
)

from psaqb_desktop.ui.connect.browser_messages import BrowserOrder
from psaqb_desktop.ui.connect.navigation_rules import may_embed, may_visit, same_endpoint

_Attribute = QWebEngineSettings.WebAttribute
_OFF = (
    _Attribute.PluginsEnabled,
    _Attribute.PdfViewerEnabled,
    _Attribute.JavascriptCanAccessClipboard,
    _Attribute.ScreenCaptureEnabled,
    _Attribute.DnsPrefetchEnabled,
    _Attribute.NavigateOnDropEnabled,
    _Attribute.HyperlinkAuditingEnabled,
    _Attribute.LocalContentCanAccessFileUrls,
    _Attribute.ErrorPageEnabled,
)


class SignInPage(QWebEnginePage):
    """Stops at the redirect address before anything is sent there, and stays on allowed hosts.

    Attributes:
        captured: signal with the redirected address, fully encoded; nothing of it left.
        followed: signal that the window goes to a page that it may go to.
        refused: signal with the address of a page that the window may not go to.
        insecure: signal with the address whose certificate is not valid.
    """

    captured = Signal(str)
    followed = Signal()
    refused = Signal(QUrl)
    insecure = Signal(QUrl)

    def __init__(
        self,
        profile: QWebEngineProfile,
        order: BrowserOrder,
        open_popup: Callable[[], SignInPage | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(profile, parent)
        self._order = order
        self._redirect = QUrl(order.redirect_uri)
        self._open_popup = open_popup
        for attribute in _OFF:
            self.settings().setAttribute(attribute, False)
        self.settings().setAttribute(_Attribute.WebRTCPublicInterfacesOnly, True)
        self.settings().setUnknownUrlSchemePolicy(
            QWebEngineSettings.UnknownUrlSchemePolicy.DisallowUnknownUrlSchemes
        )
        self.certificateError.connect(self._on_certificate_error)
        self.permissionRequested.connect(_deny)

    def _on_certificate_error(self, error: QWebEngineCertificateError) -> None:
        error.rejectCertificate()
        if error.isMainFrame():
            self.insecure.emit(error.url())

    def acceptNavigationRequest(  # noqa: N802 - Qt's name
        self,
        url: QUrl | str,
        _kind: QWebEnginePage.NavigationType,
        is_main: bool,  # noqa: FBT001 - Qt's signature
        /,
    ) -> bool:
        """Catch the redirect, keep the window on allowed hosts.

        An exception in here refuses the navigation, which is the safe side.
        """
        target = QUrl(url)
        if same_endpoint(target, self._redirect):
            if is_main:
                # Fully encoded: a decoded address would damage a "+" in the code.
                self.captured.emit(target.toString(QUrl.ComponentFormattingOption.FullyEncoded))
            return False
        if not is_main:
            return may_embed(target, self._order.environment_kind)
        if target.toString() == "about:blank":
            return True
        if may_visit(target, self._order.allowed_hosts, self._order.environment_kind):
            self.followed.emit()
            return True
        self.refused.emit(target)
        return False

    def createWindow(  # type: ignore[override]  # noqa: N802 - Qt takes None as a refusal
        self, _kind: QWebEnginePage.WebWindowType, /
    ) -> QWebEnginePage | None:
        """Open a popup under the same rules."""
        return self._open_popup()

    def javaScriptConsoleMessage(  # noqa: N802 - Qt's name
        self,
        _level: QWebEnginePage.JavaScriptConsoleMessageLevel,
        _message: str,
        _line: int,
        _source: str,
        /,
    ) -> None:
        """Keep the page's words out of our output."""

    def chooseFiles(  # noqa: N802 - Qt's name
        self,
        _mode: QWebEnginePage.FileSelectionMode,
        _old_files: Sequence[str],
        _mime_types: Sequence[str],
        /,
    ) -> list[str]:
        """Give the page no file of this computer."""
        return []


class PartFilter(QWebEngineUrlRequestInterceptor):
    """Second layer, for what never asks the page: images, scripts and fetches.

    It is not used to catch the redirect: Chromium may have sent the request by the time it asks.
    """

    def __init__(self, order: BrowserOrder, parent: QObject) -> None:
        super().__init__(parent)
        self._redirect = QUrl(order.redirect_uri)
        self._kind = order.environment_kind

    def interceptRequest(  # noqa: N802 - Qt's name
        self, info: QWebEngineUrlRequestInfo, /
    ) -> None:
        """Block what would reach the redirect address or leave over an open line."""
        try:
            url = info.requestUrl()
            if same_endpoint(url, self._redirect) or not may_embed(url, self._kind):
                info.block(True)
        except Exception:  # noqa: BLE001 - an exception in here would let the request through
            info.block(True)


class SignInProfile(QWebEngineProfile):
    """A profile without a name: it keeps nothing on disk, and no cookie of an earlier time."""

    def __init__(self, order: BrowserOrder, parent: QObject) -> None:
        super().__init__(parent)
        # The reference matters: without it PySide drops the filter, and nothing is filtered.
        self._filter = PartFilter(order, self)
        self.setUrlRequestInterceptor(self._filter)
        self.downloadRequested.connect(_cancel)


def _cancel(download: QWebEngineDownloadRequest) -> None:
    download.cancel()


def _deny(permission: QWebEnginePermission) -> None:
    permission.deny()
