"""One page with its address line, its notices, and a plain screen for when it cannot be shown."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtWebEngineCore import QWebEngineLoadingInfo, QWebEnginePage
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from psaqb_desktop.ui.connect.address_line import AddressLine
from psaqb_desktop.ui.connect.browser_page import SignInPage
from psaqb_desktop.ui.connect.navigation_rules import host_of

_ABORTED = -3
"""Chromium's code for a load that was given up on purpose, as when a navigation is refused."""

_REASONS = {
    QWebEngineLoadingInfo.ErrorDomain.DnsErrorDomain: "The name of the server was not found.",
    QWebEngineLoadingInfo.ErrorDomain.ConnectionErrorDomain: "The server did not answer.",
    QWebEngineLoadingInfo.ErrorDomain.CertificateErrorDomain: (
        "Its certificate is not valid, so the connection would not be private."
    ),
}
OWN_BROWSER = "Open in my own browser instead"


class BrowserPane(QWidget):
    """Shows one page, and says in words what it would not or could not show.

    Attributes:
        retry_wanted: signal of "Try again".
        own_browser_wanted: signal of "Open in my own browser instead" beside a refusal.
    """

    retry_wanted = Signal()
    own_browser_wanted = Signal()

    def __init__(self, page: SignInPage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.page = page
        self.view = QWebEngineView()
        self.view.setPage(page)
        self.view.setAccessibleName("Sign-in page")
        # Saving, printing or viewing the source is no business of a sign-in.
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.address = AddressLine()
        self.address.reload_wanted.connect(self._reload)
        self.progress = _thin_progress()
        self.notice, self.notice_text = self._make_notice()
        self.trouble, self.trouble_text = self._make_trouble()
        self.stack = QStackedWidget()
        self.stack.addWidget(self.view)
        self.stack.addWidget(self.trouble)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for part in (self.address, self.progress, self.notice):
            layout.addWidget(part)
        layout.addWidget(self.stack, 1)
        page.urlChanged.connect(self._on_url_changed)
        page.loadingChanged.connect(self._on_loading_changed)
        page.loadProgress.connect(self.progress.setValue)
        page.followed.connect(self._on_followed)
        page.refused.connect(self._on_refused)
        page.insecure.connect(self._on_insecure)
        page.renderProcessTerminated.connect(self._on_crashed)

    def _make_notice(self) -> tuple[QFrame, QLabel]:
        notice = QFrame()
        notice.setProperty("notice", "caution")
        text = _wrapping_label()
        way_out = QPushButton(OWN_BROWSER)
        way_out.setAccessibleName(OWN_BROWSER)
        way_out.setAutoDefault(False)
        way_out.clicked.connect(self.own_browser_wanted)
        row = QHBoxLayout(notice)
        row.addWidget(text, 1)
        row.addWidget(way_out)
        notice.hide()
        return notice, text

    def _make_trouble(self) -> tuple[QWidget, QLabel]:
        trouble = QWidget()
        text = _wrapping_label()
        text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        retry = QPushButton("&Try again")
        retry.setAccessibleName("Try again")
        retry.clicked.connect(self._retry)
        own = QPushButton(OWN_BROWSER)
        own.setAccessibleName(OWN_BROWSER)
        own.clicked.connect(self.own_browser_wanted)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(retry)
        row.addWidget(own)
        row.addStretch()
        layout = QVBoxLayout(trouble)
        layout.setContentsMargins(32, 32, 32, 32)
        layout.setSpacing(16)
        layout.addStretch()
        layout.addWidget(text)
        layout.addLayout(row)
        layout.addStretch()
        return trouble, text

    def _retry(self) -> None:
        self.retry_wanted.emit()

    def _reload(self) -> None:
        if self.stack.currentWidget() is self.trouble:
            self._retry()
        else:
            self.page.triggerAction(QWebEnginePage.WebAction.Reload)

    def _on_url_changed(self, url: QUrl) -> None:
        self.address.show_address(url)

    def _on_loading_changed(self, info: QWebEngineLoadingInfo) -> None:
        status = info.status()
        self.progress.setVisible(status == QWebEngineLoadingInfo.LoadStatus.LoadStartedStatus)
        if status == QWebEngineLoadingInfo.LoadStatus.LoadFailedStatus:
            self._on_failed(info)

    def _on_followed(self) -> None:
        self.notice.hide()
        self.stack.setCurrentWidget(self.view)

    def _on_failed(self, info: QWebEngineLoadingInfo) -> None:
        if info.errorCode() == _ABORTED or self.stack.currentWidget() is self.trouble:
            return  # given up on purpose, or told already with a better reason
        host = host_of(info.url())
        if info.errorDomain() == QWebEngineLoadingInfo.ErrorDomain.HttpStatusCodeDomain:
            self._show_notice(
                f"“{host}” answered with error {info.errorCode()}. Reload the page in a moment, "
                "or continue in your own browser."
            )
            return
        reason = _REASONS.get(info.errorDomain(), "The page could not be loaded.")
        self.show_trouble(
            f"The sign-in page of “{host}” cannot be shown.\n\n{reason} Check the network "
            "connection, then try again. Nothing was changed."
        )

    def _on_refused(self, url: QUrl) -> None:
        host = host_of(url) or url.scheme()
        text = (
            f"The page wanted to go to “{host}”, which is not part of this sign-in. This window "
            "did not follow. If your organisation signs in there, continue in your own browser."
        )
        if self.page.url().isEmpty():
            self.show_trouble(text)
        else:
            self._show_notice(text)

    def _on_insecure(self, url: QUrl) -> None:
        self.address.show_address(url, is_trusted=False)
        self.show_trouble(
            f"“{host_of(url)}” could not prove who it is: its certificate is not valid. The "
            "connection was refused and nothing was sent. Ask your IT department before you go on."
        )

    def _on_crashed(self, _status: object, _code: int) -> None:
        self.show_trouble(
            "The sign-in page stopped working. Nothing was lost: try again to load it afresh."
        )

    def _show_notice(self, text: str) -> None:
        self.notice_text.setText(text)
        self.notice_text.setAccessibleName(text)
        self.notice.show()

    def show_trouble(self, text: str) -> None:
        """Say in the page's place why there is no page."""
        self.progress.hide()
        if self.page.url().isEmpty():
            self.address.show_address(QUrl(), waiting_for="No page")
        self.trouble_text.setText(text)
        self.trouble_text.setAccessibleName(text)
        self.stack.setCurrentWidget(self.trouble)


def _thin_progress() -> QProgressBar:
    progress = QProgressBar()
    progress.setAccessibleName("Loading the page")
    progress.setTextVisible(False)
    progress.setMaximumHeight(3)
    progress.hide()
    return progress


def _wrapping_label() -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
