from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QLineEdit, QWidget

from psaqb_desktop.domain.errors import RequestRejectedError, WrongCompanyError
from psaqb_desktop.domain.identifiers import RealmId
from psaqb_desktop.domain.quickbooks_lists import CompanyInfo
from psaqb_desktop.domain.sign_in import AuthorizationRequest
from psaqb_desktop.ui.connect.browser_messages import BrowseEnd, BrowseOutcome
from psaqb_desktop.ui.connect.browsers import Browsers
from psaqb_desktop.ui.connect.connect_company import (
    ConnectCompanyFlow,
    ConnectEnd,
    ConnectResult,
)
from psaqb_desktop.ui.connect.connection_form import AppKeys
from psaqb_desktop.ui.tasks import TaskRunner
from tests.ui_connect.connect_fakes import (
    GOOD_ADDRESS,
    REQUEST,
    SANDBOX,
    FakeConnector,
    FakeEditor,
    connected,
    connection,
)
from tests.ui_connect.connect_person import dialog, field, is_enabled, press, read, text, until

RunAsync = Callable[[Coroutine[Any, Any, None]], None]


class Screen:
    """The flow with its fakes; ``opened`` are addresses given to the person's own browser."""

    def __init__(self, tasks: TaskRunner, *outcomes: BrowseOutcome) -> None:
        self.connector = FakeConnector()
        self.editor = FakeEditor()
        self.outcomes = list(outcomes)
        self.opened: list[str] = []
        self.keys: AppKeys | None = None
        self._tasks = tasks

    async def _window(self, request: AuthorizationRequest, parent: QWidget) -> BrowseOutcome:
        assert parent.isVisible()
        assert request == REQUEST
        return self.outcomes.pop(0)

    def _open(self, url: str) -> bool:
        self.opened.append(url)
        return True

    def start(self, start_with: object = None) -> asyncio.Future[ConnectResult]:
        flow = ConnectCompanyFlow(
            SANDBOX,
            self.connector,
            self.editor,
            self._tasks,
            browsers=Browsers(self._window, self._open),
            known_keys=self.keys,
        )
        begun = start_with if start_with is not None else connection()
        return asyncio.ensure_future(flow.run(None, begun))  # type: ignore[arg-type]


def redirected(address: str = GOOD_ADDRESS) -> BrowseOutcome:
    return BrowseOutcome(BrowseEnd.REDIRECTED, redirected_url=address)


async def type_keys() -> None:
    await read("Connect the QuickBooks company")
    field("Client ID").setText(" ABC ")
    field("Security Key (client secret)").setText("s3cret")
    await press("Sign in to QuickBooks")


def test_from_the_keys_to_a_connected_company(run_async: RunAsync, tasks: TaskRunner) -> None:
    screen = Screen(tasks, redirected())

    async def body() -> None:
        running = screen.start()
        await type_keys()
        await read("Is this the company of Alder & Finch GmbH?")
        for words in ("DEMF", "Germany (DE)", "EUR", "9130", "Sandbox: no real books"):
            assert words in text()
        assert screen.connector.confirmed == []
        await press("Yes, store the connection")
        await read("Alder & Finch GmbH is connected")
        await press("Match customers and items")
        result = await running
        assert result.end is ConnectEnd.MATCH_NEXT
        assert result.connection.realm_id == "9130"

    run_async(body())
    assert screen.editor.saved[0].client_id == "ABC"
    assert screen.connector.secrets == ["s3cret"]
    assert len(screen.connector.confirmed) == 1


def test_enter_on_the_question_binds_nothing(run_async: RunAsync, tasks: TaskRunner) -> None:
    screen = Screen(tasks, redirected())

    async def body() -> None:
        running = screen.start()
        await type_keys()
        await read("Is this the company")
        shown = dialog()
        assert shown is not None
        QTest.keyClick(shown.focusWidget() or shown, Qt.Key.Key_Return)
        assert (await running).end is ConnectEnd.SAVED

    run_async(body())
    assert screen.connector.confirmed == []
    assert len(screen.connector.rejected) == 1  # the grant is given back


def test_what_is_missing_is_said_before_anything_is_sent(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    screen = Screen(tasks)

    async def body() -> None:
        running = screen.start()
        await press("Sign in to QuickBooks")
        assert "Enter the Client ID of your Intuit app." in text()
        field("Client ID").setText("ABC")
        await press("Sign in to QuickBooks")
        assert "Enter the Security Key" in text()
        field("Security Key (client secret)").setText("x")
        for url in (
            "https://evil.example/token",
            "http://oauth.platform.intuit.com/",
            "https://[x",
        ):
            field("Access Token URL").setText(url)
            await press("Sign in to QuickBooks")
            assert "The Access Token URL is not one of Intuit's addresses" in text()
        await press("Cancel")
        assert (await running).end is ConnectEnd.CANCELLED

    run_async(body())
    assert screen.editor.saved == []


def test_the_secret_is_hidden_and_a_stored_one_need_not_be_typed(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    screen = Screen(tasks, redirected())

    async def body() -> None:
        running = screen.start(connected("DEMF", "Alder & Finch GmbH", "DE", "EUR", 20))
        await read("Connect the QuickBooks company")
        secret = field("Security Key (client secret)")
        assert secret.echoMode() is QLineEdit.EchoMode.Password
        assert "Stored" in secret.placeholderText()
        assert secret.text() == ""
        await press("Sign in to QuickBooks")
        await press("Yes, store")
        await press("Close")
        assert (await running).end is ConnectEnd.CONNECTED

    run_async(body())
    assert screen.connector.secrets == [""]
    assert screen.editor.saved == []  # nothing was changed, so nothing was written


def test_known_keys_are_filled_in(run_async: RunAsync, tasks: TaskRunner) -> None:
    screen = Screen(tasks, redirected())
    screen.keys = AppKeys("practice-id", "practice-key")

    async def body() -> None:
        running = screen.start()
        await press("Sign in to QuickBooks")
        # The pages before it have a Cancel too, which only goes back to the keys.
        await read("Is this the company of")
        await press("Cancel")
        await running

    run_async(body())
    assert screen.editor.saved[0].client_id == "practice-id"
    assert screen.connector.secrets == ["practice-key"]


def test_closing_the_sign_in_window_goes_back_with_the_keys_kept(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    screen = Screen(tasks, BrowseOutcome(BrowseEnd.CANCELLED), redirected())

    async def body() -> None:
        running = screen.start()
        await type_keys()
        await read("The sign-in window was closed. Nothing was stored.")
        assert field("Security Key (client secret)").text() == "s3cret"
        await press("Sign in to QuickBooks")
        await press("No, sign in again")
        await until(lambda: not screen.outcomes)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    screen.outcomes.append(BrowseOutcome(BrowseEnd.CANCELLED))
    run_async(body())
    assert len(screen.editor.saved) == 1
    assert len(screen.connector.rejected) == 1
    assert dialog() is None


def test_refusing_consent_goes_back_to_the_keys(run_async: RunAsync, tasks: TaskRunner) -> None:
    refusal = f"{REQUEST.redirect_uri}?error=access_denied&state=st4te"
    screen = Screen(tasks, redirected(refusal))

    async def body() -> None:
        running = screen.start()
        await type_keys()
        await read("Access was refused on Intuit's page.")
        await press("Cancel")
        assert (await running).end is ConnectEnd.SAVED

    run_async(body())


def test_the_own_browser_takes_only_the_right_address(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    screen = Screen(tasks, BrowseOutcome(BrowseEnd.USE_SYSTEM_BROWSER))

    async def body() -> None:
        running = screen.start()
        await type_keys()
        await read("Sign in with your own browser")
        assert screen.opened == [REQUEST.url]
        pasted = field("Address from the browser")
        for wrong, words in (
            ("hello", "not the address"),
            ("https://[", "not the address"),
            (GOOD_ADDRESS.replace("st4te", "other"), "another sign-in"),
            (GOOD_ADDRESS.replace("code=c0de&", ""), "holds no code"),
        ):
            pasted.setText(wrong)
            assert words in text()
            assert not is_enabled("Continue")
        pasted.setText(f"  {GOOD_ADDRESS}\n")
        await press("Continue")
        await press("Yes, store")
        await press("Close")
        assert (await running).end is ConnectEnd.CONNECTED

    run_async(body())


def test_another_company_is_refused_with_both_names(run_async: RunAsync, tasks: TaskRunner) -> None:
    screen = Screen(tasks, redirected(), redirected())
    screen.connector.error = WrongCompanyError(
        "You signed in to Contoso Retail, but Alder & Finch GmbH belongs to Alder Books (id 1)."
    )
    bound = replace(
        connected("DEMF", "Alder & Finch GmbH", "DE", "EUR", 20), company_name="Alder Books"
    )

    async def body() -> None:
        running = screen.start(bound)
        await press("Sign in to QuickBooks")
        await read("This is another company")
        assert "Contoso Retail" in text()
        assert "Alder Books" in text()
        await press("Sign in again")
        await read("Is this the company")
        await press("Cancel")
        assert (await running).end is ConnectEnd.CANCELLED

    run_async(body())


def test_different_names_and_a_lapsed_subscription_are_pointed_out(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    screen = Screen(tasks, redirected())
    screen.connector.company = CompanyInfo(RealmId("7"), "Contoso", "IE", "EXPIRED")

    async def body() -> None:
        running = screen.start()
        await type_keys()
        await read("The names differ: “Alder & Finch GmbH” in the CRM, “Contoso” in QuickBooks.")
        assert "subscription of Contoso has lapsed" in text()
        await press("Cancel")
        await running

    run_async(body())


def test_a_failure_to_store_is_tried_again_without_another_sign_in(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    screen = Screen(tasks, redirected())
    screen.connector.confirm_error = RequestRejectedError(
        "The CRM refused.", service="CRM", details="0x80040220"
    )

    async def body() -> None:
        running = screen.start()
        await type_keys()
        await press("Yes, store")
        await read("The CRM refused.")
        await press("Try again")
        await press("Close")
        assert (await running).end is ConnectEnd.CONNECTED

    run_async(body())
    assert len(screen.connector.confirmed) == 1


def test_a_window_that_fails_is_told_with_the_other_way(
    run_async: RunAsync, tasks: TaskRunner
) -> None:
    screen = Screen(tasks, BrowseOutcome(BrowseEnd.FAILED, problem="It closed."))

    async def body() -> None:
        running = screen.start()
        await type_keys()
        await read("The sign-in window could not do its work.")
        await press("Back to the keys")
        await press("In my own browser")
        await press("Sign in to QuickBooks")
        await read("1. Open the sign-in page")
        await press("Cancel")
        await running

    run_async(body())


def test_escape_is_cancel(run_async: RunAsync, tasks: TaskRunner) -> None:
    screen = Screen(tasks)

    async def body() -> None:
        running = screen.start()
        await read("Connect the QuickBooks company")
        shown = dialog()
        assert shown is not None
        QTest.keyClick(shown, Qt.Key.Key_Escape)
        assert (await running).end is ConnectEnd.CANCELLED

    run_async(body())


def test_every_control_has_a_spoken_name(run_async: RunAsync, tasks: TaskRunner) -> None:
    screen = Screen(tasks)

    def nameless() -> list[str]:
        shown = dialog()
        assert shown is not None
        kinds = (QAbstractButton, QLineEdit, QAbstractItemView)
        return [
            repr(each)
            for kind in kinds
            for each in shown.findChildren(kind)
            if each.isVisible() and not each.accessibleName() and each.objectName()[:3] != "qt_"
        ]

    async def body() -> None:
        running = screen.start()
        await read("Connect the QuickBooks company")
        assert nameless() == []
        await press("In my own browser")
        await type_keys()
        await read("Sign in with your own browser")
        assert nameless() == []
        await press("Cancel")
        await running

    run_async(body())
